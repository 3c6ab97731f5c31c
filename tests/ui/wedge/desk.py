"""The program under the X11 tests: one window with a filter; says in JSON lines what arrived.

Started by `test_x11.py` as a process of its own. A line on standard input prepares the next trial;
F9 reports it: fields, scans, and the speed at which the display really delivered the keys.
"""

import json
import sys
import threading
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.config import WedgeSettings
from lobby_app.ui.wedge.filter import WedgeFilter

BUSY_S = 0.3


def say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Watch(QObject):
    """Sees every key before the filter does; can keep the GUI thread busy just after one."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self.times: list[int] = []
        self.busy_on = 0

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, QWindow) and isinstance(event, QKeyEvent):
            is_new = event.type() == QEvent.Type.ShortcutOverride and event.timestamp()
            if is_new and event.text() and not event.isAutoRepeat():
                self.times.append(event.timestamp())
                if len(self.times) == self.busy_on:
                    QTimer.singleShot(0, self, self._be_busy)
        return False

    @Slot()
    def _be_busy(self) -> None:
        threading.Event().wait(BUSY_S)


class Desk(QWidget):
    """A field, a button, a sheet with a field over them, tiles on digits, Enter as a shortcut."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._watch = Watch(app)
        self._filter = WedgeFilter(app, WedgeSettings(), self)
        app.installEventFilter(self._watch)
        self.line, self.button = QLineEdit(self), QPushButton("x", self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.line)
        layout.addWidget(self.button)
        self.sheet = QWidget(self)
        self.sheet_line = QLineEdit(self.sheet)
        self.sheet.hide()
        self._shortcut = QShortcut(QKeySequence("Return"), self, self._on_act)
        self.line.returnPressed.connect(self._on_act)
        self.button.clicked.connect(self._on_click)
        self._commands = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._commands.activated.connect(self._on_command)
        self._forget()

    def _forget(self) -> None:
        self.scans: list[str] = []
        self.readings: list[bool] = []
        self.tiles = ""
        self.clicks = self.acts = 0
        self._watch.times.clear()
        for line in (self.line, self.sheet_line):
            line.setText("")  # unlike clear(), it empties the undo history as well

    @Slot()
    def _on_act(self) -> None:
        self.acts += 1

    @Slot()
    def _on_click(self) -> None:
        self.clicks += 1

    @Slot(str)
    def _on_scanned(self, text: str) -> None:
        self.scans.append(text)

    @Slot(bool)
    def _on_reading(self, is_reading: bool) -> None:
        self.readings.append(is_reading)

    @Slot()
    def _on_command(self) -> None:
        command = json.loads(sys.stdin.readline() or '{"quit": true}')
        if command.pop("quit", False):
            self._filter.uninstall()
            self._app.quit()
            return
        self._prepare(**command)
        say(prepared=True)

    def _prepare(self, focus: str, settings: dict[str, Any], busy_on: int) -> None:
        self._filter.uninstall()
        self._filter.deleteLater()
        self._filter = WedgeFilter(self._app, WedgeSettings(**settings), self)
        self._filter.scanned.connect(self._on_scanned)
        self._filter.reading.connect(self._on_reading)
        self._app.removeEventFilter(self._watch)
        self._app.installEventFilter(self._watch)
        self._watch.busy_on = busy_on
        self.sheet.setVisible(focus == "sheet")
        self.sheet.raise_()
        for widget in (self.line, self.button, self.sheet_line):
            widget.clearFocus()
        target = {"line": self.line, "button": self.button, "sheet": self.sheet_line}.get(focus)
        if target is not None:
            target.setFocus()
        self._forget()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F9:
            self._report()
        elif event.text():
            self.tiles += event.text()

    def _report(self) -> None:
        times = self._watch.times
        say(
            scans=self.scans,
            readings=self.readings,
            field=self.line.text() + self.sheet_line.text(),
            can_undo=self.line.isUndoAvailable() or self.sheet_line.isUndoAvailable(),
            clipboard=QGuiApplication.clipboard().text(),
            tiles=self.tiles,
            clicks=self.clicks,
            acts=self.acts,
            slowest_ms=max((b - a for a, b in pairwise(times)), default=0),
        )


def main() -> None:
    app = QApplication([])
    desk = Desk(app)
    desk.show()
    app.focusWindowChanged.connect(lambda window: window and say(focused=True))
    say(window=int(desk.winId()))
    app.exec()


if __name__ == "__main__":
    main()
