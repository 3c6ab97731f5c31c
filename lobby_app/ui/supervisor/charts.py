"""The pictures of page 2, by pyqtgraph (docs/adr/0017): waits by hour, promise kept by class.

Imported on the GUI thread only, while the desk opens: it makes Qt classes and takes half a second.
"""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextOption
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lobby_app.ui.theme import Theme

_LEVEL_BRUSH = {"ok": "ok", "amber": "amber", "red": "red", "": "accent"}
_BAR = 0.38
_LINE = 0.35
"""Room above the highest bar for a line of words, of the bar's height."""


class BarChart(QWidget):
    """Groups of one or two bars, each with its value above and its name below."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plot = pg.PlotWidget(self)
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.hideButtons()
        self.plot.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.plot.setFocusPolicy(pg.QtCore.Qt.FocusPolicy.NoFocus)
        self.plot.viewport().setFocusPolicy(pg.QtCore.Qt.FocusPolicy.NoFocus)
        self._shown: object = None
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.plot)
        self.setMinimumHeight(110)

    def show_bars(
        self,
        names: Sequence[str],
        series: Sequence[Sequence[tuple[float, str, str]]],
        theme: Theme,
        limit: float | None = None,
    ) -> None:
        """Show bars. `series`: per series one (value, words, level) a name; `limit`: a line."""
        shown = (tuple(names), tuple(tuple(one) for one in series), theme, limit)
        if shown == self._shown:
            return
        self._shown = shown
        plot, palette = self.plot, theme.palette
        plot.clear()
        plot.setBackground(palette.card)
        font = QFont(self.font())
        font.setPixelSize(theme.type.quiet)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setStyle(tickFont=font, tickLength=0)
            axis.setTextPen(palette.quiet)
            axis.setPen(palette.line)
        plot.getAxis("left").setStyle(showValues=False)
        plot.getAxis("bottom").setTicks([list(enumerate(names))])
        width = _BAR if len(series) > 1 else 2 * _BAR
        for place, bars in enumerate(series):
            offset = (place - (len(series) - 1) / 2) * width
            self._add(bars, offset, width * 0.92, place, theme, font)
        if limit is not None:
            plot.addLine(y=limit, pen=pg.mkPen(palette.red, width=1, style=_dashed()))
        top = max((value for bars in series for value, _, _ in bars), default=1.0)
        lines = 1 + max((words.count("\n") for bars in series for _, words, _ in bars), default=0)
        plot.setYRange(0, max(top, limit or 0.0, 0.1) * (1 + _LINE * lines), padding=0)
        plot.setXRange(-0.6, max(0.6, len(names) - 0.4), padding=0)

    def _add(
        self,
        bars: Sequence[tuple[float, str, str]],
        offset: float,
        width: float,
        place: int,
        theme: Theme,
        font: QFont,
    ) -> None:
        palette = theme.palette
        colours = [QColor(getattr(palette, _LEVEL_BRUSH[level])) for _, _, level in bars]
        for colour in colours:
            colour.setAlphaF(0.4 if place == 0 and len(bars) and width < 0.5 else 1.0)
        self.plot.addItem(
            pg.BarGraphItem(
                x=[index + offset for index in range(len(bars))],
                height=[value for value, _, _ in bars],
                width=width,
                brushes=colours,
                pen=pg.mkPen(None),
            )
        )
        for index, (value, words, _) in enumerate(bars):
            text = pg.TextItem(words, color=palette.text, anchor=(0.5, 1.0))
            text.setFont(font)
            _centre(text)
            text.setPos(index + offset, value)
            self.plot.addItem(text)


def _centre(text: pg.TextItem) -> None:
    """Let several lines stand on one middle."""
    document = text.textItem.document()
    document.setDefaultTextOption(QTextOption(Qt.AlignmentFlag.AlignHCenter))
    text.textItem.setTextWidth(document.idealWidth())
    text.updateTextPos()


def _dashed() -> object:
    return pg.QtCore.Qt.PenStyle.DashLine
