"""The simulated days lie within the dossier's bands; the page is the same for its seed."""

from functools import cache

import numpy as np
import pytest

from lobby_app.simulation.model import CARE, ORDINARY
from tests.simulation.dispatch import RULES, Branch, branch, checks, document

SEED = 1


@cache
def normal() -> Branch:
    return branch("normal", "normal", (2, 2), SEED, 100)


@cache
def pension() -> Branch:
    return branch("pension", "pension", (3, 2), SEED, 60)


def test_the_days_lie_within_the_bands_of_the_dossier() -> None:
    elastic = branch("pension, 3 service", "pension", (3, 3), SEED, 60)
    figures = checks(normal(), pension(), elastic)
    assert len(figures) == 18
    assert [figure for figure in figures if not figure.is_inside] == []


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
