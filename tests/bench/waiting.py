"""Running the event loop until something holds, without taking a worker's time."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

_PATIENCE_S = 20.0


def run_until(holds: Callable[[], bool]) -> float:
    """Run the event loop until something holds; return when it was seen to hold."""
    end = monotonic() + _PATIENCE_S
    # What another thread changes posts no event: look every millisecond.
    pulse = QTimer()
    pulse.setTimerType(Qt.TimerType.PreciseTimer)
    pulse.start(1)
    while not holds():
        if monotonic() > end:
            raise AssertionError("the window did not get there in time")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return monotonic()
