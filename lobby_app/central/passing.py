"""The calls of many desks over a few connections: what stands behind the gateway."""

import time
from collections.abc import Mapping
from queue import Empty, LifoQueue
from typing import Any

from lobby_app.central.connection import DEADLINE_S, CentralAddress
from lobby_app.central.transport import PostgresTransport
from lobby_app.domain.errors import KnownError


class Passing:
    """Passes documents on, each with the token it came with. Any thread may call.

    The database keeps no state of a session, so it does not matter which connection a desk gets.
    """

    def __init__(self, address: CentralAddress, password: str | None, connections: int) -> None:
        """Prepare at most `connections` connections; each is opened when it is first needed."""
        self._free: LifoQueue[_Passed] = LifoQueue()
        self._all = [_Passed(address, password, "") for _ in range(connections)]
        for connection in self._all:
            self._free.put(connection)

    def call(self, token: str, name: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to the desk of `token`.

        Raises:
            KnownError: as PostgresTransport; `sync.no_answer` also while all connections are busy.
        """
        end = time.monotonic() + DEADLINE_S
        try:
            connection = self._free.get(timeout=DEADLINE_S)
        except Empty as error:
            raise KnownError("sync.no_answer") from error
        try:
            return connection.call_as(token, name, document, end - time.monotonic())
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Let go of all connections; no call may be under way."""
        for connection in self._all:
            connection.close()


class _Passed(PostgresTransport):
    """A connection that speaks for another desk with every call."""

    def call_as(
        self, token: str, name: str, document: Mapping[str, Any], timeout_s: float
    ) -> dict[str, Any]:
        """Return the answer to the desk of `token`."""
        self._token = token
        return self.call(name, document, timeout_s)
