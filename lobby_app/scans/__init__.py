"""What the bytes of a scan mean: pure parsers from raw text to a Credential."""
