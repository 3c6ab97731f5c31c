"""The forecast of the present floor: learned habits, a hundred futures, corrected by its errors.

The present floor is read from the log as the counters left it; what is learned (handling times,
patience, pauses, arrivals by half-hour) comes from the last two weeks and today. Every promise that
was made is compared with its truth when the ticket is called (queueing 2 and 3).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
from lobby_app.domain.kpi import wanted
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.stories import MINUTE_MS, DayStory, TicketStory
from lobby_app.domain.ticket import Ticket
from lobby_app.domain.wait import ServingCounter
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from lobby_app.services.present_forecast import Forecast, floor_of
from lobby_app.services.queues import open_counters
from lobby_app.simulation.futures import FREE
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import PRIORITIES, Ints, Plan, mask_of, plan, rule_of
from lobby_app.simulation.rollout import Habits, Present, forecast_spread

DAYS = 14
"""Days before today that habits are learned from."""
REPLICATES, REPLICATES_FOR_NEW = 100, 40
_LEARN_AGAIN_MINUTES = 5.0
_LONG_IDLE = 60.0
_LONGEST_GAP = 30.0
_RECENT_CALLS = 20
_HALF_HOUR = 30.0


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


class FloorForecaster:
    """Forecasts of one desk's branch. Thread: one at a time; takes milliseconds to seconds.

    Attributes:
        calibration: what the promises made so far have taught; begins anew with the process.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._names = tuple(desk.policy.businesses)
        self._queues = tuple(code for code, entry in desk.policy.channels.items() if entry.queued)
        self._rule = rule_of(desk.policy.thresholds)
        self._day: date | None = None
        self._past, self._book = _Learned(), DayBook()
        self._habits: tuple[float, Habits] | None = None
        self.calibration = Calibration()
        self._open_promises: dict[str, Promise] = {}

    def forecast(self) -> Forecast:
        """Return the forecast of this moment. Raises KnownError `cache.*`."""
        desk = self._desk
        moment, day = desk.now(), desk.business_day()
        if day != self._day:
            self._begin(day)
        with desk.reader() as work:
            self._book.read(work, day)
            waiting = work.waiting(day)
            counters = open_counters(desk, work)
            recent = [self._recent_tiers(work, day, counter.number) for counter in counters]
        story = self._book.day(round(moment.timestamp() * 1000))
        self._correct(story)
        at = moment.timestamp() / 60
        floor = floor_of((ticket.ticket_id for ticket in waiting), counters)
        if not counters:
            return Forecast(at, floor)
        midnight = self._midnight(day)
        now = at - midnight
        habits = self._present_habits(story, midnight, now)
        busy = self._day_factor(story, habits, now)
        present = self._present(waiting, counters, recent, midnight, now)
        promises = self._promises(present, habits, busy, REPLICATES)
        found = {
            ticket.ticket_id: promise
            for ticket, promise in zip(self._ordered(waiting), promises, strict=True)
            if promise is not None
        }
        for ticket_id, promise in found.items():
            self._open_promises.setdefault(ticket_id, promise)
        return Forecast(at, floor, found, self._for_new(present, habits, busy, counters))

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
            minute = ticket.issued / MINUTE_MS - midnight
            learned.visits.append(
                (
                    minute,
                    PRIORITIES.index(Priority(ticket.priority)),
                    self._queue_index(ticket.queue),
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

    def _queue_index(self, queue: str) -> int:
        return self._queues.index(queue) if queue in self._queues else 0

    def _business_index(self, business: str) -> int:
        return self._names.index(business) if business in self._names else 0

    def _present_habits(self, story: DayStory, midnight: float, now: float) -> Habits:
        """Return the habits, learned again from time to time."""
        if self._habits is not None and 0 <= now - self._habits[0] < _LEARN_AGAIN_MINUTES:
            return self._habits[1]
        today = _Learned()
        self._take_in(today, story, midnight)
        learned = self._past.joined(today)
        planned = {
            name: entry.human_minutes for name, entry in self._desk.policy.businesses.items()
        }
        columns = np.array(learned.visits, np.float64).reshape(-1, 4)
        visits = PastVisits(
            columns[:, 0],
            columns[:, 1].astype(np.int64),
            columns[:, 2].astype(np.int64),
            columns[:, 3].astype(np.int64),
            learned.days,
        )
        closing = self._desk.policy.thresholds.closing
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
        for ticket in story.tickets:
            if ticket.ticket_id not in self._open_promises:
                continue
            if ticket.called is None:
                if ticket.state == "cancelled":
                    del self._open_promises[ticket.ticket_id]
                continue
            promise = self._open_promises.pop(ticket.ticket_id)
            truth = max(0.0, (ticket.called - ticket.issued) / MINUTE_MS)
            self.calibration = self.calibration.updated(promise, truth)

    def _recent_tiers(self, work: UnitOfWork, day: date, counter: int) -> int:
        """Return the last calls of a counter as bits, the newest first, 1 = tier."""
        bits = 0
        for place, call in enumerate(work.calls(day, counter=counter, limit=_RECENT_CALLS)):
            bits |= (call.priority == Priority.TIER) << place
        return bits

    @staticmethod
    def _ordered(waiting: Sequence[Ticket]) -> list[Ticket]:
        return sorted(waiting, key=lambda ticket: (ticket.eligible_at, ticket.number))

    def _present(
        self,
        waiting: Sequence[Ticket],
        counters: Sequence[ServingCounter],
        recent: Sequence[int],
        midnight: float,
        now: float,
    ) -> Present:
        ordered = self._ordered(waiting)
        starts = [ticket.eligible_at.timestamp() / 60 - midnight for ticket in ordered]
        return Present(
            now=now,
            arrived_at=np.array([min(now, start) for start in starts], np.float64),
            starts_at=np.array(starts, np.float64),
            priority=_whole(PRIORITIES.index(Priority(ticket.priority)) for ticket in ordered),
            queue=_whole(self._queue_index(ticket.queue) for ticket in ordered),
            business=_whole(self._business_index(ticket.business) for ticket in ordered),
            serving=_whole(
                FREE if one.busy_business is None else self._business_index(one.busy_business)
                for one in counters
            ),
            elapsed=np.array(
                [_LONG_IDLE if one.busy_business is None else one.busy_minutes for one in counters],
                np.float64,
            ),
            counters=self._plan(counters, recent),
        )

    def _plan(self, counters: Sequence[ServingCounter], recent: Sequence[int]) -> Plan:
        return plan(
            [self._mask(one.queues) for one in counters],
            helps=[self._mask(one.helps) for one in counters],
            shared=[one.shared for one in counters],
            recent=list(recent),
        )

    def _mask(self, queues: Sequence[str]) -> int:
        return mask_of([self._queues.index(queue) for queue in queues if queue in self._queues])

    def _promises(
        self, present: Present, habits: Habits, busy: float, replicates: int
    ) -> list[Promise | None]:
        if not len(present.queue):
            return []
        spread = forecast_spread(
            present,
            habits,
            self._rule,
            day_factor=busy,
            replicates=replicates,
            seed=int(present.now) + 1,
        )
        rows = zip(
            spread.median.tolist(),
            spread.p10.tolist(),
            spread.p80.tolist(),
            spread.p90.tolist(),
            strict=True,
        )
        return [
            self.calibration.promise(*row) if all(map(math.isfinite, row)) else None for row in rows
        ]

    def _for_new(
        self, present: Present, habits: Habits, busy: float, counters: Sequence[ServingCounter]
    ) -> Mapping[tuple[str, Priority], Promise]:
        """Return the promise of a ticket issued now, for every queue and priority."""
        served = {queue for one in counters for queue in (*one.queues, *one.helps)}
        found: dict[tuple[str, Priority], Promise] = {}
        for index, queue in enumerate(self._queues):
            for priority, code in enumerate(PRIORITIES):
                if queue not in served:
                    continue
                joined = _with_one_more(present, priority, index)
                promise = self._promises(joined, habits, busy, REPLICATES_FOR_NEW)[-1]
                if promise is not None:
                    found[queue, code] = promise
        return found


def _with_one_more(present: Present, priority: int, queue: int) -> Present:
    """Return the floor with a ticket issued now; its own business changes others' waits only."""
    now = present.now
    return present._replace(
        arrived_at=np.append(present.arrived_at, now),
        # Booked times may lie ahead: the new ticket is last of its own start, not of all.
        starts_at=np.append(present.starts_at, now),
        priority=np.append(present.priority, priority),
        queue=np.append(present.queue, queue),
        business=np.append(present.business, 0),
    )


def _whole(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


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
