"""A ticket's state is the largest of its events under one total order.

`TicketFold` joins three registers — state, birth and print truth — so merging is commutative,
associative and idempotent: events may arrive in any order, twice, or in parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from lobby_app.domain.clock import wall_ms
from lobby_app.domain.course import FRESH, Course, course_text
from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_CANCELLED,
    RANK_NO_SHOW,
    RANK_PARKED,
    RANK_SERVED,
    RANK_SERVING,
    RANK_WAITING,
    Envelope,
    EventKind,
)

_MAX_COPIES = 9_999


class TicketState(StrEnum):
    """State as people say it, derived from the winning rank."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    PARKED = "parked"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    SERVED = "served"


_STATES = (
    (RANK_SERVED, TicketState.SERVED),
    (RANK_NO_SHOW, TicketState.NO_SHOW),
    (RANK_CANCELLED, TicketState.CANCELLED),
    (RANK_PARKED, TicketState.PARKED),
    (RANK_SERVING, TicketState.SERVING),
    (RANK_CALLED, TicketState.CALLED),
    (RANK_WAITING, TicketState.WAITING),
)


@cache
def state_of(rank: int) -> TicketState:
    """Return the state of a rank; a rank of a newer version counts as the largest below it."""
    return next(state for least, state in _STATES if rank >= least)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Projected state of one ticket.

    Attributes:
        number: label on paper (`A2017`), presentation only; `ticket_id` is the identity.
        zone: letter. queue: channel code. priority: Priority value.
        eligible_at: zero of the priority clock.
        qr_token: the unguessable token of the QR payload.
        copies: how many reprints were asked for. print_outcome: last PrintOutcome value or None.
        call_without_sound: the counter calls by sight or in person.
        documents_incomplete: the customer waits in spite of missing papers.
        course: what earlier steps left for later ones.
    """

    ticket_id: str
    business_day: date
    number: str
    zone: str
    queue: str
    priority: str
    business: str
    issued_at: datetime
    eligible_at: datetime
    state: TicketState
    generation: int
    rank: int
    counter: int | None
    customer_ref: str | None
    qr_token: str
    language: str
    large_type: bool
    copies: int = 0
    print_outcome: str | None = None
    call_without_sound: bool = False
    documents_incomplete: bool = False
    course: Course = FRESH


class StateRegister(NamedTuple):
    """The winning state event, largest by (generation, rank, claim priority, -hlc, -log_id)."""

    generation: int
    rank: int
    claim_priority: int
    hlc: int
    log_id: str
    queue: str | None = None
    priority: str | None = None
    eligible_at: int | None = None
    counter: int | None = None
    claim_id: str | None = None
    course: str | None = None

    def key(self) -> tuple[int, int, int, int, int]:
        """Return what the total order compares; among equals the earlier claim wins."""
        return (
            self.generation, self.rank, self.claim_priority, -self.hlc, -int(self.log_id, 16),
        )  # fmt: skip


class BirthRegister(NamedTuple):
    """What `ticket_issued` says once and for all; of two, the earlier (hlc, log_id) counts."""

    hlc: int
    log_id: str
    number: str
    zone: str
    business: str
    customer_ref: str | None
    qr_token: str
    language: str
    large_type: bool
    call_without_sound: bool = False
    documents_incomplete: bool = False

    def key(self) -> tuple[int, str]:
        """Return the order of births."""
        return (self.hlc, self.log_id)


class PrintRegister(NamedTuple):
    """The latest print truth and the largest copy count."""

    hlc: int
    log_id: str
    outcome: str

    def key(self) -> tuple[int, str]:
        """Return the order of print events."""
        return (self.hlc, self.log_id)


class TicketFold(NamedTuple):
    """Everything that the events seen so far say about one ticket."""

    ticket_id: str
    business_day: str
    state: StateRegister | None = None
    birth: BirthRegister | None = None
    printed: PrintRegister | None = None
    copies: int = 0

    def merge(self, other: "TicketFold") -> "TicketFold":
        """Return the join of two folds of the same ticket."""
        return TicketFold(
            ticket_id=self.ticket_id,
            business_day=min(self.business_day, other.business_day),
            state=_larger(self.state, other.state),
            birth=_earlier(self.birth, other.birth),
            printed=_later(self.printed, other.printed),
            copies=max(self.copies, other.copies),
        )

    def ticket(self, zone: tzinfo) -> Ticket | None:
        """Return the ticket as people see it, or None until its birth is known."""
        birth, state = self.birth, self.state
        if birth is None or state is None:
            return None
        eligible_ms = state.eligible_at if state.eligible_at is not None else wall_ms(birth.hlc)
        return Ticket(
            ticket_id=self.ticket_id,
            business_day=date.fromisoformat(self.business_day),
            number=birth.number,
            zone=birth.zone,
            queue=state.queue or "",
            priority=state.priority or "ordinary",
            business=birth.business,
            issued_at=datetime.fromtimestamp(wall_ms(birth.hlc) / 1000, zone),
            eligible_at=datetime.fromtimestamp(eligible_ms / 1000, zone),
            state=state_of(state.rank),
            generation=state.generation,
            rank=state.rank,
            counter=state.counter,
            customer_ref=birth.customer_ref,
            qr_token=birth.qr_token,
            language=birth.language,
            large_type=birth.large_type,
            copies=self.copies,
            print_outcome=self.printed.outcome if self.printed else None,
            call_without_sound=birth.call_without_sound,
            documents_incomplete=birth.documents_incomplete,
            course=Course.parsed(state.course),
        )


def fold_of(envelope: Envelope, hlc: int, log_id: str) -> TicketFold | None:
    """Return what one event says about its ticket; None when it is about none.

    `log_id` is 32 hex digits. Kinds this version does not know still count by their envelope.
    """
    if envelope.ticket is None or envelope.business_day is None:
        return None
    state = None
    if envelope.rank is not None:
        state = StateRegister(
            generation=envelope.generation,
            rank=envelope.rank,
            claim_priority=envelope.claim_priority,
            hlc=hlc,
            log_id=log_id,
            queue=envelope.queue,
            priority=envelope.priority,
            eligible_at=envelope.eligible_at,
            counter=envelope.counter,
            claim_id=envelope.claim_id,
            course=course_text(envelope.data.get("course")),
        )
    is_print = envelope.kind in (EventKind.TICKET_PRINTED, EventKind.PRINT_FAILED)
    return TicketFold(
        ticket_id=envelope.ticket,
        business_day=envelope.business_day,
        state=state,
        birth=_birth(envelope.data, hlc, log_id)
        if envelope.kind == EventKind.TICKET_ISSUED
        else None,
        printed=PrintRegister(hlc, log_id, _text(envelope.data, "outcome")) if is_print else None,
        copies=_copies(envelope.data) if is_print else 0,
    )


def _birth(data: Mapping[str, Any], hlc: int, log_id: str) -> BirthRegister:
    return BirthRegister(
        hlc=hlc,
        log_id=log_id,
        number=_text(data, "number"),
        zone=_text(data, "zone"),
        business=_text(data, "business"),
        customer_ref=_text(data, "customer_ref") or None,
        qr_token=_text(data, "qr_token"),
        language=_text(data, "language"),
        large_type=data.get("large_type") is True,
        call_without_sound=data.get("call_without_sound") is True,
        documents_incomplete=data.get("documents_incomplete") is True,
    )


def _text(data: Mapping[str, Any], name: str) -> str:
    """Return a text of the free payload, empty when it is anything else: nobody checked it."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _copies(data: Mapping[str, Any]) -> int:
    copy = data.get("copy")
    return copy if type(copy) is int and 0 <= copy <= _MAX_COPIES else 0


def _larger(a: StateRegister | None, b: StateRegister | None) -> StateRegister | None:
    if a is None or b is None:
        return a or b
    if a[:3] != b[:3]:
        return a if a[:3] > b[:3] else b  # nearly always; the rest of the key is dear
    first, second = a.key(), b.key()
    is_first = first > second or (first == second and _rest(a) >= _rest(b))
    return a if is_first else b


def _rest(register: StateRegister) -> tuple[str, ...]:
    """Break ties between two different events at the same place of the same log (a fork)."""
    return tuple(
        str(value)
        for value in (
            register.queue,
            register.priority,
            register.eligible_at,
            register.counter,
            register.claim_id,
            register.course,
        )
    )


def _earlier(a: BirthRegister | None, b: BirthRegister | None) -> BirthRegister | None:
    if a is None or b is None:
        return a or b
    return a if (a.key(), _said(a)) <= (b.key(), _said(b)) else b


def _said(birth: BirthRegister) -> tuple[str, ...]:
    """Break ties between two different births at the same place of the same log (a fork)."""
    return (
        birth.number, birth.qr_token, birth.zone, birth.business, birth.customer_ref or "",
        birth.language, str(birth.large_type), str(birth.call_without_sound),
        str(birth.documents_incomplete),
    )  # fmt: skip


def _later(a: PrintRegister | None, b: PrintRegister | None) -> PrintRegister | None:
    if a is None or b is None:
        return a or b
    return a if (a.key(), a.outcome) >= (b.key(), b.outcome) else b
