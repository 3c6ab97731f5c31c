"""Strict reading of one TOML table: every error names file, key and what is allowed."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Text


def read_toml(path: Path, area: str = "policy") -> dict[str, Any]:
    """Return the document of `path`. `area` of the sentences: policy or branch.

    Raises:
        KnownError: `<area>.unreadable`, with the parser's line and column.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise KnownError(f"{area}.unreadable", file=path.name, detail=str(error)) from error


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file, read key by key; what is left over is an error.

    Attributes:
        area: of the sentences that name the error, policy or branch.
    """

    file: str
    name: str
    values: Mapping[str, Any]
    area: str = "policy"

    def key(self, key: str) -> str:
        """Return the full name of a key for messages."""
        return f"{self.name}.{key}" if self.name else key

    def wrong(self, key: str, allowed: str) -> KnownError:
        """Return the error for a value that is missing or not allowed."""
        return KnownError(
            f"{self.area}.wrong_value", file=self.file, key=self.key(key), allowed=allowed
        )

    def expect_only(self, allowed: Sequence[str]) -> None:
        """Refuse keys that nobody would read."""
        for key in self.values:
            if key not in allowed:
                raise KnownError(
                    f"{self.area}.unknown_key",
                    file=self.file,
                    key=self.key(key),
                    allowed=", ".join(allowed),
                )

    def text(self) -> Text:
        """Return the sentence of this table in both languages."""
        return Text(self.string("zh"), self.string("en"))

    def string(self, key: str) -> str:
        """Return a non-empty string."""
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "text")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; absent means empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, '["…", "…"]')
        return tuple(value)

    def number(self, key: str, least: float = 0, most: float = 1e9) -> float:
        """Return a number within bounds."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"{least:g} – {most:g}")
        if not least <= value <= most:
            raise self.wrong(key, f"{least:g} – {most:g}")
        return float(value)

    def whole(self, key: str, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number within bounds."""
        value = self.values.get(key)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key, f"{least} – {most}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; absent means false."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "true, false")
        return value

    def clock(self, key: str) -> time:
        """Return a time of day written as "HH:MM"."""
        try:
            return time.fromisoformat(self.string(key))
        except ValueError as error:
            raise self.wrong(key, '"HH:MM"') from error

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        """Return a string out of a fixed list."""
        value = self.string(key)
        if value not in allowed:
            raise self.wrong(key, ", ".join(allowed))
        return value

    def table(self, key: str) -> "Table":
        """Return a nested table."""
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "{ … }")
        return Table(self.file, self.key(key), value, self.area)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """Return a list of tables, `[[key]]` in the file; absent means empty."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, f"[[{key}]]")
        return tuple(
            Table(self.file, f"{self.key(key)}[{place}]", item, self.area)
            for place, item in enumerate(value, start=1)
        )


def tables_of(path: Path) -> dict[str, Table]:
    """Return the top-level tables of a file that consists of nothing else."""
    document = Table(path.name, "", read_toml(path))
    return {key: document.table(key) for key in document.values}
