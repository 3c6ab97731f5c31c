"""A number typed by hand: card, document, phone or booking code. It leaves the field at once."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lobby_app.ui.i18n import Wording
from lobby_app.ui.widgets.basics import Button, Field, set_text
from lobby_app.ui.widgets.sheet import Sheet

_LONGEST = 100


class EntrySheet(Sheet):
    """Asks for a number; nothing of it stays in the field, its undo stack or the clipboard.

    Signals:
        entered(str): what was typed.
    """

    entered = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=560)
        self.field = Field(self.content)
        self.field.setMaxLength(_LONGEST)
        self.enter = Button(self.content, "primary")
        self.body.addWidget(self.field)
        self.body.addWidget(self.enter)
        self.field.returnPressed.connect(self._enter)
        self.enter.clicked.connect(self._enter)
        self.dismissed.connect(self._wipe)

    def ask(self, wording: Wording) -> None:
        """Show the empty field."""
        set_text(self.title, wording("entry_title"))
        set_text(self.text, wording("entry_text"))
        set_text(self.close_button, wording("close_sheet"))
        set_text(self.enter, wording("entry_enter"))
        self.field.setAccessibleName(wording("entry_title"))
        self._wipe()
        self.open_over(self.field)

    def _enter(self) -> None:
        typed = self.field.text()
        self._wipe()
        self.hide()
        if typed.strip():
            self.entered.emit(typed)

    def _wipe(self) -> None:
        # setText forgets the undo stack, unlike clear(), which can be undone.
        self.field.setText("")
