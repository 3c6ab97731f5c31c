"""Customers of other branches: asked of the centre while somebody stands there, never for long."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from time import monotonic

from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_ports import CustomerStore
from lobby_app.domain.errors import KnownError
from lobby_app.sync.customers import look_up
from lobby_app.sync.wire import Transport

DEADLINE_S = 0.3
"""A greeting waits no longer; what comes later is kept for the next scan."""
QUIET_S = 15.0
"""After no answer nobody is made to wait again for this long."""
_CALL_S = 3.0


class CentreLookup:
    """customer_ports.CustomerLookup: one question at a time, on a thread of its own.

    Found customers are kept in customers.db with the time they were fetched.
    """

    def __init__(
        self,
        line: Transport,
        store: CustomerStore,
        now: Callable[[], datetime],
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """Prepare; nothing is connected yet. `line`: to the centre, for this use alone."""
        self._line = line
        self._store = store
        self._now = now
        self._deadline_s = deadline_s
        self._turn = threading.Lock()
        self._quiet_until = monotonic()

    def __call__(self, token: str) -> CustomerRecord | None:
        """Return the customer of a token; None: unknown, or no answer within the deadline."""
        if monotonic() < self._quiet_until or not self._turn.acquire(blocking=False):
            return None
        answer: Future[CustomerRecord | None] = Future()
        threading.Thread(
            target=self._ask, args=(token, answer), name="customer-lookup", daemon=True
        ).start()
        try:
            return answer.result(self._deadline_s)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Let go of the line; a question under way keeps it and ends with the process."""
        if self._turn.acquire(timeout=self._deadline_s):
            self._line.close()
            self._turn.release()

    def _ask(self, token: str, answer: "Future[CustomerRecord | None]") -> None:
        try:
            answer.set_result(self._asked(token))
        except BaseException as error:
            answer.set_exception(error)
        finally:
            self._turn.release()

    def _asked(self, token: str) -> CustomerRecord | None:
        try:
            record = self._answered(token)
            if record is not None:
                self._store.keep(record, self._now())
        except KnownError:
            # Offline, full disk …: the customer is served as one nobody knows.
            self._quiet_until = monotonic() + QUIET_S
            return None
        return record

    def _answered(self, token: str) -> CustomerRecord | None:
        try:
            return look_up(self._line, token, _CALL_S)
        except KnownError as error:
            if error.key != "sync.no_answer":
                raise
        # A line that was idle may have been cut without anybody noticing.
        return look_up(self._line, token, _CALL_S)
