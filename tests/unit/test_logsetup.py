"""The log is blind to numbers of people, whatever slips into a message or a traceback."""

import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.logsetup import redacted, set_up_logging

SPECIMENS = [
    "4111111111111111",
    "6212 3456 7890 0000 003",
    "11010519491231002X",
    "13800138000",
    ";6212345678900000003=30122200000000000?",
    "%B4761739001010010^TEST/CARDHOLDER^30122010000000000000?",
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
]


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_redacted_leaves_nothing_of_a_number(specimen: str) -> None:
    line = redacted(f"value {specimen!r} refused")
    assert specimen not in line
    assert not any(run in line for run in (specimen[:8], specimen[-8:]))


@pytest.mark.parametrize("harmless", ["ticket A2017", "2026-11-24 10:42:07,123", "seq 1042", "5 %"])
def test_redacted_leaves_ordinary_text_alone(harmless: str) -> None:
    assert redacted(harmless) == harmless


@given(st.integers(10**12, 10**19 - 1), st.text(alphabet="abc :=,", max_size=8))
def test_redacted_never_shows_eight_digits_of_a_long_number(number: int, around: str) -> None:
    line = redacted(f"{around}{number}{around}")
    assert str(number)[:8] not in line


@pytest.fixture
def handler(tmp_path: Path) -> Iterator[RotatingFileHandler]:
    root = logging.getLogger()
    level = root.level
    handler = set_up_logging(tmp_path / "log")
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
    handler.close()


def test_log_file_hides_numbers_in_tracebacks(handler: RotatingFileHandler, tmp_path: Path) -> None:
    log = logging.getLogger("lobby.test")
    try:
        raise ValueError("6212345678900000003")
    except ValueError:
        log.info("parsing failed", exc_info=True)
    written = (tmp_path / "log" / "lobby.log").read_text(encoding="utf-8")
    assert "parsing failed" in written
    assert "62123456" not in written
