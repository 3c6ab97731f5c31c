"""Against a server that asks everybody for a password: where it comes from, and that it counts."""

import getpass
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.central.connection import connect
from lobby_app.domain.secret_names import DESK_PASSWORD
from tests.admin.administrator import SETTINGS, Administrator
from tests.admin.test_enrolment import refusal
from tests.helpers.postgres import SUPERUSER, Central, Server

PASSWORD = "the superuser's own: longer than most"


@pytest.fixture(scope="module")
def strict() -> Iterator[Central]:
    """An empty database on a server of its own that trusts nobody."""
    folder = Path(tempfile.mkdtemp(prefix=f"lobby-strict-{getpass.getuser()}-"))
    folder.chmod(0o755)
    server = Server(folder)
    try:
        server.initialise()
        server.start("-c", "fsync=off", "-c", "log_statement=all")
        with server.open() as sql:
            sql.execute("CREATE DATABASE strict")
            sql.execute(f"ALTER ROLE {SUPERUSER} PASSWORD '{PASSWORD}'".replace("r's", "r''s"))
            hba = folder / "data" / "pg_hba.conf"
            hba.write_text("host all all 127.0.0.1/32 scram-sha-256\n")
            sql.execute("SELECT pg_reload_conf()")
        yield Central(server, "strict")
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture
def administrator(
    strict: Central, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Administrator:
    folder = tmp_path / "administrator"
    folder.mkdir()
    (folder / "lobby.toml").write_text(SETTINGS, encoding="utf-8")
    return Administrator(strict, folder, capsys)


def test_a_bank_is_set_up_and_a_desk_enrolled_by_passwords_alone(
    administrator: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _, errors = administrator.run("init")
    assert (status, "does not accept this role" in errors) == (2, True)

    with monkeypatch.context() as patched:
        patched.setattr("sys.stdin.isatty", lambda: True, raising=False)
        patched.setattr("lobby_app.commands.central.opening.getpass", lambda prompt: PASSWORD)
        said = administrator.done("init", "--keep-password")
    assert "A password for the role lobby_desk was made" in said
    assert administrator.done("init") == "Nothing to do.\n"
    administrator.done("add-branch", "--branch", "7", "--name", "Seven")

    folder = administrator.desk(tmp_path / "desk")
    assert administrator.enrol(folder, administrator.code(7, 1), monkeypatch)[0] == 0
    assert refusal(folder) == ""

    kept = administrator.keys.get(DESK_PASSWORD)
    assert kept is not None
    log = (administrator.central.server.folder / "log").read_text(errors="replace")
    assert "ALTER ROLE" in log
    assert kept.decode() not in log

    passes = tmp_path / "passes"
    address = administrator.central.address
    passes.write_text(f"{address.host}:{address.port}:strict:lobby_desk:{kept.decode()}\n")
    passes.chmod(0o600)
    with monkeypatch.context() as patched:
        patched.setenv("PGPASSFILE", str(passes))
        connect(address, "lobby_desk", None).close()
        status, _, errors = administrator.run("status", "--user", "lobby_desk")
    assert (status, "may not do that" in errors) == (2, True)
