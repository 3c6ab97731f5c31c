"""The bank's file of customers: CSV or JSON lines in, records with keyed tokens out, streamed.

The numbers of cards and documents live in one line at a time and leave as tokens; no message and no
record ever holds one. A line that is not right stops the whole import.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_json import MOST_TOKENS, read_record
from lobby_app.domain.errors import KnownError

Tokeniser = Callable[[str, str], str]
"""(domain, number) → keyed token, the same function as that of a scan."""
_NUMBERS = {
    "card_numbers": ("card", re.compile(r"[0-9]{12,19}")),
    "document_numbers": ("document", re.compile(r"[0-9A-Z]{5,20}")),
    "mobile_numbers": ("mobile", re.compile(r"[0-9]{11}")),
    "licence_numbers": ("licence", re.compile(r"[0-9A-Z]{4,25}")),
}
_NAME = re.compile(r"[a-z][a-z_0-9]{0,39}")
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,40}")
_LIKE_A_NUMBER = re.compile(r"[0-9]{11,19}|[0-9]{17}[0-9Xx]")
_HIDDEN_NUMBER = re.compile(r"\d{11}")
_TEXTS = ("masked_name", "surname", "manager_name")
_LISTS = ("media", "flags", "access", "usual_businesses")
_WHOLE = ("aum", "potential", "device_skill", "mobile_limit")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_USUAL: Mapping[str, Any] = {
    "masked_name": "", "surname": "", "title": "none", "language": "zh_CN", "birth_date": None,
    "aum": None, "potential": None, "device_skill": 1, "mobile_active": False, "mobile_limit": 0,
    "media": [], "flags": [], "access": [], "needs_help": False, "relationship_stage": "mature",
    "aum_change_90d_percent": 0.0, "next_maturity": None, "manager_name": "",
    "usual_businesses": [],
}  # fmt: skip
_REQUIRED = ("customer_ref", "tier", "tier_as_of")
_KNOWN = frozenset((*_REQUIRED, *_USUAL, *_NUMBERS))
_MOST_CHARACTERS = 20_000


class _LineError(Exception):
    """A line is not right."""

    def __init__(self, what: str) -> None:
        """Take the name of the field that is wrong; its value is told to nobody."""
        super().__init__(what)
        self.what = what


def read_customers(path: Path, tokenise: Tokeniser) -> Iterator[CustomerRecord]:
    """Yield the customers of a file, `.csv` or `.jsonl`.

    Raises:
        KnownError: `central.file_unreadable`, `central.file_kind`, `central.file_encoding`,
            `central.file_line` with the number of the line and the field that is wrong.
    """
    readers = {".csv": _csv_lines, ".jsonl": _json_lines}
    lines = readers.get(path.suffix.lower())
    if lines is None:
        raise KnownError("central.file_kind", file=str(path))
    at = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, values in lines(file):
                at = number
                yield _customer(values, tokenise)
    except _LineError as error:
        raise KnownError(
            "central.file_line", file=str(path), line=at + 1, what=error.what
        ) from None
    except UnicodeDecodeError:
        raise KnownError("central.file_encoding", file=str(path)) from None
    except csv.Error:
        # Its own words may quote the line.
        raise KnownError("central.file_line", file=str(path), line=at + 1, what="CSV") from None
    except OSError as error:
        raise KnownError("central.file_unreadable", file=str(path)) from error


def _json_lines(file: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file):
        if not line.strip():
            continue
        try:
            fits = len(line) <= _MOST_CHARACTERS
            values = json.loads(line, object_pairs_hook=_each_once) if fits else None
        except (ValueError, RecursionError):
            values = None
        yield number, values if isinstance(values, dict) else {"": None}


def _each_once(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    """Return the pairs as a document; of two of one name, one would be lost in silence."""
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError
    return values


def _csv_lines(file: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = csv.DictReader(file, strict=True)
    names = rows.fieldnames or [""]
    for name in names:
        _expect_known(name)
        if names.count(name) > 1:
            raise _LineError(name)  # one of the two would be lost in silence
    for values in rows:
        # The number of the line before the next one: what the reader has just passed.
        yield rows.line_num - 1, _from_text(values)


def _from_text(values: Mapping[str | None, Any]) -> Mapping[str, Any]:
    """Return the values of a CSV line as JSON would have them; an empty one is the usual one."""
    typed: dict[str, Any] = {}
    for name, text in values.items():
        if name is None or text is None:
            return {"": None}
        if not text.strip():
            continue
        typed[name] = _typed(name, text.strip())
    return typed


def _typed(name: str, text: str) -> Any:
    if name in _LISTS or name in _NUMBERS:
        return text.replace(";", " ").split()
    if name in ("mobile_active", "needs_help"):
        return _TRUTHS.get(text.lower())
    try:
        if name in _WHOLE:
            return int(text)
        return float(text) if name == "aum_change_90d_percent" else text
    except ValueError:
        return text  # refused as any other text in its place


def _customer(values: Mapping[str, Any], tokenise: Tokeniser) -> CustomerRecord:
    for name in values:
        _expect_known(name)
    reference = values.get("customer_ref")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise _LineError("customer_ref")
    if _LIKE_A_NUMBER.fullmatch(reference):
        raise _LineError("customer_ref")  # it stands in every event: no card, document or telephone
    try:
        record = read_record({**_USUAL, **{k: v for k, v in values.items() if k not in _NUMBERS}})
    except ValueError as error:
        raise _LineError(str(error)) from None
    if record.masked_name and "*" not in record.masked_name:
        raise _LineError("masked_name")
    _expect_no_number(record)
    return replace(record, tokens=tuple(_tokens(values, tokenise)))


def _expect_no_number(record: CustomerRecord) -> None:
    """Refuse a card, document or telephone that slipped into what is kept as it is."""
    said = {name: getattr(record, name) for name in _TEXTS}
    said["usual_businesses"] = "|".join(record.usual_businesses)
    for name, text in said.items():
        if _HIDDEN_NUMBER.search(re.sub(r"[\s-]", "", text)):
            raise _LineError(name)


def _expect_known(name: str) -> None:
    if name not in _KNOWN:
        # A misplaced number may stand where a name should: only what looks like a name is told.
        raise _LineError(name if _NAME.fullmatch(name) else "?")


def _tokens(values: Mapping[str, Any], tokenise: Tokeniser) -> Sequence[str]:
    tokens: dict[str, None] = {}
    for name, (domain, form) in _NUMBERS.items():
        numbers = values.get(name, [])
        if not isinstance(numbers, list):
            raise _LineError(name)
        for number in numbers:
            plain = re.sub(r"[\s-]", "", number).upper() if isinstance(number, str) else ""
            if not form.fullmatch(plain):
                raise _LineError(name)
            tokens[tokenise(domain, plain)] = None
        if len(tokens) > MOST_TOKENS:
            raise _LineError(name)
    return list(tokens)
