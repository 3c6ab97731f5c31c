"""A past day once more: under another policy, with other counters, with its forecasts judged."""
