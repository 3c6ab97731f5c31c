"""When to try a partner again: spread so that a whole bank coming back is no storm.

The jitter comes after the cap: clamped together, retries of many desks fall into step.
"""

import random

DEFAULT_SPREAD_S = 30.0
_BASE_S, _LEAST_CAP_S, _MOST_CAP_S = 1.0, 4.0, 60.0
LEAST_SPREAD_S, MOST_SPREAD_S = 2.0, 60.0


class Backoff:
    """Delays after failures of one partner."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._failures = 0
        self.spread_s = DEFAULT_SPREAD_S
        """How wide the first retries of all desks are spread; the centre says it by its size."""

    def failed(self) -> float:
        """Note a failure; return after how many seconds to try again."""
        spread = min(max(self.spread_s, LEAST_SPREAD_S), MOST_SPREAD_S)
        failures, self._failures = self._failures, self._failures + 1
        if failures == 0:
            return self._dice.uniform(0.0, spread)
        cap = min(max(2 * spread, _LEAST_CAP_S), _MOST_CAP_S)
        # Never quicker than the spread: the second try of all of them is a herd like the first.
        wait = max(spread, _BASE_S * 2.0 ** min(failures, 10))
        return self._dice.uniform(0.5, 1.0) * min(cap, wait)

    def succeeded(self) -> None:
        """Note a success: the next loss is a first one again."""
        self._failures = 0
