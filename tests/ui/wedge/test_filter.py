"""The filter on key events with times of our choosing, offscreen."""

import gc
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from lobby_app.config import WedgeSettings
from lobby_app.ui.wedge.filter import WedgeFilter

PRC = "11010519491231002X"
NONE = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
KEYS = {"\r": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}


class Window(QWidget):
    """Notes every key that reaches a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit(self)
        self.pressed: list[str] = []
        self.released: list[int] = []

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.pressed.append(event.text())

    @override
    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        self.released.append(event.key())


class Rig:
    """A window, a filter on it, and keys for it."""

    def __init__(self, qapp: QApplication, qtbot: QtBot) -> None:
        self.window = Window()
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.window.setFocus()
        self.filter = WedgeFilter(qapp, WedgeSettings(), self.window)
        self.scans: list[str] = []
        self.filter.scanned.connect(self.scans.append)
        self.at = 1000

    @property
    def handle(self) -> QWindow:
        handle = self.window.windowHandle()
        assert handle is not None
        return handle

    def event(
        self,
        kind: QEvent.Type,
        key: int,
        text: str = "",
        modifiers: Qt.KeyboardModifier = NONE,
        is_repeat: bool = False,
    ) -> bool:
        event = QKeyEvent(kind, key, modifiers, text, is_repeat)
        event.setTimestamp(self.at)
        event.ignore()
        QCoreApplication.sendEvent(self.handle, event)
        return event.isAccepted()

    def press(self, key: int, text: str = "", modifiers: Qt.KeyboardModifier = NONE) -> bool:
        """Press a key as the platform does: shortcut look-up first; True if that was refused."""
        overridden = self.event(QEvent.Type.ShortcutOverride, key, text, modifiers)
        self.event(QEvent.Type.KeyPress, key, text, modifiers)
        return overridden

    def tap(self, text: str, gap_ms: int) -> None:
        for character in text:
            self.at += gap_ms
            key = KEYS.get(character, ord(character.upper()))
            self.press(key, character)
            self.event(QEvent.Type.KeyRelease, key, character)


@pytest.fixture
def rig(qapp: QApplication, qtbot: QtBot) -> Iterator[Rig]:
    rig = Rig(qapp, qtbot)
    yield rig
    rig.filter.uninstall()


def test_a_scan_is_told_and_no_press_or_release_seen(rig: Rig) -> None:
    rig.tap(PRC + "\r", 5)
    assert rig.scans == [PRC]
    assert (rig.window.pressed, rig.window.released) == ([], [])


def test_the_release_after_the_last_key_is_swallowed_once(rig: Rig) -> None:
    rig.tap(PRC, 5)
    rig.press(Qt.Key.Key_Return, "\r")
    rig.event(QEvent.Type.KeyRelease, Qt.Key.Key_Return, "\r")
    assert rig.window.released == []
    rig.at += 1000
    rig.tap("\r", 0)
    assert rig.window.pressed == ["\r"]
    assert rig.window.released == [Qt.Key.Key_Return]


def test_shift_inside_a_scan_is_swallowed_with_it(rig: Rig) -> None:
    for character in PRC:
        rig.tap(character, 5)
        rig.press(Qt.Key.Key_Shift)
        rig.event(QEvent.Type.KeyRelease, Qt.Key.Key_Shift)
    rig.tap("\r", 5)
    assert rig.scans == [PRC]
    assert (rig.window.pressed, rig.window.released) == ([], [])


def test_a_lone_key_arrives_after_a_moment(rig: Rig, qtbot: QtBot) -> None:
    rig.tap("5", 5)
    assert rig.window.pressed == []
    qtbot.waitUntil(lambda: rig.window.pressed == ["5"])
    assert rig.window.released == [Qt.Key.Key_5]


def test_keys_keep_their_order_before_a_key_that_is_not_held(rig: Rig) -> None:
    rig.tap("ab", 20)
    rig.press(Qt.Key.Key_F2)
    rig.tap("c", 20)
    rig.press(Qt.Key.Key_L, "\x0c", CONTROL)
    assert rig.window.pressed == ["a", "b", "", "c", "\x0c"]


def test_a_command_key_amid_a_scan_neither_waits_nor_breaks_it(rig: Rig) -> None:
    rig.tap(PRC[:9], 5)
    rig.press(Qt.Key.Key_F2)
    rig.tap(PRC[9:] + "\r", 5)
    assert (rig.scans, rig.window.pressed) == ([PRC], [""])


def test_a_held_key_is_kept_from_the_shortcuts_and_a_persons_enter_is_not(rig: Rig) -> None:
    rig.at += 20
    assert rig.press(Qt.Key.Key_1, "1")
    rig.at += 20
    assert not rig.press(Qt.Key.Key_Return, "\r")
    assert rig.window.pressed == ["1", "\r"]


def test_copying_is_not_taken_for_etx(rig: Rig) -> None:
    rig.tap("ab", 20)
    assert not rig.press(Qt.Key.Key_C, "\x03", CONTROL)
    assert rig.window.pressed == ["a", "b", "\x03"]


def test_auto_repeat_is_never_held(rig: Rig) -> None:
    rig.event(QEvent.Type.KeyPress, Qt.Key.Key_5, "5", is_repeat=True)
    assert rig.window.pressed == ["5"]


def test_an_event_without_a_time_is_left_alone(rig: Rig) -> None:
    rig.at = 0
    rig.press(Qt.Key.Key_5, "5")
    assert rig.window.pressed == ["5"]


def test_reading_is_told_before_the_scan_and_withdrawn(rig: Rig) -> None:
    told: list[object] = []
    rig.filter.reading.connect(told.append)
    rig.filter.scanned.connect(told.append)
    rig.tap(PRC + "\r", 5)
    assert told == [True, False, PRC]


def test_nothing_of_a_scan_is_left_when_it_is_told(rig: Rig) -> None:
    left: list[str] = []
    rig.filter.scanned.connect(lambda _: left.append(repr(vars(rig.filter))))
    rig.tap(PRC + "\r", 5)
    assert "_held': []" in left[0]
    assert PRC not in left[0]
    timers = rig.filter.findChildren(QTimer)
    assert [timer.isActive() for timer in timers] == [False]


def test_the_scan_dies_with_its_receiver(rig: Rig) -> None:
    rig.scans.clear()
    rig.tap("QXZ7-MARKER-9981\r", 5)
    told = rig.scans.pop()
    gc.collect()
    assert sys.getrefcount(told) <= 3


def test_uninstall_delivers_what_is_held_and_leaves(rig: Rig) -> None:
    rig.tap("ab", 20)
    rig.filter.uninstall()
    assert rig.window.pressed == ["a", "b"]
    rig.tap(PRC + "\r", 5)
    assert rig.scans == []
    assert len(rig.window.pressed) == 2 + len(PRC) + 1


def test_keys_for_a_window_that_is_gone_are_dropped(rig: Rig, qapp: QApplication) -> None:
    other = QWindow()
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_5, NONE, "5")
    event.setTimestamp(5000)
    QCoreApplication.sendEvent(other, event)
    other.deleteLater()
    qapp.sendPostedEvents(other, QEvent.Type.DeferredDelete)
    rig.filter.uninstall()
    assert rig.window.pressed == []


def test_a_scan_can_open_a_sheet_at_once(rig: Rig) -> None:
    def open_sheet() -> None:
        rig.window.line.setFocus()

    rig.filter.scanned.connect(open_sheet)
    rig.tap(PRC + "\r", 5)
    assert rig.window.line.text() == ""
    assert rig.window.line.hasFocus()
