"""The day's figures (domain 4.1), each a function of the stories. Minutes; shares are 0 to 1.

Elders, people with an access need and people who asked for a person never appear in a diversion
figure (金发〔2024〕34号): the log holds one bit that says whether a visit may count; what does not
count moves no figure here. For the same reason the share of machines among *all* visits is none.
A figure that rests on nothing is None, never 0.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lobby_app.domain.business import Priority
from lobby_app.domain.kpi_visits import (
    Diversion,
    Errand,
    diversion_of,
    persons_refused,
    repeat_visits,
)
from lobby_app.domain.satisfaction import Satisfaction, satisfaction_of
from lobby_app.domain.share import Share
from lobby_app.domain.stories import MINUTE_MS, CounterStory, DayStory, TicketStory

PROMISES: Mapping[str, float] = {
    Priority.SAFETY.value: 0.0,
    Priority.CARE.value: 5.0,
    Priority.APPOINTMENT.value: 5.0,
    Priority.TIER.value: 8.0,
    Priority.ORDINARY.value: 15.0,
}
"""Service promises by class, minutes; the dispatcher aims lower for care so that 5 is met."""
ORDINARY_PROMISE = PROMISES[Priority.ORDINARY]
LATELY_MS = 30 * MINUTE_MS
"""Counters are too busy only when it has lasted so long (domain 4.1)."""
_NOT_WANTED = frozenset({"mistake", "duplicate"})


@dataclass(frozen=True, slots=True)
class Waits:
    """How long people waited, of those whose service has begun; there is at least one."""

    count: int
    mean: float
    median: float
    p90: float
    longest: float
    in_promise: float


@dataclass(frozen=True, slots=True)
class PromiseError:
    """Printed range against truth: `bias` > 0 means that people waited longer than said."""

    count: int
    mean_absolute: float
    bias: float
    in_range: float
    below_upper: float


@dataclass(frozen=True, slots=True)
class Overtaking:
    """Ordinary tickets overtaken by later tier tickets: how many, and most times for one ticket."""

    share: Share
    most: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """All figures of one day.

    Attributes:
        issued: tickets that were wanted: neither a mistake nor a second one.
        waits: keyed by "all", `priority:…`, `queue:…` and `hour:…`; absent where nobody was served.
        arrivals, abandoned: by the same keys.
        service: mean minutes at counters per business, with how many.
        longest_now: longest wait of a ticket that still waits, minutes.
        utilisation: serving / open time per counter that was open.
        type_utilisation: the same summed over the counters that serve the same queues.
        busy_lately: that of the last half-hour.
        elders_refused: visits that were due, or asked for, a person and got a machine; must be 0.
    """

    issued: int
    served: int
    waiting: int
    waits: Mapping[str, Waits]
    arrivals: Mapping[str, int]
    abandoned: Mapping[str, Share]
    service: Mapping[str, tuple[float, int]]
    longest_now: float | None
    utilisation: Mapping[int, float]
    type_utilisation: Mapping[tuple[str, ...], float]
    busy_lately: Mapping[tuple[str, ...], float]
    diversion: Diversion
    promise: PromiseError | None
    overtaking: Overtaking
    elders_refused: int
    repeats: Share
    document_failure: Share
    skips: int
    transfers: int
    complaints: int
    assistances: int
    satisfaction: Satisfaction


def figures(
    day: DayStory,
    self_service: frozenset[str],
    hour_of: Callable[[int], int],
    earlier: frozenset[Errand] = frozenset(),
) -> DayFigures:
    """Return the figures of a day.

    Args:
        day: its story.
        self_service: channel codes of machines and the customer's phone.
        hour_of: ms since the epoch → hour of the branch's day.
        earlier: who came for what on the days before, for the visits that are repeats.
    """
    issued = wanted(day.tickets)
    groups = _groups(issued, hour_of)
    starts = [ticket.issued for ticket in issued if ticket.state == "waiting"]
    papers = sum(ticket.outcome == "papers_missing" for ticket in issued)
    return DayFigures(
        issued=len(issued),
        served=sum(ticket.state == "served" and not is_abandoned(ticket) for ticket in issued),
        waiting=len(starts),
        waits={name: waits for name, group in groups.items() if (waits := _waits(group))},
        arrivals={name: len(group) for name, group in groups.items()},
        abandoned={name: _abandoned(group) for name, group in groups.items()},
        service=_service(issued),
        longest_now=(day.now - min(starts)) / MINUTE_MS if starts else None,
        utilisation=utilisation(day),
        type_utilisation=type_utilisation(day),
        busy_lately=busy_lately(day),
        diversion=diversion_of(day, self_service),
        promise=promise_error(issued),
        overtaking=overtaking(issued),
        elders_refused=persons_refused(day.visits, self_service),
        repeats=repeat_visits(day.visits, earlier),
        document_failure=Share(papers, len(issued)),
        skips=sum(ticket.skips for ticket in issued),
        transfers=sum(ticket.transfers for ticket in issued),
        complaints=day.complaints,
        assistances=day.assistances,
        satisfaction=satisfaction_of(day.answers),
    )


def wanted(tickets: Iterable[TicketStory]) -> list[TicketStory]:
    """Return the tickets that count: not those issued by mistake or twice."""
    return [t for t in tickets if not (t.state == "cancelled" and t.outcome in _NOT_WANTED)]


def is_abandoned(ticket: TicketStory) -> bool:
    """Tell whether its holder went away unserved: no-show, or left before or at the counter."""
    if ticket.state == "no_show":
        return True
    return ticket.state in ("cancelled", "served") and ticket.outcome == "left"


def abandonment(tickets: Sequence[TicketStory]) -> Share:
    """Return who went away unserved, of all tickets."""
    return Share(sum(is_abandoned(ticket) for ticket in tickets), len(tickets))


def wait_of(ticket: TicketStory) -> float | None:
    """Return start minus issue; a ticket that was never served has no wait."""
    return (ticket.started - ticket.issued) / MINUTE_MS if ticket.started is not None else None


def kept_promise(ticket: TicketStory) -> bool | None:
    """Tell whether the service began in time; of a booking, counted from the booked time."""
    if ticket.started is None:
        return None
    begin = ticket.issued
    if ticket.priority == Priority.APPOINTMENT and ticket.slot is not None:
        begin = max(begin, ticket.slot)
    promise = PROMISES.get(ticket.priority, ORDINARY_PROMISE)
    return (ticket.started - begin) / MINUTE_MS <= promise


@dataclass(frozen=True, slots=True)
class _Measured:
    """What the groups of a ticket share, worked out once."""

    wait: float | None
    kept: bool
    gone: bool


def _groups(
    tickets: Sequence[TicketStory], hour_of: Callable[[int], int]
) -> dict[str, list[_Measured]]:
    everyone: list[_Measured] = []
    groups: dict[tuple[str, object], list[_Measured]] = defaultdict(list)
    for ticket in tickets:
        measured = _Measured(wait_of(ticket), bool(kept_promise(ticket)), is_abandoned(ticket))
        everyone.append(measured)
        groups["priority", ticket.priority].append(measured)
        groups["queue", ticket.queue].append(measured)
        groups["hour", hour_of(ticket.issued)].append(measured)
    named = {_group_name(*key): group for key, group in groups.items()}
    return {"all": everyone, **dict(sorted(named.items()))} if everyone else {}


def _group_name(kind: str, value: object) -> str:
    return f"{kind}:{value:02d}" if isinstance(value, int) else f"{kind}:{value}"


def _abandoned(group: Sequence[_Measured]) -> Share:
    return Share(sum(measured.gone for measured in group), len(group))


def _waits(group: Sequence[_Measured]) -> Waits | None:
    """Return how long these people waited, None when nobody was served."""
    waits = sorted(measured.wait for measured in group if measured.wait is not None)
    if not waits:
        return None
    return Waits(
        count=len(waits),
        mean=sum(waits) / len(waits),
        median=quantile(waits, 0.5),
        p90=quantile(waits, 0.9),
        longest=waits[-1],
        in_promise=sum(measured.kept for measured in group) / len(waits),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of ordered values, at least one, by linear interpolation."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _service(tickets: Sequence[TicketStory]) -> dict[str, tuple[float, int]]:
    minutes: dict[str, list[float]] = defaultdict(list)
    for ticket in tickets:
        if ticket.state == "served" and ticket.services and not is_abandoned(ticket):
            spent = sum((s.ended or s.begun) - s.begun for s in ticket.services)
            minutes[ticket.business].append(spent / MINUTE_MS)
    return {business: (fmean(spent), len(spent)) for business, spent in sorted(minutes.items())}


def utilisation(day: DayStory) -> dict[int, float]:
    """Return serving ÷ open time of every counter that was open."""
    return {counter.number: min(1.0, part / whole) for counter, part, whole in _busy(day)}


def type_utilisation(day: DayStory) -> dict[tuple[str, ...], float]:
    """Return Σ serving ÷ Σ open time of the counters that serve the same queues."""
    return {queues: min(1.0, part / whole) for queues, part, whole in _busy_types(day)}


def busy_lately(day: DayStory) -> dict[tuple[str, ...], float]:
    """Return the same of the last half-hour, of counters that have been open for as long."""
    types = _busy_types(day, day.now - LATELY_MS)
    return {queues: min(1.0, part / whole) for queues, part, whole in types if whole >= LATELY_MS}


def _busy_types(day: DayStory, since: int = 0) -> list[tuple[tuple[str, ...], int, int]]:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for counter, part, whole in _busy(day, since):
        sums[tuple(sorted(counter.queues))][0] += part
        sums[tuple(sorted(counter.queues))][1] += whole
    return [(queues, part, whole) for queues, (part, whole) in sorted(sums.items())]


def _busy(day: DayStory, since: int = 0) -> list[tuple[CounterStory, int, int]]:
    """Return the counters that were open, how long they served and how long they were open."""
    serving: dict[int, int] = defaultdict(int)
    for ticket in day.tickets:
        for service in ticket.services:
            serving[service.counter] += _length(service.begun, service.ended, day.now, since)
    spans = [
        (counter, sum(_length(*span, day.now, since) for span in counter.open_spans))
        for counter in day.counters
    ]
    return [(counter, serving[counter.number], spent) for counter, spent in spans if spent > 0]


def _length(begin: int, end: int | None, now: int, since: int) -> int:
    """Return how long something lasted, or has until now, counted from `since` on."""
    return max(0, (now if end is None else end) - max(begin, since))


def promise_error(tickets: Iterable[TicketStory]) -> PromiseError | None:
    """Return how the printed ranges fared; the middle of a range stands for its point.

    The ticket promises when its number is called, so truth is the first call.
    """
    errors: list[float] = []
    inside = below = 0
    for ticket in tickets:
        if ticket.promised is None or ticket.called is None:
            continue
        low, high = ticket.promised
        wait = (ticket.called - ticket.issued) / MINUTE_MS
        errors.append(wait - (low + high) / 2)
        inside += low <= wait <= high
        below += wait <= high
    if not errors:
        return None
    count = len(errors)
    absolute = fmean(abs(error) for error in errors)
    return PromiseError(count, absolute, fmean(errors), inside / count, below / count)


def overtaking(tickets: Iterable[TicketStory]) -> Overtaking:
    """Return how often ordinary tickets were overtaken, of those that were called."""
    times = [
        count for ticket, count in times_overtaken(tickets) if ticket.priority == Priority.ORDINARY
    ]
    return Overtaking(Share(sum(count > 0 for count in times), len(times)), max(times, default=0))


def times_overtaken(tickets: Iterable[TicketStory]) -> list[tuple[TicketStory, int]]:
    """Return every called ticket with how many later tier tickets of its queue came before it.

    In the order of the calls: each ticket is compared with the tier tickets called before it.
    """
    called = [ticket for ticket in tickets if ticket.called is not None]
    called.sort(key=lambda ticket: (ticket.called or 0, ticket.issued))
    tiers: dict[str, list[int]] = defaultdict(list)
    result = []
    for ticket in called:
        before = tiers[ticket.queue]
        is_tier = ticket.priority == Priority.TIER
        result.append((ticket, 0 if is_tier else len(before) - bisect_right(before, ticket.issued)))
        if is_tier:
            insort(before, ticket.issued)
    return result


def no_shows_in_a_row(tickets: Iterable[TicketStory]) -> dict[int, int]:
    """Return per counter how many of its last calls in a row nobody followed."""
    by_counter: dict[int, list[TicketStory]] = defaultdict(list)
    for ticket in tickets:
        if ticket.called_by is not None and ticket.state in ("served", "no_show", "serving"):
            by_counter[ticket.called_by].append(ticket)
    result: dict[int, int] = {}
    for counter, called in by_counter.items():
        called.sort(key=lambda ticket: ticket.called or 0, reverse=True)
        run = next((place for place, t in enumerate(called) if t.state != "no_show"), len(called))
        result[counter] = run
    return result
