"""Labels, buttons and fields as all windows use them; setters that touch only what changed."""

from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from lobby_app.ui.icons import icon, pixmap
from lobby_app.ui.theme import TARGET

_SMALLEST_SHARE = 0.6
"""How far a line may shrink before it wraps."""
_SPARE = 2
"""Pixels that a fitted line leaves free, so that rounding cuts nothing."""


_FIELD_PADDING = 34
"""What a field takes left and right of its text."""


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at; polish again only when it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    # Without this a label would go on with the padding of its former look.
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))


def set_text(widget: QLabel | QPushButton, text: str) -> None:
    """Set a text only when it changed, so that nothing is painted or announced for nothing."""
    if widget.text() != text:
        widget.setText(text)


def label(parent: QWidget, role: str, *, wraps: bool = False) -> QLabel:
    """Return an empty label of a role known to the style sheet."""
    made = QLabel(parent)
    made.setProperty("role", role)
    made.setWordWrap(wraps)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def card(parent: QWidget, role: str = "card") -> QFrame:
    """Return a white card, sheet or strip."""
    made = QFrame(parent)
    made.setProperty("role", role)
    return made


class Button(QPushButton):
    """A button large enough for a finger; Enter presses it when it has the focus.

    A click does not take the focus: hands go between keyboard and screen.
    """

    def __init__(self, parent: QWidget, role: str = "") -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # Only the height: a smallest width would let a layout cut the text, see minimumSizeHint.
        self.setMinimumHeight(TARGET)

    @override
    def minimumSizeHint(self) -> QSize:
        """Never narrower than the text: nothing is cut."""
        return self.sizeHint().expandedTo(QSize(TARGET, TARGET))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter press the button that has the focus."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


class Field(QLineEdit):
    """A field that takes no Chinese: an input method would eat the letters of a scan."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMinimumHeight(TARGET)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        # Dropped text might be a scan: only a paste is looked at, and as a scan.
        self.setAcceptDrops(False)

    def show_hint(self, hint: str, least_width: int) -> None:
        """Show a hint while the field is empty; the field is wide enough for it."""
        self.ensurePolished()
        self.setPlaceholderText(hint)
        wanted = QFontMetrics(self.font()).horizontalAdvance(hint) + _FIELD_PADDING
        self.setFixedWidth(max(least_width, wanted))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Refuse the middle button: on X11 it would paste whatever is marked somewhere."""
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)

    @override
    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: Any = None) -> Any:
        """Say that no input method is wanted (devices 1.4)."""
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)


class Picture(QLabel):
    """An icon in the colour of the theme."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[str, str, int] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, name: str, colour: str, size: int) -> None:
        """Show icon `name`; nothing happens when it is shown already."""
        if self._shown == (name, colour, size):
            return
        self._shown = (name, colour, size)
        self.setPixmap(pixmap(name, colour, size))
        self.setFixedSize(size, size)

    @property
    def icon_name(self) -> str:
        """Name of the icon shown, empty when none is."""
        return self._shown[0] if self._shown else ""


def set_icon(button: QPushButton, name: str, colour: str, size: int) -> None:
    """Give a button an icon, only when it changed."""
    key = f"{name}{colour}{size}"
    if button.property("icon_key") != key:
        button.setProperty("icon_key", key)
        button.setIcon(icon(name, colour, size) if name else QIcon())
        button.setIconSize(QSize(size, size))


class FittedLabel(QLabel):
    """One line that gets a little smaller rather than being cut; wraps only below 60 %."""

    def __init__(self, parent: QWidget, role: str) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._size = 0

    def show_text(self, text: str, size: int) -> None:
        """Show `text` in at most `size` pixels."""
        self._size = size
        set_text(self, text)
        self._fit()

    def whole_width(self) -> int:
        """Return the width at which the text keeps its size."""
        self.ensurePolished()
        font = QFont(self.font())
        font.setPixelSize(max(1, self._size))
        return QFontMetrics(font).horizontalAdvance(self.text()) + _SPARE

    def _fit(self) -> None:
        if not self._size or not self.text():
            return
        room, wanted = max(1, self.width() - _SPARE), self.whole_width() - _SPARE
        share = min(1.0, room / wanted) if wanted else 1.0
        wraps = share < _SMALLEST_SHARE
        size = round(self._size * _SMALLEST_SHARE) if wraps else int(self._size * share)
        rule = f"font-size: {size}px;"
        if self.styleSheet() != rule:
            self.setStyleSheet(rule)
        if self.wordWrap() != wraps:
            self.setWordWrap(wraps)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again: the window changed."""
        super().resizeEvent(event)
        self._fit()
