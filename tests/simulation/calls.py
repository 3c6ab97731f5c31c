"""The forecast on real arrivals: a bank's call centre, learned in January, judged in August 1999.

Data: "Anonymous Bank", Ilan Guedj and Avishai Mandelbaum, Technion (data/ACKNOWLEDGEMENT.md).
Habits and who serves what are learned in January and never again; the two numbers of the online
correction follow the errors. Two things a centre knows and the data does not say are inferred: an
agent is there who serves or finished a short while ago; and the calling rule, first come first
served with a credit for known customers. From the order of the calls the credit was 1.5 minutes for
all of them in January, and in August 3 minutes for those of high priority.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

from lobby_app.domain.calibration import (
    FinishedService,
    HandlingTimes,
    Patience,
    day_factor,
    learn,
)
from lobby_app.simulation.futures import FREE, RESTING
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import APPOINTMENT, CARE, ORDINARY, OURS, Rule, plan
from lobby_app.simulation.rollout import Habits, Present, forecast_spread
from tests.simulation.forecasts import Judged

DATA = Path(__file__).parent / "data" / "bank_calls_1999_jan_aug.csv.gz"
TYPES = ("PS", "NW", "NE", "TT", "PE", "AA")
_CLASSES = {"0": ORDINARY, "1": APPOINTMENT, "2": CARE}
"""The centre's classes in classes of ours that have no bounds: unknown, known, of high priority."""
_CREDIT_MINUTES = {ORDINARY: 0.0, APPOINTMENT: 1.5, CARE: 3.0}
_PLANNED_MINUTES = dict.fromkeys(TYPES, 3.0)
_OPENS, _CLOSES = 7 * 60.0, 24 * 60.0
_STILL_THERE = 20.0
_AT_ONCE = 0.5
_SKILLED_SHARE, _SKILL_NEEDS = 0.5, 3.0
_WEEKEND = (4, 5)


@dataclass(frozen=True)
class CallDay:
    """One day as columns, minutes since midnight.

    Attributes:
        joined, left: the queue; nan = was served at once. begins, ends: of the service; nan = none.
    """

    date: str
    kind: np.ndarray
    priority: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    server: np.ndarray


def call_days(month: str) -> list[CallDay]:
    """Return the days of a month, for example "1999-01"; calls of type IN have agents apart."""
    rows: dict[str, list[dict[str, str]]] = {}
    with gzip.open(DATA, "rt", newline="") as text:
        for row in csv.DictReader(text):
            if row["date"].startswith(month) and row["type"] in TYPES:
                rows.setdefault(row["date"], []).append(row)
    return [_day(day, found) for day, found in sorted(rows.items())]


def _day(day: str, rows: Sequence[dict[str, str]]) -> CallDay:
    def minutes(column: str) -> np.ndarray:
        seconds = np.array([float(row[column]) for row in rows])
        return np.where(seconds > 0, seconds / 60, np.nan)

    served = np.array([row["outcome"] == "AGENT" and row["server"] != "-1" for row in rows])
    return CallDay(
        day,
        np.array([TYPES.index(row["type"]) for row in rows]),
        np.array([_CLASSES[row["priority"]] for row in rows]),
        minutes("q_start"),
        minutes("q_exit"),
        np.where(served, minutes("ser_start"), np.nan),
        np.where(served, minutes("ser_exit"), np.nan),
        np.array([int(row["server"]) for row in rows]),
    )


@dataclass(frozen=True)
class Centre:
    """What the first month teaches; `skills` by agent is the mask of types, as queues."""

    habits: Habits
    times: HandlingTimes
    skills: Mapping[int, int]
    mean_minutes: float
    expected_by_minute: np.ndarray


def learn_centre(days: Sequence[CallDay]) -> Centre:
    """Return the model of the call centre."""
    services = [one for day in days for one in _services(day)]
    queued = [np.isfinite(day.joined) for day in days]
    stays = [(day.left - day.joined)[q] for day, q in zip(days, queued, strict=True)]
    hung_up = [np.isnan(day.begins)[q] for day, q in zip(days, queued, strict=True)]
    joined, priority, kind = (
        np.concatenate([getattr(day, name)[q] for day, q in zip(days, queued, strict=True)])
        for name in ("joined", "priority", "kind")
    )
    working = sum(date.fromisoformat(day.date).weekday() not in _WEEKEND for day in days)
    times = learn(services, _PLANNED_MINUTES)
    habits = habits_of(
        TYPES,
        times,
        _patience(np.concatenate(stays), np.concatenate(hung_up)),
        learn_gaps([gap for day in days for gap in _gaps(day)]),
        PastVisits(joined, priority, kind, kind, working),
        opens=_OPENS,
        closes=_CLOSES,
    )
    by_minute = np.repeat(habits.rates.sum(axis=1), 30).cumsum()
    return Centre(
        habits,
        times,
        _skills(services),
        float(np.mean([one.minutes for one in services])),
        np.concatenate([[0.0], by_minute]),
    )


def _services(day: CallDay) -> Iterator[FinishedService]:
    for v in np.flatnonzero(day.ends > day.begins):
        minutes = float(day.ends[v] - day.begins[v])
        server = str(day.server[v])
        yield FinishedService(TYPES[day.kind[v]], server, minutes, float(day.begins[v]))


def _patience(waited: np.ndarray, hung_up: np.ndarray) -> Patience:
    """Return who hangs up at once and the mean stay of others; a served stay is cut off."""
    later = waited > _AT_ONCE
    exposed = (waited - _AT_ONCE)[later].sum()
    return Patience(float((hung_up & ~later).mean()), float(exposed / (hung_up & later).sum()))


def _gaps(day: CallDay) -> Iterator[float]:
    """Yield minutes from a finish to the next call of an agent while somebody waited."""
    for server in np.unique(day.server[np.isfinite(day.begins)]):
        mine = np.flatnonzero((day.server == server) & np.isfinite(day.begins))
        mine = mine[np.argsort(day.begins[mine])]
        for last, following in pairwise(mine):
            end = day.ends[last]
            if ((day.joined <= end) & (day.left > end)).any():
                yield max(0.0, float(day.begins[following] - end))


def _skills(services: Sequence[FinishedService]) -> dict[int, int]:
    """Return what agents serve: a type counts unless they had clearly less of it than all had."""
    counts: dict[int, np.ndarray] = {}
    for one in services:
        counts.setdefault(int(one.clerk), np.zeros(len(TYPES)))[TYPES.index(one.business)] += 1
    total = sum(counts.values(), np.zeros(len(TYPES)))
    share = total / total.sum()
    skills = {}
    for server, mine in counts.items():
        usual = share * mine.sum()
        serves = (mine >= _SKILLED_SHARE * usual) | (usual < _SKILL_NEEDS)
        skills[server] = sum(1 << kind for kind in np.flatnonzero(serves).tolist())
    return skills


def judge_day(number: int, day: CallDay, centre: Centre, rule: Rule) -> Iterator[Judged]:
    """Yield the promise at the moment of joining for every caller who waited and was served."""
    joins = np.sort(day.joined[np.isfinite(day.joined)])
    for v in np.flatnonzero((day.left > day.joined) & np.isfinite(day.begins)):
        now = float(day.joined[v])
        present, waiting = _present(day, now, centre)
        place = int(np.flatnonzero(waiting == v)[0])
        minutes = np.arange(len(centre.expected_by_minute))
        expected = float(np.interp(now - _OPENS, minutes, centre.expected_by_minute))
        busy = day_factor(float(np.searchsorted(joins, now)), expected)
        seed = 1 + int(now * 60)
        spread = forecast_spread(present, centre.habits, rule, day_factor=busy, seed=seed)
        serving = int(((day.begins <= now) & (day.ends > now)).sum())
        naive = (len(waiting) - 1) * centre.mean_minutes / max(1, serving)
        quantiles = (spread.median, spread.p10, spread.p80, spread.p90)
        at = tuple(float(one[place]) for one in quantiles)
        yield Judged(number, now, float(day.left[v]), at, naive, naive)


def _present(day: CallDay, now: float, centre: Centre) -> tuple[Present, np.ndarray]:
    waiting = np.flatnonzero((day.joined <= now) & (day.left > now))
    waiting = waiting[np.lexsort((waiting, day.joined[waiting]))]
    there = np.flatnonzero((day.begins <= now) & (day.ends > now - _STILL_THERE))
    latest = {int(day.server[v]): v for v in there[np.argsort(day.begins[there])]}
    calls = np.array(list(latest.values()), int)
    serves = day.ends[calls] > now
    serving = np.where(serves, day.kind[calls], RESTING)
    elapsed = np.where(serves, now - day.begins[calls], now - day.ends[calls])
    everything = (1 << len(TYPES)) - 1
    skills = np.array([centre.skills.get(server, everything) for server in latest], np.int64)
    speed = [centre.times.clerk_factors.get(str(server), 1.0) for server in latest]
    if not latest:
        serving, elapsed, skills, speed = np.array([FREE]), np.zeros(1), np.array([0]), [1.0]
    # What nobody there is known for, anybody takes.
    skills |= everything & ~np.bitwise_or.reduce(skills)
    present = Present(
        now,
        day.joined[waiting],
        day.joined[waiting],
        day.priority[waiting],
        day.kind[waiting],
        day.kind[waiting],
        serving,
        elapsed,
        plan(skills, speed=speed, no_show_minutes=0.0, leavers_stay=False),
    )
    return present, waiting


def centre_rule(rule: Rule) -> Rule:
    """Return the rule of the centre: waits and credits, no bounds."""
    credit = np.array([_CREDIT_MINUTES.get(place, 0.0) for place in range(5)])
    return rule._replace(
        kind=OURS,
        divisors=np.ones(5),
        credits=credit,
        ceiling_minutes=np.inf,
        ceiling_care_minutes=np.inf,
        guard_minutes=np.inf,
    )
