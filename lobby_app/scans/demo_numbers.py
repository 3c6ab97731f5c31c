"""Numbers of the demo branch: obviously false, so that nothing looks like a real identity.

Region 999999 does not exist and the check digit is deliberately wrong; cards have a BIN that no
issuer owns and fail Luhn; phone numbers start with a block that is not assigned (domain 6.6).
"""

from datetime import date

from lobby_app.scans.checks import gb11643_check, luhn_ok
from lobby_app.scans.mrz import check_digit

_REGION = "999999"
_BIN = "999900"
_MOBILE = "1000000"
_CHECKS = "10X98765432"


def _wrong_check(first17: str) -> str:
    return _CHECKS[(_CHECKS.index(gb11643_check(first17)) + 1) % 11]


def demo_resident_number(birth: date, sequence: int) -> str:
    """Return a resident number of the demo: `sequence` 0-999, odd = male."""
    first17 = f"{_REGION}{birth:%Y%m%d}{sequence % 1000:03d}"
    return first17 + _wrong_check(first17)


def is_demo_resident_number(text: str) -> bool:
    """Tell whether an 18-character number is one of the demo's."""
    return text.startswith(_REGION) and text[17] == _wrong_check(text[:17])


def demo_card_number(index: int) -> str:
    """Return a 19-digit card number of the demo that fails Luhn. `index` 0 … 10^12 - 1."""
    first18 = f"{_BIN}{index:012d}"
    last = next(d for d in "0123456789" if luhn_ok(first18 + d))
    return first18 + str((int(last) + 1) % 10)


def is_demo_card_number(digits: str) -> bool:
    """Tell whether a card number is one of the demo's: its failing check digit is meant."""
    return len(digits) == 19 and digits.startswith(_BIN)


def demo_mobile(index: int) -> str:
    """Return an 11-digit phone number of the demo. `index` 0-9999."""
    return f"{_MOBILE}{index:04d}"


def is_demo_mobile(digits: str) -> bool:
    """Tell whether an 11-digit number is one of the demo's."""
    return digits.startswith(_MOBILE)


def build_td3(surname: str, given: str, number: str, birth: date, sex: str, expiry: date) -> str:
    """Return a passport's machine-readable zone of Utopia (UTO): 88 characters, checks right."""
    line_1 = f"P<UTO{surname}<<{given}".ljust(44, "<")[:44]
    parts = f"{number:<9}".replace(" ", "<"), f"{birth:%y%m%d}", f"{expiry:%y%m%d}"
    checked = [part + check_digit(part) for part in parts]
    optional = "<" * 14 + "0"
    line_2 = f"{checked[0]}UTO{checked[1]}{sex}{checked[2]}{optional}"
    composite = checked[0] + checked[1] + checked[2] + optional
    return line_1 + line_2 + check_digit(composite)
