"""The answer: who, where to, how long, what to say, and one big button."""

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from lobby_app.ui.greeter.answer import AnswerText, DocumentText
from lobby_app.ui.greeter.state import DeskState, VisitState
from lobby_app.ui.i18n import Wording
from lobby_app.ui.paper.blocks import qr_matrix
from lobby_app.ui.shortcuts import Command, KeyMap
from lobby_app.ui.theme import TARGET, Theme
from lobby_app.ui.widgets.basics import (
    Button,
    FittedLabel,
    Picture,
    label,
    set_icon,
    set_property,
    set_text,
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
_SAID_FROM_S = 10
"""Seconds before clearing from which it is announced."""


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


class AnswerPresenter:
    """Writes an AnswerText into the card, touching only what changed."""

    def __init__(self, card: AnswerCard, keys: KeyMap) -> None:
        self._card = card
        self._keys = keys
        self._paper_codes: tuple[str, ...] = ()

    def show(self, text: AnswerText, wording: Wording, theme: Theme, notice: str) -> None:
        """Show `text`; `notice` is what the notice says now, empty for none."""
        card = self._card
        set_text(card.name, text.name)
        card.name.setVisible(bool(text.name))
        for place, chip in enumerate(card.chips):
            self._chip(chip, text.chips[place] if place < len(text.chips) else None)
        set_text(card.age, text.age)
        card.age.setVisible(bool(text.age))
        self._answer(text, theme)
        set_text(card.why, "" if notice else text.why)
        set_text(card.human, text.human)
        set_text(card.say, text.say)
        card.say.setVisible(bool(text.say))
        set_property(card.say, "outlined", theme.palette.accent_soft == theme.palette.card)
        self._papers(text.documents, wording, theme)
        set_text(card.reminder, text.reminder)
        card.reminder.setVisible(bool(text.reminder))
        card.reminder.setToolTip(wording("reminder_dismiss"))
        set_icon(card.reminder, "lightbulb", theme.palette.accent, round(20 * theme.factor))
        card.code.setVisible(bool(text.code))
        if text.code:
            card.code.show_matrix(qr_matrix(text.code))
            card.code.setAccessibleName(wording("code_name"))
        self._actions(text, wording)

    def show_modifiers(self, is_on: dict[Command, bool], wording: Wording) -> None:
        """Show which wishes are ticked, and write the keys on all buttons."""
        for command, button in self._card.action_row.modifiers.items():
            name = wording(f"command_{command.value}")
            set_text(button, wording("key_first", label=name, key=self._keys.label(command)))
            button.setChecked(is_on.get(command, False))

    def show_corner(self, visit: VisitState, desk: DeskState, wording: Wording) -> None:
        """Show the two small buttons and the seconds that are left before the screen clears."""
        card = self._card
        blur = wording("command_blur")
        set_text(card.blur, wording("key_first", label=blur, key=self._keys.label(Command.BLUR)))
        spoken = wording(f"spoken_{visit.wishes.language.value}")
        key = self._keys.label(Command.VISIT_LANGUAGE)
        set_text(card.language, wording("key_first", label=spoken, key=key))
        left = desk.seconds_left
        is_soon = left is not None and left <= _SAID_FROM_S
        set_text(card.countdown, wording("clears_in", count=left) if is_soon else "")

    def _answer(self, text: AnswerText, theme: Theme) -> None:
        card, palette = self._card, theme.palette
        colours = {
            "accent": palette.accent,
            "plain": palette.text,
            "amber": palette.amber,
            "red": palette.red,
        }
        card.picture.setVisible(bool(text.picture))
        if text.picture:
            size = round(theme.type.answer * 0.9)
            card.picture.show_icon(text.picture, colours[text.tone], size)
        set_property(card.answer, "tone", text.tone)
        card.answer.show_text(text.answer, theme.type.answer)

    def _chip(self, chip: QLabel, content: tuple[str, str] | None) -> None:
        chip.setVisible(content is not None)
        if content is not None:
            set_property(chip, "chip", content[0])
            set_text(chip, content[1])

    def _papers(self, documents: tuple[DocumentText, ...], wording: Wording, theme: Theme) -> None:
        card = self._card
        while len(card.documents) < len(documents):
            self._add_paper()
        self._paper_codes = tuple(document.code for document in documents)
        size = round(18 * theme.factor)
        for place, button in enumerate(card.documents):
            button.setVisible(place < len(documents))
            if place >= len(documents):
                continue
            document = documents[place]
            set_text(button, document.text)
            set_property(button, "missing", document.is_missing)
            button.setChecked(not document.is_missing)
            state = "missing" if document.is_missing else "present"
            button.setAccessibleName(wording(f"document_{state}", document=document.text))
            palette = theme.palette
            colour = palette.red if document.is_missing else palette.ok
            set_icon(button, "cross" if document.is_missing else "check", colour, size)

    def _add_paper(self) -> None:
        card = self._card
        place = len(card.documents)
        button = Button(card.paper_box, "document")
        button.setCheckable(True)
        button.clicked.connect(lambda: card.document_toggled.emit(self._paper_codes[place]))
        card.documents.append(button)
        card.paper_box.add(button)

    def _actions(self, text: AnswerText, wording: Wording) -> None:
        actions = self._card.action_row
        set_text(actions.primary, text.primary)
        actions.primary.setEnabled(text.can_act)
        label_text = wording("command_insist")
        insist = wording("key_first", label=label_text, key=self._keys.label(Command.INSIST))
        set_text(actions.insist, insist)
        actions.insist.setVisible(text.can_insist)
