"""Searching the calling rule's numbers: on some days, judged on others, proposed only if better.

The search moves what the policy lets a bank move without posting another rule: the targets (a class
with a shorter target gains faster: they are the rule's β), the credits, the guard and the limit up
to which care goes before the ceiling. The ceiling and the quota of tier calls are posted in the
hall and stay as they are; a tier never gains more than it has.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.domain.errors import KnownError
from lobby_app.policy.thresholds import (
    CEILING_CARE_BOUNDS,
    GUARD_BOUNDS,
    MOST_CREDIT,
    TARGET_BOUNDS,
)
from lobby_app.services.replay.days import ReplayDay
from lobby_app.services.replay.plans import PlanOf
from lobby_app.services.replay.report import Tickets, attainment, overtaking, tickets_of, waits
from lobby_app.services.replay.running import run_days
from lobby_app.simulation.model import ORDINARY, PRIORITIES, Rule, rule_of

STEPS = 300
MOST_DAYS = 30
"""Days that are tuned on at most: the newest."""
_GOAL = 0.9
_ORDINARY_P95, _CARE_WEIGHT = 30.0, 1.2
_BETTER, _MOST_LOSS, _MOST_WAIT = 0.97, 0.05, 1.03


@dataclass(frozen=True, slots=True)
class Trade:
    """One line of the trade-off table. `rule`: fcfs, strict, interleave, current or proposed."""

    rule: str
    score: float
    tickets: Tickets
    overtaking: dict[str, object]

    def document(self) -> dict[str, object]:
        """Return the line as an object."""
        tickets = self.tickets
        classes = {}
        for place, priority in enumerate(PRIORITIES):
            mask = tickets.priority == place
            if mask.any():
                figures = waits(tickets.wait[mask])
                classes[str(priority)] = {**figures, "attainment": attainment(tickets, mask)}
        return {
            "rule": self.rule,
            "score": round(self.score, 2),
            "waits": {"all": waits(tickets.wait), **classes},
            "overtaking": self.overtaking,
            "abandonment": round(float(tickets.gone.mean()), 4),
        }


@dataclass(frozen=True, slots=True)
class Tuning:
    """What came of a search.

    Attributes:
        table: on the days not tuned on. best: the best found. wins: whether it is to be proposed.
    """

    tuned_on: int
    judged_on: int
    table: tuple[Trade, ...]
    best: Thresholds
    wins: bool


def tune(
    days: Sequence[ReplayDay],
    plan_of: PlanOf,
    limits: Thresholds,
    seed: int,
    *,
    steps: int = STEPS,
) -> Tuning:
    """Search on every second day and judge on the others. Same seed, same answer.

    Raises:
        KnownError: `replay.tune_days` when there are fewer than two days.
    """
    tuned, judged = days[0::2][-MOST_DAYS:], days[1::2][-MOST_DAYS:]
    if not judged:
        raise KnownError("replay.tune_days")
    best = _search(tuned, plan_of, limits, Random(seed), steps)  # noqa: S311  # a search, no secret
    rules = {
        **{kind: rule_of(limits, kind) for kind in ("fcfs", "strict", "interleave")},
        "current": rule_of(limits),
        "proposed": rule_of(best),
    }
    table = tuple(_trade(name, judged, plan_of, rule) for name, rule in rules.items())
    wins = best != limits and _wins(table[-1], table[-2])
    return Tuning(len(tuned), len(judged), table, best, wins)


def _search(
    days: Sequence[ReplayDay], plan_of: PlanOf, limits: Thresholds, rng: Random, steps: int
) -> Thresholds:
    """Return the best found: half the steps anywhere, half near the best so far."""
    best, best_score = limits, _score(tickets_of(run_days(days, plan_of, rule_of(limits))))
    for step in range(steps):
        near = best if step >= steps // 2 else None
        tried = _drawn(limits, near, rng)
        score = _score(tickets_of(run_days(days, plan_of, rule_of(tried))))
        if score < best_score:
            best, best_score = tried, score
    return best


def _drawn(limits: Thresholds, near: Thresholds | None, rng: Random) -> Thresholds:
    """Return thresholds within the bank's bounds, somewhere or near others."""
    least = TARGET_BOUNDS[0]
    targets = dict(limits.target_wait_minutes)
    was = (near or limits).target_wait_minutes
    upper = targets[Priority.ORDINARY]
    for priority in (Priority.TIER, Priority.APPOINTMENT, Priority.CARE):
        low = limits.target_wait_minutes[priority] if priority is Priority.TIER else least
        middle = was[priority] if near else None
        targets[priority] = upper = _between(rng, min(low, upper), upper, middle)
    given = {
        priority: _step(
            rng, 0.0, MOST_CREDIT, near.credit_minutes.get(priority, 0.0) if near else None
        )
        for priority in (Priority.CARE, Priority.APPOINTMENT)
    }
    return replace(
        limits,
        target_wait_minutes=targets,
        credit_minutes=given,
        guard_minutes=_step(rng, *GUARD_BOUNDS, near.guard_minutes if near else None),
        ceiling_care_minutes=_step(
            rng, *CEILING_CARE_BOUNDS, near.ceiling_care_minutes if near else None
        ),
    )


def _between(rng: Random, low: float, high: float, middle: float | None) -> float:
    """Return a target: evenly on logarithms, or about 15 % around one; to a tenth of a minute."""
    if middle is None:
        drawn = math.exp(rng.uniform(math.log(low), math.log(high)))
    else:
        drawn = middle * math.exp(rng.gauss(0, 0.15))
    return min(high, max(low, round(drawn, 1)))


def _step(rng: Random, low: float, high: float, middle: float | None) -> float:
    """Return a number of minutes: anywhere, or near one; to half a minute."""
    drawn = rng.uniform(low, high)
    if middle is not None:
        drawn = middle + rng.gauss(0, (high - low) / 10)
    return min(high, max(low, round(2 * drawn) / 2))


def _score(tickets: Tickets) -> float:
    """Return how bad a result is.

    Squared points by which each class misses nine tenths within its promise; ordinary customers'
    p95 above half an hour; the mean wait; people who leave (no rule may win by driving them out).
    """
    total = 0.2 * (100 * float(tickets.gone.mean())) ** 2
    for place, priority in enumerate(PRIORITIES):
        kept = attainment(tickets, tickets.priority == place)
        if kept is not None:
            weight = _CARE_WEIGHT if priority is Priority.CARE else 1.0
            total += weight * (100 * max(0.0, _GOAL - kept)) ** 2
    served = tickets.wait[tickets.served]
    ordinary = tickets.wait[tickets.served & (tickets.priority == ORDINARY)]
    if len(ordinary):
        total += 0.5 * max(0.0, float(np.percentile(ordinary, 95)) - _ORDINARY_P95) ** 2
    return total + (0.2 * float(served.mean()) ** 2 if len(served) else 0.0)


def _trade(name: str, days: Sequence[ReplayDay], plan_of: PlanOf, rule: Rule) -> Trade:
    replayed = run_days(days, plan_of, rule)
    tickets = tickets_of(replayed)
    return Trade(name, _score(tickets), tickets, overtaking(replayed))


def _wins(proposed: Trade, current: Trade) -> bool:
    """Tell whether the proposal is clearly better on the days judged, and nobody pays dearly."""
    if proposed.score >= _BETTER * current.score:
        return False
    if _mean(proposed) > _MOST_WAIT * _mean(current):
        return False
    for place in range(len(PRIORITIES)):
        was, now = (
            attainment(trade.tickets, trade.tickets.priority == place)
            for trade in (current, proposed)
        )
        if was is not None and (now or 0.0) < was - _MOST_LOSS:
            return False
    return True


def _mean(trade: Trade) -> float:
    served = trade.tickets.wait[trade.tickets.served]
    return float(served.mean()) if len(served) else 0.0
