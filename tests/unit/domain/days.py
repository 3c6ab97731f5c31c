"""Days written by hand: `at("09:05").issued("A1001")` and so on, told as moments."""

from datetime import UTC, date, datetime

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
    encode,
    parse_body,
)
from lobby_app.domain.stories import Moment

DAY = date(2026, 11, 25)
LOG = "a" * 32


def ms(clock: str) -> int:
    """Return HH:MM or HH:MM:SS of the day, ms since the epoch (UTC)."""
    return round(datetime.fromisoformat(f"{DAY} {clock}").replace(tzinfo=UTC).timestamp() * 1000)


def hour_of(at_ms: int) -> int:
    return datetime.fromtimestamp(at_ms / 1000, UTC).hour


def ticket_id(number: str) -> str:
    return f"00000000-0000-4000-8000-{int(number[1:]):012d}"


class DayLog:
    """Collects moments; each method is one event of the real grammar."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self._queues: dict[str, tuple[str, str]] = {}
        self._counter = 0

    def put(self, clock: str, kind: str, **fields: object) -> None:
        draft = Draft(kind=kind, actor="0017", business_day=DAY, **fields)  # type: ignore[arg-type]
        envelope = parse_body(encode(draft))
        assert envelope is not None, kind
        self._counter += 1
        self.moments.append(Moment((ms(clock) << 16) + self._counter, LOG, envelope))

    def issued(
        self,
        clock: str,
        number: str,
        *,
        queue: str = "cash_counter",
        priority: str = "ordinary",
        business: str = "cash_withdrawal",
        promised: list[int] | None = None,
        customer: str | None = None,
        offset: int | None = None,
    ) -> None:
        self._queues[number] = (queue, priority)
        data = {
            "number": number, "zone": number[0], "business": business, "customer_ref": customer,
            "promised": promised, "appointment_offset_min": offset,
        }  # fmt: skip
        self._step(clock, EventKind.TICKET_ISSUED, number, RANK_WAITING, None, data)

    def called(
        self,
        clock: str,
        number: str,
        counter: int = 1,
        why: str = "ratio///",
        claim: str | None = None,
    ) -> None:
        data = {"course": {"why": why}}
        self._step(clock, EventKind.TICKET_CALLED, number, RANK_CALLED, counter, data, claim)

    def started(self, clock: str, number: str, counter: int = 1) -> None:
        self._step(clock, EventKind.SERVICE_STARTED, number, RANK_SERVING, counter, {})

    def finished(self, clock: str, number: str, counter: int = 1, outcome: str = "done") -> None:
        data = {"outcome": outcome}
        self._step(clock, EventKind.SERVICE_FINISHED, number, RANK_SERVED, counter, data)

    def no_show(self, clock: str, number: str) -> None:
        self._step(clock, EventKind.TICKET_NO_SHOW, number, RANK_NO_SHOW, None, {})

    def cancelled(self, clock: str, number: str, reason: str) -> None:
        data = {"reason": reason}
        self._step(clock, EventKind.TICKET_CANCELLED, number, RANK_CANCELLED, None, data)

    def parked(self, clock: str, number: str) -> None:
        self._step(clock, EventKind.TICKET_PARKED, number, RANK_PARKED, None, {})

    def returned(self, clock: str, number: str, counter: int | None) -> None:
        rank = RANK_WAITING if counter is None else RANK_SERVING
        self._step(clock, EventKind.TICKET_RETURNED, number, rank, counter, {})

    def transferred(self, clock: str, number: str, queue: str) -> None:
        self._queues[number] = (queue, self._queues[number][1])
        self._step(clock, EventKind.TICKET_TRANSFERRED, number, RANK_WAITING, None, {})

    def rejoined(self, clock: str, number: str) -> None:
        self._step(clock, EventKind.TICKET_REJOINED, number, RANK_WAITING, None, {})

    def skipped(self, clock: str, number: str) -> None:
        self._step(clock, EventKind.TICKET_SKIPPED, number, RANK_WAITING, None, {})

    def undone(self, clock: str, number: str, rank: int, counter: int | None = None) -> None:
        self._step(clock, EventKind.STEP_UNDONE, number, rank, counter, {})

    def served(self, number: str, issued: str, started: str, ended: str, **issue: object) -> None:
        """One ticket from paper to the end; called when it is started."""
        counter = issue.pop("counter", 1)
        assert isinstance(counter, int)
        self.issued(issued, number, **issue)  # type: ignore[arg-type]
        self.called(started, number, counter)
        self.started(started, number, counter)
        self.finished(ended, number, counter)

    def opened(self, clock: str, counter: int, queues: list[str], **data: object) -> None:
        self.put(clock, EventKind.COUNTER_OPENED, counter=counter, data={"queues": queues, **data})

    def closed(self, clock: str, counter: int) -> None:
        self.put(clock, EventKind.COUNTER_CLOSED, counter=counter)

    def visit(
        self,
        clock: str,
        name: str,
        channel: str,
        *,
        counts: bool = True,
        rules: tuple[str, ...] = (),
        business: str = "cash_withdrawal",
        customer: str | None = None,
    ) -> None:
        data = {
            "visit": name, "channel": channel, "business": business, "customer_ref": customer,
            "rules": list(rules), "diversion_eligible": counts, "priority": "ordinary",
        }  # fmt: skip
        self.put(clock, EventKind.VISIT_TRIAGED, data=data)

    def _step(
        self,
        clock: str,
        kind: str,
        number: str,
        rank: int,
        counter: int | None,
        data: dict[str, object],
        claim: str | None = None,
    ) -> None:
        queue, priority = self._queues[number]
        self.put(
            clock, kind, ticket=ticket_id(number), rank=rank, queue=queue, priority=priority,
            counter=counter, data=data, claim_id=claim,
        )  # fmt: skip
