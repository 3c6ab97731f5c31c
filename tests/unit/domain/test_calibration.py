"""What the branch learns from its own days: recovered from drawn days whose truth is known."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.calibration import (
    PLAN_COUNTS_AS,
    Calibration,
    FinishedService,
    day_factor,
    learn,
    learn_patience,
    planned,
    restored,
)


def _services(count: int, clerk: str = "c1", factor: float = 1.0) -> list[FinishedService]:
    draw = random.Random(count)
    return [
        FinishedService("cash", clerk, factor * draw.lognormvariate(1.5, 0.8), 600.0)
        for _ in range(count)
    ]


def test_without_services_the_plan_stands() -> None:
    times = learn([], {"cash": 4.0})
    assert times.by_business["cash"].mean == pytest.approx(4.0)
    assert times.by_business["cash"].log_sigma == pytest.approx(planned(4.0).log_sigma)
    assert times.clerk_factors == {}


def test_many_services_outweigh_a_wrong_plan() -> None:
    handling = learn(_services(4000), {"cash": 30.0}).by_business["cash"]
    assert handling.log_mean == pytest.approx(1.5, abs=0.05)
    assert handling.log_sigma == pytest.approx(0.8, abs=0.05)


def test_as_many_services_as_the_plan_counts_for_meet_it_halfway() -> None:
    services = [FinishedService("cash", "c1", 8.0, 600.0)] * PLAN_COUNTS_AS
    alone = learn([*services], {"cash": 4.0})
    halfway = (math.log(8.0) + planned(4.0).log_mean) / 2
    # The clerk's factor takes half of what is left, and the plan pulls once more on the rest.
    assert planned(4.0).log_mean < alone.by_business["cash"].log_mean < halfway + 1e-9
    assert alone.clerk_factors["c1"] > 1.0


def test_a_slow_clerk_is_found_and_does_not_slow_the_business() -> None:
    services = [*_services(2000, "quick"), *_services(2000, "slow", 1.5)]
    times = learn(services, {"cash": 4.0})
    ratio = times.clerk_factors["slow"] / times.clerk_factors["quick"]
    assert ratio == pytest.approx(1.5, rel=0.05)


def test_a_forgotten_finish_changes_little() -> None:
    usual = learn(_services(500), {"cash": 4.0}).by_business["cash"].mean
    forgotten = [*_services(500), FinishedService("cash", "c1", 36_291.0, 600.0)]
    assert learn(forgotten, {"cash": 4.0}).by_business["cash"].mean == pytest.approx(
        usual, rel=0.05
    )


def test_a_slow_hour_is_learned() -> None:
    slow = [FinishedService("cash", "c1", one.minutes * 1.3, 13 * 60.0) for one in _services(3000)]
    times = learn([*_services(3000), *slow], {"cash": 4.0})
    at_ten, at_one = times.at("cash", 600.0).mean, times.at("cash", 13 * 60.0 + 59).mean
    assert at_one / at_ten == pytest.approx(1.3, rel=0.06)


def test_what_the_plan_does_not_name_is_left_out() -> None:
    assert set(learn(_services(5), {"advice": 17.0}).by_business) == {"advice"}


def test_patience_is_recovered() -> None:
    draw = random.Random(7)
    waits = [draw.uniform(0, 40) for _ in range(6000)]
    calls = [(w, draw.random() > 0.97 * math.exp(-w / 130)) for w in waits]
    patience = learn_patience(calls)
    assert patience.gone_share == pytest.approx(0.03, abs=0.015)
    assert patience.minutes == pytest.approx(130, rel=0.2)


def test_without_calls_about_one_in_twenty_is_gone_after_ten_minutes() -> None:
    patience = learn_patience([])
    gone = 1 - (1 - patience.gone_share) * math.exp(-10 / patience.minutes)
    assert gone == pytest.approx(0.05, abs=0.01)


def test_a_busy_morning_makes_a_busy_day_slowly() -> None:
    assert day_factor(0, 0) == 1.0
    assert 1.0 < day_factor(60, 30) < 2.0


def test_a_promise_without_experience_is_the_forecast() -> None:
    promise = Calibration().promise(10.0, 6.0, 14.0, 18.0)
    assert promise.expected == 10.0
    assert (promise.low, promise.upper, promise.high) == pytest.approx((5.8, 14.2, 18.2))


def test_biased_forecasts_are_brought_back() -> None:
    draw, calibration, errors = random.Random(1), Calibration(), []
    for _ in range(3000):
        truth = draw.lognormvariate(2.0, 0.4)
        promise = calibration.promise(0.6 * math.exp(2.0), 3.5, 5.5, 6.0)
        errors.append((promise.low <= truth <= promise.high, truth < promise.expected))
        calibration = calibration.updated(promise, truth)
    late = errors[1000:]
    assert sum(inside for inside, _ in late) / len(late) == pytest.approx(0.8, abs=0.02)
    assert sum(below for _, below in late) / len(late) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "pair", [(1.6, 1.0), (0.0, 0.2), (0.0, 4.1), (math.nan, 1.0), (0.0, math.inf)]
)
def test_what_no_calibration_can_be_is_not_taken_up(pair: tuple[float, float]) -> None:
    assert restored(*pair) == Calibration()
    assert restored(-0.4, 2.5) == Calibration(-0.4, 2.5)


@given(
    st.lists(st.floats(0, 300), min_size=4, max_size=4).map(sorted),
    st.lists(st.floats(0, 300), max_size=50),
)
def test_whatever_happened_the_ends_stay_in_order(quantiles, truths) -> None:
    p10, median, p80, p90 = quantiles
    calibration = Calibration()
    for truth in truths:
        promise = calibration.promise(median, p10, p80, p90)
        assert 0 <= promise.low <= promise.expected <= promise.upper <= promise.high
        calibration = calibration.updated(promise, truth)
    assert 0.3 <= calibration.width <= 4.0
    assert abs(calibration.log_scale) <= 1.5
