"""One figure above the hall: what it is, how much, a word more; icon and colour say the same."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Picture, card, label, set_property, set_text

Shown = tuple[str, str, tuple[str, ...], str, str]
"""Heading, value, parts of the quiet words, icon, and level: quiet, ok, amber or red."""
_LARGE = 1.5
"""Type from which on the value needs the whole width."""
_LEFT, _RIGHT, _GAP = 12, 10, 8
_SLACK = 2
"""Pixels that a label needs beside its text."""


class ElidedLabel(QLabel):
    """One line that is cut with dots where there is no room; its tile says it whole."""

    def __init__(self, parent: QWidget, role: str) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._words = ""

    def show_words(self, words: str) -> None:
        """Show as much of `words` as there is room for."""
        self._words = words
        self.setToolTip(words)
        self._fit()

    def _fit(self) -> None:
        self.ensurePolished()
        metrics = QFontMetrics(self.font())
        set_text(
            self, metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, self.width() - 2)
        )

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._fit()


class PartsLabel(QLabel):
    """A few words in parts: as many of them to a line as there is room for, cut only when alone."""

    def __init__(self, parent: QWidget, role: str) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._parts: tuple[str, ...] = ()
        self._dot = ""

    def show_parts(self, parts: tuple[str, ...], dot: str) -> None:
        """Show the parts; `dot` stands between two of one line."""
        self._parts, self._dot = parts, dot
        self._fit()

    def widest(self) -> int:
        """Return the width that the widest part needs for itself."""
        self.ensurePolished()
        metrics = QFontMetrics(self.font())
        return max((metrics.horizontalAdvance(part) for part in self._parts), default=0) + _SLACK

    def _fit(self) -> None:
        self.ensurePolished()
        metrics, room = QFontMetrics(self.font()), self.width() - _SLACK
        lines: list[str] = []
        for part in self._parts:
            longer = f"{lines[-1]}{self._dot}{part}" if lines else part
            if lines and metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        # Asked for what just fits, Qt would cut it for a fraction of a pixel.
        shown = [
            line
            if metrics.horizontalAdvance(line) <= room
            else metrics.elidedText(line, Qt.TextElideMode.ElideRight, room)
            for line in lines
        ]
        self.setToolTip("" if shown == lines else self._dot.join(self._parts))
        set_text(self, "\n".join(shown))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._fit()


class Tile(QWidget):
    """A card with a heading, a large value and quiet words beside it, or below in need of room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = card(self)
        self.picture = Picture(self.frame)
        self.heading = ElidedLabel(self.frame, "heading")
        self.value = label(self.frame, "tile_value")
        self.more = PartsLabel(self.frame, "quiet")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.picture)
        head.addWidget(self.heading, 1)
        lines = QVBoxLayout(self.frame)
        lines.setContentsMargins(_LEFT, 5, _RIGHT, 5)
        lines.setSpacing(0)
        lines.addLayout(head)
        self._figure = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._figure.setSpacing(_GAP)
        self._figure.addWidget(self.value)
        self._figure.addWidget(self.more, 1, Qt.AlignmentFlag.AlignBottom)
        lines.addLayout(self._figure)
        # In a row that a neighbour makes higher, what is spare stays below.
        lines.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.frame)
        # As high as the highest of its row.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._is_large = False

    def show_tile(self, shown: Shown, theme: Theme, dot: str) -> None:
        """Show a figure; `dot` stands between two parts of the quiet words."""
        heading, value, more, icon, level = shown
        self.picture.show_icon(icon, getattr(theme.palette, level), round(16 * theme.factor))
        self.heading.show_words(heading)
        set_text(self.value, value)
        self._is_large = theme.factor >= _LARGE
        self.more.show_parts(more, dot)
        set_property(self.value, "level", level if level in ("amber", "red") else "")
        self._arrange()
        self.setAccessibleName(" ".join(part for part in (heading, value, dot.join(more)) if part))

    def explain(self, sentence: str) -> None:
        """Say in a sentence what the figure means; empty where there is nothing to say."""
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)

    def _arrange(self) -> None:
        """Put the quiet words below where they fit there and not beside; large type always does."""
        border = self.frame.contentsMargins()
        # Its own width: the frame gets the same only after it.
        room = self.width() - border.left() - border.right() - _LEFT - _RIGHT
        widest = self.more.widest()
        beside = room - self.value.sizeHint().width() - _GAP
        is_below = self._is_large or beside < widest <= room
        direction = QBoxLayout.Direction
        wanted = direction.TopToBottom if is_below else direction.LeftToRight
        if self._figure.direction() is not wanted:
            self._figure.setDirection(wanted)
            self._figure.setSpacing(0 if is_below else _GAP)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange again."""
        super().resizeEvent(event)
        self._arrange()

    @override
    def minimumSizeHint(self) -> QSize:
        """Its words shrink before it does."""
        return QSize(96, super().minimumSizeHint().height())
