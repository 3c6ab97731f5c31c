"""The day by half-hours: tickets that came, what was expected, how many counters to open.

Painted, because a table of sixteen narrow columns could be read by nobody; what it says is also its
accessible description, and the figures are on the second page.
"""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from lobby_app.services.supervision_views import HalfHour
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.tables import heat_level
from lobby_app.ui.theme import Theme

_HEADS = ("heat_time", "heat_arrived", "heat_expected", "heat_counters")
_GAP = 3


class HeatStrip(QWidget):
    """Four lines of figures; the ground of the second is the warmer, the more it is too busy."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.halves: tuple[HalfHour, ...] = ()
        self._wording: Wording | None = None
        self._theme: Theme | None = None
        self._now: datetime | None = None
        self._open = 0
        self._language = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_halves(
        self,
        halves: Sequence[HalfHour],
        now: datetime,
        open_counters: int,
        wording: Wording,
        theme: Theme,
    ) -> None:
        """Show the day; nothing is painted when nothing changed."""
        shown = (tuple(halves), theme, open_counters, wording.language)
        if shown == (self.halves, self._theme, self._open, self._language):
            return
        self.halves, self._theme, self._open, self._language = shown
        self._wording, self._now = wording, now
        self.setAccessibleName(wording("heat_title"))
        self.setAccessibleDescription(" ".join(self.sentences()))
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sentences(self) -> list[str]:
        """Return what the strip says in words, one sentence a half-hour."""
        words = self._wording
        if words is None:
            return []
        return [
            words(
                "heat_said",
                at=words.clock(half.starts_at),
                arrived=_count(half.arrived),
                expected=_count(half.expected),
                counters=_count(half.advised),
            )
            for half in self.halves
        ]

    @override
    def sizeHint(self) -> QSize:
        line = self._line_height()
        return QSize(600, 4 * line + 3 * _GAP)

    def _line_height(self) -> int:
        return round(QFontMetrics(self._font(bold=False)).height() * 1.15) + 2

    def _font(self, *, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(self._theme.type.quiet if self._theme is not None else 13)
        font.setBold(bold)
        return font

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        words, theme = self._wording, self._theme
        if words is None or theme is None or not self.halves:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font(bold=False))
        heads = [words(key) for key in _HEADS]
        metrics = QFontMetrics(self._font(bold=True))
        left = max(metrics.horizontalAdvance(head) for head in heads) + 14
        width = (self.width() - left) / len(self.halves)
        line = self._line_height()
        painter.setPen(QColor(theme.palette.quiet))
        for place, head in enumerate(heads):
            self._write(painter, QRectF(0, place * (line + _GAP), left, line), head, is_left=True)
        every = 1 if width >= metrics.horizontalAdvance("00:00") + 4 else 2
        for place, half in enumerate(self.halves):
            self._paint_half(painter, half, left + place * width, width, line, place % every == 0)
        painter.end()

    def _paint_half(
        self, painter: QPainter, half: HalfHour, x: float, width: float, line: int, has_time: bool
    ) -> None:
        words, theme = self._wording, self._theme
        if words is None or theme is None:
            return
        palette, is_now = theme.palette, self._is_now(half)
        cells = [QRectF(x, row * (line + _GAP), width, line) for row in range(4)]
        painter.setPen(QColor(palette.accent if is_now else palette.quiet))
        painter.setFont(self._font(bold=is_now))
        if has_time:
            time = QRectF(cells[0])
            time.setWidth(width * 2 if width < 40 else width)
            self._write(painter, time, words.clock(half.starts_at), is_left=width < 40)
        ground = cells[1].adjusted(1, 0, -1, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._warmth(half))
        painter.drawRoundedRect(ground, 4, 4)
        if is_now:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.drawRoundedRect(ground, 4, 4)
        painter.setPen(QColor(palette.text))
        painter.setFont(self._font(bold=True))
        self._write(painter, cells[1], _count(half.arrived))
        painter.setFont(self._font(bold=False))
        painter.setPen(QColor(palette.quiet))
        self._write(painter, cells[2], _count(half.expected))
        more = half.advised is not None and half.advised > self._open and self._is_ahead(half)
        painter.setPen(QColor(palette.red if more else palette.text))
        painter.setFont(self._font(bold=more))
        text = _count(half.advised)
        self._write(painter, cells[3], words("more_counters", count=text) if more else text)

    def _is_now(self, half: HalfHour) -> bool:
        return self._now is not None and 0 <= (self._now - half.starts_at).total_seconds() < 1800

    def _is_ahead(self, half: HalfHour) -> bool:
        return self._now is not None and (self._now - half.starts_at).total_seconds() < 1800

    def _warmth(self, half: HalfHour) -> QColor:
        theme = self._theme
        if theme is None or half.arrived is None:
            return QColor(0, 0, 0, 0)
        warm, calm = QColor(theme.palette.red), QColor(theme.palette.accent)
        level = heat_level(half)
        colour = warm if level > 0 else calm
        colour.setAlphaF(0.12 + 0.4 * level)
        return colour

    def _write(self, painter: QPainter, cell: QRectF, text: str, *, is_left: bool = False) -> None:
        side = Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(cell, side | Qt.AlignmentFlag.AlignVCenter, text)


def _count(value: float | None) -> str:
    return "–" if value is None else str(round(value))
