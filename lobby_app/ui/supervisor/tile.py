"""One figure above the hall: what it is, how much, a word more; icon and colour say the same."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Picture, card, label, set_property, set_text

_LARGE = 1.5


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


class Tile(QWidget):
    """A card with a heading, a large value and a quiet line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frame = card(self)
        self.picture = Picture(self.frame)
        self.heading = ElidedLabel(self.frame, "heading")
        self.value = label(self.frame, "tile_value")
        self.more = ElidedLabel(self.frame, "quiet")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.picture)
        head.addWidget(self.heading, 1)
        lines = QVBoxLayout(self.frame)
        lines.setContentsMargins(12, 5, 10, 5)
        lines.setSpacing(0)
        lines.addLayout(head)
        self._figure = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._figure.setSpacing(8)
        self._figure.addWidget(self.value)
        self._figure.addWidget(self.more, 1, Qt.AlignmentFlag.AlignBottom)
        lines.addLayout(self._figure)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.frame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tile(
        self, heading: str, value: str, more: str, icon: str, level: str, theme: Theme
    ) -> None:
        """Show a figure; level is quiet, ok, amber or red."""
        self.picture.show_icon(icon, getattr(theme.palette, level), round(16 * theme.factor))
        self.heading.show_words(heading)
        set_text(self.value, value)
        # Large type needs the whole width for the value.
        direction = QBoxLayout.Direction
        wanted = direction.TopToBottom if theme.factor >= _LARGE else direction.LeftToRight
        if self._figure.direction() is not wanted:
            self._figure.setDirection(wanted)
            self._figure.setSpacing(0 if theme.factor >= _LARGE else 8)
        self.more.show_words(more)
        set_property(self.value, "level", level if level in ("amber", "red") else "")
        self.setAccessibleName(" ".join(part for part in (heading, value, more) if part))

    @override
    def minimumSizeHint(self) -> QSize:
        """Its words shrink before it does."""
        return QSize(96, super().minimumSizeHint().height())
