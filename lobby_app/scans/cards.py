"""Payment cards: magnetic tracks as a wedge delivers them, and card numbers by hand or bar code."""

import re

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.scans.checks import luhn_ok, mask_card
from lobby_app.scans.context import ScanContext
from lobby_app.scans.demo_numbers import is_demo_card_number

# ISO/IEC 7813. After the end sentinel a reader may send one LRC character, but `;`, `%` and `+`
# begin the next track.
_TRACK_1 = re.compile(r"%[A-Z](\d{1,19})\^[^^?]{0,26}\^(\d{4}|\^)(\d{3}|\^)?[^?]{0,60}\?")
_TRACK_2 = re.compile(r";(\d{1,19})=(\d{4}|=)(\d{3}|=)?[^?;%+]{0,30}\?")
_TRACK_3 = re.compile(r"[;+!](\d{2})(\d{1,19})=[^?;%]{0,100}\?")
_BAD_TRACK = re.compile(r"[%;+!]E\?")
_SHORTEST, _LONGEST = 12, 19


def looks_like_track(text: str) -> bool:
    """Tell whether the text begins as a magnetic stripe does."""
    # A phone number may begin with + as well; a track 3 has a separator or says that it is bad.
    is_third = text[:1] in ("+", "!") and ("=" in text or text[1:3].upper() == "E?")
    return text[:1] in ("%", ";") or is_third


def parse_tracks(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read a stripe: track 2 first, then 1, then 3; a bad track is a warning when another is good.

    Reasons: `bad_swipe` (swipe again), `card_length`.
    """
    warnings = ["bad_track"] if _BAD_TRACK.search(text) else []
    first, second = _TRACK_1.search(text), _second_track(text)
    if first and second and first[1] != second[1]:
        warnings.append("tracks_differ")
    found = second or first
    if found is not None:
        number, expiry = found[1], found[2]
    else:
        third = _TRACK_3.search(text)
        if third is None:
            return Unreadable("bad_swipe", tuple(warnings))
        number, expiry = third[2], ""
    if not _SHORTEST <= len(number) <= _LONGEST:
        return Unreadable("card_length", tuple(warnings))
    expired = False
    if expiry.isdigit():
        month = int(expiry[2:])
        if 1 <= month <= 12:
            expired = (2000 + int(expiry[:2]), month) < (context.now.year, context.now.month)
        else:
            warnings.append("expiry_month")
    if expired:
        warnings.append("card_expired")
    return _card(number, tuple(warnings), context)


def _second_track(text: str) -> re.Match[str] | None:
    """Return track 2. No card number begins with 0: that is a track 3 that begins with `;`."""
    return next((m for m in _TRACK_2.finditer(text) if not m[1].startswith("0")), None)


def parse_card_number(digits: str, context: ScanContext) -> Credential | Unreadable:
    """Read a card number typed or scanned from a bar code. Reason: `card_length`."""
    if not 13 <= len(digits) <= _LONGEST:
        return Unreadable("card_length")
    return _card(digits, (), context)


def _card(number: str, warnings: tuple[str, ...], context: ScanContext) -> Credential:
    if not luhn_ok(number) and not (context.is_demo and is_demo_card_number(number)):
        # Some bank-internal cards and passbooks do not satisfy it: a warning, not a refusal.
        warnings = (*warnings, "luhn")
    return Credential(
        kind=CredentialKind.PAYMENT_CARD,
        token=context.token("card", number),
        mask=mask_card(number),
        warnings=warnings,
    )
