"""A ticket's state is the largest event under one total order; legal steps of this release."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class TicketState(StrEnum):
    """State as people say it, derived from the winning rank."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    SERVED = "served"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Projected state of one ticket.

    Attributes:
        number: label on paper (`A2017`), presentation only; `ticket_id` is the identity.
        zone: letter. queue: channel code. priority: Priority value.
        eligible_at: zero of the priority clock.
        qr_token: the unguessable token of the QR payload.
        copies: how many reprints were asked for. print_outcome: last PrintOutcome value or None.
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
