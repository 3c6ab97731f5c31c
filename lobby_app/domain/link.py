"""How a desk's line to the others stands, as its windows say it. Apart from what replicas say.

A window is painted before the rules of replication are needed, and this is all it knows of them.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

UNSYNCED_MINUTES = 60.0
"""Events that the centre has not confirmed for longer are worth an alarm (domain 4.2)."""


class Link(StrEnum):
    """With whom this desk exchanges. ALONE: no centre was ever set up for it."""

    ALONE = "alone"
    CENTRE = "centre"
    RELAY = "relay"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What the status strip says about replication.

    Attributes:
        since: since when `link` is what it is.
        last_exchange: end of the last complete exchange, None = never.
        skew_ms: the partner's clock minus ours.
        quarantined: events kept that no replica can read.
        set_aside: events that the centre's version of their log does not hold.
        problem: key of a sentence for operations (`sync.*`), None = none.
    """

    link: Link
    since: datetime | None = None
    last_exchange: datetime | None = None
    skew_ms: int = 0
    quarantined: int = 0
    set_aside: int = 0
    problem: str | None = None
