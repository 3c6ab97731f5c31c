"""A day told from its events: what became of each ticket, visit and counter. Pure.

Every figure of `kpi` is a function of these stories, so the same log always gives the same figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lobby_app.domain.event import Envelope, EventKind

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Moment:
    """One event with its time, ms since the epoch (the wall part of its clock)."""

    at: int
    envelope: Envelope


@dataclass(slots=True)
class TicketStory:
    """What became of one ticket; times in ms since the epoch, None = never.

    Attributes:
        promised: the printed range in minutes. called_by: counter of the first call.
        started, ended: of the first service. why: reason of the first call (CallReason text).
        end: served, no_show, cancelled, or empty while it is under way.
    """

    ticket_id: str
    number: str
    zone: str
    queue: str
    priority: str
    business: str
    issued: int
    eligible: int
    promised: tuple[int, int] | None
    customer_ref: str | None
    visit: str
    called: int | None = None
    called_by: int | None = None
    why: str = ""
    started: int | None = None
    ended: int | None = None
    end: str = ""
    outcome: str = ""
    calls: int = 0
    skips: int = 0
    transfers: int = 0
    rejoins: int = 0


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One decided visit. `counts_for_diversion`: never an elder, never somebody with a need."""

    visit: str
    at: int
    business: str
    channel: str
    queue: str | None
    priority: str
    counts_for_diversion: bool
    rules: tuple[str, ...]
    customer_ref: str | None


@dataclass(slots=True)
class CounterStory:
    """Spans of one counter as (from, to) in ms: when it was open, when it served."""

    number: int
    queues: tuple[str, ...] = ()
    staff: str = ""
    open_spans: list[tuple[int, int]] = field(default_factory=list)
    serving_spans: list[tuple[int, int]] = field(default_factory=list)
    opened_at: int | None = None


@dataclass(frozen=True, slots=True)
class DayStory:
    """Everything told of one day up to `now`."""

    tickets: tuple[TicketStory, ...]
    visits: tuple[VisitStory, ...]
    counters: tuple[CounterStory, ...]
    complaints: int
    assistances: int
    now: int


def tell(moments: Iterable[Moment], now: int) -> DayStory:
    """Return the story of a day from its events, in any order. `now`: ms, ends what is open."""
    teller = _Teller(now)
    for moment in sorted(moments, key=lambda m: m.at):
        teller.hear(moment)
    return teller.day()


class _Teller:
    """Listens to events in the order of their time."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._tickets: dict[str, TicketStory] = {}
        self._visits: dict[str, VisitStory] = {}
        self._counters: dict[int, CounterStory] = {}
        self._serving: dict[int, int] = {}
        self._complaints = self._assistances = 0

    def hear(self, moment: Moment) -> None:
        kind, envelope = moment.envelope.kind, moment.envelope
        if kind == EventKind.VISIT_TRIAGED:
            self._triaged(moment)
        elif kind == EventKind.TICKET_ISSUED:
            self._issued(moment)
        elif kind in (EventKind.COUNTER_OPENED, EventKind.COUNTER_CLOSED):
            self._counter_moved(moment)
        elif kind == EventKind.COMPLAINT_REGISTERED:
            self._complaints += 1
        elif kind == EventKind.ELDER_ASSISTED:
            self._assistances += 1
        elif envelope.ticket in self._tickets:
            self._ticket_moved(moment, self._tickets[envelope.ticket])

    def _triaged(self, moment: Moment) -> None:
        data = moment.envelope.data
        visit = _text(data, "visit")
        self._visits[visit] = VisitStory(
            visit=visit,
            at=moment.at,
            business=_text(data, "business"),
            channel=_text(data, "channel"),
            queue=_text(data, "queue") or None,
            priority=_text(data, "priority"),
            counts_for_diversion=data.get("diversion_eligible") is True,
            rules=tuple(str(rule) for rule in data.get("rules") or ()),
            customer_ref=_text(data, "customer_ref") or None,
        )

    def _issued(self, moment: Moment) -> None:
        envelope, data = moment.envelope, moment.envelope.data
        if envelope.ticket is None:
            return
        promised = data.get("promised")
        is_range = isinstance(promised, list) and len(promised) == 2
        self._tickets[envelope.ticket] = TicketStory(
            ticket_id=envelope.ticket,
            number=_text(data, "number"),
            zone=_text(data, "zone"),
            queue=envelope.queue or "",
            priority=envelope.priority or "ordinary",
            business=_text(data, "business"),
            issued=moment.at,
            eligible=envelope.eligible_at or moment.at,
            promised=(int(promised[0]), int(promised[1])) if is_range and promised else None,
            customer_ref=_text(data, "customer_ref") or None,
            visit=_text(data, "visit"),
        )

    def _ticket_moved(self, moment: Moment, ticket: TicketStory) -> None:
        kind, counter, at = moment.envelope.kind, moment.envelope.counter, moment.at
        if kind == EventKind.TICKET_CALLED:
            ticket.calls += 1
            if ticket.called is None:
                course = moment.envelope.data.get("course")
                ticket.called, ticket.called_by = at, counter
                ticket.why = _text(course, "why") if isinstance(course, dict) else ""
        elif kind == EventKind.TICKET_RECALLED:
            ticket.calls += 1
        elif kind == EventKind.SERVICE_STARTED and counter is not None:
            ticket.started = ticket.started if ticket.started is not None else at
            self._serving[counter] = at
        elif kind == EventKind.SERVICE_FINISHED and counter is not None:
            ticket.ended, ticket.end = at, "served"
            ticket.outcome = _text(moment.envelope.data, "outcome")
            self._served(counter, at)
        elif kind == EventKind.TICKET_NO_SHOW:
            ticket.ended, ticket.end = at, "no_show"
        elif kind == EventKind.TICKET_CANCELLED:
            ticket.ended, ticket.end = at, "cancelled"
            ticket.outcome = _text(moment.envelope.data, "reason")
        else:
            self._ticket_strayed(moment, ticket)

    def _ticket_strayed(self, moment: Moment, ticket: TicketStory) -> None:
        """Skips, transfers, parking, coming back, undoing."""
        kind, at = moment.envelope.kind, moment.at
        if kind == EventKind.TICKET_SKIPPED:
            ticket.skips += 1
        elif kind == EventKind.TICKET_REJOINED:
            ticket.rejoins += 1
            ticket.ended, ticket.end = None, ""
        elif kind == EventKind.TICKET_TRANSFERRED:
            ticket.transfers += 1
            self._leave_counter(ticket, at)
            ticket.queue = moment.envelope.queue or ticket.queue
        elif kind == EventKind.TICKET_PARKED and moment.envelope.counter is None:
            self._leave_counter(ticket, at)
        elif kind == EventKind.STEP_UNDONE:
            ticket.ended, ticket.end, ticket.outcome = None, "", ""

    def _leave_counter(self, ticket: TicketStory, at: int) -> None:
        if ticket.called_by is not None:
            self._served(ticket.called_by, at)

    def _served(self, counter: int, at: int) -> None:
        begun = self._serving.pop(counter, None)
        if begun is not None:
            self._counter(counter).serving_spans.append((begun, at))

    def _counter_moved(self, moment: Moment) -> None:
        number = moment.envelope.counter
        if number is None:
            return
        counter = self._counter(number)
        if counter.opened_at is not None:
            counter.open_spans.append((counter.opened_at, moment.at))
            counter.opened_at = None
        if moment.envelope.kind == EventKind.COUNTER_OPENED:
            queues = moment.envelope.data.get("queues")
            counter.queues = tuple(str(q) for q in queues) if isinstance(queues, list) else ()
            counter.staff, counter.opened_at = moment.envelope.actor, moment.at

    def _counter(self, number: int) -> CounterStory:
        return self._counters.setdefault(number, CounterStory(number))

    def day(self) -> DayStory:
        """Return what was heard; what is still open lasts until now."""
        for number, begun in self._serving.items():
            self._counter(number).serving_spans.append((begun, self._now))
        for counter in self._counters.values():
            if counter.opened_at is not None:
                counter.open_spans.append((counter.opened_at, self._now))
        return DayStory(
            tickets=tuple(self._tickets.values()),
            visits=tuple(self._visits.values()),
            counters=tuple(self._counters[number] for number in sorted(self._counters)),
            complaints=self._complaints,
            assistances=self._assistances,
            now=self._now,
        )


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
