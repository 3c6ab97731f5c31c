"""Layout of the counter's panel."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lobby_app.ui.counter.keys import STEPS, CounterCommand
from lobby_app.ui.widgets.basics import Button, FittedLabel, card, label
from lobby_app.ui.widgets.column import Column
from lobby_app.ui.widgets.flow import FlowBox
from lobby_app.ui.widgets.notice import Notice

_STEP_COLUMNS = 2


class CounterPanel(QWidget):
    """All parts of the panel in their places; `show_small` leaves the number and the big key."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head = label(self, "heading")
        self.small = Button(self, "quiet")
        self.language = Button(self, "quiet")
        self.ticket_card = card(self)
        self.number = FittedLabel(self.ticket_card, "answer")
        self.state = label(self.ticket_card, "body_quiet", wraps=True)
        self.person = label(self.ticket_card, "human", wraps=True)
        self.marks = FlowBox(self.ticket_card)
        self.mark_labels = [label(self.marks, "chip") for _ in range(5)]
        for mark in self.mark_labels:
            self.marks.add(mark)
        self.why = label(self.ticket_card, "quiet", wraps=True)
        self.next = Button(self, "primary")
        policy = QSizePolicy.Policy
        self.next.setSizePolicy(policy.Expanding, policy.Preferred)
        self.steps = {command: Button(self) for command in STEPS}
        self.notice = Notice(self)
        self.queue_card = card(self)
        self.queue_title = label(self.queue_card, "heading")
        self.queues = label(self.queue_card, "body", wraps=True)
        self.parked_title = label(self.queue_card, "heading")
        self.parked = QWidget(self.queue_card)
        self.parked_lines = QVBoxLayout(self.parked)
        self.parked_buttons: list[Button] = []
        self.sign_off = Button(self, "quiet")
        self._arrange()

    def _arrange(self) -> None:
        inner = QVBoxLayout(self.ticket_card)
        inner.setContentsMargins(20, 10, 20, 12)
        inner.setSpacing(4)
        parts: tuple[QWidget, ...] = (
            self.number, self.state, self.person, self.marks, self.why,
        )  # fmt: skip
        for widget in parts:
            inner.addWidget(widget)
        lower = QVBoxLayout(self.queue_card)
        lower.setContentsMargins(16, 8, 16, 10)
        lower.setSpacing(4)
        self.parked_lines.setContentsMargins(0, 0, 0, 0)
        self.parked_lines.setSpacing(6)
        lower_parts: tuple[QWidget, ...] = (
            self.queue_title, self.queues, self.parked_title, self.parked,
        )  # fmt: skip
        for widget in lower_parts:
            lower.addWidget(widget)
        self.step_grid = QWidget(self)
        grid = QGridLayout(self.step_grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        for place, button in enumerate(self.steps.values()):
            grid.addWidget(button, place // _STEP_COLUMNS, place % _STEP_COLUMNS)
        head = QHBoxLayout()
        head.addWidget(self.head, 1)
        head.addWidget(self.language)
        head.addWidget(self.small)
        content = Column(self)
        lines = content.lines
        lines.setContentsMargins(12, 4, 12, 8)
        lines.setSpacing(8)
        lines.addLayout(head)
        content_parts: tuple[QWidget, ...] = (
            self.ticket_card, self.next, self.notice, self.step_grid, self.queue_card,
        )  # fmt: skip
        for widget in content_parts:
            lines.addWidget(widget)
        lines.addStretch(1)
        lines.addWidget(self.sign_off)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    def show_small(self, is_small: bool) -> None:
        """Leave only what a teller needs beside another program."""
        for widget in (self.step_grid, self.queue_card, self.sign_off, self.why, self.person):
            widget.setVisible(not is_small)

    def button(self, command: CounterCommand) -> Button | None:
        """Return the button of a command, None for one that only has a key."""
        others = {
            CounterCommand.NEXT: self.next,
            CounterCommand.SMALL: self.small,
            CounterCommand.LANGUAGE: self.language,
            CounterCommand.SIGN_OFF: self.sign_off,
        }
        return self.steps.get(command) or others.get(command)
