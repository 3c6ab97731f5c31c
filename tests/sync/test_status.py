"""The status that one process says to all windows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.sync.status import FILE, STALE_AFTER, StatusFile

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
STATUS = LinkStatus(
    link=Link.RELAY,
    since=NOW - timedelta(minutes=5),
    last_exchange=NOW - timedelta(seconds=1),
    skew_ms=-61_000,
    quarantined=2,
    set_aside=3,
    problem="sync.too_old",
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = StatusFile(tmp_path, lambda: NOW)
    file.write(STATUS)
    assert file.read() == STATUS
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("age", [STALE_AFTER + timedelta(seconds=1), -timedelta(minutes=5)])
def test_who_says_nothing_any_more_is_offline_since_then(tmp_path: Path, age: timedelta) -> None:
    StatusFile(tmp_path, lambda: NOW).write(STATUS)
    stale = StatusFile(tmp_path, lambda: NOW + age).read()
    assert stale == LinkStatus(Link.OFFLINE, NOW, STATUS.last_exchange, STATUS.skew_ms)


def test_without_a_file_the_desk_is_offline(tmp_path: Path) -> None:
    assert StatusFile(tmp_path, lambda: NOW).read() == LinkStatus(Link.OFFLINE)


def _document() -> dict[str, object]:
    return {
        "link": "centre", "since": None, "last_exchange": None, "skew_ms": 0, "quarantined": 0,
        "set_aside": 0, "problem": None, "said_at": NOW.isoformat(),
    }  # fmt: skip


@given(
    key=st.sampled_from(sorted(_document())),
    value=st.none() | st.text(max_size=8) | st.integers() | st.lists(st.integers(), max_size=2),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_there_is_a_status(tmp_path: Path, key: str, value: object) -> None:
    (tmp_path / FILE).write_text(json.dumps({**_document(), key: value}))
    assert isinstance(StatusFile(tmp_path, lambda: NOW).read(), LinkStatus)


@pytest.mark.parametrize(
    ("key", "value"), [("said_at", "2026-11-25"), ("said_at", None), ("skew_ms", float("inf"))]
)
def test_a_time_without_zone_or_a_number_without_end_is_offline(
    tmp_path: Path, key: str, value: object
) -> None:
    (tmp_path / FILE).write_text(json.dumps({**_document(), key: value}))
    assert StatusFile(tmp_path, lambda: NOW).read().link is Link.OFFLINE


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_stand_there_the_desk_is_offline(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / FILE).write_bytes(raw)
    assert StatusFile(tmp_path, lambda: NOW).read() == LinkStatus(Link.OFFLINE)
