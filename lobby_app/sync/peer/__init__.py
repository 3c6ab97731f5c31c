"""Desk to desk and gateway: the same calls over HTTPS with mutual TLS (docs/adr/0021)."""
