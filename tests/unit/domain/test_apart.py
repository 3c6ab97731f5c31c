"""Counters that cannot ask anybody share new tickets out; the rule's bounds stand."""

from dataclasses import replace
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from lobby_app.domain.apart import YOUNG_MINUTES, choose_apart, is_left_to_others
from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import Choice, FreeCounter, WaitingTicket, choose
from tests.unit.domain.worlds import POLICY, halls

LIMITS = POLICY.thresholds
NOW = 121.0
QUEUES = ("hall", "other")
histories = st.lists(st.sampled_from(list(Priority)), max_size=6).map(tuple)
open_counters = st.lists(st.integers(1, 9), min_size=1, max_size=5, unique=True).map(sorted)


def _choose(
    hall: list[WaitingTicket], number: int, counters: list[int], history: tuple[Priority, ...] = ()
) -> Choice | None:
    counter = FreeCounter(QUEUES, history=history)
    return choose_apart(hall, counter, NOW, LIMITS, number, {"hall": counters})


def _fresh(place: int, priority: Priority = Priority.ORDINARY) -> WaitingTicket:
    ticket_id = str(UUID(int=place * 7919 + 1))
    return WaitingTicket(ticket_id, f"A{place:03d}", "hall", priority, NOW - 0.5)


@given(halls, open_counters, histories)
def test_whoever_waits_is_called_by_somebody(hall, counters, history) -> None:
    for number in counters:
        assert _choose(hall, number, counters, history) is not None


@given(halls, open_counters, histories, st.randoms())
def test_the_choice_depends_on_nothing_but_the_hall(hall, counters, history, rnd) -> None:
    shuffled = list(hall)
    rnd.shuffle(shuffled)
    for number in counters:
        chosen = _choose(hall, number, counters, history)
        assert chosen == _choose(shuffled, number, counters, history)


@given(halls, open_counters, histories)
def test_safety_and_the_ceiling_are_as_without(hall, counters, history) -> None:
    plain = choose(hall, FreeCounter(QUEUES, history=history), NOW, LIMITS)
    assert plain is not None
    assume(plain.reason in ("safety", "ceiling"))
    for number in counters:
        chosen = _choose(hall, number, counters, history)
        assert chosen is not None
        assert (chosen.ticket, chosen.reason) == (plain.ticket, plain.reason)


@given(halls, open_counters, histories)
def test_who_has_waited_a_while_is_left_to_nobody(hall, counters, history) -> None:
    old = [replace(t, start=min(t.start, NOW - YOUNG_MINUTES)) for t in hall]
    plain = choose(old, FreeCounter(QUEUES, history=history), NOW, LIMITS)
    for number in counters:
        assert _choose(old, number, counters, history) == plain


@given(halls, histories, st.integers(1, 9))
def test_a_counter_that_is_alone_leaves_nobody_to_others(hall, history, number) -> None:
    plain = choose(hall, FreeCounter(QUEUES, history=history), NOW, LIMITS)
    assert _choose(hall, number, [number], history) == plain


@given(st.integers(0, 10**6), open_counters)
def test_each_new_ticket_belongs_to_one_counter(place, counters) -> None:
    ticket = _fresh(place)
    owners = [n for n in counters if not is_left_to_others(ticket, n, NOW, counters)]
    assert len(owners) == 1


def test_two_counters_that_cannot_see_each_other_rarely_call_the_same_ticket() -> None:
    counters, hall = [1, 2, 3, 4], [_fresh(place) for place in range(40)]
    called = [_choose(hall, number, counters) for number in counters]
    numbers = [choice.ticket.number for choice in called if choice is not None]
    assert len(set(numbers)) == len(counters)


def test_what_only_others_own_is_called_all_the_same() -> None:
    hall = [t for t in map(_fresh, range(40)) if is_left_to_others(t, 1, NOW, [1, 2])]
    chosen = _choose(hall, 1, [1, 2])
    assert chosen is not None
    assert chosen.ticket is min(hall, key=lambda t: (t.start, t.number))


def test_a_counter_that_only_helps_takes_what_is_left() -> None:
    helping = FreeCounter(("vip_counter",), shared=False, idle_minutes=9.0, helps=("hall",))
    ticket = _fresh(1)
    chosen = choose_apart([ticket], helping, NOW, LIMITS, 9, {"hall": [1, 2]})
    assert chosen is not None
    assert chosen.ticket is ticket


def test_a_young_safety_ticket_is_everybodys() -> None:
    ticket = _fresh(3, Priority.SAFETY)
    assert not any(is_left_to_others(ticket, number, NOW, [1, 2, 3]) for number in (1, 2, 3))
