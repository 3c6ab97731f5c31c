"""All sheets of the greeter's window: at most one is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.widgets.sign_on_sheet import SignOnSheet

if TYPE_CHECKING:
    from lobby_app.ui.greeter.sheets.entry import EntrySheet
    from lobby_app.ui.greeter.sheets.keys import KeysSheet
    from lobby_app.ui.greeter.sheets.preview import PreviewSheet
    from lobby_app.ui.greeter.sheets.trouble import TroubleSheet
    from lobby_app.ui.widgets.choice_sheet import ChoiceSheet
    from lobby_app.ui.widgets.sheet import Sheet


class SheetStack(QObject):
    """Makes the sheets once and hides the others when one is shown.

    Before the desk is open there is only the one for signing on; the others come with `attach`.
    """

    choice: ChoiceSheet
    trouble: TroubleSheet
    preview: PreviewSheet
    entry: EntrySheet
    keys: KeysSheet

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.sign_on = SignOnSheet(window)
        self._passing: tuple[Sheet, ...] = ()

    def attach(self, keys: KeyMap) -> None:
        """Make the sheets that an open desk may show."""
        from lobby_app.ui.greeter.sheets.entry import EntrySheet
        from lobby_app.ui.greeter.sheets.keys import KeysSheet
        from lobby_app.ui.greeter.sheets.preview import PreviewSheet
        from lobby_app.ui.greeter.sheets.trouble import TroubleSheet
        from lobby_app.ui.widgets.choice_sheet import ChoiceSheet

        self.choice = ChoiceSheet(self._window)
        self.trouble = TroubleSheet(self._window)
        self.preview = PreviewSheet(self._window)
        self.entry = EntrySheet(self._window)
        self.keys = KeysSheet(self._window, keys)
        self._passing = (self.choice, self.trouble, self.preview, self.entry, self.keys)

    @property
    def all(self) -> tuple[Sheet, ...]:
        """Every sheet there is by now."""
        return (self.sign_on, *self._passing)

    @property
    def open_sheet(self) -> Sheet | None:
        """The sheet that is open, signing on included."""
        return next((sheet for sheet in self.all if not sheet.isHidden()), None)

    def close_personal(self) -> None:
        """Close what may tell of the person who was at the desk; a number without paper stays."""
        for sheet in self._passing:
            if sheet is not self.trouble and not sheet.isHidden():
                sheet.dismiss()

    def close_passing(self) -> None:
        """Close every sheet that a new visit or a scan may close."""
        for sheet in self._passing:
            if not sheet.isHidden():
                sheet.dismiss()
