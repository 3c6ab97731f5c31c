"""The greeter's window: scan, one answer, Enter."""
