"""The hybrid clock never goes backwards, whatever the computer's clock does."""

from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.clock import MAX_AHEAD_MS, tick, wall_ms

WALL = st.integers(-(10**12), 4_102_444_799_999)
HLC = st.integers(0, 2**62)


@given(HLC, st.lists(st.tuples(WALL, st.integers(-(10**9), 10**9), HLC), max_size=30))
def test_it_only_goes_forward(last: int, steps: list[tuple[int, int, int]]) -> None:
    for wall, offset, seen in steps:
        value = tick(last, wall, offset_ms=offset, seen=seen)
        assert value > last
        last = value


@given(WALL.filter(lambda ms: ms > 0), st.integers(-1000, 1000))
def test_an_honest_clock_is_followed_to_the_millisecond(wall: int, offset: int) -> None:
    assert wall_ms(tick(0, wall + 1000, offset_ms=offset)) == wall + 1000 + offset


@given(st.integers(10**12, 2 * 10**12), st.integers(0, MAX_AHEAD_MS - 1))
def test_what_was_seen_elsewhere_comes_before(wall: int, ahead: int) -> None:
    seen = (wall + ahead) << 16
    assert tick(0, wall, seen=seen) > seen


@given(st.integers(10**12, 2 * 10**12), st.integers(MAX_AHEAD_MS + 1, 10**12))
def test_a_clock_far_ahead_does_not_drag_ours_along(wall: int, ahead: int) -> None:
    assert wall_ms(tick(0, wall, seen=(wall + ahead) << 16)) == wall


def test_more_events_than_a_millisecond_holds_go_on() -> None:
    last = tick(0, 1_000)
    for _ in range(70_000):
        last = tick(last, 1_000)
    assert wall_ms(last) == 1_001
