"""What replicas say to each other: heads, pages, answers. Values and pure rules (sync design 3).

A replica holds logs; of each log it holds the events `base_seq + 1 … seq`, hash-chained, without
gaps. Two replicas agree about a log when their chains agree at the shorter one's end: the chain
stands for everything before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lobby_app.domain.event import Draft, Event, genesis
from lobby_app.domain.link import Link as Link
from lobby_app.domain.link import LinkStatus as LinkStatus

PAGE = 500
"""Events of one page or batch at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a log: after event `seq`, where the chain is `chain`. seq 0 = before the first."""

    log_id: str
    seq: int
    chain: bytes

    @classmethod
    def start(cls, log_id: str) -> "Place":
        """Return the place before a log's first event."""
        return cls(log_id, 0, genesis(log_id))


@dataclass(frozen=True, slots=True)
class Head:
    """Where a replica stands in one log.

    Attributes:
        end: after the last event held.
        base: after what was pruned; `Place.start` when the log is held from its first event.
    """

    end: Place
    base: Place


@dataclass(frozen=True, slots=True)
class Heads:
    """The version vector of a replica. `now_ms`: its clock, ms since the epoch."""

    of: Mapping[str, Head]
    now_ms: int


@dataclass(frozen=True, slots=True)
class Page:
    """Events asked for, in order within each log.

    Attributes:
        diverged: logs whose chain at the place asked for is not the one given, or which are not
            held that far.
        is_last: nothing more was left out for want of room.
    """

    events: Sequence[Event]
    diverged: frozenset[str]
    is_last: bool


class Verdict(StrEnum):
    """How a replica takes events: TAKEN also when it had them all; else nothing was written.

    GAP: it stands before `after`. FORK: its chain is another one. BROKEN: the batch does not chain
    or is not contiguous. FOREIGN: a log of another branch.
    """

    TAKEN = "taken"
    GAP = "gap"
    FORK = "fork"
    BROKEN = "broken"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Appended:
    """The answer to `append`; `heads` as they are afterwards, that of its log at least."""

    verdict: Verdict
    heads: Heads


class ClaimVerdict(StrEnum):
    """What the centre says to a claim.

    GRANTED: the call is in the centre's own log, once; the same claim gets the same answer for
    ever. TAKEN: somebody else has the ticket, or its generation moved on. UNKNOWN: it never heard
    of the ticket; push first.
    """

    GRANTED = "granted"
    TAKEN = "taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """`counter`: who has the ticket, when that is known. `verdict` None: nobody answered in time.

    After GRANTED and TAKEN the desk's own log holds the events that say so, unless the line was
    lost in between: then they come with the next exchange. `event`: beside the answer, the call as
    the granter wrote it into its own log, if it did so now and says where.
    """

    verdict: ClaimVerdict | None
    counter: int | None = None
    event: Event | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ClaimIntent:
    """A call that a counter means to make, durable before anybody is asked.

    Attributes:
        draft: the whole `ticket_called` event, claim priority 0; who grants it raises that.
    """

    claim_id: str
    draft: Draft


PRIORITY_RELAY = 1
PRIORITY_CENTRE = 2
"""Claim priorities: of two calls of one generation the larger wins; one made alone has 0."""
