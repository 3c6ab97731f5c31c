"""The product's forecast at every arrival of a replayed day, beside what ticket machines print.

What is learned comes from earlier days alone (or from the plan, before there are any); the present
floor is what the desk would see at that moment; the online correction learns from every call.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lobby_app.domain.calibration import (
    Calibration,
    FinishedService,
    Patience,
    Promise,
    day_factor,
    learn,
    learn_patience,
)
from lobby_app.services.replay.days import ReplayDay, ReplayDays
from lobby_app.simulation.futures import FREE, RESTING, SLOT_MINUTES
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import TIER, Floats, Ints, Outcome, Plan, Rule
from lobby_app.simulation.rollout import Habits, Present, forecast_spread

REPLICATES = 40
LEARNED_FROM = 8_000
"""Tickets of the newest days that habits are learned from."""
_AT_ONCE = 1e-9
_LONG_IDLE = 60.0


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day that has run: what a branch may learn from."""

    day: ReplayDay
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Judged:
    """One promise and what came of it, minutes. `naive`: people ahead x mean / counters."""

    promise: Promise
    naive: float
    truth: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the branch knows in the morning. `expected`: arrivals until each minute from opening."""

    habits: Habits
    mean_by_queue: Floats
    expected: Floats

    def expected_until(self, minute: float) -> float:
        """Return how many visitors a usual day has had by then."""
        since = np.clip(minute - self.habits.opens, 0, len(self.expected) - 1)
        return float(np.interp(since, np.arange(len(self.expected)), self.expected))


def learn_habits(days: ReplayDays, past: Sequence[PastDay], day: ReplayDay) -> Known:
    """Return what earlier days teach before `day`; `day` itself gives its hours only."""
    recent = _recent(past)
    services, calls = [], []
    for one in recent:
        outcome = one.outcome
        served = np.flatnonzero((outcome.counter >= 0) & ~outcome.no_show)
        services += [
            FinishedService(
                days.businesses[one.day.business[v]],
                "",
                float(outcome.finished_at[v] - outcome.called_at[v]),
                float(outcome.called_at[v]),
            )
            for v in served
        ]
        ended = np.where(np.isnan(outcome.called_at), outcome.finished_at, outcome.called_at)
        over = np.flatnonzero(~np.isnan(ended))
        waits = (ended - outcome.arrived_at)[over]
        calls += list(zip(waits.tolist(), outcome.no_show[over].tolist(), strict=True))
    visits = _past_visits(recent)
    opens, closes = _hours([one.day for one in recent] or [day])
    habits = habits_of(
        days.businesses,
        learn(services, days.planned),
        _patience(calls, leavers_stay=days.leavers_stay),
        learn_gaps(()),  # Replayed counters call at once.
        visits,
        opens=opens,
        closes=closes,
    )
    per_minute = np.repeat(habits.rates.sum(axis=1), SLOT_MINUTES).cumsum()
    return Known(habits, _means(days, recent, day), np.concatenate([[0.0], per_minute]))


def _recent(past: Sequence[PastDay]) -> list[PastDay]:
    count, recent = 0, []
    for one in reversed(past):
        if count >= LEARNED_FROM:
            break
        recent.append(one)
        count += len(one.day.business)
    return recent[::-1]


def _past_visits(past: Sequence[PastDay]) -> PastVisits:
    def column(values: list[np.ndarray], kind: type) -> np.ndarray:
        return np.concatenate([*values, np.empty(0)]).astype(kind)

    return PastVisits(
        column([one.day.visits.arrives_at for one in past], float),
        column([one.day.visits.priority for one in past], int),
        column([one.day.visits.queue for one in past], int),
        column([one.day.business for one in past], int),
        len(past),
    )


def _hours(days: Sequence[ReplayDay]) -> tuple[float, float]:
    """Return from when to when visitors come, in whole slots."""
    first = min(float(day.visits.arrives_at.min()) for day in days)
    last = max(float(day.visits.arrives_at.max()) for day in days)
    opens = SLOT_MINUTES * (first // SLOT_MINUTES)
    return opens, opens + SLOT_MINUTES * math.ceil((last - opens + _AT_ONCE) / SLOT_MINUTES)


def _patience(calls: Sequence[tuple[float, bool]], *, leavers_stay: bool) -> Patience:
    """Return how long people stay; a telephone queue sees the moment at which each one leaves."""
    if leavers_stay:
        return learn_patience(calls)
    gone = 1 + sum(is_gone for _, is_gone in calls)
    return Patience(0.0, (200.0 + sum(waited for waited, _ in calls)) / gone)


def _means(days: ReplayDays, past: Sequence[PastDay], day: ReplayDay) -> Floats:
    """Return mean service minutes by queue: what the ticket machine is set to."""
    planned = np.array([days.planned[name] for name in days.businesses])
    usual = float(planned.mean())
    means = np.empty(len(days.queues))
    for queue in range(len(days.queues)):
        seen = [one.day.visits.service_minutes[one.day.visits.queue == queue] for one in past]
        if not past:
            seen = [planned[day.business[day.visits.queue == queue]]]
        minutes = np.concatenate(seen)
        means[queue] = minutes.mean() if len(minutes) else usual
    return means


class _Floor:
    """The floor of a day that has run, as it stood at any moment of it."""

    def __init__(self, day: ReplayDay, outcome: Outcome, counters: Plan) -> None:
        self._day, self._outcome, self._counters = day, outcome, counters
        ends = np.where(np.isnan(outcome.called_at), outcome.finished_at, outcome.called_at)
        self._waits_until = np.where(np.isnan(ends), np.inf, ends)
        self._called: list[Ints] = []
        self._called_at: list[Floats] = []
        self._recent: list[Ints] = []
        for counter in range(len(counters.serves)):
            mine = np.flatnonzero(outcome.counter == counter)
            mine = mine[np.argsort(outcome.called_at[mine], kind="stable")]
            was_tier = (day.visits.priority[mine] == TIER).astype(np.int64)
            ages = np.zeros(len(mine), np.int64)
            for back in range(min(20, len(mine))):
                ages[back:] |= was_tier[: len(mine) - back] << back
            self._called.append(mine)
            self._called_at.append(outcome.called_at[mine])
            self._recent.append(ages)

    def at(self, now: float) -> tuple[Present, Ints]:
        """Return the floor at a moment, and the visits that wait in its order."""
        visits = self._day.visits
        count = int(np.searchsorted(visits.arrives_at, now, side="right"))
        waiting = np.flatnonzero(self._waits_until[:count] > now)
        waiting = waiting[np.lexsort((waiting, visits.starts_at[waiting]))]
        serving, elapsed, recent = self._counters_at(now)
        present = Present(
            now,
            self._outcome.arrived_at[waiting],
            visits.starts_at[waiting],
            visits.priority[waiting],
            visits.queue[waiting],
            self._day.business[waiting],
            serving,
            elapsed,
            self._counters._replace(recent=recent),
        )
        return present, waiting

    def _counters_at(self, now: float) -> tuple[Ints, Floats, Ints]:
        count = len(self._called)
        serving = np.full(count, FREE, np.int64)
        elapsed, recent = np.full(count, _LONG_IDLE), np.zeros(count, np.int64)
        for counter in range(count):
            place = int(np.searchsorted(self._called_at[counter], now, side="right")) - 1
            if place < 0:
                continue
            last = self._called[counter][place]
            recent[counter] = self._recent[counter][place]
            end = self._outcome.finished_at[last]
            pause = 0.0 if self._outcome.no_show[last] else self._day.visits.pause_minutes[last]
            if end > now:
                serving[counter] = self._day.business[last]
                elapsed[counter] = now - self._outcome.called_at[last]
            else:
                serving[counter] = RESTING if end + pause > now else FREE
                elapsed[counter] = now - end
        return serving, elapsed, recent


@dataclass(frozen=True, slots=True)
class RunDay:
    """A day that has run under a plan and a rule."""

    day: ReplayDay
    outcome: Outcome
    counters: Plan
    rule: Rule


def judge_day(
    run: RunDay, known: Known, calibration: Calibration, seed: int
) -> tuple[list[Judged], Calibration]:
    """Return the promise to every visitor who had to wait and was called, and the correction after.

    A promise meets its truth when the ticket is called: nothing is learned from it before.
    """
    visits, outcome = run.day.visits, run.outcome
    floor = _Floor(run.day, outcome, run.counters)
    judged: list[Judged] = []
    due: list[tuple[float, int]] = []
    for visit in np.flatnonzero(outcome.called_at - visits.arrives_at > _AT_ONCE):
        now, called = float(visits.arrives_at[visit]), float(outcome.called_at[visit])
        calibration = _corrected(calibration, judged, due, now)
        present, waiting = floor.at(now)
        place = int(np.flatnonzero(waiting == visit)[0])
        arrived = float(np.searchsorted(visits.arrives_at, now, side="right"))
        spread = forecast_spread(
            present,
            known.habits,
            run.rule,
            day_factor=day_factor(arrived, known.expected_until(now)),
            replicates=REPLICATES,
            seed=(seed * 7919 + int(visit)) % 2**31,
        )
        columns = (spread.median, spread.p10, spread.p80, spread.p90)
        quantiles = [float(column[place]) for column in columns]
        if not all(map(math.isfinite, quantiles)):
            continue  # The plan has no counter for it any more: nothing would be printed.
        naive = _naive(present, place, known.mean_by_queue)
        heapq.heappush(due, (called, len(judged)))
        judged.append(Judged(calibration.promise(*quantiles), naive, called - now))
    return judged, _corrected(calibration, judged, due, math.inf)


def _corrected(
    calibration: Calibration, judged: Sequence[Judged], due: list[tuple[float, int]], now: float
) -> Calibration:
    """Return the correction after all promises that met their truth by now."""
    while due and due[0][0] <= now:
        met = judged[heapq.heappop(due)[1]]
        calibration = calibration.updated(met.promise, met.truth)
    return calibration


def _naive(present: Present, place: int, mean_by_queue: Floats) -> float:
    """Return people ahead in the queue x mean / counters that serve it now."""
    queue = int(present.queue[place])
    minutes = present.counters.is_open
    is_open = minutes[:, min(int(present.now), minutes.shape[1] - 1)]
    able = int((is_open & ((present.counters.serves >> queue) & 1 == 1)).sum())
    ahead = int((present.queue == queue).sum()) - 1
    return float(ahead * mean_by_queue[queue] / max(1, able))
