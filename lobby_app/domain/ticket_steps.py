"""Every step a ticket can take, and no other: each function returns the event or refuses.

The only place that writes state events. A step is refused where the state machine has no arrow:
waiting → called → serving → served, with the side exits cancelled, parked and no-show; what comes
back to waiting or to a counter opens a new generation, so that it wins over everything before.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from lobby_app.domain.course import Course
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_CANCELLED,
    RANK_NO_SHOW,
    RANK_PARKED,
    RANK_SERVED,
    RANK_SERVING,
    RANK_WAITING,
    Draft,
    EventKind,
)
from lobby_app.domain.ticket import Ticket, TicketState

MAX_CALLS = 3
"""After so many calls without an answer the ticket is a no-show (domain 2.9)."""
MAX_REJOINS = 1
REJOIN_WITHIN_MS = 30 * 60 * 1000
RESERVED_MS = 10 * 60 * 1000
AVOID_MS = 3 * 60 * 1000
REJOIN_KEEPS_MS = 10 * 60 * 1000
"""Most of its wait that a ticket keeps when it comes back after a no-show (queueing note 2)."""


class ParkKind(StrEnum):
    """Three ways to wait aside, without queueing again on return."""

    PAPERS_NOT_KEPT = "papers_not_kept"
    PAPERS_KEPT = "papers_kept"
    WAITING_STEP = "waiting_step"


class FinishOutcome(StrEnum):
    """How a service ended."""

    DONE = "done"
    PAPERS_MISSING = "papers_missing"
    REFERRED = "referred"
    LEFT = "left"


class SkipReason(StrEnum):
    """Why a counter passes over the ticket the rule chose."""

    NOT_THIS_COUNTER = "not_this_counter"
    CUSTOMER_ASKED = "customer_asked"
    CONFLICT = "conflict"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CallReason:
    """Why a ticket was called: the rule, and by how much it came before the second.

    Attributes:
        rule: code of domain.dispatch, or `reserved` for what was tied to the counter.
        second: number of the ticket that came second, empty when there was none.
        score, second_score: wait / target of the two, None where the rule did not compare.
    """

    rule: str
    second: str = ""
    score: float | None = None
    second_score: float | None = None

    def as_text(self) -> str:
        """Return the reason as an event keeps it."""
        scores = (f"{s:.2f}" if s is not None else "" for s in (self.score, self.second_score))
        return "/".join((self.rule, self.second, *scores))

    @classmethod
    def parsed(cls, text: str) -> "CallReason":
        """Return the reason of `as_text`; what cannot be read is left out."""
        rule, second, *scores = (*text.split("/"), "", "", "", "")[:4]
        numbers = [_number(score) for score in scores]
        return cls(rule, second, numbers[0], numbers[1])


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Hand:
    """Who takes a step, where and when. `now_ms`: ms since the epoch."""

    actor: str
    counter: int
    now_ms: int


def call(ticket: Ticket, hand: Hand, claim_id: str, reason: CallReason) -> Draft:
    """Return the call of a waiting ticket to a counter. `reason`: why it and not another."""
    _expect(ticket, TicketState.WAITING)
    course = replace(
        _undoable(ticket),
        calls=1,
        first_called_at=hand.now_ms,
        counter=None,
        reserved_until=None,
        avoid=None,
        avoid_until=None,
        why=reason.as_text(),
    )
    draft = _step(ticket, hand, EventKind.TICKET_CALLED, RANK_CALLED, course)
    return replace(draft, claim_id=claim_id)


def recall(ticket: Ticket, hand: Hand) -> Draft:
    """Return one more call of a called ticket; at most MAX_CALLS in all."""
    _expect_here(ticket, hand, TicketState.CALLED)
    if ticket.course.calls >= MAX_CALLS:
        raise KnownError("calling.called_often", number=ticket.number, count=MAX_CALLS)
    course = replace(ticket.course, calls=ticket.course.calls + 1)
    draft = _again(ticket, hand, EventKind.TICKET_RECALLED, RANK_CALLED, course)
    return replace(draft, counter=hand.counter)


def skip(ticket: Ticket, hand: Hand, reason: SkipReason) -> Draft:
    """Return a called ticket to its place: this counter takes another one first."""
    _expect_here(ticket, hand, TicketState.CALLED)
    course = Course(
        rejoins=ticket.course.rejoins,
        skips=ticket.course.skips + 1,
        avoid=hand.counter,
        avoid_until=hand.now_ms + AVOID_MS,
    )
    return _again(ticket, hand, EventKind.TICKET_SKIPPED, RANK_WAITING, course, reason=reason.value)


def start(ticket: Ticket, hand: Hand) -> Draft:
    """The customer is at the counter."""
    _expect_here(ticket, hand, TicketState.CALLED)
    return start_lost(ticket, hand)


def start_lost(ticket: Ticket, hand: Hand) -> Draft:
    """The customer came to this counter, though the ticket is called to another one.

    Who stands there is right: serving outranks every call of the generation and ends the dispute.
    """
    _expect(ticket, TicketState.CALLED)
    course = replace(_undoable(ticket), started_at=hand.now_ms)
    return _step(ticket, hand, EventKind.SERVICE_STARTED, RANK_SERVING, course)


def finish(ticket: Ticket, hand: Hand, outcome: FinishOutcome) -> Draft:
    """The service is over."""
    _expect_here(ticket, hand, TicketState.SERVING)
    course = _undoable(ticket)
    return _step(
        ticket, hand, EventKind.SERVICE_FINISHED, RANK_SERVED, course, outcome=outcome.value
    )


def park(ticket: Ticket, hand: Hand, kind: ParkKind) -> Draft:
    """The customer steps aside and comes back without queueing again."""
    _expect_here(ticket, hand, TicketState.SERVING)
    course = replace(
        _undoable(ticket), parked=kind.value, parked_at=hand.now_ms, counter=hand.counter
    )
    draft = _step(ticket, hand, EventKind.TICKET_PARKED, RANK_PARKED, course, how=kind.value)
    return replace(draft, counter=None)


def go_on(ticket: Ticket, hand: Hand) -> Draft:
    """A parked customer is back at a counter that is free: the service goes on."""
    _expect(ticket, TicketState.PARKED)
    course = replace(ticket.course, parked=None, parked_at=None, counter=None)
    draft = _again(ticket, hand, EventKind.TICKET_RETURNED, RANK_SERVING, course)
    return replace(draft, counter=hand.counter)


def come_back(ticket: Ticket, hand: Hand) -> Draft:
    """A parked customer is back in the hall: next at the counter that knows the case.

    The time aside does not count as waiting; after ten minutes any counter may call.
    """
    _expect(ticket, TicketState.PARKED)
    aside = max(0, hand.now_ms - (ticket.course.parked_at or hand.now_ms))
    course = Course(
        rejoins=ticket.course.rejoins,
        skips=ticket.course.skips,
        counter=ticket.course.counter,
        reserved_until=hand.now_ms + RESERVED_MS,
    )
    draft = _again(ticket, hand, EventKind.TICKET_RETURNED, RANK_WAITING, course)
    return replace(draft, eligible_at=_start_of(ticket) + aside)


def transfer(ticket: Ticket, hand: Hand, queue: str, counter: int | None) -> Draft:
    """Hand the customer on to a queue or a counter; the place in time is kept."""
    if ticket.state not in (TicketState.CALLED, TicketState.SERVING, TicketState.WAITING):
        raise _refused(ticket)
    if ticket.state is not TicketState.WAITING:
        _expect_here(ticket, hand, ticket.state)
    course = Course(
        rejoins=ticket.course.rejoins,
        skips=ticket.course.skips,
        counter=counter,
        reserved_until=hand.now_ms + RESERVED_MS if counter is not None else None,
        undo=_undo_of(ticket),
    )
    draft = _again(ticket, hand, EventKind.TICKET_TRANSFERRED, RANK_WAITING, course)
    return replace(draft, queue=queue)


def no_show(ticket: Ticket, hand: Hand) -> Draft:
    """Nobody came to the counter."""
    _expect_here(ticket, hand, TicketState.CALLED)
    draft = _step(ticket, hand, EventKind.TICKET_NO_SHOW, RANK_NO_SHOW, _undoable(ticket))
    return replace(draft, counter=None)


def rejoin(ticket: Ticket, hand: Hand, called_at_ms: int) -> Draft:
    """Somebody who missed the call comes back, once, within half an hour of it.

    Raises:
        KnownError: `calling.rejoined_already` or `calling.too_late`.
    """
    _expect(ticket, TicketState.NO_SHOW)
    if ticket.course.rejoins >= MAX_REJOINS:
        raise KnownError("calling.rejoined_already", number=ticket.number)
    if hand.now_ms - called_at_ms > REJOIN_WITHIN_MS:
        raise KnownError("calling.too_late", number=ticket.number)
    waited = max(0, called_at_ms - _start_of(ticket))
    course = Course(rejoins=ticket.course.rejoins + 1, skips=ticket.course.skips)
    draft = _again(ticket, hand, EventKind.TICKET_REJOINED, RANK_WAITING, course)
    return replace(draft, eligible_at=hand.now_ms - min(waited, REJOIN_KEEPS_MS))


def cancel(ticket: Ticket, actor: str, reason: str) -> Draft:
    """The ticket is given up before it was called, or while it is parked."""
    if ticket.state not in (TicketState.WAITING, TicketState.PARKED):
        raise _refused(ticket)
    hand = Hand(actor, 0, 0)
    course = _undoable(ticket)
    draft = _step(ticket, hand, EventKind.TICKET_CANCELLED, RANK_CANCELLED, course, reason=reason)
    return replace(draft, counter=None)


def undo(ticket: Ticket, hand: Hand) -> Draft:
    """Take the last step back: the ticket is again as it was before, in a new generation.

    Raises:
        KnownError: `calling.nothing_to_undo`.
    """
    rank, queue, counter, eligible_at = _parsed_undo(ticket)
    course = replace(ticket.course, undo=None)
    if rank == RANK_WAITING:
        course = Course(rejoins=course.rejoins, skips=course.skips)
    elif rank == RANK_CALLED:
        course = replace(course, started_at=None)
    draft = _again(ticket, hand, EventKind.STEP_UNDONE, rank, course)
    return replace(draft, queue=queue, counter=counter, eligible_at=eligible_at)


def may_call(ticket: Ticket, counter: int, now_ms: int) -> bool:
    """Tell whether a counter may call this waiting ticket now: reservations and skips count."""
    course = ticket.course
    if course.avoid == counter and (course.avoid_until or 0) > now_ms:
        return False
    reserved = course.counter is not None and (course.reserved_until or 0) > now_ms
    return not reserved or course.counter == counter


def last_counter(ticket: Ticket) -> int | None:
    """Return the counter that has the ticket, or that had it when it stepped aside or away."""
    if ticket.state is TicketState.PARKED:
        return ticket.course.counter
    if ticket.state is not TicketState.NO_SHOW:
        return ticket.counter
    _, _, counter, *_ = (*(ticket.course.undo or "").split("/"), "", "", "")
    return int(counter) if counter.isdecimal() else None


def is_reserved_for(ticket: Ticket, counter: int, now_ms: int) -> bool:
    """Tell whether this waiting ticket is meant for this very counter."""
    return ticket.course.counter == counter and (ticket.course.reserved_until or 0) > now_ms


def _step(
    ticket: Ticket, hand: Hand, kind: EventKind, rank: int, course: Course, **data: object
) -> Draft:
    """Return a step within the generation: ranks only grow."""
    return Draft(
        kind=kind,
        actor=hand.actor,
        ticket=ticket.ticket_id,
        business_day=ticket.business_day,
        generation=ticket.generation,
        rank=rank,
        queue=ticket.queue,
        priority=ticket.priority,
        eligible_at=_start_of(ticket),
        counter=hand.counter or None,
        data={**data, "course": course.as_data()},
    )


def _again(
    ticket: Ticket, hand: Hand, kind: EventKind, rank: int, course: Course, **data: object
) -> Draft:
    """Return a step that opens a new generation."""
    draft = _step(ticket, hand, kind, rank, course, **data)
    counter = draft.counter if rank != RANK_WAITING else None
    return replace(draft, generation=ticket.generation + 1, counter=counter)


def _start_of(ticket: Ticket) -> int:
    return round(ticket.eligible_at.timestamp() * 1000)


def _undo_of(ticket: Ticket) -> str:
    return f"{ticket.rank}/{ticket.queue}/{ticket.counter or 0}/{_start_of(ticket)}"


def _undoable(ticket: Ticket) -> Course:
    return replace(ticket.course, undo=_undo_of(ticket))


def _parsed_undo(ticket: Ticket) -> tuple[int, str, int | None, int]:
    if ticket.course.undo is None:
        raise KnownError("calling.nothing_to_undo")
    try:
        rank, queue, counter, eligible_at = ticket.course.undo.split("/")
        return int(rank), queue, int(counter) or None, int(eligible_at)
    except ValueError as error:
        raise BugError("an undo note that cannot be read") from error


def _expect(ticket: Ticket, *states: TicketState) -> None:
    if ticket.state not in states:
        raise _refused(ticket)


def _expect_here(ticket: Ticket, hand: Hand, state: TicketState) -> None:
    _expect(ticket, state)
    if ticket.counter != hand.counter:
        raise KnownError(
            "calling.at_other_counter", number=ticket.number, counter=ticket.counter or 0
        )


def _refused(ticket: Ticket) -> KnownError:
    return KnownError(f"calling.is_{ticket.state.value}", number=ticket.number)
