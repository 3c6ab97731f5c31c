"""The simulated days lie within the dossier's bands; the page is the same for its seed."""

from functools import cache

import numpy as np
import pytest

from lobby_app.simulation.model import CARE, ORDINARY
from tests.simulation.dispatch import RULES, Branch, branch, document

SEED = 1


@cache
def normal() -> Branch:
    return branch("normal", "normal", (2, 2), SEED, 150)


@cache
def pension() -> Branch:
    return branch("pension", "pension", (3, 2), SEED, 60)


def near(expected: float) -> object:
    return pytest.approx(expected, rel=0.15)


def test_a_normal_day_is_as_the_dossier_expects() -> None:
    ours = normal().results["ours"]
    assert ours.served.mean() == near(3.7)
    assert np.percentile(ours.served, 90) == near(12.0)
    assert ours.gone.mean() == near(0.077)
    assert ours.busy[:2].mean() == near(0.45)
    assert ours.busy[2:].mean() == near(0.66)
    visits = sum(day.visits for day in normal().days)
    assert sum(day.self_service for day in normal().days) / visits == near(0.417)
    assert (ours.gone.sum() + normal().left_elsewhere) / visits == near(0.049)


def test_a_pension_day_is_as_the_dossier_expects() -> None:
    ours = pension().results["ours"]
    assert ours.served.mean() == near(6.5)
    assert np.percentile(ours.served, 90) == near(20.1)
    assert ours.gone.mean() == near(0.198)
    visits = sum(day.visits for day in pension().days)
    assert sum(day.self_service for day in pension().days) / visits == near(0.349)
    assert (ours.gone.sum() + pension().left_elsewhere) / visits == near(0.126)


@pytest.mark.parametrize("day", [normal, pension])
def test_the_rule_is_between_first_come_and_strict_classes(day) -> None:
    results = day().results
    care = {rule: results[rule].of(CARE, served_only=True).mean() for rule in RULES}
    assert care["strict"] < care["ours"] < care["fcfs"]
    overtaken = {rule: (results[rule].overtaken >= 1).mean() for rule in RULES}
    assert overtaken["fcfs"] < 0.005
    assert overtaken["ours"] < overtaken["interleave"] < overtaken["strict"]
    # Nobody ordinary is overtaken again and again.
    assert (results["ours"].overtaken >= 3).mean() < 0.001
    ordinary = results["ours"].of(ORDINARY, served_only=True)
    assert np.percentile(ordinary, 95) < 1.5 * np.percentile(
        results["fcfs"].of(ORDINARY, served_only=True), 95
    )


def test_the_page_is_the_same_for_its_seed() -> None:
    page = document(5, days=2, branch_days=2)
    assert page == document(5, days=2, branch_days=2)
    assert page != document(6, days=2, branch_days=2)
    assert "seed 5" in page
