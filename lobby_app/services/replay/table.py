"""A CSV file as rows: compressed or not, UTF-8, UTF-16 or GBK, whatever divides its fields."""

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lobby_app.domain.errors import KnownError
from lobby_app.policy.reading import read_toml
from lobby_app.resources import resource

_GZIP = b"\x1f\x8b"
_MAX_BYTES = 400_000_000
_MAX_FIELD = 100_000
_DELIMITERS = ",;\t|"
_UNIT = re.compile(r"[(\[（【]([^)\]）】]*)[)\]）】]\s*$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column with a meaning. `unit`: minutes, seconds or empty; `header`: as the file says."""

    place: int
    header: str
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number`: line of the file, counted from 1."""

    number: int
    fields: Sequence[str]

    def text(self, column: Column) -> str:
        """Return a field without blanks around it; a row that ends early has empty ones."""
        return self.fields[column.place].strip() if column.place < len(self.fields) else ""


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file of arrivals: its columns by meaning (see resources/replay/words.toml), its rows."""

    file: str
    columns: Mapping[str, Column]
    headers: tuple[str, ...]
    rows: tuple[Row, ...]

    def bad_value(self, row: Row, column: Column, expected: str) -> KnownError:
        """Return the error for a field that cannot be read."""
        return KnownError(
            "replay.bad_value",
            file=self.file,
            row=row.number,
            column=column.header,
            value=row.text(column)[:40],
            expected=expected,
        )


@cache
def synonyms(table: str) -> dict[str, tuple[str, ...]]:
    """Return a table of resources/replay/words.toml."""
    document = read_toml(resource("replay", "words.toml"))[table]
    return {key: tuple(values) for key, values in document.items()}


def read_table(path: Path) -> CsvTable:
    """Read a CSV file and find out what its columns mean.

    Raises:
        KnownError: `replay.unreadable`, `replay.empty`.
    """
    lines = _decoded(path).splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows = list(_rows(lines, delimiter, path))
    if len(rows) < 2:
        raise KnownError("replay.empty", file=path.name)
    headers = tuple(header.strip() for header in rows[0].fields)
    return CsvTable(path.name, _columns(headers), headers, tuple(rows[1:]))


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            with gzip.open(path) as unpacked:
                content = unpacked.read(_MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise KnownError("replay.unreadable", file=path.name, detail=str(error)) from error
    if len(content) > _MAX_BYTES:
        raise KnownError("replay.too_large", file=path.name, limit=_MAX_BYTES // 1_000_000)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise KnownError("replay.encoding", file=path.name)


def _rows(lines: Sequence[str], delimiter: str, path: Path) -> Iterator[Row]:
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield Row(reader.line_num, fields)
    except csv.Error as error:
        raise KnownError(
            "replay.unreadable", file=path.name, detail=f"{reader.line_num}: {error}"
        ) from error


def _columns(headers: Sequence[str]) -> dict[str, Column]:
    """Return the columns by meaning; of two names for one meaning the more usual one is read."""
    named: dict[str, Column] = {}
    for place, header in enumerate(headers):
        name, unit = split_unit(header)
        for candidate in (as_word(header), name):
            named.setdefault(candidate, Column(place, header, unit))
    found = {}
    for meaning, names in synonyms("columns").items():
        for name in names:
            if name in named:
                found[meaning] = named[name]
                break
    return found


def as_word(text: str) -> str:
    """Return a header or value as the words are written: lower case, one kind of gap."""
    return re.sub(r"[\s\-_./]+", "_", text.strip().lower()).strip("_")


def split_unit(header: str) -> tuple[str, str]:
    """Return the word of a header without its unit, and the unit: minutes, seconds or empty."""
    bracket = _UNIT.search(header)
    unit = _unit(as_word(bracket.group(1))) if bracket else ""
    name = as_word(_UNIT.sub("", header))
    stem, _, ending = name.rpartition("_")
    if not unit and stem and _unit(ending):
        return stem, _unit(ending)
    if not unit and name in synonyms("units")["minutes"]:
        return name, "minutes"
    return name, unit


def _unit(word: str) -> str:
    return next((unit for unit, names in synonyms("units").items() if word in names), "")
