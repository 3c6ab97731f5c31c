"""A sheet over the window: a question or a list, with the focus kept inside until it is gone."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.ui.theme import TARGET
from lobby_app.ui.widgets.basics import Button, card, label

_MARGIN = 24
_SIDES = 60
"""What margins and borders of the card take left and right, pixels."""
_BORDERS = 4
"""Upper and lower border of the card, as in the style sheet, pixels."""


class Sheet(QWidget):
    """Covers its parent, shows a card in the middle, keeps Tab inside.

    Signals:
        dismissed(): Esc or the close button; the sheet is hidden already.
        left(): the sheet goes, whatever the reason; the focus has to go somewhere else.
    """

    dismissed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget, width: int = 760) -> None:
        super().__init__(parent)
        self.setProperty("role", "scrim")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(" ")
        self._width = width
        self._parent = parent
        self.frame = card(self, "sheet")
        self.title = label(self.frame, "title", wraps=True)
        self.text = label(self.frame, "body_quiet", wraps=True)
        self.close_button = Button(self.frame, "quiet")
        self.close_button.clicked.connect(self.dismiss)
        self.content = QWidget(self.frame)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)
        self.area = QScrollArea(self.frame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.content)
        # Qt would not let an area be lower than some lines, however little is in it.
        self.area.setMinimumHeight(1)
        self._head = QHBoxLayout()
        self._head.setSpacing(8)
        self._head.addWidget(self.title, 1)
        self._head.addWidget(self.close_button)
        self._inner = QVBoxLayout(self.frame)
        self._inner.setContentsMargins(28, 18, 28, 22)
        self._inner.setSpacing(12)
        self._inner.addLayout(self._head)
        self._inner.addWidget(self.text)
        self._inner.addWidget(self.area, 1)
        parent.installEventFilter(self)
        self.hide()

    def open_over(self, first_focus: QWidget | None = None) -> None:
        """Show the sheet; the focus goes to `first_focus` or to the first thing that takes it."""
        self.text.setVisible(bool(self.text.text()))
        self._cover()
        self.show()
        self.raise_()
        self._cover()
        target = first_focus or next(iter(self._focusable()), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def dismiss(self) -> None:
        """Close without an answer."""
        self.hide()
        self.dismissed.emit()

    def relayout(self) -> None:
        """Fit the card to its content again, after texts or sizes changed."""
        self._cover()

    def _cover(self) -> None:
        parent = self._parent
        self.setGeometry(parent.rect())
        self.content.setMinimumWidth(0)
        # Room for the scroll bar as well: what is as wide as its words must not lose any to it.
        bar = self.area.verticalScrollBar().sizeHint().width()
        width = max(self._width, self.body.minimumSize().width() + bar + _SIDES)
        width = min(width, parent.width() - 2 * _MARGIN)
        room = width - _SIDES
        height = self.body.totalHeightForWidth(room) if self.body.hasHeightForWidth() else 0
        height = max(height, self.body.sizeHint().height())
        self.area.setVisible(height > 0)
        beside = 0
        if not self.close_button.isHidden():
            beside = self.close_button.sizeHint().width() + self._head.spacing()
        head = max(self.title.heightForWidth(room - beside), TARGET if beside else 0)
        parts = [head]
        if self.text.text():
            parts.append(self.text.heightForWidth(room))
        if height:
            parts.append(height)
        margins, gap = self._inner.contentsMargins(), self._inner.spacing()
        wanted = sum(parts) + gap * (len(parts) - 1) + margins.top() + margins.bottom() + _BORDERS
        wanted = min(wanted, parent.height() - 2 * _MARGIN)
        self.frame.setGeometry(
            (parent.width() - width) // 2, (parent.height() - wanted) // 2, width, wanted
        )

    def _focusable(self) -> list[QWidget]:
        found: list[QWidget] = []
        widget = self.nextInFocusChain()
        while widget is not None and widget is not self:
            takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if takes and widget.isEnabled() and widget.isVisible() and self.isAncestorOf(widget):
                found.append(widget)
            widget = widget.nextInFocusChain()
        # The close button is made first but comes last: the answers are what people want.
        return sorted(found, key=lambda one: one is self.close_button)

    @override
    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the sheet."""
        widgets = self._focusable()
        if not widgets:
            return True
        now = self.focusWidget()
        index = widgets.index(now) if now in widgets else -1
        step = 1 if forward else -1
        widgets[(index + step) % len(widgets)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; no other key reaches the window below."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Give the focus away: Qt would leave it on a button that nobody sees any more."""
        super().hideEvent(event)
        if self.isHidden():
            self.left.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return super().eventFilter(watched, event)
