"""The waiting tickets of today seen through the dispatcher: places, ranges, channel waits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from lobby_app.domain.branch import CounterPlan
from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.calibration import Promise
from lobby_app.domain.dispatch import WaitingTicket
from lobby_app.domain.ports import CounterReport, UnitOfWork
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.ticket import Ticket
from lobby_app.domain.wait import ServingCounter, forecast, people_ahead, printed, range_of
from lobby_app.services.desk import Desk
from lobby_app.services.present_forecast import Forecast, floor_of

HELPED_QUEUES = ("cash_counter", "service_counter")
"""What a dedicated counter helps with when it has been idle for a while (domain 3.6)."""
_NEW = "new"
_EARLY_MINUTES = 15.0
"""A counter that closes so long before its planned break has gone on it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands: people called before it, expected minutes, printed range.

    `minutes` and `wait` are None when no open counter serves its queue.
    """

    ahead: int
    minutes: float | None
    wait: WaitRange | None


class Queues:
    """The whole floor at one moment, asked about single tickets; each question is answered once."""

    def __init__(
        self, desk: Desk, waiting: Sequence[Ticket], counters: Sequence[ServingCounter]
    ) -> None:
        self._desk = desk
        self._now = desk.now().timestamp() / 60
        self._tickets = [as_waiting(ticket) for ticket in waiting]
        self._counters = counters
        floor = floor_of((ticket.ticket_id for ticket in waiting), counters)
        self._foreseen = desk.latest_forecast.of(floor, self._now)
        self._places_for_new: dict[tuple[str, Priority], Place] = {}

    def place_of(self, ticket_id: str) -> Place:
        """Return the place of a waiting ticket; one that no longer waits has nobody ahead."""
        ticket = next((t for t in self._tickets if t.ticket_id == ticket_id), None)
        if ticket is None:
            return Place(0, None, None)
        if self._foreseen is not None:
            promise = self._foreseen.waiting.get(ticket_id)
            return self._foreseen_place(ticket, promise, self._foreseen)
        expected = forecast(self._tickets, self._counters, self._now, self._desk.policy)
        return _place(ticket, self._tickets, expected)

    def place_for_new(self, queue: str, priority: Priority) -> Place:
        """Return the place that a ticket issued now would get.

        What its holder came for changes the wait of others only.
        """
        known = self._places_for_new.get((queue, priority))
        if known is None:
            # "~" sorts after every printed number: of two equal starts the printed one is first.
            new = WaitingTicket(_NEW, "~", queue, priority, self._now)
            known = self._places_for_new[queue, priority] = self._new_place(new)
        return known

    def _new_place(self, new: WaitingTicket) -> Place:
        if self._foreseen is not None:
            promise = self._foreseen.new.get((new.queue, new.priority))
            return self._foreseen_place(new, promise, self._foreseen)
        tickets = [*self._tickets, new]
        expected = forecast(tickets, self._counters, self._now, self._desk.policy)
        return _place(new, tickets, expected)

    def _foreseen_place(
        self, ticket: WaitingTicket, promise: Promise | None, foreseen: Forecast
    ) -> Place:
        """Return the place by the many futures of services.forecasting."""
        expected = {one: other.expected for one, other in foreseen.waiting.items()}
        if promise is not None:
            expected[ticket.ticket_id] = promise.expected
        ahead = people_ahead(ticket, self._tickets, expected)
        if promise is None:
            return Place(ahead, None, None)
        return Place(ahead, promise.expected, printed(promise.low, promise.high))

    def waiting_in(self, queue: str) -> int:
        """Return how many tickets wait in a queue."""
        return sum(1 for ticket in self._tickets if ticket.queue == queue)

    def counters_for(self, queue: str) -> int:
        """Return how many open counters serve a queue."""
        return sum(queue in one.queues for one in self._counters if not one.is_away)


class OrdinaryWaits(Mapping[str, float]):
    """Minutes that an ordinary ticket issued now would wait, by queue.

    Each is worked out when a rule asks for it: most visits ask for one or two.
    """

    def __init__(self, queues: Queues, policy: Policy) -> None:
        self._queues = queues
        self._codes = [code for code, entry in policy.channels.items() if entry.queued]

    def __getitem__(self, queue: str) -> float:
        if queue not in self._codes:
            raise KeyError(queue)
        return self._queues.place_for_new(queue, Priority.ORDINARY).minutes or 0.0

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def read_queues(desk: Desk, work: UnitOfWork) -> Queues:
    """Return the floor as it is, read inside a transaction."""
    return Queues(desk, work.waiting(desk.business_day()), open_counters(desk, work))


def open_counters(desk: Desk, work: UnitOfWork) -> list[ServingCounter]:
    """Return the counters that are open, each with the service it runs.

    With them those that closed for a planned break and will be back (`is_away`). On a day on which
    no counter has signed on, the plan of the branch stands for them: a branch may use the entrance
    before its counters do.
    """
    day = desk.business_day()
    reports = work.counters(day)
    if not reports:
        return [_serving(desk, plan.number, plan.queues, None) for plan in desk.branch.counters]
    at_work = [
        _serving(desk, report.number, report.queues, work.at_counter(day, report.number))
        for report in reports
        if report.is_open
    ]
    away = (_away(desk, report) for report in reports if not report.is_open)
    return at_work + [counter for counter in away if counter is not None]


def _away(desk: Desk, report: CounterReport) -> ServingCounter | None:
    """Return a closed counter if it closed shortly before a planned break, or in it."""
    plan, closed = _plan_of(desk, report.number), report.since.timestamp() / 60
    if plan is None:
        return None
    serving = _serving(desk, plan.number, plan.queues, None)
    if not serving.breaks or closed < serving.breaks[0][0] - _EARLY_MINUTES:
        return None
    (_, ends), *later = serving.breaks
    return replace(serving, breaks=((closed, ends), *later), is_away=True)


def _serving(
    desk: Desk, number: int, queues: tuple[str, ...], current: Ticket | None
) -> ServingCounter:
    shared = is_shared(desk, number)
    business, begun, minutes = None, None, 0.0
    if current is not None:
        course = current.course
        begun = course.started_at if course.started_at is not None else course.first_called_at
        business = current.business
        minutes = max(0.0, desk.now().timestamp() - begun / 1000) / 60 if begun else 0.0
    return ServingCounter(
        number=number,
        queues=queues,
        shared=shared,
        helps=() if shared else HELPED_QUEUES,
        busy_business=business,
        busy_minutes=minutes,
        breaks=breaks_of(desk, number, 0.0 if begun is None else begun / 60_000),
    )


def breaks_of(desk: Desk, counter: int, began: float = 0.0) -> tuple[tuple[float, float], ...]:
    """Return the planned breaks of a counter that are not over, minutes since the epoch.

    `began`: when its present service did. A counter that takes up a service in its break does not
    take it: that one is left out.
    """
    plan = _plan_of(desk, counter)
    if plan is None:
        return ()
    now = desk.now()
    spans = (
        tuple(datetime.combine(now, at, now.tzinfo).timestamp() / 60 for at in (one.start, one.end))
        for one in plan.breaks
    )
    return tuple(
        (begins, ends)
        for begins, ends in spans
        if ends > now.timestamp() / 60 and not begins < began
    )


def is_shared(desk: Desk, counter: int) -> bool:
    """Tell whether a counter serves everybody; one that is not planned does."""
    plan = _plan_of(desk, counter)
    return plan.shared if plan is not None else True


def _plan_of(desk: Desk, counter: int) -> CounterPlan | None:
    return next((one for one in desk.branch.counters if one.number == counter), None)


def as_waiting(ticket: Ticket) -> WaitingTicket:
    """Return a ticket as the calling rule sees it; times in minutes since the epoch."""
    return WaitingTicket(
        ticket.ticket_id,
        ticket.number,
        ticket.queue,
        Priority(ticket.priority),
        ticket.eligible_at.timestamp() / 60,
        ticket.business,
    )


def _place(
    ticket: WaitingTicket, tickets: Sequence[WaitingTicket], expected: dict[str, float]
) -> Place:
    minutes = expected.get(ticket.ticket_id)
    wait = None if minutes is None else range_of(minutes)
    return Place(people_ahead(ticket, tickets, expected), minutes, wait)
