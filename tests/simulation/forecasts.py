"""How good the forecast is on simulated days: learned on some, calibrated and judged on later ones.

Judged are the promises on tickets that must wait, at the moment of printing. What is learned is
learned from the log of the days alone; the world's own numbers are never looked at, except for the
plan of the counters and of the businesses, which a branch knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lobby_app.domain.calibration import (
    Calibration,
    FinishedService,
    Promise,
    day_factor,
    learn,
    learn_patience,
)
from lobby_app.simulation.futures import FREE, RESTING
from lobby_app.simulation.kernel import simulate
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import Outcome, Plan, Rule
from lobby_app.simulation.rollout import Habits, Present, Spread, forecast_spread
from tests.simulation.world import BUSINESSES, CLOSES, OPENS, PLANNED_MINUTES, Day


@dataclass(frozen=True)
class Past:
    """A day that has run."""

    day: Day
    outcome: Outcome


@dataclass(frozen=True)
class Learned:
    """What the branch knows: habits, clerk speeds, and the means that a ticket machine knows."""

    habits: Habits
    counters: Plan
    mean_minutes: np.ndarray
    mean_of_all: float
    expected_by_minute: np.ndarray


@dataclass(frozen=True)
class Judged:
    """One promise and what came of it: the rollout's, and what the machines would have printed.

    Attributes:
        at, called_at: minutes of the day. naive: people ahead in the queue x mean / counters.
        naive_all: the same over the whole hall.
    """

    day: int
    at: float
    called_at: float
    spread: tuple[float, float, float, float]
    naive: float
    naive_all: float


def past_days(days: Sequence[Day], counters: Plan, rule: Rule) -> list[Past]:
    """Run the days."""
    return [Past(day, simulate(day.visits, counters, rule, now=OPENS)) for day in days]


def learn_from(past: Sequence[Past], counters: Plan) -> Learned:
    """Return what the log of these days teaches."""
    services, calls, gaps = [], [], []
    joined: list[np.ndarray] = []
    for one in past:
        visits, outcome = one.day.visits, one.outcome
        served = np.flatnonzero((outcome.counter >= 0) & ~outcome.no_show)
        services += [
            FinishedService(
                BUSINESSES[visits.queue[v]],
                str(outcome.counter[v]),
                outcome.finished_at[v] - outcome.called_at[v],
                outcome.called_at[v],
            )
            for v in served
        ]
        came = np.flatnonzero(outcome.counter >= 0)
        waits, no_shows = outcome.wait_minutes[came], outcome.no_show[came]
        calls += list(zip(waits.tolist(), no_shows.tolist(), strict=True))
        gaps += _gaps(one, counters)
        joined.append(
            np.stack([outcome.arrived_at, visits.priority, visits.queue, visits.queue], axis=1)[
                came
            ]
        )
    times = learn(services, PLANNED_MINUTES)
    table = np.concatenate(joined)
    visits = PastVisits(table[:, 0], *(table[:, n].astype(int) for n in (1, 2, 3)), len(past))
    habits = habits_of(
        BUSINESSES,
        times,
        learn_patience(calls),
        learn_gaps(gaps),
        visits,
        opens=OPENS,
        closes=CLOSES,
    )
    speed = [times.clerk_factors.get(str(n), 1.0) for n in range(len(counters.serves))]
    minutes = np.array([one.minutes for one in services])
    kinds = np.array([BUSINESSES.index(one.business) for one in services])
    by_minute = np.repeat(habits.rates.sum(axis=1), 30).cumsum()
    return Learned(
        habits,
        counters._replace(speed=np.array(speed)),
        np.array([minutes[kinds == kind].mean() for kind in range(len(BUSINESSES))]),
        float(minutes.mean()),
        np.concatenate([[0.0], by_minute]),
    )


def _gaps(one: Past, counters: Plan) -> Iterator[float]:
    """Yield minutes from a finish to the next call of a counter that was open with work to do."""
    visits, outcome = one.day.visits, one.outcome
    for counter in range(len(counters.serves)):
        mine = np.flatnonzero(outcome.counter == counter)
        mine = mine[np.argsort(outcome.called_at[mine])]
        able = (counters.serves[counter] >> visits.queue) & 1 == 1
        for last, following in pairwise(mine):
            end, call = outcome.finished_at[last], outcome.called_at[following]
            waits = able & (outcome.arrived_at <= end) & (outcome.called_at > end)
            open_all_along = counters.is_open[counter, int(end) : int(call) + 1].all()
            if waits.any() and open_all_along:
                yield call - end


def present_at(one: Past, now: float, counters: Plan) -> tuple[Present, np.ndarray]:
    """Return the floor at a moment, and the indices of those who wait in its order."""
    visits, outcome = one.day.visits, one.outcome
    waiting = np.flatnonzero((outcome.arrived_at <= now) & (outcome.called_at > now))
    waiting = waiting[np.lexsort((waiting, visits.starts_at[waiting]))]
    count = len(counters.serves)
    serving, elapsed, recent = np.full(count, FREE), np.full(count, 60.0), np.zeros(count, int)
    for counter in range(count):
        called = np.flatnonzero((outcome.counter == counter) & (outcome.called_at <= now))
        if not len(called):
            continue
        called = called[np.argsort(-outcome.called_at[called])]
        recent[counter] = sum(
            1 << age for age, v in enumerate(called[:10]) if visits.priority[v] == 3
        )
        last, end = called[0], outcome.finished_at[called[0]]
        if end > now:
            serving[counter], elapsed[counter] = visits.queue[last], now - outcome.called_at[last]
        elif end + visits.pause_minutes[last] > now and not outcome.no_show[last]:
            serving[counter], elapsed[counter] = RESTING, now - end
        else:
            elapsed[counter] = now - end
    present = Present(
        now,
        outcome.arrived_at[waiting],
        visits.starts_at[waiting],
        visits.priority[waiting],
        visits.queue[waiting],
        visits.queue[waiting],
        serving,
        elapsed,
        counters._replace(recent=recent),
    )
    return present, waiting


def judge_day(number: int, one: Past, known: Learned, rule: Rule) -> Iterator[Judged]:
    """Yield the promise of every visitor of a day who must wait."""
    visits, outcome = one.day.visits, one.outcome
    for v in range(one.day.visitors):
        now = visits.arrives_at[v]
        if outcome.called_at[v] - now < 1e-9:
            continue
        present, waiting = present_at(one, now, known.counters)
        place = int(np.flatnonzero(waiting == v)[0])
        expected = np.interp(now - OPENS, np.arange(481), known.expected_by_minute)
        busy = day_factor(float((outcome.arrived_at <= now).sum()), float(expected))
        seed = 1 + int(now * 7)
        spread = forecast_spread(present, known.habits, rule, day_factor=busy, seed=seed)
        yield Judged(
            number, now, outcome.called_at[v], _at(spread, place), *_naive(present, place, known)
        )


def _at(spread: Spread, place: int) -> tuple[float, float, float, float]:
    return spread.median[place], spread.p10[place], spread.p80[place], spread.p90[place]


def _naive(present: Present, place: int, known: Learned) -> tuple[float, float]:
    queue = present.queue[place]
    is_open = known.counters.is_open[:, int(present.now)]
    able = is_open & ((known.counters.serves >> queue) & 1 == 1)
    ahead = (present.queue == queue).sum() - 1
    return (
        ahead * known.mean_minutes[queue] / max(1, able.sum()),
        (len(present.queue) - 1) * known.mean_of_all / max(1, is_open.sum()),
    )


@dataclass(frozen=True)
class Score:
    """Errors of the promises in minutes."""

    count: int
    mae: float
    median_error: float
    within_5: float
    coverage_80: float
    width_80: float
    upper_kept: float
    naive_mae: float
    naive_all_mae: float


def score(judged: Sequence[Judged], skip_days: int) -> Score:
    """Correct the promises online in the order of time, and score those after `skip_days`.

    A promise meets its truth when the ticket is called: nothing is known before.
    """
    calibration = Calibration()
    rows = sorted(judged, key=lambda j: (j.day, j.at))
    due: list[tuple[tuple[int, float], Promise, float]] = []
    kept: list[tuple[Promise, Judged]] = []
    for row in rows:
        due.sort(key=lambda one: one[0])
        while due and due[0][0] <= (row.day, row.at):
            _, promise, truth = due.pop(0)
            calibration = calibration.updated(promise, truth)
        median, p10, p80, p90 = row.spread
        promise = calibration.promise(median, p10, p80, p90)
        due.append(((row.day, row.called_at), promise, row.called_at - row.at))
        if row.day >= skip_days:
            kept.append((promise, row))
    return _score(kept)


def _score(kept: Sequence[tuple[Promise, Judged]]) -> Score:
    truth = np.array([row.called_at - row.at for _, row in kept])
    expected, low, high, upper = (
        np.array([getattr(promise, name) for promise, _ in kept])
        for name in ("expected", "low", "high", "upper")
    )
    error = np.abs(truth - expected)
    return Score(
        len(kept),
        float(error.mean()),
        float(np.median(error)),
        float((error <= 5).mean()),
        float(((low <= truth) & (truth <= high)).mean()),
        float((high - low).mean()),
        float((truth <= upper).mean()),
        float(np.abs(truth - [row.naive for _, row in kept]).mean()),
        float(np.abs(truth - [row.naive_all for _, row in kept]).mean()),
    )
