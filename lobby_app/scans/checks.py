"""Check digits, dates and masks that several parsers share."""

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def luhn_ok(digits: str) -> bool:
    """Tell whether ISO/IEC 7812 annex B holds."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = ord(character) - 48
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def gb11643_check(first17: str) -> str:
    """Return the check character of a PRC number (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(c) * w for c, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def day(year: int, month: int, day_of_month: int) -> date | None:
    """Return a date, or None when there is no such day."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def full_years(birth: date, today: date) -> int:
    """Return a person's age in full years."""
    before_birthday = (today.month, today.day) < (birth.month, birth.day)
    return today.year - birth.year - before_birthday


def mask_card(number: str) -> str:
    """Return the last four digits only (PCI DSS 3.4.1 allows more; the desk needs no more)."""
    return f"**** {number[-4:]}" if len(number) >= 13 else "****"


def mask_ends(number: str, first: int, last: int) -> str:
    """Return the first and last characters with stars between."""
    hidden = max(0, len(number) - first - last)
    return number[:first] + "*" * hidden + number[len(number) - last :]
