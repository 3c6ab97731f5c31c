"""The forecast of a full hall: a hundred futures, and the one of means beside it."""

from collections.abc import Callable
from time import thread_time

import numpy as np

from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.simulation.model import CARE, ORDINARY, TIER, plan, rule_of
from lobby_app.simulation.rollout import Habits, Present, forecast_expected, forecast_spread
from tests.bench.figures import Figure, against_goal

TICKETS, REPLICATES = 200, 100
_GOAL_MS = 20.0
_NOW, _OPENS, _CLOSES = 700.0, 540.0, 1020.0
_VISITORS_A_MINUTE = 0.6


def measure_forecast(rounds: int) -> Figure:
    """Return the time of one core for 200 tickets; the limit is the deterministic rollout."""
    present, habits = _full_hall(), _habits()
    rule = rule_of(load_policy(resource("policy")).thresholds)

    def spread() -> None:
        forecast_spread(present, habits, rule, replicates=REPLICATES)

    def expected() -> None:
        forecast_expected(present, habits, rule)

    spread()
    many, one = _milliseconds(spread, rounds), _milliseconds(expected, rounds)
    name = f"forecast of {TICKETS} tickets, {REPLICATES} futures (limit: the one of means)"
    return against_goal(name, "ms", many, one, _GOAL_MS)


def _milliseconds(work: Callable[[], None], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        begun = thread_time()
        work()
        times.append((thread_time() - begun) * 1000)
    return times


def _full_hall() -> Present:
    rng = np.random.default_rng(1)
    start = np.sort(_NOW - 90 * rng.random(TICKETS))
    queue = rng.choice(3, TICKETS, p=[0.6, 0.3, 0.1])
    priority = rng.choice([ORDINARY, TIER, CARE], TICKETS, p=[0.6, 0.3, 0.1])
    counters = plan([1, 1, 3, 3, 6, 7], speed=[0.85, 1.15, 0.9, 1.2, 1.0, 0.95])
    serving, elapsed = np.array([0, 0, 1, 0, 1, 2]), np.array([3.0, 1.0, 2.0, 2.0, 5.0, 7.0])
    return Present(_NOW, start, start, priority, queue, queue, serving, elapsed, counters)


def _habits() -> Habits:
    kinds = np.arange(9)
    return Habits(
        log_mean=np.log([3.2, 7.0, 13.0]),
        log_sigma=np.array([0.8, 0.8, 0.75]),
        gone_share=0.02,
        patience_minutes=130.0,
        gaps=np.concatenate([np.zeros(190), np.full(10, 8.0)]),
        opens=_OPENS,
        closes=_CLOSES,
        rates=np.full((16, 9), _VISITORS_A_MINUTE / 9),
        kind_priority=np.array([ORDINARY, TIER, CARE])[kinds // 3],
        kind_queue=kinds % 3,
        kind_business=kinds % 3,
    )
