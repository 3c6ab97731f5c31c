"""`lobby scan`: what a reader sends, described without a number; to set up a new reader."""

import re
from collections.abc import Iterable, Iterator

from lobby_app.domain.credential import Credential, Unreadable

_ZONE_LINE = re.compile(r"[PIVAC][A-Z0-9<]{29,43}")
_LINES = {44: 2, 36: 2, 30: 3}


def describe(scan: Credential | Unreadable) -> dict[str, object]:
    """Return kind, mask and warnings (or the reason) of a scan; never number, token or name."""
    if isinstance(scan, Unreadable):
        return {
            "kind": "unreadable",
            "mask": "",
            "warnings": list(scan.warnings),
            "reason": scan.reason,
        }
    return {"kind": scan.kind.value, "mask": scan.mask, "warnings": list(scan.warnings)}


def joined_scans(lines: Iterable[str]) -> Iterator[str]:
    r"""Yield one scan at a time from lines of text.

    Line breaks inside a scan may be written as `\n` and `\r` (and `\x1e`); a machine-readable zone
    may also arrive as the two or three lines it has on paper. Blank lines are passed over.
    """
    pending: list[str] = []
    for line in lines:
        text = line.rstrip("\r\n")
        for written, meant in ((r"\n", "\n"), (r"\r", "\r"), (r"\x1e", "\x1e")):
            text = text.replace(written, meant)
        if not text.strip():
            continue
        bare = text.strip().upper()
        if not pending and _ZONE_LINE.fullmatch(bare) and len(bare) in _LINES and "<" in bare:
            pending = [bare]
            continue
        if pending and len(bare) == len(pending[0]):
            pending.append(bare)
            if len(pending) == _LINES[len(bare)]:
                yield "\n".join(pending)
                pending = []
            continue
        if pending:
            yield "\n".join(pending)
            pending = []
        yield text
    if pending:
        yield "\n".join(pending)
