"""Calls of a counter that another one won when their logs met (sync design 3.6, 4)."""

from datetime import timedelta

from lobby_app.domain.event import RANK_CALLED, RANK_SERVING, Envelope, EventKind, parse_body
from lobby_app.domain.ports import Call, UnitOfWork
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import last_counter
from lobby_app.services.called import LostCall
from lobby_app.services.desk import Desk

NEWS = timedelta(minutes=30)
"""What was lost longer ago helps nobody."""
_LOOKED_AT = 3
"""A counter has one customer at a time: what it can lose is among its last calls."""
_AT_COUNTER = (RANK_CALLED, RANK_SERVING)
_STEPS = (
    EventKind.TICKET_CALLED,
    EventKind.TICKET_RECALLED,
    EventKind.TICKET_SKIPPED,
    EventKind.SERVICE_STARTED,
    EventKind.SERVICE_FINISHED,
    EventKind.TICKET_PARKED,
    EventKind.TICKET_TRANSFERRED,
    EventKind.TICKET_NO_SHOW,
    EventKind.STEP_UNDONE,
)


def lost_calls(desk: Desk, work: UnitOfWork, counter: int) -> tuple[LostCall, ...]:
    """Return the tickets that were called here lately, never let go, and are somewhere else now.

    A desk without partners cannot lose a call: there nothing is read.
    """
    if desk.claims is None:
        return ()
    since, day = desk.now() - NEWS, desk.business_day()
    lost: dict[str, LostCall] = {}
    for call in work.calls(day, counter=counter, limit=_LOOKED_AT):
        ticket = work.ticket(call.ticket_id)
        if ticket is None or call.at < since or call.ticket_id in lost:
            continue
        if last_counter(ticket) == counter:
            continue
        if not _let_go(work, ticket, counter):
            lost[call.ticket_id] = _lost(ticket, call)
    return tuple(lost.values())


def _let_go(work: UnitOfWork, ticket: Ticket, counter: int) -> bool:
    """Tell whether whoever had the ticket here last took a step that sent it away."""
    steps = [
        envelope
        for event in work.events(ticket.business_day, _STEPS)
        if ticket.ticket_id in event.body
        and (envelope := parse_body(event.body)) is not None
        and envelope.ticket == ticket.ticket_id
    ]
    here = [step for step in steps if step.counter == counter and step.rank in _AT_COUNTER]
    last = max(here, key=_place, default=None)
    return last is None or any(
        step.actor == last.actor and _place(step) > _place(last) for step in steps
    )


def _place(step: Envelope) -> tuple[int, int]:
    return step.generation, step.rank or 0


def _lost(ticket: Ticket, call: Call) -> LostCall:
    return LostCall(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        called_at=call.at,
        state=ticket.state.value,
        counter=last_counter(ticket),
        can_start=ticket.state is TicketState.CALLED,
    )
