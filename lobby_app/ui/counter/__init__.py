"""The counter's panel: small, on top of the teller's own system, one big key."""
