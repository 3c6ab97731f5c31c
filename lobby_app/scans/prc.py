"""PRC identity numbers (GB 11643) and their relatives: residence permits, foreigner cards."""

import re
from datetime import date

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.domain.customer import Title
from lobby_app.scans.checks import day, full_years, gb11643_check, mask_ends
from lobby_app.scans.context import ScanContext
from lobby_app.scans.demo_numbers import is_demo_resident_number

PRC_FORM = re.compile(r"\d{17}[\dX]")
OLD_FORM = re.compile(r"\d{15}")
OLD_FOREIGNER_FORM = re.compile(r"[A-Z]{3}\d{12}")
_EARLIEST = date(1850, 1, 1)
# Province codes that ever existed; region codes below them are abolished, numbers stay valid.
_PROVINCES = frozenset(
    [
        *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36"),
        *("37", "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62"),
        *("63", "64", "65", "71"),
    ]
)
_PERMITS = frozenset({"81", "82", "83"})


def parse_prc_number(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read an 18-character number.

    Reasons: `id_region`, `id_birth_date`, `id_check_digit`.
    """
    kind = _kind(text, is_demo=context.is_demo)
    if kind is None:
        return Unreadable("id_region")
    birth = day(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    if birth is None or not _EARLIEST <= birth <= context.now.date():
        return Unreadable("id_birth_date")
    is_demo = context.is_demo and is_demo_resident_number(text)
    if gb11643_check(text[:17]) != text[17] and not is_demo:
        return Unreadable("id_check_digit")
    return Credential(
        kind=kind,
        token=context.token("document", text),
        mask=mask_ends(text, 1, 1),
        age=full_years(birth, context.now.date()),
        title=Title.MR if int(text[16]) % 2 else Title.MS,
    )


def is_plausible(text: str, context: ScanContext) -> bool:
    """Tell whether 18 digits are more likely an identity number than a card number."""
    if _kind(text, is_demo=context.is_demo) is None:
        return False
    birth = day(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    return birth is not None and _EARLIEST <= birth <= context.now.date()


def is_old_number(text: str) -> bool:
    """Tell whether a text is a fifteen-digit number of before 1999: province and birth YYMMDD."""
    if not OLD_FORM.fullmatch(text) or text[:2] not in _PROVINCES:
        return False
    return day(1900 + int(text[6:8]), int(text[8:10]), int(text[10:12])) is not None


def _kind(text: str, *, is_demo: bool) -> CredentialKind | None:
    if is_demo and is_demo_resident_number(text):
        return CredentialKind.RESIDENT_ID
    if text[:2] in _PERMITS:
        return CredentialKind.RESIDENCE_PERMIT
    if text[0] == "9":
        # 2023 card: 9, province, ISO 3166-1 numeric country, birth, sequence, check digit.
        return CredentialKind.FOREIGNER_CARD if text[1:3] in _PROVINCES else None
    return CredentialKind.RESIDENT_ID if text[:2] in _PROVINCES else None


def parse_old_foreigner_number(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read the 15-character foreigner card of 2017: country, province, birth YYMMDD, sequence.

    Reason: `id_birth_date`.
    """
    digits = text[3:]
    year = int(digits[4:6])
    century = 2000 if 2000 + year <= context.now.year else 1900
    birth = day(century + year, int(digits[6:8]), int(digits[8:10]))
    if birth is None or birth > context.now.date():
        return Unreadable("id_birth_date")
    return Credential(
        kind=CredentialKind.FOREIGNER_CARD,
        token=context.token("document", text),
        mask=mask_ends(text, 1, 1),
        age=full_years(birth, context.now.date()),
    )
