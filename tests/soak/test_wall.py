"""The wall's soak can say no."""

from tests.soak.wall import Sample, problems_of


def _day(*, grown_mb: float = 0.0, more_files: int = 0) -> list[Sample]:
    """Return a day of samples: the first hours settle, then something grows all the time."""
    settling = [Sample(120 + one, 20, one) for one in range(24)]
    return settling + [
        Sample(150 + grown_mb * one / 264, 24 + more_files * one // 264, one)
        for one in range(1, 265)
    ]


def test_a_day_without_growth_passes() -> None:
    assert problems_of(_day()) == []


def test_growth_and_files_kept_open_are_said() -> None:
    assert problems_of(_day(grown_mb=10)) == ["grew by 9.5 MB"]
    assert problems_of(_day(more_files=3)) == ["keeps 3 more files open"]


def test_a_short_run_tells_nothing() -> None:
    assert problems_of(_day()[:40]) == ["too short to tell"]
