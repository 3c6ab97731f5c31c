"""Spans of the day as banks write them."""

from datetime import time

import pytest

from lobby_app.domain.hours import DayHours, parse_hours


@pytest.mark.parametrize(
    ("text", "moment", "is_inside"),
    [
        ("12:00-14:00", "12:00", True),
        ("12:00-14:00", "13:59", True),
        ("12:00-14:00", "14:00", False),
        ("20:00-07:00", "23:00", True),
        ("20:00-07:00", "06:59", True),
        ("20:00-07:00", "07:00", False),
        ("20:00-07:00", "12:00", False),
        ("08:00-08:00", "03:00", True),
    ],
)
def test_a_moment_is_inside_or_not(text: str, moment: str, is_inside: bool) -> None:
    hours = parse_hours(text)
    assert (time.fromisoformat(moment) in hours) is is_inside


def test_nothing_written_is_no_span() -> None:
    assert parse_hours("") is None
    assert parse_hours("20:00-07:00") == DayHours(time(20), time(7))


@pytest.mark.parametrize("text", ["8-9", "24:00-07:00", "20:00–07:00", "20:00", "20:60-21:00", " "])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_hours(text)
