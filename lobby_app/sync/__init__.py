"""Exchange between replicas: one implementation for desk, relay and centre."""
