"""Number and PIN: at the start, after the lock; says what is going on while the desk opens."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from lobby_app.ui.i18n import Wording
from lobby_app.ui.widgets.basics import Button, Field, label, set_text
from lobby_app.ui.widgets.sheet import Sheet

_LONGEST_PIN = 12


class SignOnSheet(Sheet):
    """Covers the window until somebody is signed on; Esc does not open it.

    Signals:
        answered(str, str): number and PIN. The PIN leaves the field at once.
        retried(): the desk could not be opened; try again.
        somebody_else(): unlocking under another number.
    """

    answered = Signal(str, str)
    retried = Signal()
    somebody_else = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=520)
        self.number_label = label(self.content, "body")
        self.number = Field(self.content)
        self.number.setMaxLength(20)
        self.number_label.setBuddy(self.number)
        self.pin_label = label(self.content, "body")
        self.pin = Field(self.content)
        self.pin.setEchoMode(Field.EchoMode.Password)
        self.pin.setMaxLength(_LONGEST_PIN)
        self.pin_label.setBuddy(self.pin)
        self.error = label(self.content, "error", wraps=True)
        self.check = label(self.content, "quiet", wraps=True)
        self.enter = Button(self.content, "primary")
        self.other = Button(self.content, "quiet")
        self.retry = Button(self.content)
        grid = QGridLayout()
        grid.setSpacing(10)
        grid.addWidget(self.number_label, 0, 0)
        grid.addWidget(self.number, 0, 1)
        grid.addWidget(self.pin_label, 1, 0)
        grid.addWidget(self.pin, 1, 1)
        self.body.addLayout(grid)
        for widget in (self.error, self.enter, self.retry, self.other, self.check):
            self.body.addWidget(widget)
        self.close_button.hide()
        self.enter.clicked.connect(self._answer)
        self.retry.clicked.connect(self.retried)
        self.other.clicked.connect(self.somebody_else)
        self.number.returnPressed.connect(self.pin.setFocus)
        self.pin.returnPressed.connect(self._answer)
        self.show_opening(is_opening=True)

    def show_opening(self, *, is_opening: bool) -> None:
        """While the desk opens nothing can be answered yet."""
        for widget in (self.number, self.pin, self.enter):
            widget.setEnabled(not is_opening)
        self.retry.hide()

    def show_failure(self, sentence: str) -> None:
        """Say why the desk could not be opened."""
        self.show_opening(is_opening=True)
        self.show_error(sentence)
        self.retry.show()
        self.relayout()
        self.retry.setFocus()

    def show_error(self, sentence: str) -> None:
        """Say why the answer was not accepted."""
        set_text(self.error, sentence)
        self.error.setVisible(bool(sentence))
        self.relayout()

    def show_check(self, story: str) -> None:
        """Tell what the self-check found."""
        set_text(self.check, story)
        self.check.setVisible(bool(story))

    def ask(self, locked_by: str, check: str, wording: Wording) -> None:
        """Ask for number and PIN, or for the PIN of the one who locked the desk."""
        self.pin.clear()
        if locked_by:
            self.number.setText(locked_by)
        self.number.setReadOnly(bool(locked_by))
        self.number.setFocusPolicy(
            Qt.FocusPolicy.NoFocus if locked_by else Qt.FocusPolicy.StrongFocus
        )
        self.other.setVisible(bool(locked_by))
        self.show_check(check)
        self.retranslate(wording, is_locked=bool(locked_by))
        self.show_error("")
        self.open_over(self.pin if self.number.text() else self.number)

    def retranslate(self, wording: Wording, *, is_locked: bool) -> None:
        """Write all words."""
        set_text(self.title, wording("locked_title" if is_locked else "sign_on_title"))
        set_text(
            self.text, wording("sign_on_opening" if not self.enter.isEnabled() else "sign_on_text")
        )
        set_text(self.number_label, wording("sign_on_number"))
        set_text(self.pin_label, wording("sign_on_pin"))
        self.number.setAccessibleName(wording("sign_on_number"))
        self.pin.setAccessibleName(wording("sign_on_pin"))
        set_text(self.enter, wording("sign_on_enter" if not is_locked else "unlock_enter"))
        set_text(self.other, wording("sign_on_other"))
        set_text(self.retry, wording("sign_on_retry"))

    def _answer(self) -> None:
        number, pin = self.number.text().strip(), self.pin.text()
        self.pin.clear()
        if number and pin:
            self.answered.emit(number, pin)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do not close on Esc; the window itself lets only the language key work now."""
        event.ignore()
