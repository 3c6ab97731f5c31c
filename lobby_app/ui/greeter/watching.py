"""The branch around the desk: queues, machines, last tickets, status; read again and again."""

from PySide6.QtCore import QObject, QTimer, Signal

from lobby_app.domain.floor import ChannelState
from lobby_app.services.views import DeskStatus, FloorView
from lobby_app.ui.greeter.hub import Hub

REFRESH_MS = 3_000


class WatchController(QObject):
    """Keeps side panel and status strip true. At most one reading is under way.

    Signals:
        first_read(): the desk's state is known for the first time.
    """

    first_read = Signal()

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._hub = hub
        self._is_reading = False
        self._is_due = False
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)

    def start(self) -> None:
        """Begin to watch."""
        self.refresh()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._timer.stop()

    def refresh(self) -> None:
        """Read again; while a reading runs, one more is due after it."""
        if not self._hub.is_open:
            return
        if self._is_reading:
            self._is_due = True
            return
        self._is_reading, self._is_due = True, False
        reception = self._hub.reception
        self._hub.run(
            lambda: (reception.floor_view(), reception.desk_status()), self._read, self._failed
        )

    def _read(self, seen: tuple[FloorView, DeskStatus]) -> None:
        self._is_reading = False
        is_first = self._hub.desk.status is None
        self._hub.desk.floor, self._hub.desk.status = seen
        self._hub.changed.emit()
        if is_first:
            self.first_read.emit()
        if self._is_due:
            self.refresh()

    def _failed(self, error: BaseException) -> None:
        self._is_reading = False
        self._hub.fail(error)

    def set_device(self, device_id: str, state: ChannelState) -> None:
        """Note how a machine is, as the greeter sees it."""
        reception, session = self._hub.reception, self._hub.session
        self._hub.run(
            lambda: reception.set_device(session, device_id, state), lambda _: self.refresh()
        )
