"""The forecast's process beside a window: it feeds the desk and never outlives its window."""

import json
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from lobby_app.app import forecast_feed
from lobby_app.app.forecast_feed import ForecastFeed
from lobby_app.services.present_forecast import LatestForecast, from_document
from tests.helpers.desk_app import demo_settings

PATIENCE_S = 90.0


def test_a_window_is_fed_and_stops_its_process(
    qapp: QApplication, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_feed, "START_AFTER_MS", 0)
    latest, parent = LatestForecast(), QObject()
    feed = ForecastFeed(demo_settings(data), latest, parent)
    end = monotonic() + PATIENCE_S
    while latest.value is None:
        assert monotonic() < end, "no forecast came"
        qapp.processEvents()
    assert latest.value.new
    feed.stop()
    assert feed._process.state() is feed._process.ProcessState.NotRunning
    assert not feed._start.isActive()


def test_the_process_ends_with_its_input(data: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "lobby_app", "forecast", "--demo", "--data-dir", str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert from_document(json.loads(child.stdout.readline())).new
    _, complained = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, complained) == (0, b"")
