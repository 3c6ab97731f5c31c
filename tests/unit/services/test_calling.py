"""The use cases of a counter, on a real log: who is called, what is noted, what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import EventKind
from lobby_app.domain.ticket import TicketState
from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind, SkipReason
from lobby_app.services import calling
from lobby_app.services.desk import Desk
from lobby_app.services.views import CounterPerson, Session
from tests.storage.desk import SetClock
from tests.unit.services.visits import events, issued, person, ticket

COUNTER, OTHER = 1, 2


@pytest.fixture
def at_work(desk: Desk, session: Session) -> Desk:
    """A desk whose counter 1 serves the cash queue."""
    calling.open_counter(desk, session, COUNTER, ["cash_counter"])
    return desk


def _refused(key: str, *arguments: object) -> None:
    step, *rest = arguments
    assert callable(step)
    with pytest.raises(KnownError) as caught:
        step(*rest)
    assert caught.value.key == key


def _person_at(desk: Desk, counter: int) -> CounterPerson | None:
    current = calling.counter_view(desk, counter).current
    assert current is not None
    return current.person


def test_a_counter_calls_in_order_and_ends_with_nobody(at_work: Desk, session: Session) -> None:
    made = [issued(at_work, session).slip.number for _ in range(3)]
    called = [calling.call_next(at_work, session, COUNTER) for _ in range(4)]
    assert called == [*made, None]
    assert calling.counter_view(at_work, COUNTER).current is None


def test_a_call_without_a_rival_says_so(at_work: Desk, session: Session) -> None:
    numbers = [issued(at_work, session).slip.number for _ in range(2)]
    said = []
    for _ in numbers:
        calling.call_next(at_work, session, COUNTER)
        current = calling.counter_view(at_work, COUNTER).current
        assert current is not None
        assert current.why is not None
        said.append(current.why.en)
    assert said[0].startswith(f"{numbers[0]} before {numbers[1]}: ")
    assert said[1] == f"{numbers[1]}: nobody else could be called here."


def test_calling_the_next_counts_the_present_one_as_served(at_work: Desk, session: Session) -> None:
    first, second = issued(at_work, session), issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.call_next(at_work, session, COUNTER)
    assert ticket(at_work, first.ticket_id).state is TicketState.SERVED
    assert ticket(at_work, second.ticket_id).state is TicketState.CALLED


def test_who_it_is_is_seen_after_the_start_and_noted(at_work: Desk, session: Session) -> None:
    visit = person(at_work, session, "gold_maturity")
    made = issued(at_work, session, visit=visit)
    seen_at_the_door = len(events(at_work, EventKind.PROFILE_VIEWED))
    calling.open_counter(at_work, session, OTHER, [ticket(at_work, made.ticket_id).queue])
    calling.call_next(at_work, session, OTHER)
    assert _person_at(at_work, OTHER) is None
    assert len(events(at_work, EventKind.PROFILE_VIEWED)) == seen_at_the_door
    calling.start_service(at_work, session, OTHER)
    assert _person_at(at_work, OTHER) is not None
    noted = events(at_work, EventKind.PROFILE_VIEWED)[-1]
    assert len(events(at_work, EventKind.PROFILE_VIEWED)) == seen_at_the_door + 1
    assert (noted.actor, noted.counter) == (session.staff_number, OTHER)
    assert noted.data["customer_ref"] == visit.customer_ref


def test_nobody_known_is_no_profile_viewed(at_work: Desk, session: Session) -> None:
    issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.start_service(at_work, session, COUNTER)
    assert events(at_work, EventKind.PROFILE_VIEWED) == []


def test_a_ticket_is_called_three_times_and_then_nobody_came(
    at_work: Desk, session: Session
) -> None:
    made = issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    for _ in range(2):
        calling.recall_current(at_work, session, COUNTER)
    _refused("calling.called_often", calling.recall_current, at_work, session, COUNTER)
    calling.no_show_current(at_work, session, COUNTER)
    assert ticket(at_work, made.ticket_id).state is TicketState.NO_SHOW


def test_who_missed_the_call_comes_back_once_with_the_place_kept(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    made = issued(at_work, session)
    later = issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.no_show_current(at_work, session, COUNTER)
    clock.at += timedelta(minutes=1)
    back = calling.bring_back(at_work, session, made.ticket_id)
    assert back.state is TicketState.WAITING
    called = {calling.call_next(at_work, session, COUNTER) for _ in range(3)}
    assert called == {made.slip.number, later.slip.number, None}
    _refused("calling.is_served", calling.bring_back, at_work, session, made.ticket_id)


def test_a_second_no_show_ends_the_ticket(at_work: Desk, session: Session) -> None:
    made = issued(at_work, session)
    for _ in range(2):
        if ticket(at_work, made.ticket_id).state is TicketState.NO_SHOW:
            calling.bring_back(at_work, session, made.ticket_id)
        calling.call_next(at_work, session, COUNTER)
        calling.no_show_current(at_work, session, COUNTER)
    _refused("calling.rejoined_already", calling.bring_back, at_work, session, made.ticket_id)


def test_who_keeps_papers_comes_back_to_the_counter(at_work: Desk, session: Session) -> None:
    made = issued(at_work, session)
    issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.start_service(at_work, session, COUNTER)
    calling.park_current(at_work, session, COUNTER, ParkKind.PAPERS_KEPT)
    calling.resume(at_work, session, COUNTER, made.ticket_id)
    kept = ticket(at_work, made.ticket_id)
    assert (kept.state, kept.counter) == (TicketState.SERVING, COUNTER)


def test_a_skip_is_counted_and_keeps_the_place(at_work: Desk, session: Session) -> None:
    made = issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.skip_current(at_work, session, COUNTER, SkipReason.CUSTOMER_ASKED)
    kept = ticket(at_work, made.ticket_id)
    assert kept.state is TicketState.WAITING
    (skipped,) = events(at_work, EventKind.TICKET_SKIPPED)
    assert skipped.data["reason"] == SkipReason.CUSTOMER_ASKED


def test_however_many_are_passed_over_the_next_is_called(at_work: Desk, session: Session) -> None:
    made = [issued(at_work, session).slip.number for _ in range(9)]
    for number in made[:-1]:
        assert calling.call_next(at_work, session, COUNTER) == number
        calling.skip_current(at_work, session, COUNTER, SkipReason.CUSTOMER_ASKED)
    assert calling.call_next(at_work, session, COUNTER) == made[-1]


def test_a_transfer_keeps_the_time_of_arrival(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    made = issued(at_work, session)
    arrived = ticket(at_work, made.ticket_id).eligible_at
    calling.call_next(at_work, session, COUNTER)
    clock.at += timedelta(minutes=7)
    calling.transfer_current(at_work, session, COUNTER, "service_counter")
    moved = ticket(at_work, made.ticket_id)
    assert (moved.queue, moved.eligible_at) == ("service_counter", arrived)
    _refused("calling.nobody_here", calling.recall_current, at_work, session, COUNTER)


def test_nobody_is_handed_to_a_queue_that_does_not_exist(at_work: Desk, session: Session) -> None:
    issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    for queue in ("no_such_queue", "atm"):
        _refused(
            "calling.unknown_queue", calling.transfer_current, at_work, session, COUNTER, queue
        )


def test_undo_takes_a_finish_back(at_work: Desk, session: Session) -> None:
    made = issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    calling.start_service(at_work, session, COUNTER)
    calling.finish_current(at_work, session, COUNTER, FinishOutcome.DONE)
    calling.undo_last_step(at_work, session, COUNTER, made.ticket_id)
    assert ticket(at_work, made.ticket_id).state is TicketState.SERVING


def test_a_counter_belongs_to_one_teller_and_serves_something(
    at_work: Desk, session: Session, clock: SetClock
) -> None:
    other = Session("0018", session.name, clock.now())
    _refused("calling.counter_taken", calling.open_counter, at_work, other, COUNTER, ["corporate"])
    _refused("calling.no_queues", calling.open_counter, at_work, other, OTHER, [])
    _refused("calling.counter_closed", calling.call_next, at_work, other, OTHER)


def test_nobody_calls_at_somebody_elses_counter(at_work: Desk, session: Session) -> None:
    issued(at_work, session)
    other = replace(session, staff_number="0099")
    _refused("calling.counter_taken", calling.call_next, at_work, other, COUNTER)


def test_a_counter_closes_only_when_nobody_is_there(at_work: Desk, session: Session) -> None:
    issued(at_work, session)
    calling.call_next(at_work, session, COUNTER)
    _refused("calling.still_serving", calling.close_counter, at_work, session, COUNTER)
    calling.call_next(at_work, session, COUNTER)
    calling.close_counter(at_work, session, COUNTER)
    _refused("calling.counter_closed", calling.call_next, at_work, session, COUNTER)
