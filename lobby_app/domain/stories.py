"""A day told from its events: what became of each ticket, visit and counter. Pure.

Every figure of `kpi` is a function of these stories, so the same log always gives the same figures.
A ticket's story follows from its own events alone, a counter's spans from its own: whoever learns
an event late tells one ticket again, not the day (see `chronicle`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lobby_app.domain.clock import wall_ms
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
from lobby_app.domain.satisfaction import Answer, answer_of

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Moment:
    """One event at its place in the total order. `hlc`: its clock; `log_id` breaks ties."""

    hlc: int
    log_id: str
    envelope: Envelope

    @property
    def at(self) -> int:
        """When it happened, ms since the epoch."""
        return wall_ms(self.hlc)

    @property
    def key(self) -> tuple[int, str]:
        """What moments are ordered by."""
        return (self.hlc, self.log_id)


@dataclass(frozen=True, slots=True)
class Service:
    """A stay at a counter, from the start of the service; `ended` None while it runs."""

    counter: int
    begun: int
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class TicketStory:
    """What became of one ticket; times in ms since the epoch, None = never.

    Attributes:
        queue: queue of its first call, or where it waits for it. slot: booked time, else None.
        promised: the printed range in minutes. called_by: counter of the first call.
        started: start of the first service. why: reason of the first call (CallReason text).
        state: waiting, called, serving, parked, or its end: served, no_show, cancelled.
        outcome: how the service ended, or the reason of the cancellation.
        services: every stay at a counter; time aside is in none of them.
    """

    ticket_id: str
    number: str
    queue: str
    priority: str
    business: str
    issued: int
    slot: int | None
    promised: tuple[int, int] | None
    customer_ref: str | None
    called: int | None = None
    called_by: int | None = None
    why: str = ""
    started: int | None = None
    ended: int | None = None
    state: str = "waiting"
    outcome: str = ""
    services: tuple[Service, ...] = ()
    calls: int = 0
    skips: int = 0
    transfers: int = 0


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One decided visit. `counts_for_diversion`: never an elder, never somebody with a need."""

    visit: str
    at: int
    business: str
    channel: str
    priority: str
    prompt: str
    counts_for_diversion: bool
    rules: tuple[str, ...]
    customer_ref: str | None
    override: str = ""


@dataclass(frozen=True, slots=True)
class CounterStory:
    """One counter's day. `open_spans`: (from, to) in ms, `to` None while it is open."""

    number: int
    queues: tuple[str, ...] = ()
    staff: str = ""
    open_spans: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class DayStory:
    """Everything told of one day up to `now` (ms). `answers`: one a ticket at most."""

    tickets: Sequence[TicketStory]
    visits: Sequence[VisitStory]
    counters: Sequence[CounterStory]
    complaints: int
    assistances: int
    answers: Sequence[Answer]
    now: int


_STATES = {
    RANK_WAITING: "waiting",
    RANK_CALLED: "called",
    RANK_SERVING: "serving",
    RANK_PARKED: "parked",
    RANK_CANCELLED: "cancelled",
    RANK_NO_SHOW: "no_show",
    RANK_SERVED: "served",
}
_UNDOABLE = frozenset(
    {
        EventKind.TICKET_CALLED,
        EventKind.SERVICE_STARTED,
        EventKind.SERVICE_FINISHED,
        EventKind.TICKET_PARKED,
        EventKind.TICKET_TRANSFERRED,
        EventKind.TICKET_NO_SHOW,
        EventKind.TICKET_CANCELLED,
    }
)


def ticket_story(moments: Iterable[Moment]) -> TicketStory | None:
    """Return the story of one ticket from its moments in order; None until its birth is known.

    A step that was undone has not happened: the story goes on from before it. What one claim called
    is one call, though it is told twice when its answer was lost: the earlier stands.
    """
    story: TicketStory | None = None
    before: TicketStory | None = None
    claims: set[str | None] = set()
    for moment in moments:
        kind = moment.envelope.kind
        claim = moment.envelope.claim_id if kind == EventKind.TICKET_CALLED else None
        is_told = claim is not None and claim in claims
        if kind == EventKind.TICKET_ISSUED:
            story = story or _born(moment)
        elif story is None or moment.envelope.rank is None or is_told:
            continue
        elif kind == EventKind.STEP_UNDONE:
            story, before = before or story, None
        else:
            before = story if kind in _UNDOABLE else before
            story = _after(story, moment)
            claims.add(claim)
    return story


def _born(moment: Moment) -> TicketStory:
    envelope, data = moment.envelope, moment.envelope.data
    promised, offset = data.get("promised"), data.get("appointment_offset_min")
    is_range = (
        isinstance(promised, list)
        and len(promised) == 2
        and all(type(minutes) is int for minutes in promised)
    )
    return TicketStory(
        ticket_id=envelope.ticket or "",
        number=_text(data, "number"),
        queue=envelope.queue or "",
        priority=envelope.priority or "ordinary",
        business=_text(data, "business"),
        issued=moment.at,
        slot=moment.at - offset * MINUTE_MS if type(offset) is int else None,
        promised=(promised[0], promised[1]) if is_range and promised else None,
        customer_ref=_text(data, "customer_ref") or None,
    )


def _after(story: TicketStory, moment: Moment) -> TicketStory:
    """Return the story after one state event."""
    envelope, at = moment.envelope, moment.at
    state = _STATES.get(envelope.rank or RANK_WAITING, story.state)
    is_first_call = envelope.kind == EventKind.TICKET_CALLED and story.called is None
    course = envelope.data.get("course")
    is_over = state in ("served", "no_show", "cancelled")
    services = _services(story, state, envelope.counter, at)
    # The queue of the first call is what the wait belongs to; a later hand-over is another wait.
    queue = envelope.queue or story.queue
    return replace(
        story,
        state=state,
        queue=queue if story.called is None else story.queue,
        called=at if is_first_call else story.called,
        called_by=envelope.counter if is_first_call else story.called_by,
        why=_text(course, "why") if is_first_call and isinstance(course, dict) else story.why,
        started=services[0].begun if services else None,
        ended=at if is_over else None,
        outcome=(_text(envelope.data, "outcome") or _text(envelope.data, "reason"))
        if is_over
        else "",
        services=services,
        calls=story.calls + (envelope.kind in (EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED)),
        skips=story.skips + (envelope.kind == EventKind.TICKET_SKIPPED),
        transfers=story.transfers + (envelope.kind == EventKind.TICKET_TRANSFERRED),
    )


def _services(story: TicketStory, state: str, counter: int | None, at: int) -> tuple[Service, ...]:
    """Return the stays at counters: one begins with serving and ends with whatever follows."""
    last = story.services[-1] if story.services else None
    runs = last is not None and last.ended is None
    if state == "serving":
        if runs or counter is None:
            return story.services
        return (*story.services, Service(counter, at))
    if runs and last is not None:
        return (*story.services[:-1], replace(last, ended=at))
    return story.services


def visit_story(moments: Iterable[Moment]) -> VisitStory | None:
    """Return the story of one visit from its moments in order."""
    story: VisitStory | None = None
    for moment in moments:
        data = moment.envelope.data
        if moment.envelope.kind == EventKind.RECOMMENDATION_OVERRIDDEN and story is not None:
            story = replace(story, override=_text(data, "reason"))
        elif moment.envelope.kind == EventKind.VISIT_TRIAGED and story is None:
            rules = data.get("rules")
            story = VisitStory(
                visit=_text(data, "visit"),
                at=moment.at,
                business=_text(data, "business"),
                channel=_text(data, "channel"),
                priority=_text(data, "priority"),
                prompt=_text(data, "prompt"),
                counts_for_diversion=data.get("diversion_eligible") is True,
                rules=tuple(str(rule) for rule in rules) if isinstance(rules, list) else (),
                customer_ref=_text(data, "customer_ref") or None,
            )
    return story


def counter_story(number: int, moments: Iterable[Moment]) -> CounterStory:
    """Return the story of one counter from its sign-ons and sign-offs in order."""
    story = CounterStory(number)
    for moment in moments:
        spans = story.open_spans
        if spans and spans[-1][1] is None:
            spans = (*spans[:-1], (spans[-1][0], moment.at))
        if moment.envelope.kind == EventKind.COUNTER_OPENED:
            data = moment.envelope.data
            queues, staff = data.get("queues"), data.get("for_staff")
            story = CounterStory(
                number,
                tuple(str(queue) for queue in queues) if isinstance(queues, list) else (),
                staff if isinstance(staff, str) else moment.envelope.actor,
                (*spans, (moment.at, None)),
            )
        else:
            story = replace(story, open_spans=spans)
    return story


def answer_story(moments: Iterable[Moment]) -> Answer | None:
    """Return the first answer about one ticket from its moments in order; a second is none."""
    told = (answer_of(moment.envelope.data) for moment in moments)
    return next((answer for answer in told if answer is not None), None)


def subject_of(envelope: Envelope) -> tuple[str, str] | None:
    """Return whose story an event belongs to.

    ("ticket", id), ("visit", id), ("counter", number), ("answer", id of the ticket it is about).
    None: it is in no story of its own (complaints are only counted).
    """
    if envelope.ticket is not None:
        return ("ticket", envelope.ticket)
    if envelope.kind in (EventKind.VISIT_TRIAGED, EventKind.RECOMMENDATION_OVERRIDDEN):
        return ("visit", _text(envelope.data, "visit"))
    if envelope.kind in (EventKind.COUNTER_OPENED, EventKind.COUNTER_CLOSED):
        return ("counter", str(envelope.counter)) if envelope.counter else None
    if envelope.kind == EventKind.SATISFACTION_ANSWERED:
        return ("answer", _text(envelope.data, "ticket"))
    return None


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
