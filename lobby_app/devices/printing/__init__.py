"""Ticket printers: bytes, the honest job protocol, and the ways to reach a printer."""
