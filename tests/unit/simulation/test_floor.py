"""The forecast for the product's own values."""

from dataclasses import replace

import numpy as np
import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.calibration import planned
from lobby_app.domain.dispatch import WaitingTicket
from lobby_app.domain.wait import ServingCounter, forecast
from lobby_app.simulation.floor import Foresight, Knowledge, forecast_floor, planned_knowledge
from lobby_app.simulation.futures import RESTING
from lobby_app.simulation.learning import learn_gaps
from lobby_app.simulation.model import plan, rule_of
from lobby_app.simulation.rollout import Present, forecast_expected, forecast_spread
from tests.unit.domain.worlds import POLICY

KNOWN = planned_knowledge(POLICY)
MIDNIGHT = 29_000_000.0
NOW = MIDNIGHT + 600.0
CASH = ServingCounter(1, ("cash_counter",))


def _ticket(n: int, waited: float, priority: Priority = Priority.ORDINARY) -> WaitingTicket:
    start = NOW - waited
    return WaitingTicket(str(n), f"A{n:03d}", "cash_counter", priority, start, "cash_withdrawal")


HALL = [_ticket(n, 20.0 - n) for n in range(8)]


def _foresee(
    waiting: list[WaitingTicket],
    counters: list[ServingCounter],
    known: Knowledge = KNOWN,
    **more: object,
) -> dict[str, Foresight]:
    return forecast_floor(waiting, counters, NOW, POLICY, known, midnight=MIDNIGHT, **more)


def test_an_empty_hall_has_no_forecast() -> None:
    assert _foresee([], [CASH]) == {}


def test_the_first_at_a_free_counter_is_called_now() -> None:
    assert _foresee([_ticket(1, 0.0)], [CASH]) == {"1": Foresight(0.0, 0.0, 0.0, 0.0)}


def test_without_counters_nothing_is_foreseen() -> None:
    assert _foresee(HALL, []) == {}


def test_a_queue_that_nobody_serves_is_absent() -> None:
    other = replace(HALL[0], ticket_id="x", queue="nobody_serves_this")
    assert "x" not in _foresee([*HALL, other], [CASH])


def test_the_median_is_near_the_plain_forecast_and_inside_its_range() -> None:
    plain = forecast(HALL, [CASH], NOW, POLICY)
    seen = _foresee(HALL, [CASH], replicates=400)
    for ticket in HALL[1:]:
        median, p10, p80, p90 = seen[ticket.ticket_id]
        assert p10 < median < p80 < p90
        # Medians of skewed services and visitors who have left make it a little shorter.
        assert 0.6 < median / plain[ticket.ticket_id] < 1.05


def test_the_same_seed_foresees_the_same() -> None:
    assert _foresee(HALL, [CASH], seed=3) == _foresee(HALL, [CASH], seed=3)
    assert _foresee(HALL, [CASH], seed=3) != _foresee(HALL, [CASH], seed=4)


def test_a_planned_break_is_known() -> None:
    seen = _foresee(HALL, [replace(CASH, breaks=((NOW, NOW + 60.0),))])
    assert all(one.p10 >= 60.0 for one in seen.values())


def test_a_slow_clerk_is_known() -> None:
    usual, slow = _foresee(HALL, [CASH]), _foresee(HALL, [CASH], replace(KNOWN, speed={1: 2.0}))
    # Less than twice as long: of a slower line more people leave.
    assert 1.7 < slow["7"].median / usual["7"].median < 2.0


def test_a_long_running_service_has_more_left_than_a_fresh_one_would_suggest() -> None:
    def busy(minutes: float) -> ServingCounter:
        return replace(CASH, busy_business="cash_withdrawal", busy_minutes=minutes)

    fresh, long = (_foresee(HALL, [busy(m)])["0"].median for m in (0.5, 5.0))
    assert 0 < long < fresh


def test_the_rule_is_the_real_one() -> None:
    care = _ticket(9, 1.0, Priority.CARE)
    busy = replace(CASH, busy_business="cash_withdrawal", busy_minutes=1.0)
    seen = _foresee([*HALL, care], [busy])
    assert seen["9"].median < seen["7"].median


def _present(serving: int, elapsed: float) -> Present:
    one = np.zeros(1)
    zero = np.zeros(1, np.int64)
    return Present(
        600.0,
        one + 599,
        one + 599,
        zero + 4,
        zero,
        zero,
        np.array([serving]),
        one + elapsed,
        plan([1]),
    )


def test_a_counter_that_rests_calls_as_such_gaps_have_ended() -> None:
    habits = KNOWN.habits._replace(gaps=np.array([0.0, 0.0, 5.0, 8.0]))
    spread = forecast_spread(_present(RESTING, 2.0), habits, rule_of(POLICY.thresholds))
    assert (spread.p10[0], spread.p90[0]) == pytest.approx((3.0, 6.0))
    expected = forecast_expected(_present(RESTING, 2.0), habits, rule_of(POLICY.thresholds))
    assert expected[0] == pytest.approx(4.5)


def test_who_rests_longer_than_anybody_did_is_taken_to_go_on_as_long() -> None:
    habits = KNOWN.habits._replace(gaps=np.array([0.0, 1.0]))
    spread = forecast_spread(_present(RESTING, 30.0), habits, rule_of(POLICY.thresholds))
    assert spread.median[0] == pytest.approx(30.0)


def test_the_future_of_means_serves_the_mean() -> None:
    six = planned(6.0)
    habits = KNOWN.habits._replace(
        log_mean=np.array([six.log_mean]), log_sigma=np.array([six.log_sigma])
    )
    expected = forecast_expected(_present(0, 0.0), habits, rule_of(POLICY.thresholds))
    assert expected[0] == pytest.approx(6.0)


def test_gaps_are_learned_as_equally_likely_values() -> None:
    gaps = learn_gaps([0.0] * 160 + [10.0] * 20)
    assert gaps[0] == 0.0
    assert gaps[-1] == 10.0
    assert (gaps > 5).mean() == pytest.approx(0.1, abs=0.01)
