"""What the supervisor does to the hall. Every step is an event that says who and why.

`why` is a reason code (`REASONS`) or `alarm:…`; it travels in the free part of the event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import CounterReport, UnitOfWork
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import FinishOutcome, Hand, finish, no_show, start, transfer
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session

REASONS = ("long_wait", "machine_fault", "staffing", "customer_wish", "mistake", "other")
"""Reasons a supervisor chooses from; sentences in the area `supervisor`."""


class ForcedEnd(StrEnum):
    """How a customer who blocks a counter is taken off it."""

    DONE = "done"
    LEFT = "left"
    NO_SHOW = "no_show"


def open_counter_for(
    desk: Desk, session: Session, counter: int, queues: Sequence[str], why: str
) -> None:
    """Open a counter for whoever sits down there, or change what an open one serves.

    Raises:
        KnownError: `calling.no_queues`, or `calling.unknown_queue`.
    """
    if not queues:
        raise KnownError("calling.no_queues")
    for queue in queues:
        _expect_queue(desk, queue)
    with desk.unit_of_work() as work:
        report = _report(desk, work, counter)
        sits_there = report.staff if report is not None and report.is_open else ""
        data = {"queues": list(queues), "for_staff": sits_there, "why": why}
        work.append(_draft(desk, session, EventKind.COUNTER_OPENED, counter, data))
        work.commit()


def close_counter_for(desk: Desk, session: Session, counter: int, why: str) -> None:
    """Close a counter; a customer who is there is finished first.

    Raises:
        KnownError: `calling.counter_closed` or `calling.still_serving`.
    """
    with desk.unit_of_work() as work:
        report = _report(desk, work, counter)
        if report is None or not report.is_open:
            raise KnownError("calling.counter_closed", counter=counter)
        current = work.at_counter(desk.business_day(), counter)
        if current is not None:
            raise KnownError("calling.still_serving", number=current.number)
        work.append(_draft(desk, session, EventKind.COUNTER_CLOSED, counter, {"why": why}))
        work.commit()


def reassign(
    desk: Desk, session: Session, ticket_id: str, queue: str, counter: int | None, why: str
) -> str:
    """Move a ticket to another queue, or let one counter call it next; return its number.

    It keeps its place in time.

    Raises:
        KnownError: `calling.unknown_queue`, `calling.is_…`, `ticketing.unknown_ticket`.
    """
    _expect_queue(desk, queue)
    with desk.unit_of_work() as work:
        ticket = _known(work, ticket_id)
        moved = transfer(ticket, _hand(desk, session, ticket.counter or 0), queue, counter)
        work.append(_because(moved, why))
        work.commit()
    return ticket.number


def force_finish(desk: Desk, session: Session, counter: int, end: ForcedEnd, why: str) -> str:
    """Take the customer off a counter; return the number.

    Raises:
        KnownError: `calling.nobody_here`, or `calling.is_serving` for a no-show that is served.
    """
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        ticket = work.at_counter(desk.business_day(), counter)
        if ticket is None:
            raise KnownError("calling.nobody_here")
        if end is ForcedEnd.NO_SHOW:
            work.append(_because(no_show(ticket, hand), why))
        else:
            if ticket.state is TicketState.CALLED:
                work.append(_because(start(ticket, hand), why))
                ticket = _known(work, ticket.ticket_id)
            work.append(_because(finish(ticket, hand, FinishOutcome(end.value)), why))
        work.commit()
    return ticket.number


def mark_device(
    desk: Desk, session: Session, device_id: str, state: ChannelState, why: str
) -> None:
    """Note how a machine is. Raises KnownError `supervisor.unknown_device`."""
    if device_id not in {machine.device_id for machine in desk.branch.machines}:
        raise KnownError("supervisor.unknown_device", device=device_id)
    data = {"device": device_id, "state": state.value, "why": why}
    with desk.unit_of_work() as work:
        work.append(_draft(desk, session, EventKind.DEVICE_STATE_SET, None, data))
        work.commit()


def answer_alarm(desk: Desk, session: Session, cause: str, action: str) -> None:
    """Note who took care of an alarm, and how."""
    data = {"cause": cause, "action": action}
    with desk.unit_of_work() as work:
        work.append(_draft(desk, session, EventKind.ALARM_ANSWERED, None, data))
        work.commit()


def _draft(
    desk: Desk, session: Session, kind: EventKind, counter: int | None, data: Mapping[str, object]
) -> Draft:
    return Draft(
        kind=kind,
        actor=session.staff_number,
        business_day=desk.business_day(),
        counter=counter,
        data=data,
    )


def _because(draft: Draft, why: str) -> Draft:
    return replace(draft, data={**draft.data, "by": "supervisor", "why": why})


def _hand(desk: Desk, session: Session, counter: int) -> Hand:
    return Hand(session.staff_number, counter, round(desk.now().timestamp() * 1000))


def _expect_queue(desk: Desk, queue: str) -> None:
    entry = desk.policy.channels.get(queue)
    if entry is None or not entry.queued:
        raise KnownError("calling.unknown_queue", queue=queue)


def _report(desk: Desk, work: UnitOfWork, counter: int) -> CounterReport | None:
    reports = work.counters(desk.business_day())
    return next((report for report in reports if report.number == counter), None)


def _known(work: UnitOfWork, ticket_id: str) -> Ticket:
    ticket = work.ticket(ticket_id)
    if ticket is None:
        raise KnownError("ticketing.unknown_ticket")
    return ticket
