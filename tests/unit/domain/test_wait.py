"""The plain forecast: a forward replay of the real dispatcher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.wait import ServingCounter, forecast, people_ahead, range_of
from tests.unit.domain.worlds import POLICY


def _ticket(
    n: int, start: float, priority: Priority = Priority.ORDINARY, business: str = "cash_withdrawal"
) -> WaitingTicket:
    return WaitingTicket(str(n), f"A1{n:03d}", "cash_counter", priority, start, business)


CASH = ServingCounter(1, ("cash_counter",))
MEAN = POLICY.businesses["cash_withdrawal"].human_minutes


def test_an_empty_hall_has_no_wait() -> None:
    assert forecast([_ticket(1, 10.0)], [CASH], 10.0, POLICY) == {"1": 0.0}


def test_each_ticket_waits_for_those_called_before_it() -> None:
    expected = forecast([_ticket(n, float(n)) for n in range(3)], [CASH], 5.0, POLICY)
    assert expected == {"0": 0.0, "1": MEAN, "2": 2 * MEAN}


def test_a_second_counter_halves_the_wait() -> None:
    tickets = [_ticket(n, float(n)) for n in range(4)]
    second = ServingCounter(2, ("cash_counter",))
    assert forecast(tickets, [CASH, second], 5.0, POLICY)["3"] == MEAN


def test_a_running_service_counts_by_what_is_left() -> None:
    busy = ServingCounter(1, ("cash_counter",), busy_business="cash_withdrawal", busy_minutes=3.0)
    assert forecast([_ticket(1, 0.0)], [busy], 5.0, POLICY)["1"] == pytest.approx(MEAN - 3.0)


def test_a_break_ahead_lengthens_the_wait_of_those_who_wait_into_it() -> None:
    tickets = [_ticket(n, float(n)) for n in range(3)]
    resting = ServingCounter(1, ("cash_counter",), breaks=((5.0 + MEAN, 50.0), (50.0, 60.0)))
    expected = forecast(tickets, [resting], 5.0, POLICY)
    # The first is called at once and finished before the break, the others come after it.
    assert expected == {"0": 0.0, "1": 55.0, "2": 55.0 + MEAN}


def test_a_running_service_is_finished_in_the_break() -> None:
    busy = ServingCounter(
        1, ("cash_counter",), busy_business="cash_withdrawal", busy_minutes=1.0,
        breaks=((0.0, 5.5),),
    )  # fmt: skip
    assert forecast([_ticket(1, 0.0)], [busy], 5.0, POLICY)["1"] == pytest.approx(MEAN - 1.0)


def test_a_counter_at_work_takes_those_who_would_wait_for_one_in_its_break() -> None:
    tickets = [_ticket(n, float(n)) for n in range(3)]
    resting = ServingCounter(2, ("cash_counter",), breaks=((0.0, 65.0),))
    expected = forecast(tickets, [CASH, resting], 5.0, POLICY)
    assert expected == {"0": 0.0, "1": MEAN, "2": 2 * MEAN}


def test_nobody_is_promised_a_counter_that_is_closed() -> None:
    assert forecast([_ticket(1, 0.0)], [], 5.0, POLICY) == {}
    elsewhere = ServingCounter(4, ("corporate_counter",))
    assert forecast([_ticket(1, 0.0)], [elsewhere], 5.0, POLICY) == {}


def test_care_goes_ahead_of_earlier_ordinary_tickets() -> None:
    ordinary, care = _ticket(1, 0.0), _ticket(2, 1.0, Priority.CARE)
    expected = forecast([ordinary, care], [CASH], 4.0, POLICY)
    assert expected["2"] < expected["1"]
    assert people_ahead(care, [ordinary, care], expected) == 0
    assert people_ahead(ordinary, [ordinary, care], expected) == 1


@given(st.lists(st.sampled_from(list(Priority)), max_size=30), st.integers(1, 4))
def test_every_served_ticket_gets_one_finite_figure(kinds, counters) -> None:
    tickets = [_ticket(n, float(n), kind) for n, kind in enumerate(kinds)]
    open_counters = [ServingCounter(n, ("cash_counter",)) for n in range(counters)]
    expected = forecast(tickets, open_counters, 40.0, POLICY)
    assert set(expected) == {ticket.ticket_id for ticket in tickets}
    assert all(0 <= minutes < 600 for minutes in expected.values())
    assert sorted(people_ahead(ticket, tickets, expected) for ticket in tickets) == list(
        range(len(tickets))
    )


@pytest.mark.parametrize(
    ("expected", "printed"),
    [(0, (0, 2)), (8, (5, 12)), (12, (8, 20)), (30, (20, 40)), (60, (40, 80))],
)
def test_the_printed_range_is_rounded_to_what_one_can_say(
    expected: float, printed: tuple[int, int]
) -> None:
    assert range_of(expected) == WaitRange(*printed)


QUEUES = ("cash_counter", "service_counter", "vip_counter")
crowds = st.lists(
    st.tuples(st.sampled_from(QUEUES), st.sampled_from(list(Priority)), st.integers(0, 60)),
    min_size=1,
    max_size=25,
).map(
    lambda rows: [
        WaitingTicket(str(n), f"A1{n:03d}", queue, priority, float(start))
        for n, (queue, priority, start) in enumerate(rows)
    ]
)
callers = st.builds(
    FreeCounter,
    queues=st.sampled_from([QUEUES[:1], QUEUES[1:2], QUEUES[:2], QUEUES[2:]]),
    shared=st.booleans(),
    history=st.lists(st.sampled_from(list(Priority)), max_size=4).map(tuple),
    idle_minutes=st.sampled_from([0.0, 3.0]),
    helps=st.just(QUEUES[:2]),
)


@given(crowds, callers, st.floats(60, 120))
def test_the_rule_calls_the_oldest_of_some_queue_and_priority(tickets, counter, now) -> None:
    """What lets the forecast look at heads only: leaving the others out changes nothing."""
    heads: dict[tuple[str, Priority], WaitingTicket] = {}
    for ticket in sorted(tickets, key=lambda t: (t.start, t.number)):
        heads.setdefault((ticket.queue, ticket.priority), ticket)
    among_all = choose(tickets, counter, now, POLICY.thresholds)
    among_heads = choose(list(heads.values()), counter, now, POLICY.thresholds)
    assert (among_all is None) == (among_heads is None)
    if among_all is not None and among_heads is not None:
        assert (among_all.ticket, among_all.reason) == (among_heads.ticket, among_heads.reason)
