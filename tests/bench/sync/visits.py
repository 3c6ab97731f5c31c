"""Logs as desks write them: visits of five events, chained, made before anything is measured."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from time import time
from typing import Any
from uuid import uuid4

from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_WAITING,
    Draft,
    Event,
    EventKind,
    encode,
    link,
)
from lobby_app.domain.replication import Place

BATCH = 100
_RANK_SERVING, _RANK_SERVED = 20, 32


def call_of(ticket: str, counter: int, claim_id: str) -> Draft:
    """Return the call of a ticket as a counter means to make it."""
    return _draft(
        EventKind.TICKET_CALLED,
        ticket,
        rank=RANK_CALLED,
        queue="cash_counter",
        counter=counter,
        claim_id=claim_id,
    )


def birth_of(ticket: str, number: str) -> Draft:
    """Return the event that issues a ticket."""
    return _draft(
        EventKind.TICKET_ISSUED,
        ticket,
        rank=RANK_WAITING,
        queue="cash_counter",
        priority="ordinary",
        eligible_at=int(time() * 1000),
        data={"number": number, "zone": "A", "business": "cash_withdrawal", "language": "zh_CN",
              "qr_token": ticket[:16], "large_type": False},
    )  # fmt: skip


def _draft(kind: EventKind, ticket: str, **more: Any) -> Draft:
    day = datetime.now(UTC).date()
    return Draft(kind=kind, actor="1001", ticket=ticket, business_day=day, **more)


def _visit(number: int) -> Iterator[str]:
    ticket, counter = str(uuid4()), number % 6 + 1
    yield encode(birth_of(ticket, f"A9{number % 1000:03d}"))
    yield encode(_draft(EventKind.TICKET_PRINTED, ticket, data={"copies": 1}))
    yield encode(call_of(ticket, counter, str(uuid4())))
    serving = _RANK_SERVING
    yield encode(_draft(EventKind.SERVICE_STARTED, ticket, rank=serving, counter=counter))
    yield encode(_draft(EventKind.SERVICE_FINISHED, ticket, rank=_RANK_SERVED, counter=counter))


class VisitLog:
    """One log that grows, batch by batch."""

    def __init__(self) -> None:
        """Begin an empty log."""
        self._end = Place.start(str(uuid4()))
        self._bodies = (body for number in count() for body in _visit(number))
        self._hlc = int(time() * 1000) << 16

    def batches(self, number: int, size: int = BATCH) -> list[tuple[Place, list[Event]]]:
        """Return the next batches, each with the place it follows."""
        return [self._batch(size) for _ in range(number)]

    def _batch(self, size: int) -> tuple[Place, list[Event]]:
        after, events = self._end, []
        for _ in range(size):
            seq, self._hlc = self._end.seq + 1, self._hlc + 1
            body = next(self._bodies)
            chain = link(self._end.chain, seq, self._hlc, body)
            events.append(Event(after.log_id, seq, self._hlc, chain, body))
            self._end = Place(after.log_id, seq, chain)
        return after, events
