"""The bank's own numbers and tables: read from resources/policy and checked on load."""
