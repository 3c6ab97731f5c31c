"""Runs `lobby forecast` beside a window and keeps the desk's latest forecast up to date."""

import json
import logging
import sys

from PySide6.QtCore import QObject, QProcess, QTimer

from lobby_app.config import Settings
from lobby_app.services.present_forecast import LatestForecast, from_document

_log = logging.getLogger(__name__)

START_AFTER_MS = 3000
"""The window comes first: its start shall not share the machine."""
AGAIN_AFTER_MS = 30_000
"""A process that ended by itself is started again, not at once: its trouble may last."""
_END_MS = 1500


class ForecastFeed(QObject):
    """The process beside the window. Without it the deterministic forecast stays in force."""

    def __init__(self, settings: Settings, latest: LatestForecast, parent: QObject) -> None:
        super().__init__(parent)
        self._latest = latest
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        arguments = ["-m", "lobby_app", "forecast", "--data-dir", str(settings.data_dir)]
        self._process.setArguments(arguments + (["--demo"] if settings.demo else []))
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._start = QTimer(self, singleShot=True, interval=START_AFTER_MS)
        self._start.timeout.connect(self._process.start)
        self._start.start()

    def _read(self) -> None:
        """Take the newest line; older ones are of floors that are gone."""
        newest = b""
        while self._process.canReadLine():
            newest = bytes(self._process.readLine().data())
        if not newest:
            return
        try:
            self._latest.value = from_document(json.loads(newest))
        except (ValueError, TypeError, KeyError):
            _log.warning("a forecast that cannot be read")

    def _ended(self, status: int) -> None:
        _log.info("the forecast ended with %s", status)
        self._start.start(AGAIN_AFTER_MS)

    def stop(self) -> None:
        """End the process; it ends by itself when its input does."""
        self._process.finished.disconnect(self._ended)
        self._start.stop()
        if self._process.state() is QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_END_MS):
            self._process.kill()
            self._process.waitForFinished(_END_MS)
