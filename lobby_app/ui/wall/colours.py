"""Colours and sizes of the wall (domain 4.4), pixels of a 1080p wall."""

GROUND = "#0A1F33"
PANEL = "#12304D"
LINE = "#2B4A68"
WHITE = "#FFFFFF"
QUIET = "#C9D6E3"
LIT = "#FFD84D"
ON_LIT = "#0A1F33"

DIGIT = 120
"""Height of the digits that are called: 76 mm on a 55-inch wall."""
MAIN = 63
"""Twice the clear size at eight metres: whatever a waiting person has to find."""
CLEAR = 32
"""The clear size at eight metres (domain 4.4): no text is smaller."""
