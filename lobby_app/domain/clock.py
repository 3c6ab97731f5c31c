"""Hybrid logical clock: wall time that never goes backwards (sync design 3.2)."""

MAX_AHEAD_MS = 5 * 60 * 1000
_COUNTER_BITS = 16


def tick(last: int, wall_ms: int, *, offset_ms: int = 0, seen: int = 0) -> int:
    """Return the next clock value after `last`: `ms << 16 | counter`.

    `seen` is the largest value met in another log; one that is more than five minutes ahead of our
    corrected wall clock is folded but does not drag this clock along.
    """
    now = (wall_ms + offset_ms) << _COUNTER_BITS
    if seen - now > MAX_AHEAD_MS << _COUNTER_BITS:
        seen = 0
    return max(last + 1, now, seen + 1)


def wall_ms(hlc: int) -> int:
    """Return the wall part of a clock value, ms since the epoch."""
    return hlc >> _COUNTER_BITS
