"""One zone of the wall: letter and name, open counters, waiting tickets, minutes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from lobby_app.domain.text import Text
from lobby_app.messages import bilingual
from lobby_app.services.views import BoardZone
from lobby_app.ui.wall.call_row import BLOCK
from lobby_app.ui.wall.canvas import Canvas
from lobby_app.ui.wall.colours import QUIET
from lobby_app.ui.wall.text import WallText

WAITING_COLUMN, OPEN_COLUMN = 132, 92
_LETTER = 54
_ENGLISH_SHARE, _GAP, _COLUMN_GAP = 0.445, 10, 18
_LONG_MIN = 100
"""From here on an upper end tells nobody anything."""


class ZoneRow(QWidget):
    """Two lines: what and how many above, its English name and the minutes below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        right = Qt.AlignmentFlag.AlignRight
        self.letter = WallText(self, 63)
        self.name_zh = WallText(self, 63, floor=42)
        self.name_en = WallText(self, 34, colour=QUIET, bold=False)
        self.open = WallText(self, 58, align=right, colour=QUIET, bold=False)
        self.waiting = WallText(self, 84, align=right)
        self.wait = WallText(self, 42, align=right)

    def show_zone(self, zone: BoardZone, *, is_paused: bool) -> None:
        """Show how a zone is."""
        self.letter.set_text(zone.zone)
        self.name_zh.set_text(zone.name.zh)
        self.name_en.set_text(zone.name.en)
        self.open.set_text(str(zone.open_counters))
        self.waiting.set_text(str(zone.waiting))
        self.wait.set_text(_minutes(zone, is_paused=is_paused))

    def arrange(self, canvas: Canvas, width: float, height: float) -> None:
        """Place the parts in a row of design pixels."""
        waiting_x = width - WAITING_COLUMN
        open_x = waiting_x - OPEN_COLUMN
        name = open_x - _LETTER
        english = width * _ENGLISH_SHARE
        block = min(height, BLOCK)
        y, upper, lower = (height - block) / 2, block * 0.60, block * 0.40
        places = (
            (self.letter, 0, y, _LETTER, upper),
            (self.name_zh, _LETTER, y, name, upper),
            (self.open, open_x, y, OPEN_COLUMN, upper),
            (self.waiting, waiting_x + _COLUMN_GAP, y, WAITING_COLUMN - _COLUMN_GAP, upper),
            (self.name_en, 0, y + upper, english, lower),
            (self.wait, english + _GAP, y + upper, width - english - _GAP, lower),
        )
        for part, *place in places:
            part.place(canvas.inner(*place), canvas.scale)


def _minutes(zone: BoardZone, *, is_paused: bool) -> str:
    """Return how long it takes, as a range; or why nobody can say."""
    if is_paused:
        return _both(bilingual("wall.paused"))
    wait = zone.wait
    if wait is None or zone.open_counters == 0:
        return _both(bilingual("wall.no_counter"))
    if wait.high <= 0:
        return _both(bilingual("wall.no_wait"))
    figures = f"{wait.low}–{wait.high}"
    if wait.low >= _LONG_MIN:
        figures = f"{wait.low}+"
    elif wait.low == wait.high:
        figures = str(wait.high)
    return f"{figures} {_both(bilingual('wall.minutes'))}"


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"
