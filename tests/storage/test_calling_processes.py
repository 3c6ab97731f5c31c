"""Twenty counters call from one queue at once: nobody is called twice, nobody is lost."""

from pathlib import Path

from lobby_app.domain.business import Priority
from lobby_app.domain.ticket_steps import FinishOutcome
from lobby_app.services import calling
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for
from tests.helpers.calling_race import race

COUNTERS = 20
TICKETS = 400


def test_twenty_processes_call_every_ticket_once(tmp_path: Path) -> None:
    race(tmp_path, COUNTERS, TICKETS)


def test_a_second_customer_at_a_counter_is_refused_by_the_table(tmp_path: Path) -> None:
    opened = calling_desk(tmp_path)
    tickets_for(opened, 2, priority=Priority.CARE)
    desk, session = opened.desk, session_of("0001")
    calling.open_counter(desk, session, 1, ["cash_counter"])
    assert calling.call_next(desk, session, 1) == "A1001"
    calling.finish_current(desk, session, 1, FinishOutcome.DONE)
    assert calling.call_next(desk, session, 1) == "A1002"
    opened.close()
