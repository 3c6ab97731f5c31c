"""Windows as running programs: what starts and stops in which order."""
