"""Takes a reader's keys out of the application's stream of key events; `burst` decides which."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QWindow
from shiboken6 import isValid
from typing_extensions import override

from lobby_app.config import WedgeSettings
from lobby_app.ui.wedge.burst import Burst, Step
from lobby_app.ui.wedge.forms import ETX, SEPARATORS, STX, TERMINATORS

_OVERRIDE = QEvent.Type.ShortcutOverride
_PRESS = QEvent.Type.KeyPress
_RELEASE = QEvent.Type.KeyRelease
_KEYS = frozenset({_OVERRIDE, _PRESS, _RELEASE})
_COMMAND = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_CONTROL = Qt.KeyboardModifier.ControlModifier
_CONTROLS = TERMINATORS | SEPARATORS | {STX, ETX}
_TYPED_CONTROLS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_MODIFIER_KEYS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
}


@dataclass(frozen=True, slots=True)
class _HeldKey:
    """One press or release that no widget has seen yet, and what is needed to send it on."""

    type: QEvent.Type
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    native: tuple[int, int, int]
    window: QWindow

    @property
    def code(self) -> int:
        """Which physical key: with Shift a release may name another key than its press."""
        return self.native[0] or self.key

    def send(self) -> None:
        """Deliver it to its window as if it came now. Without a time: the filter passes it by."""
        if not isValid(self.window):
            return
        event = QKeyEvent(self.type, self.key, self.modifiers, *self.native, self.text)
        event.setTimestamp(0)
        QCoreApplication.sendEvent(self.window, event)


class WedgeFilter(QObject):
    """Application-wide event filter for readers that type; lives in the GUI thread.

    `WedgeFilter(app, settings.wedge, parent)` works from then on, whatever has the focus, until
    `uninstall()` or its destruction. Each key is judged once, where it enters a `QWindow`
    (before shortcuts are looked up), by the time the operating system gave it: a GUI thread that
    was busy cannot make a person look like a reader. A key that may be a reader's is held and
    either dropped with its scan or delivered to the same window a moment later, in order.

    Not held: Ctrl, Alt and Meta combinations, keys without text, auto-repeat, Space and a lone
    Enter; they also hurry what is held before them, unless a reader is in full flow. A plain
    character cannot be a `QShortcut`: handle it in `keyPressEvent`. Events without a time stamp
    (on-screen keyboards, tests that send events) are left alone.

    Args:
        app: the application; the filter is installed on it at once.
        settings: limits and prefix of the reader.
        parent: owner; None = the caller keeps the filter.

    Signals:
        scanned(str): a scan without prefix and suffix, NFKC-normalised, case as it came; lines
            inside it are kept. Nothing of it is left in the filter when the signal is emitted.
        reading(bool): a reader's burst has certainly begun (True), or is over (False).
    """

    scanned = Signal(str)
    reading = Signal(bool)

    def __init__(
        self, app: QCoreApplication, settings: WedgeSettings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._burst = Burst(settings)
        self._held: list[_HeldKey] = []
        self._swallowed: set[int] = set()
        self._judged: tuple[int, int, bool] | None = None
        self._was_reading = False
        self._is_last_call = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)
        app.installEventFilter(self)

    def uninstall(self) -> None:
        """Leave the application alone from now on; held keys are delivered first."""
        self._app.removeEventFilter(self)
        self._end()

    @Slot()
    def _on_timer_timeout(self) -> None:
        # After a busy moment the timer may run before the keys that came in time are delivered.
        if not self._is_last_call:
            self._is_last_call = True
            self._timer.start(0)
            return
        self._end()

    def _end(self) -> None:
        """Judge what is held as if nothing more came."""
        self._carry_out(self._burst.end(), None)

    def _is_taken(self, window: QWindow, event: QKeyEvent) -> bool:
        """Judge a press, once for its shortcut look-up and its delivery."""
        stamp = (event.timestamp(), event.nativeScanCode() or event.key())
        if self._judged is not None and self._judged[:2] == stamp:
            takes = self._judged[2]
            if event.type() == _PRESS:
                self._judged = None
            return takes
        takes = self._judge(window, event)
        self._judged = (*stamp, takes) if event.type() == _OVERRIDE else None
        return takes

    def _judge(self, window: QWindow, event: QKeyEvent) -> bool:
        """Decide on a press and carry the decision out; True keeps it from the widgets."""
        key = _held(window, event, _PRESS)
        self._swallowed.discard(key.code)
        if event.key() in _MODIFIER_KEYS:
            if self._burst.is_pending:
                self._held.append(key)
            return self._burst.is_pending
        character = _character(event)
        if not character:
            if not self._burst.is_reading:
                self._end()
            return False
        step = self._burst.feed(character, event.timestamp())
        self._carry_out(step, key)
        return step.takes

    def _carry_out(self, step: Step, key: _HeldKey | None) -> None:
        """Deliver or drop the held keys, then hold or drop `key`; announce what was found."""
        before, self._held = self._held, []
        if key is not None and step.takes and self._burst.is_pending:
            self._held = [key] if step.replay or step.scan is not None else [*before, key]
        elif key is not None and step.takes:
            self._swallow([key])
        if step.scan is not None:
            self._swallow(before)
        self._wait()
        if step.replay:
            for held in before:
                held.send()
        is_reading = self._burst.is_reading
        if is_reading != self._was_reading:
            self._was_reading = is_reading
            self.reading.emit(is_reading)
        if step.scan is not None:
            before.clear()
            self.scanned.emit(step.scan)

    def _wait(self) -> None:
        self._is_last_call = False
        if self._burst.is_pending:
            self._timer.start(self._burst.patience_ms)
        else:
            self._timer.stop()

    def _swallow(self, keys: list[_HeldKey]) -> None:
        """Remember whose releases are still to come: no widget may see those either."""
        for key in keys:
            if key.type == _PRESS:
                self._swallowed.add(key.code)
            else:
                self._swallowed.discard(key.code)

    def _is_release_taken(self, window: QWindow, event: QKeyEvent) -> bool:
        key = _held(window, event, _RELEASE)
        if key.code in self._swallowed:
            self._swallowed.discard(key.code)
            return True
        belongs = any(held.code == key.code for held in self._held)
        if belongs or (self._held and event.key() in _MODIFIER_KEYS):
            self._held.append(key)
            return True
        return False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _KEYS or not isinstance(watched, QWindow):
            return False
        if not isinstance(event, QKeyEvent) or event.timestamp() == 0:
            return False
        if event.type() == _RELEASE:
            return not event.isAutoRepeat() and self._is_release_taken(watched, event)
        takes = self._is_taken(watched, event)
        if takes and event.type() == _OVERRIDE:
            event.accept()
        return takes


def _held(window: QWindow, event: QKeyEvent, kind: QEvent.Type) -> _HeldKey:
    native = (event.nativeScanCode(), event.nativeVirtualKey(), event.nativeModifiers())
    return _HeldKey(kind, event.key(), event.modifiers(), event.text(), native, window)


def _character(event: QKeyEvent) -> str:
    """Return the character of a press that a reader may have sent, else nothing."""
    text = event.text()
    if event.isAutoRepeat() or not text or event.key() == Qt.Key.Key_Backtab:
        return ""
    if event.modifiers() & _COMMAND:
        # STX, ETX, LF and the separators of a licence arrive as Ctrl+B, Ctrl+C, Ctrl+J, Ctrl+^.
        is_sent = text in _CONTROLS and event.key() not in _TYPED_CONTROLS
        return text if is_sent and event.modifiers() & _COMMAND == _CONTROL else ""
    return text if text.isprintable() or text in _CONTROLS else ""
