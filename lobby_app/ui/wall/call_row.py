"""One row of the wall: a ticket and its counter, lit while the call is new."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.messages import bilingual
from lobby_app.services.views import BoardCall
from lobby_app.ui.wall.canvas import Canvas
from lobby_app.ui.wall.colours import LIT, MAIN, ON_LIT, QUIET, WHITE
from lobby_app.ui.wall.text import WallText

NUMBER_SIZE = 166
"""Type whose digits are 120 pixels high."""
_PADDING, _LABEL, _COUNTER, _GAP = 32, 192, 208, 20
_NUMBER_SHARE = 0.46
_RADIUS = 22
BLOCK = 150
"""Words that belong together stay together, however high a row is."""


class CallRow(QWidget):
    """Number at the left, counter at the right, neutral words between them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_lit = False
        self._scale = 1.0
        right = Qt.AlignmentFlag.AlignRight
        self.number = WallText(self, NUMBER_SIZE, floor=NUMBER_SIZE * 2 // 3)
        self.counter = WallText(self, NUMBER_SIZE, align=right, floor=NUMBER_SIZE * 2 // 3)
        self.label_zh = WallText(self, MAIN)
        self.label_en = WallText(self, 48, colour=QUIET, bold=False)
        self.note_zh = WallText(self, MAIN, align=right)
        self.note_en = WallText(self, 42, align=right, colour=QUIET, bold=False)
        self._main = (self.number, self.counter, self.label_zh, self.note_zh)
        self._quiet = (self.label_en, self.note_en)
        window = bilingual("wall.window")
        self.label_zh.set_text(window.zh)
        self.label_en.set_text(window.en)
        self.show_call(None)

    @property
    def is_lit(self) -> bool:
        """Whether the row calls somebody now."""
        return self._is_lit

    def show_call(self, call: BoardCall | None) -> None:
        """Show a call; None empties the row."""
        for part in (*self._main, *self._quiet):
            part.setVisible(call is not None)
        if call is None:
            self.number.set_text("")
            self.counter.set_text("")
            self.light(is_lit=False)
            return
        self.number.set_text(call.number)
        self.counter.set_text(str(call.counter))
        note_zh, note_en = _note(call)
        self.note_zh.set_text(note_zh)
        self.note_en.set_text(note_en)

    def light(self, *, is_lit: bool) -> None:
        """Light the row or put the light out; it never blinks."""
        if is_lit == self._is_lit:
            return
        self._is_lit = is_lit
        for part in self._main:
            part.set_colour(ON_LIT if is_lit else WHITE)
        for part in self._quiet:
            part.set_colour(ON_LIT if is_lit else QUIET)
        self.update()

    def arrange(self, canvas: Canvas, width: float, height: float) -> None:
        """Place the parts in a row of design pixels."""
        self._scale = canvas.scale
        label_x = width - _PADDING - _LABEL
        counter_x = label_x - _GAP - _COUNTER
        number = width * _NUMBER_SHARE - _PADDING
        note_x = _PADDING + number + _GAP
        block = min(height, BLOCK)
        upper, lower = (height - block) / 2 + block * 0.08, height / 2 + block * 0.05
        zh, en = block * 0.46, block * 0.38
        places = (
            (self.number, _PADDING, 2, number, height - 4),
            (self.note_zh, note_x, upper, counter_x - note_x, zh),
            (self.note_en, note_x, lower, counter_x - note_x, en),
            (self.counter, counter_x, 2, _COUNTER, height - 4),
            (self.label_zh, label_x, upper, _LABEL, zh),
            (self.label_en, label_x, lower, _LABEL, en),
        )
        for part, *place in places:
            part.place(canvas.inner(*place), canvas.scale)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the light behind the parts."""
        if not self._is_lit:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LIT))
        radius = _RADIUS * self._scale
        painter.drawRoundedRect(self.rect(), radius, radius)


def _note(call: BoardCall) -> tuple[str, str]:
    """Return the neutral words of a call: that it is a repeated one, or a priority."""
    if call.times > 1:
        again = bilingual("wall.again", times=call.times)
        return again.zh, again.en
    if call.is_priority:
        priority = bilingual("wall.priority")
        return priority.zh, priority.en
    return "", ""
