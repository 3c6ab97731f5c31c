"""From the key to the committed call, with a full hall, through the services."""

from pathlib import Path
from time import perf_counter

from lobby_app.domain.business import Priority
from lobby_app.services import calling
from tests.bench.figures import Figure, against_limit
from tests.bench.raw import insert_ms, open_raw
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for

GOAL_TIMES = 5.0
WAITING = 500
_EVERY = {
    Priority.ORDINARY: ("cash_counter", 6),
    Priority.CARE: ("cash_counter", 2),
    Priority.TIER: ("service_counter", 2),
}
"""Tickets of each ten, and the queue they wait in."""


def measure_calling(folder: Path, calls: int) -> Figure:
    """Return milliseconds a call; the limit is one durable insert by the bare driver.

    Each call starts and finishes the customer before it as well: one key, one transaction, three
    events. As many tickets come as are called, so 500 wait all the time.
    """
    opened = calling_desk(folder)
    raw = open_raw(folder / "raw.db")
    try:
        desk, session = opened.desk, session_of("0017")
        for priority, (queue, count) in _EVERY.items():
            tickets_for(opened, WAITING * count // 10, queue=queue, priority=priority)
        calling.open_counter(desk, session, 1, ["cash_counter", "service_counter"])
        samples, limits = [], []
        for _ in range(calls):
            limits.append(insert_ms(raw))
            begun = perf_counter()
            called = calling.call_next(desk, session, 1)
            samples.append(1000 * (perf_counter() - begun))
            assert called is not None
            tickets_for(opened, 1)
    finally:
        raw.close()
        opened.close()
    return against_limit(f"call next, {WAITING} waiting", "ms", samples, limits, GOAL_TIMES)
