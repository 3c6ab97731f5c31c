"""From the words of the answer to the card that shows them."""

from PySide6.QtWidgets import QLabel

from lobby_app.ui.greeter.answer import AnswerText, DocumentText
from lobby_app.ui.greeter.answer_card import AnswerCard
from lobby_app.ui.greeter.desk_state import DeskState
from lobby_app.ui.greeter.state import VisitState
from lobby_app.ui.i18n import Wording
from lobby_app.ui.paper.blocks import qr_matrix
from lobby_app.ui.shortcuts import Command, KeyMap
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Button, set_icon, set_property, set_text

_SAID_FROM_S = 10
"""Seconds before clearing from which it is announced."""


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
