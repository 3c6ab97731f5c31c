"""Beside the answer: queues, machines and the last tickets. Rows change in place."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lobby_app.ui.theme import TARGET
from lobby_app.ui.widgets.basics import (
    Button,
    FittedLabel,
    Picture,
    card,
    label,
)

RECENT_ROWS = 6
_GAP = 8
FULL_BAR_MINUTES = 30


class QueueRow(QWidget):
    """One zone: name, people, minutes, and a bar with an icon."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.picture = Picture(self)
        self.name = FittedLabel(self, "body")
        self.waiting = label(self, "body")
        self.minutes = label(self, "body_quiet")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, FULL_BAR_MINUTES)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.picture)
        line.addWidget(self.name, 1)
        line.addWidget(self.waiting)
        line.addWidget(self.minutes)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(3)
        lines.addLayout(line)
        lines.addWidget(self.bar)


class SidePanel(QWidget):
    """Layout of the side panel.

    Signals:
        device_clicked(str): channel code whose machines are to be looked at.
        ticket_clicked(str): ticket id.
    """

    device_clicked = Signal(str)
    ticket_clicked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.queue_rows: dict[str, QueueRow] = {}
        self.device_buttons: dict[str, Button] = {}
        self.recent_buttons: list[Button] = []
        self.queue_card, self.queue_title, self.queue_lines = self._card(6)
        self.device_card, self.device_title, self.device_lines = self._card(6)
        self.recent_card, self.recent_title, self.recent_lines = self._card(8)
        self.recent_empty = label(self.recent_card, "body_quiet", wraps=True)
        self.recent_lines.addWidget(self.recent_empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.queue_card)
        column.addWidget(self.device_card)
        column.addWidget(self.recent_card)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def rows_that_fit(self, height: int) -> int:
        """Return how many last tickets fit into a panel of this height; at least one."""
        taken = sum(part.sizeHint().height() for part in (self.queue_card, self.device_card))
        heading = self.recent_title.sizeHint().height() + 5 * _GAP
        return max(1, min(RECENT_ROWS, (height - taken - heading) // (TARGET + _GAP)))

    def _card(self, spacing: int) -> tuple[QFrame, QLabel, QVBoxLayout]:
        made = card(self)
        title = label(made, "heading")
        lines = QVBoxLayout(made)
        lines.setContentsMargins(16, 8, 16, 12)
        lines.setSpacing(spacing)
        lines.addWidget(title)
        return made, title, lines
