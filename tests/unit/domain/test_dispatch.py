"""Rule D: the worked cases, and what holds for every hall."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.services.case_files import CaseResult, dispatch_file
from tests.unit.domain.worlds import POLICY, halls

LIMITS = POLICY.thresholds
CASES = Path(__file__).parents[2] / "cases"
RESULTS = [
    *dispatch_file(CASES / "dispatch.yaml", POLICY),
    *dispatch_file(CASES / "dispatch_boundary.yaml", POLICY),
]
histories = st.lists(st.sampled_from(list(Priority)), max_size=6).map(tuple)


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: str(r.document["id"]))
def test_dispatch_answers_the_worked_case(result: CaseResult) -> None:
    assert result.differences == ()


def test_all_worked_cases_are_there() -> None:
    assert len(RESULTS) == 10 + 29


@given(halls, histories, st.randoms())
def test_the_choice_does_not_depend_on_the_order_of_the_list(hall, history, rnd) -> None:
    counter = FreeCounter(("hall",), history=history)
    shuffled = list(hall)
    rnd.shuffle(shuffled)
    assert choose(hall, counter, 130.0, LIMITS) == choose(shuffled, counter, 130.0, LIMITS)


@given(halls, histories)
def test_safety_is_always_first(hall, history) -> None:
    choice = choose(hall, FreeCounter(("hall",), history=history), 130.0, LIMITS)
    assert choice is not None
    if any(t.priority is Priority.SAFETY for t in hall):
        assert choice.ticket.priority is Priority.SAFETY


@given(halls, histories)
def test_within_a_class_the_earlier_is_called(hall, history) -> None:
    choice = choose(hall, FreeCounter(("hall",), history=history), 130.0, LIMITS)
    assert choice is not None
    called = choice.ticket
    same = [t for t in hall if t.priority is called.priority]
    assert called == min(same, key=lambda t: (t.start, t.number))


@given(halls, histories)
def test_nobody_is_called_whom_the_counter_does_not_serve(hall, history) -> None:
    assert choose(hall, FreeCounter(("other",), history=history), 130.0, LIMITS) is None


def _flood(preferred: Priority, calls: int) -> list[Priority]:
    """One ordinary ticket against an endless supply of `preferred`, one call every 3 minutes."""
    ordinary = WaitingTicket("o", "A000", "hall", Priority.ORDINARY, 0.0)
    history: tuple[Priority, ...] = ()
    order = []
    for call in range(1, calls + 1):
        now = 3.0 * call
        fresh = WaitingTicket(f"p{call}", f"E{call:03d}", "hall", preferred, now - 2.9)
        choice = choose([ordinary, fresh], FreeCounter(("hall",), history=history), now, LIMITS)
        assert choice is not None
        order.append(choice.ticket.priority)
        if choice.ticket is ordinary:
            break
        history = (*history, choice.ticket.priority)
    return order


@pytest.mark.parametrize("preferred", [Priority.CARE, Priority.APPOINTMENT, Priority.TIER])
def test_an_ordinary_ticket_is_called_within_the_ceiling(preferred: Priority) -> None:
    order = _flood(preferred, 20)
    assert order[-1] is Priority.ORDINARY
    assert len(order) * 3.0 <= LIMITS.ceiling_minutes + 3.0


def test_tier_overtakes_an_ordinary_ticket_at_most_once_before_the_guard() -> None:
    assert _flood(Priority.TIER, 20).count(Priority.TIER) <= 1


def test_tier_is_slowed_by_the_guard_but_not_starved() -> None:
    tier = WaitingTicket("t", "E001", "hall", Priority.TIER, 0.0)
    ordinary = WaitingTicket("o", "A001", "hall", Priority.ORDINARY, 1.0)
    counter = FreeCounter(("hall",), history=(Priority.TIER,))
    choice = choose([tier, ordinary], counter, 10.0, LIMITS)
    assert choice is not None
    assert choice.ticket is tier


def test_a_dedicated_counter_helps_only_after_it_has_been_idle() -> None:
    waiting = [WaitingTicket("o", "A001", "cash_counter", Priority.ORDINARY, 0.0)]
    for idle, expected in ((LIMITS.idle_help_minutes - 0.1, None), (3.0, waiting[0])):
        counter = FreeCounter(
            ("vip_counter",), shared=False, idle_minutes=idle, helps=("cash_counter",)
        )
        choice = choose(waiting, counter, 10.0, LIMITS)
        assert (choice.ticket if choice else None) == expected


def test_the_choice_names_the_runner_up_and_both_scores() -> None:
    care = WaitingTicket("c", "A002", "hall", Priority.CARE, 6.0)
    ordinary = WaitingTicket("o", "A001", "hall", Priority.ORDINARY, 0.0)
    choice = choose([ordinary, care], FreeCounter(("hall",)), 9.0, LIMITS)
    assert choice is not None
    assert (choice.ticket, choice.runner_up) == (care, ordinary)
    assert (choice.score, choice.runner_up_score) == (1.0, 0.6)


@given(halls, histories, st.booleans())
def test_whoever_is_third_of_a_class_changes_nothing(hall, history, shared) -> None:
    counter = FreeCounter(("hall",), shared, history)
    first = [
        ticket
        for ticket in hall
        if sum(
            other.priority is ticket.priority
            and (other.start, other.number) < (ticket.start, ticket.number)
            for other in hall
        )
        < 2
    ]
    assert choose(first, counter, 130.0, LIMITS) == choose(hall, counter, 130.0, LIMITS)
