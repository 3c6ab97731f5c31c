"""A process of ours beside a window: started after it, started again when it ended by itself."""

import logging
import sys

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from lobby_app.config import Settings

START_AFTER_MS = 3000
"""The window comes first: its start shall not share the machine."""
AGAIN_AFTER_MS = 30_000
"""A process that ended by itself is started again, not at once: its trouble may last."""
_END_MS = 1500
_log = logging.getLogger(__name__)


class Beside(QObject):
    """Runs `lobby COMMAND` on this desk's folder until stopped; it ends with its input.

    Signals:
        said(bytes): the newest whole line of its output; older ones are skipped.
    """

    said = Signal(bytes)

    def __init__(
        self, command: str, settings: Settings, parent: QObject, start_after_ms: int
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._process = QProcess(self)
        self._process.setProgram(sys.executable)
        arguments = ["-m", "lobby_app", command, "--data-dir", str(settings.data_dir)]
        self._process.setArguments(arguments + (["--demo"] if settings.demo else []))
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.setStandardErrorFile(QProcess.nullDevice())
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._ended)
        self._start = QTimer(self, singleShot=True, interval=start_after_ms)
        self._start.timeout.connect(self._process.start)
        self._start.start()

    def _read(self) -> None:
        newest = b""
        while self._process.canReadLine():
            newest = bytes(self._process.readLine().data())
        if newest:
            self.said.emit(newest)

    def _ended(self, status: int) -> None:
        _log.info("lobby %s ended with %s", self._command, status)
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
