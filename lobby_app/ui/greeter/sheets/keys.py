"""Help: every key and what it does."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from lobby_app.ui.i18n import Wording
from lobby_app.ui.shortcuts import Command, KeyMap
from lobby_app.ui.widgets.basics import label, set_text
from lobby_app.ui.widgets.sheet import Sheet

_COLUMNS = 2


class KeysSheet(Sheet):
    """Lists the keys in two columns."""

    def __init__(self, parent: QWidget, keys: KeyMap) -> None:
        super().__init__(parent, width=980)
        self._keys = keys
        self._rows: dict[Command, tuple[QLabel, QLabel]] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        rows = -(-len(Command) // _COLUMNS)
        for place, command in enumerate(Command):
            key, text = label(self.content, "value"), label(self.content, "body", wraps=True)
            key.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._rows[command] = (key, text)
            grid.addWidget(key, place % rows, 2 * (place // rows))
            grid.addWidget(text, place % rows, 2 * (place // rows) + 1)
        for column in range(_COLUMNS):
            grid.setColumnStretch(2 * column + 1, 1)
        self.body.addLayout(grid)

    def show_keys(self, wording: Wording) -> None:
        """Show all keys in the language of now."""
        set_text(self.title, wording("help_title"))
        set_text(self.text, wording("help_text"))
        set_text(self.close_button, wording("close_sheet"))
        for command, (key, text) in self._rows.items():
            set_text(key, self._keys.label(command))
            set_text(text, wording(f"command_{command.value}"))
        self.open_over(self.close_button)
