"""A database that an administrator is about to set up."""

from pathlib import Path

import pytest

from tests.admin.administrator import SETTINGS, Administrator
from tests.helpers.postgres import Central


@pytest.fixture
def administrator(
    central: Central, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Administrator:
    """An administrator before `init`; roles belong to the server, so their passwords go first."""
    central.run("ALTER ROLE lobby_desk PASSWORD NULL")
    folder = tmp_path / "administrator"
    folder.mkdir()
    (folder / "lobby.toml").write_text(SETTINGS, encoding="utf-8")
    return Administrator(central, folder, capsys)


@pytest.fixture
def bank(administrator: Administrator) -> Administrator:
    """An administrator whose database is set up, with branch 7."""
    administrator.done("init")
    administrator.done("add-branch", "--branch", "7", "--name", "Seven")
    return administrator
