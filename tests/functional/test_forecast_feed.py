"""The forecast's process beside a window: it feeds the desk and never outlives its window."""

import json
import subprocess
import sys
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from lobby_app.app.forecast_feed import ForecastFeed
from lobby_app.domain.business import Priority
from lobby_app.domain.calibration import Calibration
from lobby_app.domain.ticket_steps import FinishOutcome
from lobby_app.services import calling
from lobby_app.services.kept_calibration import CalibrationFile
from lobby_app.services.present_forecast import Forecast, LatestForecast, from_document
from tests.helpers.calling_desk import session_of, tickets_for
from tests.helpers.desk_app import demo_settings, open_demo_desk

PATIENCE_S = 90.0
TELLER = session_of("0201")


def test_a_window_is_fed_and_stops_its_process(qapp: QApplication, data: Path) -> None:
    latest, parent = LatestForecast(), QObject()
    feed = ForecastFeed(demo_settings(data), latest, parent, start_after_ms=0)
    end = monotonic() + PATIENCE_S
    while latest.value is None:
        assert monotonic() < end, "no forecast came"
        qapp.processEvents()
    assert latest.value.new
    feed.stop()
    assert feed._process.state() is feed._process.ProcessState.NotRunning
    assert not feed._start.isActive()


def _started(data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "lobby_app", "forecast", "--demo", "--data-dir", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _next(child: subprocess.Popen[bytes], waiting: int = 0) -> Forecast:
    """Return the next forecast of a floor with so many waiting tickets."""
    assert child.stdout is not None
    for line in child.stdout:
        forecast = from_document(json.loads(line))
        if len(forecast.waiting) == waiting:
            return forecast
    raise AssertionError("the process ended")


def _end(child: subprocess.Popen[bytes]) -> None:
    _, complained = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, complained) == (0, b"")


def test_the_process_ends_with_its_input(data: Path) -> None:
    child = _started(data)
    assert _next(child).new
    _end(child)


def test_a_new_process_is_calibrated_at_once(data: Path) -> None:
    """Nobody waits at the wealth room: its range shows the correction and nothing else."""
    opened, empty = open_demo_desk(data), ("wealth_room", Priority.ORDINARY)
    calling.open_counter(opened.desk, TELLER, 1, ["cash_counter", "wealth_room"])
    first = _started(data)
    fresh = _next(first).new[empty]
    tickets_for(opened, 1)
    _next(first, waiting=1)
    calling.call_next(opened.desk, TELLER, 1)
    calling.finish_current(opened.desk, TELLER, 1, FinishOutcome.DONE)
    _next(first)
    _end(first)
    learned = CalibrationFile(data).read()
    assert learned != Calibration()
    second = _started(data)
    promise = _next(second).new[empty]
    _end(second)
    opened.close()
    assert promise == learned.promise(0.0, 0.0, 0.0, 0.0)
    assert promise != fresh
