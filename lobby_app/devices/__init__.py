"""Readers, printers, keyring: blocking code behind domain.ports."""
