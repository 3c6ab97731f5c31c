"""Machine-readable zones (ICAO 9303): TD1, TD2, TD3, MRV-A and MRV-B."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.domain.customer import Title
from lobby_app.scans.checks import day, full_years, mask_ends
from lobby_app.scans.context import ScanContext

_CHARACTERS = re.compile(r"[A-Z0-9<]+")
_SPLIT = {88: 44, 72: 36, 90: 30}
_SHAPES = {(2, 44), (2, 36), (3, 30)}
# What a camera confuses; repaired only where the check digit then proves it.
_DIGIT_FOR = str.maketrans("OIBSZG", "018526")


@dataclass(frozen=True, slots=True)
class _Fields:
    """The machine's view of one document."""

    number: str
    birth: str
    expiry: str
    sex: str
    failed: tuple[str, ...]


def looks_like_mrz(text: str) -> bool:
    """Tell whether the text is a machine-readable zone, whole or in lines."""
    lines = mrz_lines(text)
    return (
        (len(lines), len(lines[0]) if lines else 0) in _SHAPES
        and lines[0][0] in "PIVAC"
        and "<" in text
    )


def mrz_lines(text: str) -> list[str]:
    """Return the lines of a zone; a reader may send them joined or with CR between."""
    lines = ["".join(line.split()) for line in re.split(r"[\r\n]+", text) if line.strip()]
    if len(lines) == 1 and len(lines[0]) in _SPLIT:
        width = _SPLIT[len(lines[0])]
        return [lines[0][i : i + width] for i in range(0, len(lines[0]), width)]
    return lines


def check_digit(field: str) -> str:
    """Return the check digit of a field: weights 7, 3, 1; A = 10 … Z = 35; `<` = 0."""
    total = 0
    for place, character in enumerate(field):
        if character == "<":
            continue
        value = int(character) if character.isdigit() else ord(character) - 55
        total += value * (7, 3, 1)[place % 3]
    return str(total % 10)


def parse_mrz(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read a zone.

    Reasons: `mrz_form`, `mrz_check_digit`, `id_birth_date`, `document_date`.
    """
    lines = mrz_lines(text)
    widths = {len(line) for line in lines}
    shape = (len(lines), len(lines[0]) if lines else 0)
    if len(widths) != 1 or shape not in _SHAPES or not all(map(_CHARACTERS.fullmatch, lines)):
        return Unreadable("mrz_form")
    fields = _td1(lines) if shape == (3, 30) else _two_lines(lines, is_visa=lines[0][0] == "V")
    if fields.failed:
        return Unreadable("mrz_check_digit")
    today = context.now.date()
    birth = _birth(fields.birth, today)
    if birth is None:
        return Unreadable("id_birth_date")
    expiry = _date(fields.expiry, 2000)
    if expiry is None:
        return Unreadable("document_date")
    number = fields.number.replace("<", "")
    if not number:
        return Unreadable("mrz_form")
    expired = expiry < today
    return Credential(
        kind=CredentialKind.TRAVEL_DOCUMENT,
        token=context.token("document", number),
        mask=mask_ends(number, 1, 3) if len(number) > 6 else "****",
        warnings=("document_expired",) if expired else (),
        age=full_years(birth, today),
        title={"M": Title.MR, "F": Title.MS}.get(fields.sex, Title.NONE),
        expired=expired,
    )


def _two_lines(lines: list[str], *, is_visa: bool) -> _Fields:
    second = lines[1]
    number, number_check, optional = second[:9], second[9], second[28:]
    if number_check == "<" and len(second) == 36 and not is_visa:
        number, number_check = _long_number(number, optional[:7])
    checks = {
        "number": (number, number_check),
        "birth": (second[13:19], second[19]),
        "expiry": (second[21:27], second[27]),
    }
    if not is_visa:
        last = len(second) - 1
        composite = second[0:10] + second[13:20] + second[21:last]
        checks["composite"] = (composite, second[last])
        if len(second) == 44 and not (set(second[28:42]) == {"<"} and second[42] in "<0"):
            checks["personal"] = (second[28:42], second[42])
    return _checked(checks, second[20])


def _td1(lines: list[str]) -> _Fields:
    first, second = lines[0], lines[1]
    number, number_check = first[5:14], first[14]
    if number_check == "<":
        number, number_check = _long_number(number, first[15:30])
    rest = second[0:7] + second[8:15] + second[18:29]
    composite = first[5:30] + rest
    if first[14] == "<" and check_digit(composite) != second[29]:
        # Some issuers take the composite over the short form of a long number, as the specimen in
        # circulation does; the long number is proved by a check digit of its own.
        composite = first[5:14] + check_digit(first[5:14]) + "<" * 15 + rest
    checks = {
        "number": (number, number_check),
        "birth": (second[0:6], second[6]),
        "expiry": (second[8:14], second[14]),
        "composite": (composite, second[29]),
    }
    return _checked(checks, second[7])


def _long_number(number: str, optional: str) -> tuple[str, str]:
    """Return number and check digit of a document number that runs into the optional field."""
    rest = optional.split("<", 1)[0]
    return number + rest[:-1], rest[-1:]


def _checked(checks: Mapping[str, tuple[str, str]], sex: str) -> _Fields:
    """Prove every field; where a repair is ambiguous the composite digit must decide."""
    fields = {name: pair for name, pair in checks.items() if name != "composite"}
    readings = {
        name: _readings(field, check, digits_only=name in ("birth", "expiry"))
        for name, (field, check) in fields.items()
    }
    failed = [name for name, found in readings.items() if not found]
    chosen = {name: found[0] for name, found in readings.items() if found}
    if not failed and "composite" in checks:
        proved = [
            combination
            for combination in product(*readings.values())
            if _composite_ok(
                checks["composite"], fields, dict(zip(fields, combination, strict=True))
            )
        ]
        if len(proved) != 1:
            failed.append("composite")
        else:
            chosen = dict(zip(fields, proved[0], strict=True))
    elif any(len(found) > 1 for found in readings.values()):
        failed.append("ambiguous")
    return _Fields(
        chosen.get("number", ""), chosen.get("birth", ""), chosen.get("expiry", ""), sex,
        tuple(failed),
    )  # fmt: skip


def _composite_ok(
    composite: tuple[str, str], fields: Mapping[str, tuple[str, str]], chosen: Mapping[str, str]
) -> bool:
    text, check = composite
    for name, (field, _) in fields.items():
        text = text.replace(field, chosen[name], 1)
    return check_digit(text) == check.translate(_DIGIT_FOR)


def _readings(field: str, check: str, *, digits_only: bool) -> list[str]:
    """Return the field if its check digit agrees, else the single-character repairs that agree."""
    check = check.translate(_DIGIT_FOR)
    if digits_only:
        field = field.translate(_DIGIT_FOR)
        return [field] if check_digit(field) == check else []
    if check_digit(field) == check:
        return [field]
    # Only letters that should be digits: the other way round, one repair in ten would "agree" by
    # chance with a number that was misread elsewhere.
    repairs = {
        field[:i] + character.translate(_DIGIT_FOR) + field[i + 1 :]
        for i, character in enumerate(field)
        if character in "OIBSZG"
    }
    return sorted(repair for repair in repairs if check_digit(repair) == check)


def _date(field: str, century: int) -> date | None:
    if not field.isdigit() or len(field) != 6:
        return None
    return day(century + int(field[:2]), int(field[2:4]), int(field[4:6]))


def _birth(field: str, today: date) -> date | None:
    """Return a birth date: a year that would lie in the future belongs to the last century."""
    birth = _date(field, 2000)
    return birth if birth is not None and birth <= today else _date(field, 1900)
