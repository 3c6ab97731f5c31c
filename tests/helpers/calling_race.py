"""Many processes call from one queue at once, until nobody waits: for a test and for a soak."""

import multiprocessing
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import EventKind, parse_body
from lobby_app.services import calling
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for

PATIENCE_S = 120.0
_T = TypeVar("_T")


def race(folder: Path, counters: int, tickets: int) -> None:
    """Let `counters` processes call `tickets` tickets; assert that each is called once, in order.

    All tickets are of one class and one queue: whoever calls, the rule is first come, first served.
    """
    opened = calling_desk(folder)
    numbers = tickets_for(opened, tickets)
    opened.close()
    context = multiprocessing.get_context("spawn")
    called: multiprocessing.Queue[str] = context.Queue()
    start = context.Barrier(counters)
    workers = [
        context.Process(target=_serve, args=(folder, counter, called, start))
        for counter in range(1, counters + 1)
    ]
    for worker in workers:
        worker.start()
    got = [called.get(timeout=PATIENCE_S) for _ in range(tickets)]
    for worker in workers:
        worker.join(PATIENCE_S)
        assert worker.exitcode == 0
    assert called.empty()
    assert sorted(got) == sorted(numbers), "each ticket exactly once"
    called_in_order, arrived = _orders(folder, counters)
    assert called_in_order == arrived, "in the order of arrival"


def _serve(
    folder: Path, counter: int, called: "multiprocessing.Queue[str]", start: Barrier
) -> None:
    opened = calling_desk(folder)
    session = session_of(f"{counter:04d}")
    _insist(lambda: calling.open_counter(opened.desk, session, counter, ["cash_counter"]))
    start.wait(PATIENCE_S)
    call = partial(calling.call_next, opened.desk, session, counter)
    while (number := _insist(call)) is not None:
        called.put(number)
    opened.close()


def _insist(step: Callable[[], _T]) -> _T:
    """Press again when the desk says that its file is busy, as a teller does.

    SQLite's lock is not fair: among twenty who never pause, one may wait beyond its limit.
    """
    while True:
        try:
            return step()
        except KnownError as error:
            if error.key != "cache.locked":
                raise


def _orders(folder: Path, counters: int) -> tuple[list[str], list[str]]:
    """Return the numbers as called, and as they came; nobody may be left at a counter."""
    opened = calling_desk(folder)
    desk, order = opened.desk, []
    day = desk.business_day()
    with desk.reader() as work:
        tickets = work.tickets(day)
        numbers = {ticket.ticket_id: ticket.number for ticket in tickets}
        for event in work.events(day, [EventKind.TICKET_CALLED]):
            envelope = parse_body(event.body)
            assert envelope is not None
            assert envelope.ticket is not None
            order.append(numbers[envelope.ticket])
        assert not any(work.at_counter(day, number) for number in range(1, counters + 1))
    opened.close()
    came = sorted(tickets, key=lambda ticket: (ticket.eligible_at, ticket.number))
    return order, [ticket.number for ticket in came]
