"""The goals at a size that fits the suite; `make bench-forecast` measures them at full size."""

import pytest

from tests.simulation.goals import (
    calls_score,
    rule_goals,
    world_goals,
    world_score,
)


def test_the_rule_keeps_its_promises_to_ordinary_tickets() -> None:
    assert [goal for goal in rule_goals(seed=1, days=200) if not goal.is_met] == []


def test_the_forecast_keeps_its_goals_in_the_invented_branch() -> None:
    found = world_score(seed=2, learned=40, settled=6, judged=12)
    assert found.count > 1500
    assert [goal for goal in world_goals(found) if not goal.is_met] == []


def test_the_forecast_of_real_calls_is_calibrated_and_far_better_than_the_formula() -> None:
    found = calls_score(judged=5)
    assert found.count > 1500
    assert 0.77 <= found.coverage_80 <= 0.83
    # Goal 0.65, reached 0.67 over the whole month: see docs/forecast.md.
    assert found.mae / found.naive_mae < 0.75


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_is_the_same_world(seed: int) -> None:
    first, second = (world_score(seed, learned=2, settled=1, judged=1) for _ in range(2))
    assert first == second
