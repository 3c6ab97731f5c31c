"""One of a few, or none: a row of buttons that is one stop for Tab; digits and arrows choose."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.widgets.basics import set_text
from lobby_app.ui.widgets.flow import FlowBox

_STEPS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Down: 1,
}


class _Step(CompactButton):
    """Every key but the space bar is the scale's. There is room for its words in bold: chosen."""

    @override
    def sizeHint(self) -> QSize:
        chosen = QFont(self.font())
        chosen.setBold(True)
        wider = QFontMetrics(chosen).horizontalAdvance(self.text())
        wider -= self.fontMetrics().horizontalAdvance(self.text())
        return super().sizeHint() + QSize(max(0, wider), 0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()


class Scale(QWidget):
    """What is chosen is chosen no more when it is pressed again.

    A code that is a number is typed as it is, any other by its place.

    Signals:
        entered(): Enter was pressed.
    """

    entered = Signal()

    def __init__(self, parent: QWidget, codes: Sequence[str]) -> None:
        super().__init__(parent)
        self.value = ""
        self.steps = {code: _Step(self) for code in codes}
        self._typed = {
            code if code.isdigit() else str(place): code for place, code in enumerate(codes, 1)
        }
        self._before = ""
        row = FlowBox(self)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(row)
        for code, step in self.steps.items():
            step.setCheckable(True)
            step.clicked.connect(lambda _=False, code=code: self._press(code))
            row.add(step)
        self.choose("")

    def show_words(self, name: str, words: Sequence[str]) -> None:
        """Name the scale and its steps."""
        self.setAccessibleName(name)
        for step, text in zip(self.steps.values(), words, strict=True):
            set_text(step, text)
            step.setAccessibleName(f"{name}: {text}")

    def choose(self, code: str) -> None:
        """Choose a step; empty chooses none."""
        self.value = code
        stop = code or next(iter(self.steps))
        for name, step in self.steps.items():
            step.setChecked(name == code)
            policy = Qt.FocusPolicy.TabFocus if name == stop else Qt.FocusPolicy.NoFocus
            step.setFocusPolicy(policy)
        self.setFocusProxy(self.steps[stop])

    def _press(self, code: str) -> None:
        self.choose("" if code == self.value else code)
        self._before = ""
        self.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by digits (1, then 0 is 10) and arrows; Enter goes on."""
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif key in _STEPS:
            codes = list(self.steps)
            place = codes.index(self.value) + _STEPS[key] if self.value else 0
            self.choose(codes[max(0, min(place, len(codes) - 1))])
            self._before = ""
            self.setFocus()
        elif not self._type(event.text()):
            event.ignore()

    def _type(self, digit: str) -> bool:
        """Choose what digits typed one after the other name; tell whether they name anything."""
        typed = next((one for one in (self._before + digit, digit) if one in self._typed), "")
        if typed:
            self._before = typed
            self.choose(self._typed[typed])
            self.setFocus()
        return bool(typed)
