"""Logs as desks write them, for the tests of the centre."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_WAITING,
    Draft,
    EventKind,
    encode,
    genesis,
    link,
)


def today() -> date:
    return datetime.now(UTC).date()


@dataclass
class Log:
    """One log: gives bodies their places and keeps every event as the wire has it."""

    log_id: str = field(default_factory=lambda: str(uuid4()))
    events: list[dict[str, Any]] = field(default_factory=list)

    def add(self, *bodies: str) -> "Log":
        for body in bodies:
            seq, hlc = len(self.events) + 1, (1_760_000_000_000 + len(self.events)) << 16
            chain = link(self.chain(seq - 1), seq, hlc, body)
            self.events.append({"seq": seq, "hlc": hlc, "chain": chain.hex(), "body": body})
        return self

    def chain(self, seq: int) -> bytes:
        return bytes.fromhex(self.events[seq - 1]["chain"]) if seq else genesis(self.log_id)

    def copy(self, count: int) -> "Log":
        return Log(self.log_id, self.events[:count])

    def place(self, seq: int) -> dict[str, Any]:
        return {"log": self.log_id, "seq": seq, "chain": self.chain(seq).hex()}

    def request(self, after: int = 0, until: int | None = None) -> dict[str, Any]:
        place = {"seq": after, "chain": self.chain(after).hex()}
        return {"log": self.log_id, "after": place, "events": self.events[after:until]}


def issued(ticket: str, number: str = "A1001", generation: int = 0) -> str:
    return encode(
        Draft(
            kind=EventKind.TICKET_ISSUED,
            actor="1001",
            ticket=ticket,
            business_day=today(),
            generation=generation,
            rank=RANK_WAITING,
            queue="counter_cash",
            priority="ordinary",
            data={"number": number, "zone": number[0]},
        )
    )


def called(
    ticket: str, counter: int, claim_id: str, generation: int = 0, claim_priority: int = 2
) -> str:
    return encode(
        Draft(
            kind=EventKind.TICKET_CALLED,
            actor="1001",
            ticket=ticket,
            business_day=today(),
            generation=generation,
            rank=RANK_CALLED,
            claim_priority=claim_priority,
            queue="counter_cash",
            counter=counter,
            claim_id=claim_id,
        )
    )


def claim(ticket: str, counter: int, claim_id: str, generation: int = 0) -> dict[str, Any]:
    return {
        "claim": claim_id,
        "ticket": ticket,
        "business_day": today().isoformat(),
        "generation": generation,
        "counter": counter,
        "body": called(ticket, counter, claim_id, generation),
    }
