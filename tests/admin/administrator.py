"""An administrator at the command line, with a key file of their own and a real database."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lobby_app.cli import run
from lobby_app.devices.key_file import KeyFile
from tests.helpers.postgres import Central

CARD = "6222026006703551234"
DOCUMENT = "11010519491231002X"
MOBILE = "13800138000"


@dataclass
class Administrator:
    """Runs `lobby central …` in this process.

    Attributes:
        folder: data folder with `lobby.toml` and the key file.
        database_of_desks: where desks enrol, if not at the database itself.
    """

    central: Central
    folder: Path
    capsys: pytest.CaptureFixture[str]
    database_of_desks: str = ""

    @property
    def database(self) -> str:
        address = self.central.address
        return f"{address.host}:{address.port}/{address.database}"

    @property
    def keys(self) -> KeyFile:
        return KeyFile(self.folder / "keys.json")

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        """Return exit status, output and errors."""
        self.capsys.readouterr()
        status = run(
            ["central", command, "--data-dir", str(self.folder), "--language", "en",
             "--database", self.database, *arguments]
        )  # fmt: skip
        said = self.capsys.readouterr()
        return status, said.out, said.err

    def done(self, command: str, *arguments: str) -> str:
        """Run what must succeed; return its output."""
        status, said, errors = self.run(command, *arguments)
        assert (status, errors) == (0, ""), f"{command}: {status} {errors}"
        return said

    def told(self, command: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.done(command, "--json"))
        return document

    def code(self, branch: int, slot: int, kind: str = "counter", *more: str) -> str:
        """Return a new enrolment code."""
        said = self.done(
            "enrol-desk", "--branch", str(branch), "--slot", str(slot), "--kind", kind, *more
        )
        return next(line.strip() for line in said.splitlines() if line.startswith("    "))

    def desk(self, folder: Path) -> Path:
        """Make a data folder of a desk that was never enrolled."""
        folder.mkdir()
        (folder / "lobby.toml").write_text(SETTINGS, encoding="utf-8")
        return folder

    def enrol(
        self, folder: Path, code: str, monkeypatch: pytest.MonkeyPatch, *more: str
    ) -> tuple[int, str]:
        """Run `lobby enrol` in a desk's folder; return status and what it said."""
        self.capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(code + "\n"))
        status = run(
            ["enrol", "--data-dir", str(folder), "--language", "en", "--name", "Desk",
             "--address", self.database_of_desks or self.database, *more]
        )  # fmt: skip
        said = self.capsys.readouterr()
        return status, said.out + said.err


SETTINGS = '# of this desk\nlanguage = "en"\n\n[secrets]\nkey_file = "keys.json"\n'


def rows_of_everything(central: Central) -> dict[str, list[str]]:
    """Return every row of every table of the schema as text."""
    tables = central.run(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'lobby'::regnamespace"
        " AND c.relkind IN ('r', 'p') ORDER BY 1"
    )
    return {
        name: sorted(row[0] for row in central.run(f"SELECT t::text FROM lobby.{name} t"))  # noqa: S608
        for (name,) in tables
    }
