"""Keeps the page that is open true: read again when somebody committed, and now and then."""

import time

from PySide6.QtCore import QObject, QTimer, Signal

from lobby_app.services.supervision_views import FairnessView, FiguresView, HallView
from lobby_app.ui.hub import WindowHub
from lobby_app.ui.supervisor.keys import SupervisorCommand
from lobby_app.ui.supervisor.state import Shift

LOOK_MS = 500
ANYWAY_S = 10.0
"""Alarms and forecasts move with the time alone."""
ADVISE_S = 120.0
_Page = HallView | FiguresView | FairnessView


class WatchController(QObject):
    """At most one reading is under way.

    Signals:
        seen(): the page was read.
    """

    seen = Signal()

    def __init__(self, hub: WindowHub, shift: Shift) -> None:
        super().__init__(hub)
        self._hub = hub
        self._shift = shift
        self._is_reading = False
        self._is_due = False
        self._changes = -1
        self._read_at = 0.0
        self._advised_at = 0.0
        self._open_counters = -1
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch."""
        self.refresh()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._timer.stop()

    def look(self) -> None:
        """Ask whether anything happened; read again if so, or if it is long ago."""
        port = self._shift.port
        if port is None or self._is_reading:
            return
        if time.monotonic() - self._read_at >= ANYWAY_S:
            self.refresh()
            return
        self._is_reading = True
        self._hub.run(port.changes, self._looked, self._failed)

    def _looked(self, changes: int) -> None:
        self._is_reading = False
        if changes != self._changes or self._is_due:
            self._changes = changes
            self.refresh()

    def refresh(self) -> None:
        """Read the open page; while a reading runs, one more is due after it."""
        port, page = self._shift.port, self._shift.page
        if port is None:
            return
        if self._is_reading:
            self._is_due = True
            return
        self._is_reading, self._is_due = True, False
        self._read_at = time.monotonic()

        def read() -> tuple[HallView, _Page | None]:
            # Alarms ring on every page: the hall is always read.
            hall = port.hall()
            if page is SupervisorCommand.FIGURES:
                return hall, port.figures()
            return hall, port.fairness() if page is SupervisorCommand.FAIRNESS else None

        self._hub.run(read, self._read, self._failed)

    def _read(self, found: tuple[HallView, _Page | None]) -> None:
        self._is_reading = False
        hall, page = found
        self._shift.hall = hall
        if isinstance(page, FiguresView):
            self._shift.figures = page
        elif isinstance(page, FairnessView):
            self._shift.fairness = page
        self.seen.emit()
        self._advise(hall)
        if self._is_due:
            self.refresh()

    def _advise(self, hall: HallView) -> None:
        """Let the counters to open be worked out: it takes longer, and is due less often."""
        port, now = self._shift.port, time.monotonic()
        is_due = now - self._advised_at >= ADVISE_S or hall.open_counters != self._open_counters
        if port is None or not is_due or self._is_due:
            return
        self._advised_at, self._open_counters = now, hall.open_counters
        self._hub.run(lambda: port.advise(hall), self._advised)

    def _advised(self, is_new: bool) -> None:
        if is_new:
            self.refresh()

    def _failed(self, error: BaseException) -> None:
        self._is_reading = False
        self._hub.fail(error)
