"""A ticket as it appears on paper or screen: everything drawn, nothing about a person."""

from dataclasses import dataclass
from datetime import datetime

from lobby_app.domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class WaitRange:
    """A waiting time as a range of whole minutes."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class TicketSlip:
    """What the one drawing of the ticket shows.

    Attributes:
        number: label, for example `A2017`.
        wait: None when no honest range can be given (domain: stale data).
        documents: what to bring, in order; empty = nothing to say.
        qr_payload: upper case, alphanumeric, with an unguessable token.
        copy: 0 for the original, n for the n-th reprint (prints 补打 / REPRINT n).
        is_priority: prints the neutral word "优先 / Priority" and nothing more.
    """

    branch: Text
    number: str
    zone: str
    zone_name: Text
    channel: Text
    issued_at: datetime
    ahead: int
    wait: WaitRange | None
    documents: tuple[Text, ...]
    posted_rule: Text
    hotline: str
    qr_payload: str
    language: Language
    large_type: bool = False
    is_priority: bool = False
    copy: int = 0
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A 1-bit picture for a printer head: rows top to bottom, MSB first, 1 = black.

    `data` has `height * ((width + 7) // 8)` bytes.
    """

    width: int
    height: int
    data: bytes
