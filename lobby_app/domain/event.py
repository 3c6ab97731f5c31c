"""The event envelope: its grammar, its hash chain and the total order (sync design 3.2).

One grammar for every replica: what this module accepts, every replica folds; what it refuses,
every replica keeps byte for byte and folds nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class EventKind(StrEnum):
    """Kinds this version writes. Unknown kinds of newer versions fold by their envelope."""

    DAY_STARTED = "day_started"
    SIGNED_ON = "signed_on"
    SIGNED_OFF = "signed_off"
    PROFILE_VIEWED = "profile_viewed"
    VISIT_TRIAGED = "visit_triaged"
    VISIT_CLOSED = "visit_closed"
    RECOMMENDATION_OVERRIDDEN = "recommendation_overridden"
    TICKET_ISSUED = "ticket_issued"
    TICKET_PRINTED = "ticket_printed"
    PRINT_FAILED = "print_failed"
    TICKET_CANCELLED = "ticket_cancelled"
    COMPLAINT_REGISTERED = "complaint_registered"
    HELP_CALLED = "help_called"
    ELDER_ASSISTED = "elder_assisted"
    DEVICE_STATE_SET = "device_state_set"


RANK_WAITING = 0
RANK_CALLED = 10
RANK_SERVING = 20
RANK_CANCELLED = 30
RANK_NO_SHOW = 31
RANK_SERVED = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before the log gives it a place: envelope and free `data`.

    Attributes:
        ticket: UUID of the ticket, None for events that are about no ticket.
        business_day: required with `ticket`.
        rank: None = the event is about the ticket but does not change its state (print truth).
        queue: channel code of the queue.
        priority: Priority value.
        eligible_at: ms since the epoch, the priority clock's zero.
        data: free payload, JSON types only, ASCII after encoding; never personal data.
    """

    kind: str
    actor: str
    ticket: str | None = None
    business_day: date | None = None
    generation: int = 0
    rank: int | None = None
    claim_priority: int = 0
    queue: str | None = None
    priority: str | None = None
    eligible_at: int | None = None
    counter: int | None = None
    claim_id: str | None = None
    version: int = 1
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its place in a log: what replicas exchange."""

    log_id: str
    seq: int
    hlc: int
    chain: bytes
    body: str
