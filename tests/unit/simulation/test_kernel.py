"""The kernel against what theory says of simple halls, and single days worked out by hand."""

import math

import numpy as np
import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.errors import BugError
from lobby_app.simulation.kernel import simulate
from lobby_app.simulation.model import (
    APPOINTMENT,
    CARE,
    ORDINARY,
    OURS,
    SAFETY,
    TIER,
    Outcome,
    Rule,
    arrivals,
    mask_of,
    plan,
    rule_of,
)
from tests.unit.domain.worlds import POLICY

LIMITS = POLICY.thresholds
OUR_RULE = rule_of(LIMITS)
CASH, VIP = 0, 1

SERVERS, SERVICE_RATE = 3, 1 / 6
LOW_RATE, HIGH_RATE = 0.25, 0.15
LOW_LOAD, HIGH_LOAD = (rate / SERVICE_RATE / SERVERS for rate in (LOW_RATE, HIGH_RATE))
LOAD = LOW_LOAD + HIGH_LOAD


def _erlang_c_wait() -> float:
    offered = LOAD * SERVERS
    below = sum(offered**k / math.factorial(k) for k in range(SERVERS))
    top = offered**SERVERS / math.factorial(SERVERS) / (1 - LOAD)
    return top / (below + top) / (SERVERS * SERVICE_RATE - LOW_RATE - HIGH_RATE)


def _mean_waits(rule: Rule) -> tuple[float, float]:
    """Return simulated mean waits of the low and the high class (ordinary and care)."""
    rng = np.random.default_rng(5)
    count = 400_000
    at = np.cumsum(rng.exponential(1 / (LOW_RATE + HIGH_RATE), count))
    is_high = rng.random(count) < HIGH_RATE / (LOW_RATE + HIGH_RATE)
    priority = np.where(is_high, CARE, ORDINARY)
    day = arrivals(at, priority, CASH, rng.exponential(1 / SERVICE_RATE, count))
    waits = simulate(day, plan([mask_of([CASH])] * SERVERS), rule).wait_minutes
    return float(waits[~is_high].mean()), float(waits[is_high].mean())


def _accumulating(ratio: float) -> Rule:
    """Return the rule without bounds: the high class gains priority `ratio` times as fast."""
    return rule_of(LIMITS)._replace(
        kind=OURS,
        divisors=np.array([1.0, 1.0, 1.0, 1.0, ratio]),
        ceiling_minutes=math.inf,
        guard_minutes=math.inf,
    )


def test_first_come_first_served_waits_as_erlang_says() -> None:
    low, high = _mean_waits(rule_of(LIMITS, "fcfs"))
    assert low == pytest.approx(_erlang_c_wait(), rel=0.03)
    assert high == pytest.approx(_erlang_c_wait(), rel=0.03)


def test_strict_priority_waits_as_cobham_says() -> None:
    low, high = _mean_waits(rule_of(LIMITS, "strict"))
    residual = _erlang_c_wait() * (1 - LOAD)
    assert high == pytest.approx(residual / (1 - HIGH_LOAD), rel=0.03)
    assert low == pytest.approx(residual / ((1 - HIGH_LOAD) * (1 - LOAD)), rel=0.03)


@pytest.mark.parametrize("ratio", [2.0, 4.0])
def test_accumulating_priority_waits_as_kleinrock_says(ratio: float) -> None:
    low, high = _mean_waits(_accumulating(ratio))
    expected_low = _erlang_c_wait() / (1 - HIGH_LOAD * (1 - 1 / ratio))
    expected_high = _erlang_c_wait() - LOW_LOAD * expected_low * (1 - 1 / ratio)
    assert low == pytest.approx(expected_low, rel=0.03)
    assert high == pytest.approx(expected_high, rel=0.03)


def _day(
    at: list[float], priority: list[int] | int = ORDINARY, queue: int = CASH, **more: object
) -> Outcome:
    counters = more.pop("counters", plan([mask_of([CASH])]))
    rule = more.pop("rule", OUR_RULE)
    return simulate(arrivals(at, priority, queue, 10.0, **more), counters, rule)


def test_one_after_the_other_is_served() -> None:
    outcome = _day([0.0, 1.0, 2.0])
    assert outcome.called_at.tolist() == [0.0, 10.0, 20.0]
    assert outcome.finished_at.tolist() == [10.0, 20.0, 30.0]
    assert outcome.counter.tolist() == [0, 0, 0]


def test_nobody_is_called_while_the_counter_is_closed() -> None:
    is_open = np.ones((1, 60), np.bool_)
    is_open[0, 5:30] = False
    counters = plan([mask_of([CASH])], is_open=is_open)
    assert _day([0.0, 1.0], counters=counters).called_at.tolist() == [0.0, 30.0]


def test_a_counter_that_never_opens_calls_nobody() -> None:
    outcome = _day([0.0], counters=plan([mask_of([CASH])], is_open=False))
    assert np.isnan(outcome.called_at[0])
    assert outcome.counter[0] == -1


def test_a_slow_clerk_takes_longer_and_rests_after_it() -> None:
    outcome = _day(
        [0.0, 1.0], counters=plan([mask_of([CASH])], speed=1.5), pause_minutes=[4.0, 0.0]
    )
    assert outcome.called_at.tolist() == [0.0, 19.0]


def test_a_dedicated_counter_helps_when_it_has_been_idle() -> None:
    counters = plan(
        [mask_of([CASH]), mask_of([VIP])],
        helps=[0, mask_of([CASH])],
        shared=[True, False],
        busy_until=[100.0, 5.0],
    )
    outcome = _day([4.0], counters=counters)
    assert outcome.called_at[0] == 5.0 + LIMITS.idle_help_minutes
    assert outcome.counter[0] == 1


def test_a_dedicated_counter_calls_its_own_in_their_order() -> None:
    vip = plan([mask_of([VIP])], shared=False, busy_until=5.0)
    outcome = _day([0.0, 1.0, 2.0], [ORDINARY, CARE, SAFETY], VIP, counters=vip)
    assert outcome.called_at.tolist() == [15.0, 25.0, 5.0]


def test_the_least_flexible_counter_calls_first() -> None:
    counters = plan([mask_of([CASH, VIP]), mask_of([CASH])])
    assert _day([0.0, 0.0], counters=counters).counter.tolist() == [1, 0]


def test_a_transfer_waits_again_with_its_first_start() -> None:
    outcome = _day([0.0, 3.0, math.inf], starts_at=[0.0, 3.0, 0.0], follow_up=[2, -1, -1])
    assert outcome.arrived_at.tolist() == [0.0, 3.0, 10.0]
    assert outcome.called_at.tolist() == [0.0, 20.0, 10.0]


def test_calling_who_has_left_costs_the_counter_its_minutes() -> None:
    counters = plan([mask_of([CASH])], no_show_minutes=2.0)
    outcome = _day([0.0, 1.0, 2.0], counters=counters, leaves_at=[99.0, 5.0, 99.0])
    assert outcome.called_at.tolist() == [0.0, 10.0, 12.0]
    assert outcome.no_show.tolist() == [False, True, False]


def test_who_hangs_up_is_not_called() -> None:
    counters = plan([mask_of([CASH])], leavers_stay=False)
    outcome = _day([0.0, 1.0, 2.0], counters=counters, leaves_at=[99.0, 5.0, 99.0])
    assert outcome.called_at[[0, 2]].tolist() == [0.0, 10.0]
    assert np.isnan(outcome.called_at[1])
    assert outcome.finished_at[1] == 5.0


def test_a_booking_before_its_time_is_called_only_when_nobody_else_waits() -> None:
    credit = rule_of(LIMITS, credit_minutes={Priority.APPOINTMENT: 20.0})
    outcome = _day(
        [0.0, 1.0, 1.0],
        [ORDINARY, APPOINTMENT, ORDINARY],
        starts_at=[0.0, 15.0, 1.0],
        rule=credit,
    )
    assert outcome.called_at.tolist() == [0.0, 20.0, 10.0]


def test_interleave_calls_an_ordinary_ticket_after_so_many_preferred() -> None:
    priority = [TIER, TIER, TIER, ORDINARY]
    rule = rule_of(LIMITS, "interleave", preferred_calls=2)
    outcome = _day([0.0, 1.0, 1.0, 1.0], priority, rule=rule)
    assert outcome.called_at.tolist() == [0.0, 10.0, 30.0, 20.0]


def test_a_steeper_exponent_lowers_the_divisor_of_the_urgent() -> None:
    steep = rule_of(LIMITS, exponent=2.0)
    assert steep.divisors[ORDINARY] == OUR_RULE.divisors[ORDINARY]
    targets = LIMITS.target_wait_minutes
    expected = targets[Priority.CARE] ** 2 / targets[Priority.ORDINARY]
    assert steep.divisors[CARE] == pytest.approx(expected)


def test_the_same_day_is_called_the_same_way() -> None:
    rng = np.random.default_rng(3)
    at = np.sort(rng.random(200) * 300)
    day = arrivals(at, rng.integers(0, 5, 200), rng.integers(0, 3, 200), rng.exponential(6, 200))
    first, second = (simulate(day, plan([1, 3, 7, 6]), OUR_RULE) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_counter_serves_two_and_nobody_is_forgotten() -> None:
    rng = np.random.default_rng(4)
    at = np.sort(rng.random(500) * 300)
    day = arrivals(at, rng.integers(0, 5, 500), rng.integers(0, 3, 500), rng.exponential(4, 500))
    outcome = simulate(day, plan([1, 3, 7, 6]), OUR_RULE)
    assert not np.isnan(outcome.called_at).any()
    assert (outcome.called_at >= at).all()
    for counter in range(4):
        mine = np.flatnonzero(outcome.counter == counter)
        mine = mine[np.argsort(outcome.called_at[mine])]
        assert (outcome.called_at[mine][1:] >= outcome.finished_at[mine][:-1]).all()


@pytest.mark.parametrize(
    "columns",
    [
        {"priority": 5, "queue": 0},
        {"priority": 4, "queue": 63},
        {"priority": [4, 4], "queue": 0},
    ],
)
def test_arrays_that_do_not_fit_are_a_bug(columns: dict[str, object]) -> None:
    with pytest.raises(BugError):
        arrivals([0.0], service_minutes=1.0, **columns)
