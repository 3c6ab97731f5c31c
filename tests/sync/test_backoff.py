"""Retries: spread, capped, never in step; and a whole bank coming back at nine o'clock."""

import heapq
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.sync.backoff import LEAST_SPREAD_S, MOST_SPREAD_S, Backoff

_OUTAGE_S = 300.0


def _backoff(seed: int, spread: float) -> Backoff:
    backoff = Backoff(random.Random(seed))
    backoff.spread_s = spread
    return backoff


@given(seed=st.integers(0, 2**32), spread=st.floats(0, 1000), failures=st.integers(1, 40))
def test_every_delay_keeps_its_bounds_and_grows(seed: int, spread: float, failures: int) -> None:
    backoff = _backoff(seed, spread)
    kept = min(max(spread, LEAST_SPREAD_S), MOST_SPREAD_S)
    cap = min(max(2 * kept, 4.0), 60.0)
    assert 0 <= backoff.failed() <= kept
    for failure in range(1, failures):
        delay = backoff.failed()
        assert min(cap, max(kept, 2.0 ** min(failure, 10))) / 2 <= delay <= cap
    backoff.succeeded()
    assert backoff.failed() <= kept


def test_the_jitter_survives_the_cap() -> None:
    """Clamped after the jitter, all desks would try again in the same second (fleet, streamlit)."""
    delays = []
    for seed in range(500):
        backoff = _backoff(seed, 60.0)
        delays.append([backoff.failed() for _ in range(12)][-1])
    assert max(delays) - min(delays) > 25
    assert len({round(delay, 3) for delay in delays}) > 490


def _come_back(desks: int, spread: float) -> tuple[int, int, float]:
    """Play an outage; return most attempts a second in it, most successes after it, seconds to all.

    All desks notice the loss at their next look at the heads, 0.36 s at most.
    """
    dice = random.Random(9)
    backoffs = [_backoff(seed, spread) for seed in range(desks)]
    queue = [(dice.uniform(0, 0.36) + one.failed(), desk) for desk, one in enumerate(backoffs)]
    heapq.heapify(queue)
    tried: Counter[int] = Counter()
    back: Counter[int] = Counter()
    last = 0.0
    while queue:
        time, desk = heapq.heappop(queue)
        if time < _OUTAGE_S:
            tried[int(time)] += 1
            heapq.heappush(queue, (time + backoffs[desk].failed(), desk))
        else:
            back[int(time)] += 1
            last = time
    return max(tried.values()), max(back.values()), last - _OUTAGE_S


@pytest.mark.parametrize(
    ("desks", "spread", "most_a_second", "all_within_s"),
    [
        (75_000, 60.0, 2_700, 60.0),  # five desks in each of 15,000 branches, all direct
        (15_000, 60.0, 540, 60.0),  # only the relays
        (10, 2.0, 10, 4.0),  # a small bank waits for nothing
    ],
)
def test_a_bank_coming_back_is_no_storm(
    desks: int, spread: float, most_a_second: int, all_within_s: float
) -> None:
    tried, back, seconds = _come_back(desks, spread)
    assert tried <= most_a_second
    assert back <= most_a_second
    assert seconds <= all_within_s
