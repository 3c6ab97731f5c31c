"""The wall's layout: what is where, in design pixels; decides nothing."""

from collections.abc import Collection
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.domain.text import Text
from lobby_app.messages import bilingual
from lobby_app.services.views import BoardCall, BoardView
from lobby_app.ui.wall.call_row import CallRow
from lobby_app.ui.wall.canvas import DESIGN_HEIGHT, Canvas
from lobby_app.ui.wall.colours import GROUND, LINE, MAIN, PANEL, QUIET
from lobby_app.ui.wall.parts import (
    Surface,
    TipCard,
    Veil,
    WordLine,
    demo_mark,
    stale_mark,
)
from lobby_app.ui.wall.text import WallText
from lobby_app.ui.wall.zone_row import OPEN_COLUMN, WAITING_COLUMN, ZoneRow

ROWS = 6
CALLS_SHARE = 0.70
"""Of the wall's width: never less belongs to the calls."""
_HEADER, _WORDS, _MOST_WORDS, _EDGE, _GUTTER = 76, 92, 130, 16, 24
_PANEL_PADDING, _HEADS, _ZONE, _TIP = 28, 102, 160, 164
_ROW_GAP, _ZONE_GAP, _DEMO = 3, 18, 332
_LEAST_ZONE = 118
"""Height of a zone below which its words would be smaller than can be read."""


class WallView(QWidget):
    """Six calls, the zones, the rule, the clock; public child widgets, no timers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(GROUND))
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        right, centre = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
        self.title_zh = WallText(self, MAIN)
        self.title_en = WallText(self, 50, colour=QUIET, bold=False)
        self.clock = WallText(self, 72, align=right)
        self.stale = stale_mark(self, bilingual("wall.stale"))
        self.demo = demo_mark(self, bilingual("wall.demo"))
        self.rows = [CallRow(self) for _ in range(ROWS)]
        self.welcome_zh = WallText(self, 110, align=centre, wraps=True)
        self.welcome_en = WallText(self, 72, colour=QUIET, bold=False, align=centre, wraps=True)
        self.words = WordLine(self)
        self.panel = Surface(self, PANEL, radius=22)
        self.heads = [
            WallText(self.panel, size, colour=QUIET, bold=bold, align=right)
            for size, bold in ((40, True), (32, False)) * 2
        ]
        self.page = WallText(self.panel, 46, colour=QUIET)
        self._board: BoardView | None = None
        self._page = 0
        self.zones: list[ZoneRow] = []
        self.lines: list[Surface] = []
        self.tip = TipCard(self.panel)
        self.veil = Veil(self)
        self._shift = (0, 0)
        self._set_fixed_texts()
        self.panel.hide()  # until there is something in it
        self.stale.hide()
        self.demo.hide()

    def _set_fixed_texts(self) -> None:
        title = bilingual("wall.now_serving")
        self.title_zh.set_text(title.zh)
        self.title_en.set_text(title.en)
        opened, waiting = bilingual("wall.open"), bilingual("wall.waiting")
        words = (opened.zh, opened.en, waiting.zh, waiting.en)
        for head, word in zip(self.heads, words, strict=True):
            head.set_text(word)

    def show_board(self, board: BoardView) -> None:
        """Show calls and zones."""
        calls: list[BoardCall | None] = [*board.calls[:ROWS]]
        calls += [None] * (ROWS - len(calls))
        for row, call in zip(self.rows, calls, strict=True):
            row.show_call(call)
        self._board = board
        self._show_zones(board)
        self.demo.setVisible(board.is_demo)
        self.panel.show()

    @property
    def pages(self) -> int:
        """How many pages the zones need so that each can be read."""
        count = len(self._board.zones) if self._board is not None else 0
        canvas = Canvas.of(self.width(), self.height())
        room = max(1, int((_tip_y(canvas) - _HEADS) / _LEAST_ZONE))
        return max(1, ceil(count / room))

    def show_page(self, page: int) -> None:
        """Show the zones of a page, counted from 0."""
        if self._board is not None and page != self._page:
            self._page = page
            self._show_zones(self._board)

    def _show_zones(self, board: BoardView) -> None:
        pages = self.pages
        self._page %= pages
        each = ceil(len(board.zones) / pages)
        zones = board.zones[self._page * each : (self._page + 1) * each]
        self._set_zones(len(zones))
        for line, zone in zip(self.zones, zones, strict=True):
            line.show_zone(zone, is_paused=zone.zone in board.paused)
        self.page.set_text(f"{self._page + 1} / {pages}" if pages > 1 else "")

    def _set_zones(self, count: int) -> None:
        if count == len(self.zones):
            return
        while len(self.zones) < count:
            self.zones.append(ZoneRow(self.panel))
            self.lines.append(Surface(self.panel, LINE, radius=0))
            self.zones[-1].show()
            self.lines[-1].show()
        while len(self.zones) > count:
            self.zones.pop().deleteLater()
            self.lines.pop().deleteLater()
        self._arrange()

    def show_lit(self, numbers: Collection[str]) -> None:
        """Light the rows of these tickets and no others."""
        for row in self.rows:
            row.light(is_lit=row.number.text() in numbers and row.number.text() != "")

    def show_welcome(self, sentence: Text | None) -> None:
        """Show a sentence in the place of calls; None where there are calls."""
        for text in (self.welcome_zh, self.welcome_en):
            text.setVisible(sentence is not None)
        self.welcome_zh.set_text(sentence.zh if sentence else "")
        self.welcome_en.set_text(sentence.en if sentence else "")

    def set_shift(self, shift: tuple[int, int]) -> None:
        """Move everything by a few pixels, so that nothing burns in."""
        if shift != self._shift:
            self._shift = shift
            self._arrange()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange everything for the new size."""
        self._arrange()

    def _arrange(self) -> None:
        canvas = Canvas.of(self.width(), self.height(), self._shift)
        split = canvas.width * CALLS_SHARE
        self._arrange_header(canvas, split)
        self._arrange_calls(canvas, split - _GUTTER)
        self._arrange_panel(canvas, split, canvas.width - split - _EDGE)
        self.veil.setGeometry(self.rect())

    def _arrange_header(self, canvas: Canvas, split: float) -> None:
        self.title_zh.place(canvas.area(_EDGE + 32, 6, 260, _HEADER - 8), canvas.scale)
        self.title_en.place(canvas.area(322, 6, 304, _HEADER - 8), canvas.scale)
        stale = (636, 12, split - _GUTTER - 636, _HEADER - 20)
        self.stale.setGeometry(canvas.area(*stale))
        self.stale.arrange(canvas, *stale[2:])
        demo = (split, 12, _DEMO, _HEADER - 20)
        self.demo.setGeometry(canvas.area(*demo))
        self.demo.arrange(canvas, *demo[2:])
        width = canvas.width - split - _EDGE - _PANEL_PADDING
        clock = (split + _DEMO, 8, width - _DEMO, _HEADER - 12)
        self.clock.place(canvas.area(*clock), canvas.scale)

    def _arrange_calls(self, canvas: Canvas, width: float) -> None:
        words = min(_WORDS * canvas.height / DESIGN_HEIGHT, _MOST_WORDS)
        bottom = canvas.height - words - _EDGE
        step = (bottom - _HEADER) / ROWS
        inside = width - _EDGE
        for place, row in enumerate(self.rows):
            row.setGeometry(canvas.area(_EDGE, _HEADER + place * step, inside, step - _ROW_GAP))
            row.arrange(canvas, inside, step - _ROW_GAP)
        middle = (_HEADER + bottom) / 2
        self.welcome_zh.place(canvas.area(80, middle - 200, width - 160, 190), canvas.scale)
        self.welcome_en.place(canvas.area(80, middle, width - 160, 190), canvas.scale)
        self.words.setGeometry(canvas.area(_EDGE, bottom + 4, inside, words))
        self.words.arrange(canvas, inside, words)

    def _arrange_panel(self, canvas: Canvas, left: float, width: float) -> None:
        height = _panel_height(canvas)
        self.panel.setGeometry(canvas.area(left, _HEADER, width, height))
        self.panel.wear(canvas)
        inside, right = width - 2 * _PANEL_PADDING, width - _PANEL_PADDING
        open_x, waiting_x = right - WAITING_COLUMN - OPEN_COLUMN, right - WAITING_COLUMN
        heads = (
            (open_x, 6, OPEN_COLUMN, 46),
            (open_x, 52, OPEN_COLUMN, 44),
            (waiting_x, 6, WAITING_COLUMN, 46),
            (waiting_x, 52, WAITING_COLUMN, 44),
        )
        for head, place in zip(self.heads, heads, strict=True):
            head.place(canvas.inner(*place), canvas.scale)
        self.page.place(canvas.inner(_PANEL_PADDING, 20, 150, 62), canvas.scale)
        self._arrange_zones(canvas, inside, _tip_y(canvas))

    def _arrange_zones(self, canvas: Canvas, inside: float, tip_y: float) -> None:
        most = _ZONE * canvas.height / DESIGN_HEIGHT
        step = min((tip_y - _HEADS) / max(1, len(self.zones)), most)
        for index, (zone, line) in enumerate(zip(self.zones, self.lines, strict=True)):
            y = _HEADS + index * step
            zone.setGeometry(canvas.inner(_PANEL_PADDING, y, inside, step - _ZONE_GAP))
            zone.arrange(canvas, inside, step - _ZONE_GAP)
            line.setGeometry(canvas.inner(_PANEL_PADDING, y + step - _ZONE_GAP / 2, inside, 2))
        self.tip.setGeometry(canvas.inner(_PANEL_PADDING, tip_y, inside, _TIP))
        self.tip.arrange(canvas, inside, _TIP)


def _panel_height(canvas: Canvas) -> float:
    return canvas.height - _HEADER - _EDGE


def _tip_y(canvas: Canvas) -> float:
    """Return where the tip begins in the panel: the zones end above it."""
    return _panel_height(canvas) - _TIP - 14
