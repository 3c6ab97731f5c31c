"""The forecast of the present floor: learned habits, a hundred futures, corrected by its errors.

The present floor is read from the log as the counters left it; what is learned (handling times,
patience, pauses, arrivals by half-hour) comes from the last two weeks and today. Every promise that
was made is compared with its truth when the ticket is called (queueing 2 and 3).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import numpy as np

from lobby_app.domain.business import Priority
from lobby_app.domain.calibration import (
    Calibration,
    FinishedService,
    Promise,
    day_factor,
    learn,
    learn_patience,
)
from lobby_app.domain.dispatch import WaitingTicket
from lobby_app.domain.kpi import wanted
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.stories import MINUTE_MS, DayStory, TicketStory
from lobby_app.domain.wait import ServingCounter, handling_minutes
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from lobby_app.services.kept_calibration import CalibrationFile
from lobby_app.services.present_forecast import Forecast, floor_of
from lobby_app.services.queues import as_waiting, open_counters
from lobby_app.simulation.floor import Knowledge, forecast_floor
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import PRIORITIES
from lobby_app.simulation.rollout import Habits

DAYS = 14
"""Days before today that habits are learned from."""
REPLICATES, REPLICATES_FOR_NEW = 100, 40
_LEARN_AGAIN_MINUTES = 5.0
_LONGEST_GAP = 30.0
_RECENT_CALLS = 20
_HALF_HOUR = 30.0
_SEEDS = 2**31
_NEW = "new"
_PRIORITIES = [priority.value for priority in PRIORITIES]


@dataclass
class _Learned:
    """What days have taught; filled day by day."""

    services: list[FinishedService] = field(default_factory=list)
    calls: list[tuple[float, bool]] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    visits: list[tuple[float, int, int, int]] = field(default_factory=list)
    days: int = 0

    def joined(self, other: "_Learned") -> "_Learned":
        """Return both together; the visits of `other`, a day that is not over, do not count."""
        return _Learned(
            self.services + other.services,
            self.calls + other.calls,
            self.gaps + other.gaps,
            self.visits,
            self.days,
        )


@dataclass(frozen=True, slots=True)
class _Present:
    """The floor of one moment, minutes since the epoch, and what is known about the branch."""

    tickets: Sequence[WaitingTicket]
    counters: Sequence[ServingCounter]
    at: float
    midnight: float
    knowledge: Knowledge
    busy: float


class FloorForecaster:
    """Forecasts of one desk's branch. Thread: one at a time; takes milliseconds to seconds.

    Attributes:
        calibration: what the promises made so far have taught, also those of earlier processes
            where a file keeps it.
    """

    def __init__(self, desk: Desk, kept: CalibrationFile | None = None) -> None:
        self._desk = desk
        self._kept = kept
        # The first name stands for every business that the policy does not know any more.
        self._names = ("", *desk.policy.businesses)
        self._queues = tuple(code for code, entry in desk.policy.channels.items() if entry.queued)
        self._day: date | None = None
        self._past, self._book = _Learned(), DayBook()
        self._habits: tuple[float, Habits] | None = None
        self.calibration = kept.read() if kept is not None else Calibration()
        self._open_promises: dict[str, tuple[float, Promise]] = {}

    def forecast(self) -> Forecast:
        """Return the forecast of this moment. Raises KnownError `cache.*`."""
        desk = self._desk
        moment, day = desk.now(), desk.business_day()
        if day != self._day:
            self._begin(day)
        with desk.reader() as work:
            self._book.read(work, day)
            waiting = work.waiting(day)
            counters = [
                replace(counter, history=_history(work, day, counter.number))
                for counter in open_counters(desk, work)
            ]
        story = self._book.day(round(moment.timestamp() * 1000))
        self._correct(story)
        floor = floor_of((ticket.ticket_id for ticket in waiting), counters)
        at = moment.timestamp() / 60
        if not counters:
            return Forecast(at, floor)
        present = self._present(story, [as_waiting(t) for t in waiting], counters, at)
        found = self._promises(present, present.tickets, REPLICATES)
        for ticket_id, promise in found.items():
            self._open_promises.setdefault(ticket_id, (at, promise))
        return Forecast(at, floor, found, self._for_new(present))

    def _begin(self, day: date) -> None:
        """Learn from the days before a new one."""
        self._day, self._past, self._book = day, _Learned(), DayBook()
        self._habits = None
        self._open_promises.clear()
        for back in range(DAYS, 0, -1):
            past = day - timedelta(days=back)
            book = DayBook()
            with self._desk.reader() as work:
                book.read(work, past)
            story = book.day(round(self._desk.now().timestamp() * 1000))
            if story.tickets:
                self._take_in(self._past, story, self._midnight(past))
                self._past.days += 1

    def _midnight(self, day: date) -> float:
        zone = self._desk.now().tzinfo
        return datetime.combine(day, time(), zone).timestamp() / 60

    def _take_in(self, learned: _Learned, story: DayStory, midnight: float) -> None:
        by_counter: dict[int, list[TicketStory]] = {}
        for ticket in wanted(story.tickets):
            if ticket.queue in self._queues and ticket.priority in _PRIORITIES:
                learned.visits.append(
                    (
                        ticket.issued / MINUTE_MS - midnight,
                        _PRIORITIES.index(ticket.priority),
                        self._queues.index(ticket.queue),
                        self._business_index(ticket.business),
                    )
                )
            if ticket.called is None:
                continue
            waited = max(0.0, (ticket.called - ticket.issued) / MINUTE_MS)
            learned.calls.append((waited, ticket.state == "no_show"))
            if ticket.called_by is not None:
                by_counter.setdefault(ticket.called_by, []).append(ticket)
            for stay in ticket.services[:1]:
                if stay.ended is not None and stay.ended > stay.begun:
                    learned.services.append(
                        FinishedService(
                            ticket.business,
                            str(stay.counter),
                            (stay.ended - stay.begun) / MINUTE_MS,
                            stay.begun / MINUTE_MS - midnight,
                        )
                    )
        for tickets in by_counter.values():
            learned.gaps += _gaps(tickets)

    def _business_index(self, business: str) -> int:
        return self._names.index(business) if business in self._names else 0

    def _present_habits(self, story: DayStory, midnight: float, now: float) -> Habits:
        """Return the habits, learned again from time to time."""
        if self._habits is not None and 0 <= now - self._habits[0] < _LEARN_AGAIN_MINUTES:
            return self._habits[1]
        today = _Learned()
        self._take_in(today, story, midnight)
        learned = self._past.joined(today)
        policy = self._desk.policy
        planned = {name: handling_minutes(name, policy) for name in self._names}
        columns = np.array(learned.visits, np.float64).reshape(-1, 4)
        visits = PastVisits(
            columns[:, 0],
            columns[:, 1].astype(np.int64),
            columns[:, 2].astype(np.int64),
            columns[:, 3].astype(np.int64),
            learned.days,
        )
        closing = policy.thresholds.closing
        first = float(columns[:, 0].min()) if len(columns) else now
        opens = _HALF_HOUR * math.floor(first / _HALF_HOUR)
        habits = habits_of(
            self._names,
            learn(learned.services, planned),
            learn_patience(learned.calls),
            learn_gaps(learned.gaps),
            visits,
            opens=opens,
            closes=max(opens + _HALF_HOUR, 60.0 * closing.hour + closing.minute),
            minute=now,
        )
        self._habits = (now, habits)
        return habits

    def _day_factor(self, story: DayStory, habits: Habits, now: float) -> float:
        """Return how busy today is; without a usual day to compare with it is as usual."""
        per_slot = habits.rates.sum(axis=1) * _HALF_HOUR
        if not per_slot.any():
            return 1.0
        slots = (now - habits.opens) / _HALF_HOUR
        until = np.concatenate([[0.0], per_slot.cumsum()])
        expected = float(np.interp(slots, np.arange(len(until)), until))
        return day_factor(len(wanted(story.tickets)), expected)

    def _correct(self, story: DayStory) -> None:
        """Let every promise meet its truth, once."""
        before = self.calibration
        for ticket in story.tickets:
            if ticket.ticket_id not in self._open_promises:
                continue
            if ticket.called is None:
                if ticket.state == "cancelled":
                    del self._open_promises[ticket.ticket_id]
                continue
            # A promise counts from when it was made: this process may have come after the ticket.
            made_at, promise = self._open_promises.pop(ticket.ticket_id)
            truth = max(0.0, ticket.called / MINUTE_MS - made_at)
            self.calibration = self.calibration.updated(promise, truth)
        if self._kept is not None and self.calibration != before:
            self._kept.keep(self.calibration)

    def _present(
        self,
        story: DayStory,
        tickets: Sequence[WaitingTicket],
        counters: Sequence[ServingCounter],
        at: float,
    ) -> _Present:
        midnight = self._midnight(self._desk.business_day())
        habits = self._present_habits(story, midnight, at - midnight)
        busy = self._day_factor(story, habits, at - midnight)
        knowledge = Knowledge(self._queues, self._names, habits, {})
        return _Present(tickets, counters, at, midnight, knowledge, busy)

    def _promises(
        self, present: _Present, tickets: Sequence[WaitingTicket], replicates: int
    ) -> dict[str, Promise]:
        foreseen = forecast_floor(
            tickets,
            present.counters,
            present.at,
            self._desk.policy,
            present.knowledge,
            midnight=present.midnight,
            day_factor=present.busy,
            replicates=replicates,
            seed=int(present.at) % _SEEDS,
        )
        return {
            ticket_id: self.calibration.promise(*one)
            for ticket_id, one in foreseen.items()
            if math.isfinite(one.p90)
        }

    def _for_new(self, present: _Present) -> Mapping[tuple[str, Priority], Promise]:
        """Return the promise of a ticket issued now, for every queue and priority."""
        served = {queue for one in present.counters for queue in (*one.queues, *one.helps)}
        found: dict[tuple[str, Priority], Promise] = {}
        for queue in (queue for queue in self._queues if queue in served):
            for priority in PRIORITIES:
                # "~" sorts after every printed number: of two equal starts the printed is first.
                new = WaitingTicket(_NEW, "~", queue, priority, present.at)
                tickets = [*present.tickets, new]
                promise = self._promises(present, tickets, REPLICATES_FOR_NEW).get(_NEW)
                if promise is not None:
                    found[queue, priority] = promise
        return found


def _history(work: UnitOfWork, day: date, counter: int) -> tuple[Priority, ...]:
    """Return the priorities of a counter's last calls, the newest last."""
    calls = work.calls(day, counter=counter, limit=_RECENT_CALLS)
    return tuple(Priority(call.priority) for call in reversed(calls))


def _gaps(tickets: Sequence[TicketStory]) -> list[float]:
    """Return minutes from a finish to the next call of one counter, while somebody waited."""
    ordered = sorted(tickets, key=lambda ticket: ticket.called or 0)
    gaps = []
    for before, after in pairwise(ordered):
        ended = before.services[0].ended if before.services else before.called
        if ended is None or after.called is None or after.issued > ended:
            continue
        gap = (after.called - ended) / MINUTE_MS
        if 0 <= gap <= _LONGEST_GAP:
            gaps.append(gap)
    return gaps
