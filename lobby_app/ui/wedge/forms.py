"""How a scan begins and where its lines end, as far as the keys must know; `scans` reads it."""

import re

STX, ETX = "\x02", "\x03"
TERMINATORS = frozenset("\r\n\t" + ETX)
SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
"""What a licence's bar code has between its parts; arrives as Ctrl combinations."""
SENTINELS = frozenset("%;+")
"""First characters of the tracks of a stripe."""

_BREAKS = re.compile(f"[{''.join(TERMINATORS)}]+")
_LICENCE = re.compile(r"(?:\][A-Z]\w)?(?:@[\s\x1c-\x1f]{0,8}(?:ANSI|AAMVA|\Z)|ANSI 6)", re.I)
_STRIPE = re.compile(r"[%;+].+\?.?", re.S)
_TRACK_1_ALONE = re.compile(r"%[^;+]+\?.?", re.S)
_ZONE_LINE = re.compile(r"[PIVAC][A-Z0-9<]{29,43}", re.I)
_ZONE_LINES = {30: 3, 36: 2, 44: 2}


def is_licence(text: str) -> bool:
    """Tell whether the text is, or may become, a North American licence (AAMVA)."""
    return _LICENCE.match(text) is not None


def has_reader_form(text: str) -> bool:
    """Tell whether nobody would type such a text: a stripe, a zone's line or a licence."""
    first = _lines(text)[0]
    return (
        _STRIPE.fullmatch(first) is not None
        or (_is_zone_line(first) and "<" in first)
        or (is_licence(text) and len(text) > len("@\r\rANSI 6"))
    )


def awaits_more_lines(text: str) -> bool:
    """Tell whether a text that has just got a line's end goes on if more keys follow at once.

    - a licence goes on until silence: it does not say how many lines it has;
    - a machine-readable zone has the two or three lines that the length of its first one tells,
      and is over sooner when a line has another length;
    - track 1 may be followed by the other tracks, each with an Enter of its own.
    """
    if is_licence(text):
        return True
    lines = _lines(text)
    if _TRACK_1_ALONE.fullmatch(lines[0]) and len(lines) == 1:
        return True
    if not _is_zone_line(lines[0]) or "<" not in lines[0]:
        return False
    return len(lines[-1]) == len(lines[0]) and len(lines) < _ZONE_LINES[len(lines[0])]


def _is_zone_line(line: str) -> bool:
    return len(line) in _ZONE_LINES and _ZONE_LINE.fullmatch(line) is not None


def _lines(text: str) -> list[str]:
    """Return the lines of a text; at least one, which may be empty."""
    return _BREAKS.split(text.strip("".join(TERMINATORS)))
