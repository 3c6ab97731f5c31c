"""The wire's documents carried to PostgreSQL: one function call, one statement, one round trip."""

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import psycopg

from lobby_app.central.connection import DEADLINE_S, CentralAddress, DeadlineConnection, connect
from lobby_app.domain.errors import BugError, KnownError

ROLE = "lobby_desk"
_CALLS = frozenset(
    ("heads", "read", "append", "claim", "customers", "customer", "roster", "bundle", "enrol")
)
_KEYS = {
    "LB001": "sync.not_enrolled",
    "LB002": "sync.too_big",
    "LB003": "sync.malformed",
    "LB004": "sync.too_old",
}


class PostgresTransport:
    """Carries one document there and the answer back (`sync.wire.Transport`). Blocking.

    Connects when first called and again after any trouble. One caller at a time.
    """

    def __init__(self, address: CentralAddress, password: str | None, token: str) -> None:
        """Call as the desk of `token`; `password` is that of the role all desks share."""
        self._address = address
        self._password = password
        self._token = token
        self._connection: DeadlineConnection | None = None

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        """Return the answer of the function `lobby.<name>`.

        `timeout_s`: the longest the whole call may take, connecting included.

        Raises:
            KnownError: `sync.no_answer`, `sync.not_enrolled`, `sync.too_big`, `sync.malformed`,
                `sync.too_old`. After `sync.no_answer` the call may have been carried out or not.
        """
        if name not in _CALLS:
            raise BugError(f"no call of the wire: {name}")
        end = time.monotonic() + (DEADLINE_S if timeout_s is None else timeout_s)
        question = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        try:
            connection = self._connected(end)
            connection.deadline_s = max(0.0, end - time.monotonic())
            row = connection.execute(
                f"SELECT lobby.{name}(%s, %s::jsonb)",  # one of _CALLS
                (self._token, question),
            ).fetchone()
        except psycopg.Error as error:
            raise self._known(error) from error
        if row is None or not isinstance(row[0], dict):
            raise KnownError("sync.malformed", what=f"{name}: no document")
        return row[0]

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _connected(self, end: float) -> DeadlineConnection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(
                self._address, ROLE, self._password, timeout_s=end - time.monotonic()
            )
        return self._connection

    def _known(self, error: psycopg.Error) -> KnownError:
        """Return the error as the wire names it; trouble of any other kind is no answer."""
        state = error.sqlstate or ""
        if state in _KEYS:
            return KnownError(_KEYS[state], what="refused by the centre")
        if state.startswith("22"):
            return KnownError("sync.malformed", what="refused by the centre")
        # The connection may be in the middle of an answer that nobody will read any more.
        self.close()
        return KnownError("sync.no_answer")
