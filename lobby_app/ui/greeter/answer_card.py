"""The answer: who, where to, how long, what to say, and one big button."""

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from lobby_app.ui.shortcuts import Command
from lobby_app.ui.theme import TARGET
from lobby_app.ui.widgets.basics import (
    Button,
    FittedLabel,
    Picture,
    label,
)
from lobby_app.ui.widgets.flow import ButtonGrid, FlowBox
from lobby_app.ui.widgets.notice import Notice
from lobby_app.ui.widgets.qr_code import QrCode

MODIFIERS = (
    Command.HUMAN,
    Command.CARE,
    Command.AGENT,
    Command.CHECK_IN,
    Command.REDIRECT,
    Command.SUPERVISOR,
    Command.COMPLAINT,
    Command.CLEAR,
)
_TOGGLES = (Command.HUMAN, Command.CARE, Command.AGENT, Command.REDIRECT)
_MODIFIER_COLUMNS = 4
_CODE_SIDE = 190
_CHIPS = 3
"""The tier and at most two more (domain 5.1)."""


class ActionRow(QWidget):
    """The button that Enter presses, and what changes the answer. May stand in card or footer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.primary = Button(self, "primary")
        policy = QSizePolicy.Policy
        self.primary.setSizePolicy(policy.Expanding, policy.Expanding)
        self.insist = Button(self)
        self.modifiers = {command: Button(self) for command in MODIFIERS}
        for command in _TOGGLES:
            self.modifiers[command].setCheckable(True)
        main = QVBoxLayout()
        main.setSpacing(8)
        main.addWidget(self.primary, 1)
        main.addWidget(self.insist)
        self._grid = ButtonGrid(self, columns=_MODIFIER_COLUMNS)
        for button in self.modifiers.values():
            self._grid.add(button)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(12)
        self._line.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self._line.addLayout(main, 1)
        self._line.addWidget(self._grid, 1)
        self.insist.hide()

    @override
    def minimumSizeHint(self) -> QSize:
        """Return the size with the parts as they are now; narrower, they go below each other."""
        widest = max(self.primary.minimumSizeHint().width(), self._grid.width_of(1))
        return QSize(widest, self._line.minimumSize().height())

    @override
    def event(self, event: QEvent) -> bool:
        """Put the modifiers below the big button where two rows of them do not fit beside it."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            two_rows = self._grid.width_of(_MODIFIER_COLUMNS)
            beside = self.primary.minimumSizeHint().width() + self._line.spacing() + two_rows
            fits, direction = beside <= self.width(), QBoxLayout.Direction
            self._grid.setMinimumWidth(two_rows if fits else 0)
            wanted = direction.LeftToRight if fits else direction.TopToBottom
            if self._line.direction() is not wanted:
                self._line.setDirection(wanted)
            self.updateGeometry()
        return done


class AnswerCard(QFrame):
    """Layout of the answer card; what it shows comes as one AnswerText.

    Signals:
        document_toggled(str): the document with this code is missing, or there after all.
        reminder_dismissed(): the next best action is not wanted now.
    """

    document_toggled = Signal(str)
    reminder_dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.name = label(self, "name")
        self.chips = [label(self, "chip") for _ in range(_CHIPS)]
        self.age = label(self, "quiet")
        self.countdown = label(self, "quiet")
        self.language = Button(self, "quiet")
        self.blur = Button(self, "quiet")
        self.code = QrCode(self, _CODE_SIDE)
        self.picture = Picture(self)
        self.answer = FittedLabel(self, "answer")
        self.why = label(self, "body_quiet", wraps=True)
        self.notice = Notice(self)
        self.human = label(self, "human", wraps=True)
        self.say = label(self, "say", wraps=True)
        self.documents: list[Button] = []
        self.reminder = Button(self, "row")
        self.reminder.clicked.connect(self.reminder_dismissed)
        self.action_row = ActionRow(self)
        self._arrange()

    def _arrange(self) -> None:
        self.layout_lines = QVBoxLayout(self)
        self.layout_lines.setContentsMargins(28, 10, 28, 16)
        self.layout_lines.setSpacing(6)
        person = QHBoxLayout()
        person.setSpacing(12)
        who = FlowBox(self)
        for part in (self.name, *self.chips, self.age):
            who.add(part)
        person.addWidget(who, 1)
        person.addWidget(self.countdown)
        person.addWidget(self.language)
        person.addWidget(self.blur)
        self.layout_lines.addLayout(person)
        upper = QHBoxLayout()
        upper.setSpacing(20)
        lines = QVBoxLayout()
        lines.setSpacing(6)
        upper.addLayout(lines, 1)
        upper.addWidget(self.code)
        self.layout_lines.addLayout(upper)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.picture)
        line.addWidget(self.answer, 1)
        lines.addLayout(line)
        # The notice takes the place of the reason for a moment: nothing else moves.
        reason = QGridLayout()
        reason.addWidget(self.why, 0, 0)
        reason.addWidget(self.notice, 0, 0)
        lines.addLayout(reason)
        lines.addWidget(self.human)
        lines.addWidget(self.say)
        papers = QHBoxLayout()
        papers.setSpacing(8)
        self.paper_box = FlowBox(self, least_height=TARGET)
        papers.addWidget(self.paper_box, 1)
        papers.addWidget(self.reminder)
        lines.addLayout(papers)
        self.layout_lines.addStretch(1)
        self.layout_lines.addWidget(self.action_row)
