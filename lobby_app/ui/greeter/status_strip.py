"""The line at the bottom: network, unsent, data age, store, printer, reader, who is here.

Layout only; what it says is in strip_presenter.py.
"""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.i18n import Wording
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import (
    Button,
    Picture,
    label,
    set_property,
    set_text,
)
from lobby_app.ui.widgets.flow import FlowBox

ITEMS = ("network", "unsent", "data", "store", "printer", "reader")


class StripItem(QWidget):
    """An icon and a few words; the icon carries the colour, the words the meaning."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.picture = Picture(self)
        self.text = label(self, "quiet")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(5)
        line.addWidget(self.picture)
        line.addWidget(self.text)

    def show_item(self, text: str, icon: str, level: str, theme: Theme) -> None:
        """Show words with an icon; level is quiet, ok, amber or red."""
        set_text(self.text, text)
        set_property(self.text, "level", level if level in ("amber", "red") else "")
        self.picture.show_icon(icon, getattr(theme.palette, level), round(16 * theme.factor))
        self.setAccessibleName(text)

    def explain(self, sentence: str) -> None:
        """Say in a sentence what the words are short for; empty where there is nothing to say."""
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)


class StatusStrip(QFrame):
    """Layout of the strip.

    Signals:
        check_clicked(): the self-check is to be shown.
        language_clicked(), person_clicked(): F11, and who is signed on.
    """

    check_clicked = Signal()
    language_clicked = Signal()
    person_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.items = {name: StripItem(self) for name in ITEMS}
        self.demo = label(self, "chip")
        set_property(self.demo, "chip", "demo")
        self.check = Button(self, "quiet")
        self.language = Button(self, "quiet")
        self.person = Button(self, "quiet")
        for button, signal in (
            (self.check, self.check_clicked),
            (self.language, self.language_clicked),
            (self.person, self.person_clicked),
        ):
            button.clicked.connect(signal)
        for part in (*self.items.values(), self.demo, self.check, self.person):
            part.hide()
        left = FlowBox(self, spacing=12)
        for item in self.items.values():
            left.add(item)
        self._right = QWidget(self)
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(4)
        right.addWidget(self.demo, 0, Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.check, self.language, self.person):
            right.addWidget(widget)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(20, 0, 12, 0)
        self._line.setSpacing(12)
        # Where both parts do not fit side by side, they go below each other: see `event`.
        self._line.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(left)
        column.addStretch(1)
        self._line.addLayout(column, 1)
        self._line.addWidget(self._right)

    def show_language(self, wording: Wording) -> None:
        """Write the button of the language: all that is known before the desk is open."""
        set_text(self.language, wording("language_button"))
        self.language.setAccessibleName(wording("command_language"))

    def _least_width(self, *, beside: bool) -> int:
        """Return the width that the two parts need beside or below each other."""
        widest = max(item.sizeHint().width() for item in self.items.values())
        right, margins = self._right.minimumSizeHint().width(), self._line.contentsMargins()
        needed = widest + self._line.spacing() + right if beside else max(widest, right)
        return needed + margins.left() + margins.right()

    @override
    def minimumSizeHint(self) -> QSize:
        """Return the size with the parts as they are now; narrower, they go below each other."""
        return QSize(self._least_width(beside=False), self._line.minimumSize().height())

    @override
    def event(self, event: QEvent) -> bool:
        """Put the parts beside or below each other, as they fit."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            fits = self._least_width(beside=True) <= self.width()
            direction = QBoxLayout.Direction
            wanted = direction.LeftToRight if fits else direction.TopToBottom
            if self._line.direction() is not wanted:
                self._line.setDirection(wanted)
            self.updateGeometry()
        return done
