"""Connections to the central PostgreSQL: verified TLS, deadlines, nothing that a pooler forbids."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from lobby_app.domain.errors import KnownError

DEADLINE_S = 10.0
_CONNECT_S = 5
_ADDRESS = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/\s]+):(?P<port>[0-9]{1,5})/(?P<database>[^/\s]+)"
)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class CentralAddress:
    """Where the central database is and how its identity and ours are proved.

    Attributes:
        host: name, address, or the folder of a Unix socket (absolute path).
        root_certificate: who vouches for the server; None = the system's store.
        client_certificate, client_key: proof of this desk, where the server asks for one.
    """

    host: str
    port: int
    database: str
    root_certificate: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None

    @property
    def is_here(self) -> bool:
        """Whether nothing leaves this machine: demo and tests."""
        if self.host == "localhost" or self.host.startswith("/"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(text: str) -> tuple[str, int, str]:
    """Return host, port and database of `host:port/database`.

    Raises:
        KnownError: `config.central_address`.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise KnownError("config.central_address", value=text)
    return found["host"].strip("[]"), int(found["port"]), found["database"]


class DeadlineConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose every round trip ends in time, whatever the network does with it.

    A server's own statement_timeout does not help against a line that swallows everything.
    """

    deadline_s: float = DEADLINE_S

    def wait(
        self, gen: PQGen[_Answer], interval: float = 0.1, timeout: float | None = None
    ) -> _Answer:
        """Wait for the server until the deadline; raises psycopg.OperationalError after it."""
        return super().wait(gen, interval, self.deadline_s if timeout is None else timeout)


def connect(
    address: CentralAddress, user: str, password: str | None, *, timeout_s: float = DEADLINE_S
) -> DeadlineConnection:
    """Return a connection in autocommit; one statement is one transaction and one round trip.

    The password is handed over as a parameter, so that it is in no text that could be logged.

    Raises:
        psycopg.Error: the server cannot be reached, proved or does not let us in.
    """
    connection = DeadlineConnection.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=user,
        password=password,
        autocommit=True,
        # A pooler hands each statement to another server process: nothing may be prepared.
        prepare_threshold=None,
        connect_timeout=max(1, min(_CONNECT_S, round(timeout_s))),
        tcp_user_timeout=round(timeout_s * 1000),
        keepalives_idle=30,
        application_name="lobby",
        **_tls(address),
    )
    connection.deadline_s = timeout_s
    return connection


def _tls(address: CentralAddress) -> dict[str, Any]:
    if address.root_certificate is None and address.is_here:
        return {"sslmode": "disable"}
    proof = {"sslcert": address.client_certificate, "sslkey": address.client_key}
    return {
        "sslmode": "verify-full",
        "sslrootcert": str(address.root_certificate or "system"),
        **{name: str(path) for name, path in proof.items() if path is not None},
    }
