"""Triage alone: `recommend` over the worked cases."""

from pathlib import Path
from time import perf_counter_ns
from typing import Any

import yaml

from lobby_app.domain.business import Need, Policy
from lobby_app.domain.customer import Customer
from lobby_app.domain.floor import Floor
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.services.case_inputs import customer_of, floor_of, need_of
from tests.bench.figures import Figure, against_goal

CASES = Path(__file__).parents[1] / "cases" / "triage.yaml"
GOAL_US = 100.0


def measure_triage(rounds: int) -> Figure:
    """Return microseconds an answer; the limit is to build the very same answer, ready-made."""
    policy = load_policy(resource("policy"))
    visits = worked_visits(policy)
    samples: list[float] = []
    limits: list[float] = []
    for _ in range(rounds):
        for customer, need, floor in visits:
            start = perf_counter_ns()
            answer = recommend(customer, need, floor, policy)
            samples.append((perf_counter_ns() - start) / 1000)
            limits.append(_build_alone(answer))
    return against_goal("triage alone", "µs", samples, limits, GOAL_US)


def _build_alone(answer: Recommendation) -> float:
    values = [getattr(answer, name) for name in Recommendation.__slots__]
    start = perf_counter_ns()
    Recommendation(*values)
    return (perf_counter_ns() - start) / 1000


def worked_visits(policy: Policy) -> list[tuple[Customer, Need, Floor]]:
    """Return the inputs of the worked cases."""
    document = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    visits = []
    for case in document["cases"]:
        given = _merged(document["defaults"], case["input"])
        visits.append(
            (
                customer_of(given.get("customer"), policy),
                need_of(given.get("business"), policy),
                floor_of(given.get("context"), policy),
            )
        )
    return visits


def _merged(base: Any, change: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    return base | {key: _merged(base.get(key), value) for key, value in change.items()}
