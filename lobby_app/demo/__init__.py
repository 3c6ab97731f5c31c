"""The invented branch: customers, appointments, staff and cards, obviously fictitious."""
