"""A question with a few answers; digits, Enter and touch give them."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.ui.hub import Choice, Question
from lobby_app.ui.i18n import Wording
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import Button, set_icon, set_property, set_text
from lobby_app.ui.widgets.sheet import Sheet

_MAX_KEYS = 9


class ChoiceSheet(Sheet):
    """Shows one Question at a time and hands the answer to its `then`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.buttons: list[Button] = []
        self._codes: tuple[str, ...] = ()
        self._then: Callable[[str], None] | None = None
        self.dismissed.connect(self._forget)

    def ask(self, question: Question, wording: Wording, theme: Theme) -> None:
        """Show a question."""
        set_text(self.title, question.title)
        set_text(self.text, question.text)
        set_text(self.close_button, wording("close_sheet"))
        self._codes = tuple(choice.code for choice in question.choices)
        self._then = question.then
        while len(self.buttons) < len(question.choices):
            self._add_button()
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(question.choices))
            if place < len(question.choices):
                self._show(button, place, question.choices[place], wording, theme)
        first = self.buttons[question.default] if question.choices else self.close_button
        self.open_over(first)

    def _show(
        self, button: Button, place: int, choice: Choice, wording: Wording, theme: Theme
    ) -> None:
        text = choice.text
        if place < _MAX_KEYS:
            text = wording("key_first", label=choice.text, key=place + 1)
        set_text(button, text)
        set_property(button, "role", choice.role)
        set_icon(button, choice.icon, theme.palette.accent, round(20 * theme.factor))

    def _add_button(self) -> None:
        place = len(self.buttons)
        button = Button(self.content, "row")
        button.clicked.connect(lambda: self._answer(place))
        self.buttons.append(button)
        self.body.addWidget(button)

    def _answer(self, place: int) -> None:
        then, code = self._then, self._codes[place]
        self._forget()
        self.hide()
        if then is not None:
            then(code)

    def _forget(self) -> None:
        self._then = None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits answer at once."""
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < min(_MAX_KEYS, len(self._codes)) and not event.isAutoRepeat():
            self._answer(place)
            event.accept()
            return
        super().keyPressEvent(event)
