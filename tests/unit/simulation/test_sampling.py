"""Draws have the distribution they are named after."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.model import Floats
from lobby_app.simulation.sampling import (
    LONGEST_MINUTES,
    draw_rest,
    draw_service,
    draw_stay,
    mean_rest,
    quantile,
    upper_tail,
)


@compiled
def _many(count: int, seed: int, elapsed: float) -> Floats:
    """Return columns: services, rests after `elapsed`, stays."""
    np.random.seed(seed)
    drawn = np.empty((count, 3))
    for row in range(count):
        drawn[row, 0] = draw_service(1.2, 0.8)
        drawn[row, 1] = draw_rest(1.2, 0.8, elapsed)
        drawn[row, 2] = draw_stay(0.1, 50.0)
    return drawn


@given(st.floats(1e-12, 1 - 1e-12))
def test_the_quantile_is_the_normal_one(p: float) -> None:
    assert quantile(p) == pytest.approx(NormalDist().inv_cdf(p), abs=1e-7, rel=1e-6)


@given(st.floats(-6, 6))
def test_the_tail_is_the_normal_one(z: float) -> None:
    assert upper_tail(z) == pytest.approx(1 - NormalDist().cdf(z), abs=1e-12)


def test_services_are_lognormal() -> None:
    services = np.log(_many(40_000, 1, 1.0)[:, 0])
    assert services.mean() == pytest.approx(1.2, abs=0.02)
    assert services.std() == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("elapsed", [0.0, 2.0, 10.0, 25.0])
def test_rests_are_those_of_services_that_lasted_longer(elapsed: float) -> None:
    rests = _many(40_000, 2, elapsed)[:, 1]
    assert rests.min() >= 0
    longer = np.exp(np.random.default_rng(3).normal(1.2, 0.8, 2_000_000)).clip(0.5, LONGEST_MINUTES)
    longer = longer[longer > elapsed] - elapsed
    for share in (0.1, 0.5, 0.9):
        expected = np.quantile(longer, share)
        assert np.quantile(rests, share) == pytest.approx(expected, rel=0.06, abs=0.03)
    assert mean_rest(1.2, 0.8, elapsed) == pytest.approx(longer.mean(), rel=0.05)


def test_a_share_is_gone_at_once_and_the_others_leave_at_one_hazard() -> None:
    stays = _many(40_000, 4, 1.0)[:, 2]
    assert (stays == 0).mean() == pytest.approx(0.1, abs=0.01)
    assert (stays > 30).mean() == pytest.approx(0.9 * math.exp(-30 / 50), abs=0.01)


@pytest.mark.parametrize("elapsed", [1e-9, 89.0, 500.0, 1e6])
def test_a_service_that_never_seems_to_end_still_has_a_rest(elapsed: float) -> None:
    assert np.isfinite(_many(50, 5, elapsed)).all()
    assert math.isfinite(mean_rest(1.2, 0.8, elapsed))
