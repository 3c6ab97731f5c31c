"""A text of the wall: as large as its place allows, centred by its ink, never cut."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.ui.theme import FONT_FAMILIES
from lobby_app.ui.wall.colours import CLEAR, WHITE

_LINE_HEIGHT = 1.22
"""Of several lines, relative to the type: the font's own leading is too wide for a wall."""
_SMALLEST_PX, _MARGIN_PX = 6, 1


class WallText(QWidget):
    """One text in one colour, on one line or, if it `wraps`, on several.

    `size` and `floor` are pixels of a 1080p wall. Between them the type shrinks until the text
    fits; below the floor it goes only where the text would be cut otherwise.
    """

    def __init__(
        self,
        parent: QWidget,
        size: int,
        *,
        colour: str = WHITE,
        bold: bool = True,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        floor: int = CLEAR,
        wraps: bool = False,
    ) -> None:
        super().__init__(parent)
        self._size, self._floor, self._wraps = size, floor, wraps
        self._colour, self._bold, self._align = colour, bold, align
        self._text = ""
        self._scale = 1.0
        self._lines: list[str] = []
        self._font = self._font_of(size)
        self.is_whole = True

    def text(self) -> str:
        """Return what is shown."""
        return self._text

    @property
    def colour(self) -> str:
        """The colour of the text."""
        return self._colour

    @property
    def shown_font(self) -> QFont:
        """The font the text is drawn with now."""
        return self._font

    @property
    def is_above_floor(self) -> bool:
        """Whether the type is as large as it has to be."""
        return self._font.pixelSize() >= int(self._floor * self._scale)

    def set_text(self, text: str) -> None:
        """Show a text."""
        if text == self._text:
            return
        self._text = text
        self.setAccessibleName(text)
        self._fit()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Change the colour."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def place(self, area: QRect, scale: float) -> None:
        """Fill an area of the wall; `scale` = wall relative to 1080p."""
        self.setGeometry(area)
        self._scale = scale
        self._fit()

    def _font_of(self, pixels: int) -> QFont:
        font = QFont()
        font.setFamilies(list(FONT_FAMILIES))
        font.setPixelSize(max(_SMALLEST_PX, pixels))
        font.setBold(self._bold)
        return font

    def _fit(self) -> None:
        pixels = round(self._size * self._scale)
        while True:
            self._font = self._font_of(pixels)
            self._lines = self._broken() if self._wraps else [self._text]
            self.is_whole = self._fits()
            if self.is_whole or pixels <= _SMALLEST_PX:
                return
            pixels -= 1

    def _fits(self) -> bool:
        metrics = QFontMetricsF(self._font)
        width = max((metrics.horizontalAdvance(line) for line in self._lines), default=0.0)
        # The capitals are centred: ink may reach further below the middle than above it.
        ink = metrics.tightBoundingRect(self._text)
        above = -ink.top() - metrics.capHeight() / 2
        below = ink.bottom() + metrics.capHeight() / 2
        lines = self._line_height() * (len(self._lines) - 1) / 2
        height = 2 * (lines + max(above, below) + _MARGIN_PX)
        return width + 2 * _MARGIN_PX <= self.width() and height <= self.height()

    def _line_height(self) -> float:
        return self._font.pixelSize() * _LINE_HEIGHT

    def _broken(self) -> list[str]:
        layout = QTextLayout(self._text, self._font)
        layout.beginLayout()
        lines = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width())
            start = line.textStart()
            lines.append(self._text[start : start + line.textLength()].rstrip())
        layout.endLayout()
        return lines

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each line with its capitals in the middle of its place."""
        painter = QPainter(self)
        painter.setFont(self._font)
        painter.setPen(QColor(self._colour))
        metrics = QFontMetricsF(self._font)
        step = self._line_height()
        middle = self.height() / 2 - step * (len(self._lines) - 1) / 2
        for line in self._lines:
            spare = self.width() - metrics.horizontalAdvance(line) - _MARGIN_PX
            left = float(_MARGIN_PX)
            if self._align & Qt.AlignmentFlag.AlignRight:
                left = spare
            elif self._align & Qt.AlignmentFlag.AlignHCenter:
                left = spare / 2
            painter.drawText(round(left), round(middle + metrics.capHeight() / 2), line)
            middle += step
