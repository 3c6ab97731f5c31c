"""A branch that does not exist: days with everything that makes waiting hard to foresee.

The test world of the project's queueing note: six counters with unequal skills and clerks, lunch in
two shifts, over-dispersed arrivals, lognormal services, silent leavers, transfers, bookings. Its
classes ORD / SILVER, GOLD, PRIVATE / ACCESS / APPT are ordinary / tier / care / appointment here:
the product has one commercial class. Queues and businesses are 0 cash, 1 account, 2 advice.
"""

from dataclasses import dataclass

import numpy as np

from lobby_app.simulation.model import (
    APPOINTMENT,
    CARE,
    ORDINARY,
    TIER,
    Arrivals,
    Plan,
    arrivals,
    mask_of,
    plan,
)

BUSINESSES = ("cash", "account", "advice")
OPENS, CLOSES, LAST_MINUTE = 540, 1020, 1440
NORMAL_LOAD = 285
SPEED = (0.85, 1.15, 0.90, 1.20, 1.0, 0.95)
PLANNED_MINUTES = {"cash": 4.0, "account": 9.0, "advice": 17.0}
NO_SHOW_MINUTES = 0.8
_MEAN = np.array([4.0, 9.0, 17.0])
_VARIATION = np.array([0.95, 0.95, 0.85])
_CLASS_SHARES = np.array([0.60, 0.18, 0.08, 0.04, 0.06, 0.04])
_CLASS_PRIORITY = np.array([ORDINARY, TIER, TIER, TIER, CARE, APPOINTMENT])
_BUSINESS_SHARES = np.array(
    [
        [0.68, 0.26, 0.06],
        [0.62, 0.28, 0.10],
        [0.52, 0.32, 0.16],
        [0.30, 0.35, 0.35],
        [0.72, 0.26, 0.02],
        [0.00, 0.45, 0.55],
    ]
)
_PROFILE = np.array(
    [0.95, 1.25, 1.40, 1.30, 1.15, 1.05, 1.20, 1.10, 0.95, 0.95, 0.95, 0.90, 0.90, 0.85, 0.60, 0.50]
)
_SKILLS = ((0,), (0,), (0, 1), (0, 1), (1, 2), (0, 1, 2))
_LUNCH = ((1, 720), (4, 720), (0, 780), (3, 780))
_GONE_SHARE, _PATIENCE, _TRANSFER_SHARE, _REST_SHARE = 0.02, 75.0, 0.05, 0.05


@dataclass(frozen=True)
class Day:
    """One day: the visits, follow-ups of transfers last, and how many come in by the door."""

    visits: Arrivals
    visitors: int


def counters() -> Plan:
    """Return the six counters of the world, lunch included."""
    is_open = np.zeros((len(_SKILLS), LAST_MINUTE + 1), np.bool_)
    is_open[:, OPENS:] = True
    for counter, minute in _LUNCH:
        is_open[counter, minute : minute + 60] = False
    return plan(
        [mask_of(skills) for skills in _SKILLS],
        is_open=is_open,
        speed=SPEED,
        no_show_minutes=NO_SHOW_MINUTES,
    )


def make_day(rng: np.random.Generator, visitors: float = NORMAL_LOAD) -> Day:
    """Return a day with about so many visitors."""
    at = _arrival_minutes(rng, visitors)
    count = len(at)
    kind = rng.choice(6, count, p=_CLASS_SHARES)
    business = np.array([rng.choice(3, p=_BUSINESS_SHARES[one]) for one in kind])
    starts = at.copy()
    booked = kind == 5
    slots = np.round(at[booked] / 15) * 15
    early = -7 + 8 * rng.standard_normal(booked.sum())
    at[booked] = np.clip(slots + early, OPENS, CLOSES + 10)
    starts[booked] = np.maximum(at[booked], slots)
    order = np.argsort(at, kind="stable")
    at, starts, kind, business = at[order], starts[order], kind[order], business[order]
    leaves = at + np.where(
        rng.random(count) < _GONE_SHARE, 0.0, 5 + 1.6 * rng.exponential(_PATIENCE, count)
    )
    leaves[kind == 5] += 30
    moved = np.flatnonzero(rng.random(count) < _TRANSFER_SHARE)
    follow_up = np.full(count + len(moved), -1)
    follow_up[moved] = count + np.arange(len(moved))
    then = np.where(business[moved] < 2, business[moved] + 1, 1)
    queue = np.concatenate([business, then])
    priority = _CLASS_PRIORITY[np.concatenate([kind, kind[moved]])]
    rests = rng.random(len(queue)) < _REST_SHARE
    return Day(
        arrivals(
            np.concatenate([at, np.full(len(moved), np.inf)]),
            priority,
            queue,
            _services(rng, queue),
            starts_at=np.concatenate([starts, starts[moved]]),
            leaves_at=np.concatenate([leaves, np.full(len(moved), np.inf)]),
            pause_minutes=np.where(rests, rng.uniform(4, 12, len(queue)), 0.0),
            follow_up=follow_up,
        ),
        count,
    )


def _arrival_minutes(rng: np.random.Generator, visitors: float) -> np.ndarray:
    spread = 0.15
    busy = rng.gamma(1 / spread**2, spread**2)
    shape = _PROFILE / _PROFILE.mean()
    minutes = [
        OPENS + 30 * slot + 30 * rng.random(rng.poisson(level * busy * rng.gamma(25, 1 / 25)))
        for slot, level in enumerate(visitors / len(shape) * shape)
    ]
    return np.sort(np.concatenate(minutes))


def _services(rng: np.random.Generator, business: np.ndarray) -> np.ndarray:
    variance = np.log1p(_VARIATION**2)[business]
    drawn = rng.lognormal(np.log(_MEAN)[business] - variance / 2, np.sqrt(variance))
    return np.clip(drawn, 0.5, 90)
