"""Who stands at the desk: signing on, locking when idle, privacy."""

from time import time as wall_time

from PySide6.QtCore import QObject, QTimer, Signal

from lobby_app.services.views import Session
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.state import Phase

_TICK_MS = 1000
_SLEPT_S = 30
"""Longer between two ticks, the computer slept: no timer counts that time."""


class SigningController(QObject):
    """Session, idle lock and auto-clear, counted in whole seconds without any key or scan.

    Signals:
        wanted(): number and PIN are to be asked for.
        refused(object): why the answer was not accepted, an exception.
        opened(): somebody is at the desk.
        cleared(): nobody touched anything for long enough: the visit leaves the screen.
    """

    wanted = Signal()
    refused = Signal(object)
    opened = Signal()
    cleared = Signal()

    def __init__(self, hub: Hub, *, auto_clear_s: int, lock_after_s: int) -> None:
        super().__init__(hub)
        self._hub = hub
        self._auto_clear_s = auto_clear_s
        self._lock_after_s = lock_after_s
        self._idle_s = 0
        self._ticked_at = wall_time()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    def stop(self) -> None:
        """Stop counting."""
        self._timer.stop()

    def sign_on(self, number: str, pin: str) -> None:
        """Check number and PIN; the same person unlocks with the PIN alone."""
        reception, desk = self._hub.reception, self._hub.desk
        session = desk.session
        if desk.is_locked and session is not None and number == session.staff_number:
            self._hub.run(lambda: reception.unlock(session, pin), self._signed_on, self._refused)
        else:
            self._hub.run(lambda: reception.sign_on(number, pin), self._signed_on, self._refused)

    def _signed_on(self, session: Session) -> None:
        self._hub.desk.session, self._hub.desk.is_locked = session, False
        self._ticked_at = wall_time()
        self.touched()
        self._timer.start()
        self.opened.emit()
        self._hub.changed.emit()

    def _refused(self, error: BaseException) -> None:
        self.refused.emit(error)

    def lock(self) -> None:
        """Lock the desk: nothing of the visit stays readable."""
        if self._hub.desk.session is None or self._hub.desk.is_locked:
            return
        self._hub.desk.is_locked = True
        self.cleared.emit()
        self.wanted.emit()
        self._hub.changed.emit()

    def sign_off(self) -> None:
        """Leave the desk to somebody else."""
        reception, session = self._hub.reception, self._hub.desk.session
        if session is None:
            return
        self._hub.run(lambda: reception.sign_off(session), lambda _: None)
        self._hub.desk.session, self._hub.desk.is_locked = None, False
        self._timer.stop()
        self.cleared.emit()
        self.wanted.emit()
        self._hub.changed.emit()

    def touched(self) -> None:
        """A key, a touch or a scan: count anew."""
        self._idle_s = 0
        if self._hub.desk.seconds_left is not None:
            self._hub.desk.seconds_left = None
            self._hub.changed.emit()

    def tick(self) -> None:
        """Count one idle second, or all that the computer slept."""
        before, self._ticked_at = self._ticked_at, wall_time()
        slept = self._ticked_at - before
        self._idle_s += round(slept) if slept > _SLEPT_S else 1
        if self._hub.desk.is_locked or self._hub.desk.session is None:
            return
        if self._lock_after_s and self._idle_s >= self._lock_after_s:
            self.lock()
            return
        if self._hub.visit.phase is Phase.IDLE or not self._auto_clear_s:
            return
        left = self._auto_clear_s - self._idle_s
        if left <= 0:
            self._hub.desk.seconds_left = None
            self.cleared.emit()
        else:
            self._hub.desk.seconds_left = left
        self._hub.changed.emit()
