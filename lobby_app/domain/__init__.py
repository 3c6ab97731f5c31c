"""Pure rules and values: no I/O, no clock, no Qt, no SQL."""
