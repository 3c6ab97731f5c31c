"""Smaller parts of the wall: a mark with a sentence, the line of words, the veil of the night."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.domain.text import Text
from lobby_app.ui.wall.canvas import Canvas
from lobby_app.ui.wall.colours import GROUND, LIT, ON_LIT, PANEL, QUIET, WHITE
from lobby_app.ui.wall.text import WallText

_NIGHT = QColor(0, 0, 0, 150)


class Surface(QWidget):
    """A filled area with round corners; without a colour it shows what is behind."""

    def __init__(self, parent: QWidget, colour: str | None, radius: int = 18) -> None:
        super().__init__(parent)
        self._colour, self._radius, self._scale = colour, radius, 1.0

    def fill(self, colour: str | None) -> None:
        """Change the colour."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def wear(self, canvas: Canvas) -> None:
        """Draw corners as they belong to the size of the wall."""
        self._scale = canvas.scale

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the area."""
        if self._colour is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colour))
        radius = self._radius * self._scale
        painter.drawRoundedRect(self.rect(), radius, radius)


class Mark(Surface):
    """A short sentence in both languages on a ground of its own."""

    def __init__(
        self, parent: QWidget, sentence: Text, size: int, ground: str, colour: str, *, bold: bool
    ) -> None:
        super().__init__(parent, ground, radius=10)
        centre = Qt.AlignmentFlag.AlignHCenter
        self.text = WallText(self, size, colour=colour, bold=bold, align=centre)
        self.text.set_text(f"{sentence.zh} {sentence.en}")

    def arrange(self, canvas: Canvas, width: float, height: float) -> None:
        """Place the sentence."""
        self.wear(canvas)
        self.text.place(canvas.inner(10, 4, width - 20, height - 8), canvas.scale)


class WordLine(Surface):
    """One sentence, Chinese above and English below: the rule, or what the supervisor says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, None)
        self.zh = WallText(self, 44, floor=36)
        self.en = WallText(self, 34, bold=False)
        self.show_sentence(Text("", ""), is_message=False)

    def show_sentence(self, sentence: Text, *, is_message: bool) -> None:
        """Show a sentence; a message stands on light ground, so that nobody overlooks it."""
        self.zh.set_text(sentence.zh)
        self.en.set_text(sentence.en)
        self.fill(QUIET if is_message else None)
        self.zh.set_colour(GROUND if is_message else WHITE)
        self.en.set_colour(GROUND if is_message else QUIET)

    def arrange(self, canvas: Canvas, width: float, height: float) -> None:
        """Place both lines."""
        self.wear(canvas)
        inside = width - 2 * 32
        self.zh.place(canvas.inner(32, 2, inside, height / 2 - 2), canvas.scale)
        self.en.place(canvas.inner(32, height / 2, inside, height / 2 - 2), canvas.scale)


class TipCard(QWidget):
    """A tip in both languages under a line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.zh = WallText(self, 44, wraps=True, floor=36)
        self.en = WallText(self, 34, wraps=True, colour=QUIET, bold=False)

    def show_tip(self, tip: Text | None) -> None:
        """Show a tip; None shows nothing."""
        self.zh.set_text(tip.zh if tip else "")
        self.en.set_text(tip.en if tip else "")

    def arrange(self, canvas: Canvas, width: float, height: float) -> None:
        """Place both texts."""
        self.zh.place(canvas.inner(0, 0, width, height * 0.38), canvas.scale)
        self.en.place(canvas.inner(0, height * 0.42, width, height * 0.56), canvas.scale)


class Veil(QWidget):
    """Over everything: dims the wall at night, frames it where no voice calls.

    The frame goes on and off three times, once a second, and only where nothing can be heard.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._is_dim = self._is_framed = False
        self._apply()

    @property
    def is_dim(self) -> bool:
        """Whether the wall is dimmed."""
        return self._is_dim

    @property
    def is_framed(self) -> bool:
        """Whether the frame is on."""
        return self._is_framed

    def set_dim(self, is_dim: bool) -> None:
        """Dim the wall or not."""
        if is_dim != self._is_dim:
            self._is_dim = is_dim
            self._apply()

    def set_framed(self, is_framed: bool) -> None:
        """Draw the frame or not."""
        if is_framed != self._is_framed:
            self._is_framed = is_framed
            self._apply()

    def _apply(self) -> None:
        # A veil that shows nothing costs nothing: it is not there.
        self.setVisible(self._is_dim or self._is_framed)
        self.raise_()
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw night and frame."""
        painter = QPainter(self)
        if self._is_dim:
            painter.fillRect(self.rect(), _NIGHT)
        if self._is_framed:
            pen = QPen(QColor(LIT), self.height() / 45)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(self.rect())


def stale_mark(parent: QWidget, sentence: Text) -> Mark:
    """Return the mark of a wall that may be late."""
    return Mark(parent, sentence, 38, WHITE, ON_LIT, bold=True)


def demo_mark(parent: QWidget, sentence: Text) -> Mark:
    """Return the mark of invented data."""
    return Mark(parent, sentence, 34, PANEL, QUIET, bold=False)
