"""`lobby scan`: what a reader sends, described without a number; to set up a new reader."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from lobby_app.domain.credential import Credential, Unreadable

_ZONE_LINE = re.compile(r"[PIVAC][A-Z0-9<]{29,43}")
_LINES = {44: 2, 36: 2, 30: 3}
# A licence's bar code holds line breaks itself: a header, then one element a line.
_LICENCE_BEGINS = re.compile(r"@|@?\s*(?:ANSI |AAMVA)\d{6}.*")
_LICENCE_GOES_ON = re.compile(r"(?:ANSI |AAMVA)\d{6}.*|D[A-Z]{2}.*|Z[A-Z]{2}.*")


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

    Line breaks inside a scan may be written as `\n` and `\r` (and `\x1e`). A machine-readable zone
    and a licence may also arrive in the lines that they have. Blank lines are passed over.
    """
    pending: list[str] = []
    for line in lines:
        text = _unescaped(line)
        bare = unicodedata.normalize("NFKC", text).strip().upper()
        if not bare:
            continue
        if pending and not _continues(pending, bare):
            yield "\n".join(pending)
            pending = []
        if not pending and not _begins(bare):
            yield text
            continue
        pending.append(bare)
        if len(pending) == _LINES.get(len(pending[0])):
            yield "\n".join(pending)
            pending = []
    if pending:
        yield "\n".join(pending)


def _unescaped(line: str) -> str:
    text = line.rstrip("\r\n")
    for written, meant in ((r"\n", "\n"), (r"\r", "\r"), (r"\x1e", "\x1e")):
        text = text.replace(written, meant)
    return text


def _begins(bare: str) -> bool:
    """Tell whether a line begins a scan of several lines."""
    is_zone = _ZONE_LINE.fullmatch(bare) and len(bare) in _LINES and "<" in bare
    return bool(is_zone or _LICENCE_BEGINS.fullmatch(bare))


def _continues(pending: list[str], bare: str) -> bool:
    if _LICENCE_BEGINS.fullmatch(pending[0]):
        return _LICENCE_GOES_ON.fullmatch(bare) is not None
    return len(bare) == len(pending[0])
