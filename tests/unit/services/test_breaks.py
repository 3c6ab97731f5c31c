"""Planned breaks of counters: who would wait into one is told, and the counter is expected back."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.hours import parse_hours
from lobby_app.services import calling
from lobby_app.services.desk import Desk
from lobby_app.services.forecasting import FloorForecaster
from lobby_app.services.queues import Place, Queues, open_counters, read_queues
from lobby_app.services.views import Session
from tests.storage.desk import SetClock
from tests.unit.demo.desk import at
from tests.unit.services.visits import issued

QUEUE = "cash_counter"


def _with_breaks(desk: Desk, *breaks: str, counters: Iterable[int] = (1,)) -> Desk:
    """Return the desk of a branch whose counters have these breaks."""
    spans = tuple(span for text in breaks if (span := parse_hours(text)) is not None)
    plans = tuple(
        replace(plan, breaks=spans) if plan.number in counters else plan
        for plan in desk.branch.counters
    )
    return replace(desk, branch=replace(desk.branch, counters=plans))


def _queues(desk: Desk) -> Queues:
    with desk.reader() as work:
        return read_queues(desk, work)


def _for_new(desk: Desk) -> Place:
    return _queues(desk).place_for_new(QUEUE, Priority.ORDINARY)


def _spans(desk: Desk) -> list[tuple[datetime, datetime]]:
    """Return the breaks of the one counter as times of the day."""
    with desk.reader() as work:
        (counter,) = open_counters(desk, work)
    zone = desk.now().tzinfo
    return [
        (datetime.fromtimestamp(60 * begins, zone), datetime.fromtimestamp(60 * ends, zone))
        for begins, ends in counter.breaks
    ]


@pytest.fixture
def at_work(desk: Desk, session: Session) -> Desk:
    """A desk at ten with one counter for cash, and ten people who wait for it."""
    calling.open_counter(desk, session, 1, [QUEUE])
    for _ in range(10):
        issued(desk, session)
    return desk


def test_who_would_wait_into_a_break_is_told_so(at_work: Desk) -> None:
    resting = _with_breaks(at_work, "10:10-10:55")
    plain, longer = _for_new(at_work).minutes, _for_new(resting).minutes
    assert plain is not None
    assert longer is not None
    # The service that runs at its beginning is finished: the break itself is a little shorter.
    assert plain + 30 < longer <= plain + 45
    first = _queues(resting).place_of(_first(at_work)).minutes
    assert first == 0.0, "who is called before the break waits no longer"


def _first(desk: Desk) -> str:
    with desk.reader() as work:
        return work.waiting(desk.business_day())[0].ticket_id


def test_the_forecast_of_many_futures_knows_it_too(at_work: Desk) -> None:
    plain, longer = (
        FloorForecaster(one).forecast().new[QUEUE, Priority.ORDINARY]
        for one in (at_work, _with_breaks(at_work, "10:10-10:55"))
    )
    assert plain.expected + 25 < longer.expected < plain.expected + 50
    assert longer.low > plain.expected


def test_a_break_that_is_over_or_far_away_changes_nothing(at_work: Desk) -> None:
    resting = _with_breaks(at_work, "09:00-09:45", "15:00-15:30")
    assert _for_new(resting) == _for_new(at_work)
    assert _spans(resting) == [(at("15:00"), at("15:30"))]


def test_breaks_come_again_the_next_day(at_work: Desk, session: Session, clock: SetClock) -> None:
    clock.at += timedelta(days=1)
    resting = _with_breaks(at_work, "12:00-12:45")
    calling.open_counter(resting, session, 1, [QUEUE])
    assert [begins.day for begins, _ in _spans(resting)] == [clock.at.day]


def test_a_service_taken_up_in_the_break_means_that_it_is_not_taken(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    resting = _with_breaks(at_work, "10:10-10:55")
    calling.call_next(resting, session, 1)
    clock.at += timedelta(minutes=15)
    assert len(_spans(resting)) == 1, "called before the break: it comes after this one"
    calling.call_next(resting, session, 1)
    clock.at += timedelta(minutes=1)
    assert _spans(resting) == []


@pytest.mark.parametrize("closes", ["10:05", "10:10", "10:30"])
def test_a_counter_that_closes_for_its_break_is_expected_back(
    at_work: Desk, session: Session, clock: SetClock, closes: str
) -> None:
    resting = _with_breaks(at_work, "10:10-10:55")
    clock.at = at(closes)
    calling.close_counter(resting, session, 1)
    clock.at += timedelta(minutes=2)
    first = _queues(resting).place_of(_first(resting)).minutes
    assert first == pytest.approx((at("10:55") - clock.at).total_seconds() / 60)
    assert _queues(resting).counters_for(QUEUE) == 0, "it is closed all the same"
    promise = FloorForecaster(resting).forecast().waiting[_first(resting)]
    assert promise.expected == pytest.approx(first)


def test_a_counter_that_closes_at_another_time_is_gone(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    resting = _with_breaks(at_work, "10:30-10:55")
    clock.at = at("10:10")
    calling.close_counter(resting, session, 1)
    assert _for_new(resting).minutes is None
    clock.at = at("10:40")
    assert _for_new(resting).minutes is None


def test_a_counter_that_is_not_back_after_its_break_is_gone(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    resting = _with_breaks(at_work, "10:10-10:55")
    calling.close_counter(resting, session, 1)
    clock.at = at("10:55")
    assert _for_new(resting).minutes is None
