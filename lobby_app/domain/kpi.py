"""The day's figures (domain 4.1), each a function of the stories. Minutes; shares are 0 to 1.

Elders, people with an access need and people who asked for a person never appear in a diversion
figure (金发〔2024〕34号): the log holds one bit that says whether a visit may count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from lobby_app.domain.business import Priority
from lobby_app.domain.stories import MINUTE_MS, DayStory, TicketStory

PROMISES = {
    Priority.CARE.value: 5.0,
    Priority.APPOINTMENT.value: 5.0,
    Priority.TIER.value: 8.0,
    Priority.ORDINARY.value: 15.0,
}
"""Service promises by class, minutes; the dispatcher aims lower for care so that 5 is met."""
REPEAT_WITHIN_MS = 30 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Waits:
    """How long people waited. `count` 0: the figures mean nothing."""

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
    """Ordinary tickets overtaken by later tier tickets: share, and most times for one ticket."""

    count: int
    share: float
    most: int


@dataclass(frozen=True, slots=True)
class Diversion:
    """Machines and phone: `share` of the `base` visits that may count; `of_all` of every visit.

    `success`: diverted visits without a ticket for the same business within half an hour.
    """

    share: float
    base: int
    of_all: float
    success: float


@dataclass(frozen=True, slots=True)
class DayFigures:
    """All figures of one day.

    Attributes:
        waits: keyed by "all", `priority:…`, `queue:…` and `hour:…`.
        service: mean minutes per business. utilisation: serving / open time per counter.
        longest_now: longest wait of a ticket that still waits.
        elders_refused: visits that asked for, or are due, a person and got a machine; must be 0.
    """

    issued: int
    served: int
    waiting: int
    waits: Mapping[str, Waits]
    service: Mapping[str, float]
    abandonment: float
    longest_now: float
    utilisation: Mapping[int, float]
    diversion: Diversion
    promise: PromiseError
    overtaking: Overtaking
    care_p90: float
    elders_refused: int
    document_failure: float
    skips: int
    transfers: int
    complaints: int
    assistances: int


def figures(
    day: DayStory, self_service: frozenset[str], hour_of: Callable[[int], int]
) -> DayFigures:
    """Return the figures of a day.

    Args:
        day: its story.
        self_service: channel codes of machines and the customer's phone.
        hour_of: ms since the epoch → hour of the branch's day.
    """
    issued = [ticket for ticket in day.tickets if ticket.outcome != "mistake"]
    gone = [ticket for ticket in issued if ticket.end in ("no_show", "cancelled")]
    open_now = [t for t in issued if t.called is None and not t.end]
    return DayFigures(
        issued=len(issued),
        served=sum(ticket.end == "served" for ticket in issued),
        waiting=len(open_now),
        waits=_all_waits(issued, hour_of),
        service=_service(issued),
        abandonment=_share(len(gone), len(issued)),
        longest_now=max(((day.now - t.issued) / MINUTE_MS for t in open_now), default=0.0),
        utilisation=_utilisation(day),
        diversion=_diversion(day, self_service),
        promise=promise_error(issued),
        overtaking=overtaking(issued),
        care_p90=_waits([t for t in issued if t.priority == Priority.CARE]).p90,
        elders_refused=_refused(day, self_service),
        document_failure=_share(
            sum(ticket.outcome == "papers_missing" for ticket in issued), len(issued)
        ),
        skips=sum(ticket.skips for ticket in issued),
        transfers=sum(ticket.transfers for ticket in issued),
        complaints=day.complaints,
        assistances=day.assistances,
    )


def wait_of(ticket: TicketStory) -> float | None:
    """Return start minus issue; a ticket that was never served has no wait."""
    return (ticket.started - ticket.issued) / MINUTE_MS if ticket.started is not None else None


def _all_waits(tickets: Sequence[TicketStory], hour_of: Callable[[int], int]) -> dict[str, Waits]:
    groups: dict[str, list[TicketStory]] = defaultdict(list)
    for ticket in tickets:
        groups["all"].append(ticket)
        groups[f"priority:{ticket.priority}"].append(ticket)
        groups[f"queue:{ticket.queue}"].append(ticket)
        groups[f"hour:{hour_of(ticket.issued):02d}"].append(ticket)
    return {name: _waits(group) for name, group in sorted(groups.items())}


def _waits(tickets: Iterable[TicketStory]) -> Waits:
    pairs = [(wait, t) for t in tickets if (wait := wait_of(t)) is not None]
    if not pairs:
        return Waits(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    waits = sorted(wait for wait, _ in pairs)
    kept = sum(wait <= PROMISES.get(ticket.priority, 15.0) for wait, ticket in pairs)
    return Waits(
        count=len(waits),
        mean=fmean(waits),
        median=median(waits),
        p90=quantile(waits, 0.9),
        longest=waits[-1],
        in_promise=kept / len(waits),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of ordered values by linear interpolation; 0 of nothing."""
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _service(tickets: Sequence[TicketStory]) -> dict[str, float]:
    minutes: dict[str, list[float]] = defaultdict(list)
    for ticket in tickets:
        if ticket.started is not None and ticket.end == "served" and ticket.ended is not None:
            minutes[ticket.business].append((ticket.ended - ticket.started) / MINUTE_MS)
    return {business: fmean(values) for business, values in sorted(minutes.items())}


def _utilisation(day: DayStory) -> dict[int, float]:
    return {
        counter.number: _share(_length(counter.serving_spans), _length(counter.open_spans))
        for counter in day.counters
    }


def _length(spans: Sequence[tuple[int, int]]) -> int:
    return sum(max(0, end - begin) for begin, end in spans)


def _diversion(day: DayStory, self_service: frozenset[str]) -> Diversion:
    eligible = [visit for visit in day.visits if visit.counts_for_diversion]
    diverted = [visit for visit in eligible if visit.channel in self_service]
    all_diverted = [visit for visit in day.visits if visit.channel in self_service]
    came_back = 0
    for visit in diverted:
        came_back += any(
            ticket.customer_ref is not None
            and ticket.customer_ref == visit.customer_ref
            and ticket.business == visit.business
            and 0 <= ticket.issued - visit.at <= REPEAT_WITHIN_MS
            for ticket in day.tickets
        )
    return Diversion(
        share=_share(len(diverted), len(eligible)),
        base=len(eligible),
        of_all=_share(len(all_diverted), len(day.visits)),
        success=_share(len(diverted) - came_back, len(diverted)),
    )


def _refused(day: DayStory, self_service: frozenset[str]) -> int:
    person_due = {"R20", "R21", "R22"}
    return sum(
        bool(person_due & set(visit.rules)) and visit.channel in self_service
        for visit in day.visits
    )


def promise_error(tickets: Iterable[TicketStory]) -> PromiseError:
    """Return how the printed ranges fared; the middle of a range stands for its point."""
    errors, inside, below, count = [], 0, 0, 0
    for ticket in tickets:
        if ticket.promised is None or ticket.called is None:
            continue
        low, high = ticket.promised
        wait = (ticket.called - ticket.issued) / MINUTE_MS
        count += 1
        errors.append(wait - (low + high) / 2)
        inside += low <= wait <= high
        below += wait <= high
    if not count:
        return PromiseError(0, 0.0, 0.0, 0.0, 0.0)
    return PromiseError(
        count, fmean(abs(e) for e in errors), fmean(errors), inside / count, below / count
    )


def overtaking(tickets: Sequence[TicketStory]) -> Overtaking:
    """Count, for each called ordinary ticket, the later tier tickets of its queue called before."""
    times = [overtaken_by(ticket, tickets) for ticket in tickets if _is_called_ordinary(ticket)]
    hit = sum(count > 0 for count in times)
    return Overtaking(len(times), _share(hit, len(times)), max(times, default=0))


def overtaken_by(ticket: TicketStory, tickets: Sequence[TicketStory]) -> int:
    """Return how many tier tickets issued later were called earlier from the same queue."""
    if ticket.called is None:
        return 0
    return sum(
        other.priority == Priority.TIER
        and other.queue == ticket.queue
        and other.issued > ticket.issued
        and other.called is not None
        and other.called < ticket.called
        for other in tickets
    )


def _is_called_ordinary(ticket: TicketStory) -> bool:
    return ticket.priority == Priority.ORDINARY and ticket.called is not None


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
