"""What the branch learns from its own days: handling times, patience, and its forecast's errors.

Pure functions of finished services and kept promises (queueing 2 and 3). Handling times are
lognormal: everything is learned on logarithms, shrunk to the plan while there is little to learn
from, and blind to the wildest hundredth at either end (a forgotten finish, a slip of a key).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

_KeyT = TypeVar("_KeyT", int, str)

PLAN_COUNTS_AS = 20
"""Services that the plan of a business counts as, and that a clerk must have to be half himself."""
_PLAN_VARIATION = 0.6
_HOUR_COUNTS_AS = 100
_OUTER_SHARE = 0.01
_DAY_COUNTS_AS = 44.0
"""Visitors that the usual day counts as (half-hours vary 3.5 times as much as Poisson)."""


@dataclass(frozen=True, slots=True)
class FinishedService:
    """One service from start to finish.

    Attributes:
        started_minute: minute of the day.
    """

    business: str
    clerk: str
    minutes: float
    started_minute: float


@dataclass(frozen=True, slots=True)
class Handling:
    """A lognormal handling time in minutes."""

    log_mean: float
    log_sigma: float

    @property
    def mean(self) -> float:
        """Expected minutes."""
        return math.exp(self.log_mean + self.log_sigma**2 / 2)


@dataclass(frozen=True, slots=True)
class HandlingTimes:
    """Handling by business, and factors by clerk and hour of the day (1 = as everybody)."""

    by_business: Mapping[str, Handling]
    clerk_factors: Mapping[str, float] = field(default_factory=dict)
    hour_factors: Mapping[int, float] = field(default_factory=dict)

    def at(self, business: str, minute: float) -> Handling:
        """Return the handling of a business at a minute of the day, by a clerk like all."""
        usual = self.by_business[business]
        factor = self.hour_factors.get(int(minute // 60), 1.0)
        return replace(usual, log_mean=usual.log_mean + math.log(factor))


def planned(minutes: float) -> Handling:
    """Return the handling that the plan stands for: its mean, and the usual variation."""
    variance = math.log1p(_PLAN_VARIATION**2)
    return Handling(math.log(minutes) - variance / 2, math.sqrt(variance))


def learn(services: Iterable[FinishedService], plan: Mapping[str, float]) -> HandlingTimes:
    """Return the handling times that finished services teach.

    Args:
        services: of the last weeks; a business that the plan does not name is left out.
        plan: planned mean minutes by business; what nothing is known about stays as planned.
    """
    logs = _logs_by_business(services, plan)
    rows = [row for rows in logs.values() for row in rows]
    usual = {name: _shrunk(logs.get(name, []), planned(minutes)) for name, minutes in plan.items()}
    clerks = _factors(
        ((row.clerk, row.log_minutes - usual[row.business].log_mean) for row in rows),
        PLAN_COUNTS_AS,
    )
    # Once more without the clerks: a business that only a slow clerk serves is not slow itself.
    level = {name: [row.without(clerks) for row in found] for name, found in logs.items()}
    usual = {name: _shrunk(level.get(name, []), planned(minutes)) for name, minutes in plan.items()}
    hours = _factors(
        (
            (row.hour, row.log_minutes - usual[row.business].log_mean)
            for found in level.values()
            for row in found
        ),
        _HOUR_COUNTS_AS,
    )
    return HandlingTimes(
        usual,
        {clerk: math.exp(value) for clerk, value in clerks.items()},
        {hour: math.exp(value) for hour, value in hours.items()},
    )


@dataclass(frozen=True, slots=True)
class _Row:
    business: str
    clerk: str
    hour: int
    log_minutes: float

    def without(self, clerks: Mapping[str, float]) -> "_Row":
        return replace(self, log_minutes=self.log_minutes - clerks.get(self.clerk, 0.0))


def _logs_by_business(
    services: Iterable[FinishedService], plan: Mapping[str, float]
) -> dict[str, list[_Row]]:
    rows: dict[str, list[_Row]] = {}
    for one in services:
        if one.business in plan and one.minutes > 0:
            hour = int(one.started_minute // 60)
            row = _Row(one.business, one.clerk, hour, math.log(one.minutes))
            rows.setdefault(one.business, []).append(row)
    return {name: _winsorised(found) for name, found in rows.items()}


def _winsorised(rows: Sequence[_Row]) -> list[_Row]:
    """Pull the outer hundredths in to where they begin."""
    ordered = sorted(row.log_minutes for row in rows)
    outer = int(_OUTER_SHARE * len(ordered))
    low, high = ordered[outer], ordered[-1 - outer]
    return [replace(row, log_minutes=min(high, max(low, row.log_minutes))) for row in rows]


def _shrunk(rows: Sequence[_Row], plan: Handling) -> Handling:
    """Return mean and spread of the logs, the plan counting as some services of its own."""
    weight = len(rows) + PLAN_COUNTS_AS
    log_mean = (sum(row.log_minutes for row in rows) + PLAN_COUNTS_AS * plan.log_mean) / weight
    squares = sum((row.log_minutes - log_mean) ** 2 for row in rows)
    return Handling(log_mean, math.sqrt((squares + PLAN_COUNTS_AS * plan.log_sigma**2) / weight))


def _factors(residuals: Iterable[tuple[_KeyT, float]], counts_as: int) -> dict[_KeyT, float]:
    """Return the mean residual by key, shrunk to none."""
    sums: dict[_KeyT, list[float]] = {}
    for key, residual in residuals:
        total = sums.setdefault(key, [0.0, 0.0])
        total[0] += residual
        total[1] += 1
    return {key: total / (count + counts_as) for key, (total, count) in sums.items()}


@dataclass(frozen=True, slots=True)
class Patience:
    """Who does not answer the call after w minutes: 1 - (1 - gone_share) exp(-w / minutes)."""

    gone_share: float
    minutes: float


def learn_patience(calls: Iterable[tuple[float, bool]]) -> Patience:
    """Return the most likely patience for calls given as (waited minutes, was a no-show).

    One no-show among twenty calls after ten minutes is taken as seen before any: with few calls
    the answer is that. The likelihood is concave in (-ln(1 - share), 1 / minutes).
    """
    seen = [*calls, (10.0, True), *[(10.0, False)] * 19]
    gone = [waited for waited, is_gone in seen if is_gone]
    stayed = [waited for waited, is_gone in seen if not is_gone]
    offset, hazard = 0.02, 0.005
    for _ in range(12):
        offset = _root(partial(_slope, gone, len(stayed), hazard))
        hazard = _root(partial(_hazard_slope, gone, sum(stayed), offset))
    return Patience(1 - math.exp(-offset), 1 / hazard)


def _slope(gone: Sequence[float], stayed: int, hazard: float, offset: float) -> float:
    return sum(1 / math.expm1(offset + hazard * waited) for waited in gone) - stayed


def _hazard_slope(gone: Sequence[float], stayed: float, offset: float, hazard: float) -> float:
    return sum(waited / math.expm1(offset + hazard * waited) for waited in gone) - stayed


def _root(falling: Callable[[float], float]) -> float:
    low, high = 1e-5, 1.0
    for _ in range(24):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return math.sqrt(low * high)


def day_factor(arrived: float, expected: float) -> float:
    """Return how busy the day is against the usual one, by its arrivals so far."""
    return (_DAY_COUNTS_AS + arrived) / (_DAY_COUNTS_AS + expected)


@dataclass(frozen=True, slots=True)
class Promise:
    """A forecast in minutes.

    Attributes:
        low, high: ends of the range that is meant to hold four of five waits.
        upper: what four of five waits stay below.
    """

    expected: float
    low: float
    high: float
    upper: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two numbers that repair a forecast by its own errors; a value, updated at every call.

    Attributes:
        log_scale: s, by which all promises are stretched: moves a little against every error.
        width: q, factor on the half-widths: grows when a wait falls outside, shrinks when inside,
            so that four of five lie inside in the long run (adaptive conformal inference).
    """

    log_scale: float = 0.0
    width: float = 1.0

    def promise(self, median: float, p10: float, p80: float, p90: float) -> Promise:
        """Return the corrected promise for the quantiles of a forecast."""
        stretch = math.exp(self.log_scale)
        middle = median * stretch
        reach = self.width * stretch
        return Promise(
            middle,
            max(0.0, middle - reach * (median - p10 + _SLACK)),
            middle + reach * (p90 - median + _SLACK),
            middle + reach * (p80 - median + _SLACK),
        )

    def updated(self, promise: Promise, truth: float) -> "Calibration":
        """Return the calibration after a promise met its truth."""
        error = truth - promise.expected
        step = 0.0 if error == 0 else math.copysign(_SCALE_STEP, error)
        outside = not promise.low <= truth <= promise.high
        width = self.width * math.exp(_WIDTH_STEP * (outside - _OUTSIDE_SHARE))
        return Calibration(
            min(_MOST_SCALE, max(-_MOST_SCALE, self.log_scale + step)),
            min(_WIDEST, max(_NARROWEST, width)),
        )


def restored(log_scale: float, width: float) -> Calibration:
    """Return a calibration that was kept somewhere; a fresh one for what none can ever be."""
    if not (abs(log_scale) <= _MOST_SCALE and _NARROWEST <= width <= _WIDEST):
        return Calibration()
    return Calibration(log_scale, width)


_SCALE_STEP, _WIDTH_STEP, _OUTSIDE_SHARE = 0.005, 0.02, 0.2
_SLACK = 0.2
"""Minutes added to either half-width: a forecast that is sure of itself can still be widened."""
_MOST_SCALE, _NARROWEST, _WIDEST = 1.5, 0.3, 4.0
