"""Twenty counters call from one queue at once: nobody is called twice, nobody is lost."""

import multiprocessing
from pathlib import Path

from lobby_app.domain.business import Priority
from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.ticket_steps import FinishOutcome
from lobby_app.services import calling
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for

COUNTERS = 20
TICKETS = 400


def _serve(folder: Path, counter: int, called: "multiprocessing.Queue[tuple[int, str]]") -> None:
    opened = calling_desk(folder)
    session = session_of(f"{counter:04d}")
    calling.open_counter(opened.desk, session, counter, ["cash_counter"])
    while (number := calling.call_next(opened.desk, session, counter)) is not None:
        called.put((counter, number))
    opened.close()


def test_twenty_processes_call_every_ticket_once(tmp_path: Path) -> None:
    opened = calling_desk(tmp_path)
    numbers = tickets_for(opened, TICKETS)
    opened.close()
    context = multiprocessing.get_context("spawn")
    called: multiprocessing.Queue[tuple[int, str]] = context.Queue()
    workers = [
        context.Process(target=_serve, args=(tmp_path, counter, called))
        for counter in range(1, COUNTERS + 1)
    ]
    for worker in workers:
        worker.start()
    got = [called.get(timeout=120)[1] for _ in range(TICKETS)]
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    assert called.empty()
    assert sorted(got) == sorted(numbers)
    opened = calling_desk(tmp_path)
    desk = opened.desk
    with desk.reader() as work:
        events = work.events(desk.business_day(), [EventKind.TICKET_CALLED])
        order = [work.ticket(parse_body(event.body).ticket).number for event in events]
        assert all(not work.at_counter(desk.business_day(), c) for c in range(1, COUNTERS + 1))
    # One class, one queue: the rule is first come, first served, whoever calls.
    assert order == sorted(numbers)
    opened.close()


def test_a_second_customer_at_a_counter_is_refused_by_the_table(tmp_path: Path) -> None:
    opened = calling_desk(tmp_path)
    tickets_for(opened, 2, priority=Priority.CARE)
    desk, session = opened.desk, session_of("0001")
    calling.open_counter(desk, session, 1, ["cash_counter"])
    assert calling.call_next(desk, session, 1) == "A1001"
    calling.finish_current(desk, session, 1, FinishOutcome.DONE)
    assert calling.call_next(desk, session, 1) == "A1002"
    opened.close()
