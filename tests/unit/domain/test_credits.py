"""A credit is a head start on the rule's clock: bounded, and never before a booked time."""

from dataclasses import replace
from pathlib import Path

import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.errors import KnownError
from lobby_app.policy.reading import Table, read_toml
from lobby_app.policy.thresholds import CREDITED, MOST_CREDIT, thresholds_of
from lobby_app.resources import resource
from lobby_app.services.case_files import dispatch_file
from tests.unit.domain.worlds import POLICY

CASES = Path(__file__).parents[2] / "cases"
CREDITS = {Priority.CARE: 4.0, Priority.APPOINTMENT: 4.0}
LIMITS = replace(POLICY.thresholds, credit_minutes=CREDITS)
COUNTER = FreeCounter(("cash_counter",))


def ticket(number: str, priority: Priority, start: float) -> WaitingTicket:
    return WaitingTicket(number, number, "cash_counter", priority, start)


def called(now: float, *hall: WaitingTicket, limits=LIMITS) -> str:
    choice = choose(hall, COUNTER, now, limits)
    assert choice is not None
    return choice.ticket.number


def test_a_credit_is_a_head_start() -> None:
    hall = (ticket("A1", Priority.ORDINARY, 0), ticket("A2", Priority.CARE, 19))
    # 20/15 = 1.33 against 1/3 = 0.33, and with four minutes more against 5/3 = 1.67.
    assert called(20, *hall, limits=POLICY.thresholds) == "A1"
    assert called(20, *hall) == "A2"


def test_a_credit_does_not_let_a_booking_jump_the_hall_before_its_time() -> None:
    hall = (ticket("A1", Priority.ORDINARY, 19.9), ticket("A2", Priority.APPOINTMENT, 20.1))
    assert called(20, *hall) == "A1"
    assert called(20.1, *hall) == "A2"


def test_every_worked_case_holds_with_the_largest_credits() -> None:
    given = dict.fromkeys(CREDITED, MOST_CREDIT)
    policy = replace(POLICY, thresholds=replace(POLICY.thresholds, credit_minutes=given))
    results = list(dispatch_file(CASES / "dispatch.yaml", policy))
    assert len(results) == 10
    assert [r for r in results if isinstance(r, KnownError) or r.differences] == []


def _thresholds(**credit: object):
    document = read_toml(resource("policy", "thresholds.toml")) | {"credit_minutes": credit}
    return thresholds_of(Table("thresholds.toml", "", document))


def test_credits_are_read_and_may_be_left_out() -> None:
    assert _thresholds(care=2).credit_minutes == {Priority.CARE: 2.0}
    document = read_toml(resource("policy", "thresholds.toml"))
    del document["credit_minutes"]
    assert thresholds_of(Table("thresholds.toml", "", document)).credit_minutes == {}


@pytest.mark.parametrize("credit", [{"care": 5.1}, {"appointment": -1}, {"tier": 1}, {"care": "2"}])
def test_a_credit_out_of_bounds_is_refused(credit: dict[str, object]) -> None:
    with pytest.raises(KnownError) as refused:
        _thresholds(**credit)
    assert refused.value.key in ("policy.wrong_value", "policy.unknown_key")
    assert "credit_minutes" in str(refused.value.params["key"])
