"""A message to every wall: one of the usual ones, or written here in both languages."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from lobby_app.domain.text import Text
from lobby_app.messages import bilingual
from lobby_app.services.hall import MESSAGE_EN, MESSAGE_ZH
from lobby_app.ui.i18n import Wording
from lobby_app.ui.theme import TARGET
from lobby_app.ui.widgets.basics import Button, label, set_text
from lobby_app.ui.widgets.sheet import Sheet

USUAL = ("long_wait", "machine_down", "tickets_paused", "closing")
MINUTES = (5, 15, 30, 60)


class BroadcastSheet(Sheet):
    """Usual messages fill the fields; a number of minutes sends.

    Signals:
        sent(str, str, int): Chinese, English, minutes. withdrawn(): clear the walls.
    """

    sent = Signal(str, str, int)
    withdrawn = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=820)
        self.usual = {code: Button(self.content, "row") for code in USUAL}
        for code, button in self.usual.items():
            button.clicked.connect(lambda _=False, code=code: self._fill(code))
            self.body.addWidget(button)
        self.labels = {}
        self.fields = {}
        for language, longest in (("zh", MESSAGE_ZH), ("en", MESSAGE_EN)):
            self.labels[language] = label(self.content, "body")
            field = QLineEdit(self.content)
            field.setMaxLength(longest)
            field.setMinimumHeight(TARGET)
            self.fields[language] = field
            self.body.addWidget(self.labels[language])
            self.body.addWidget(field)
        self.error = label(self.content, "error", wraps=True)
        self.body.addWidget(self.error)
        line = QHBoxLayout()
        self.send = {minutes: Button(self.content) for minutes in MINUTES}
        for minutes, button in self.send.items():
            button.clicked.connect(lambda _=False, minutes=minutes: self._send(minutes))
            line.addWidget(button)
        self.body.addLayout(line)
        self.withdraw = Button(self.content, "quiet")
        self.withdraw.clicked.connect(self._withdraw)
        self.body.addWidget(self.withdraw)

    def open_sheet(self, wording: Wording, message: str = "") -> None:
        """Ask for a message; `message`: code of a usual one to begin with."""
        set_text(self.title, wording("broadcast_title"))
        set_text(self.text, wording("broadcast_text"))
        set_text(self.close_button, wording("close_sheet"))
        for code, button in self.usual.items():
            set_text(button, wording.text(_message(code)))
        for language, field in self.fields.items():
            said = wording(f"message_{language}", count=field.maxLength())
            set_text(self.labels[language], said)
            field.setAccessibleName(said)
            field.clear()
        for minutes, button in self.send.items():
            set_text(button, wording("show_for", minutes=minutes))
        set_text(self.withdraw, wording("withdraw"))
        self.say("")
        if message:
            self._fill(message)
        self.open_over(self.fields["zh"] if not message else self.send[MINUTES[1]])

    def say(self, sentence: str) -> None:
        """Say why a message was refused; the sheet stays."""
        set_text(self.error, sentence)
        self.error.setVisible(bool(sentence))
        self.relayout()

    def _fill(self, code: str) -> None:
        message = _message(code)
        self.fields["zh"].setText(message.zh)
        self.fields["en"].setText(message.en)
        self.send[MINUTES[1]].setFocus()

    def _send(self, minutes: int) -> None:
        self.sent.emit(self.fields["zh"].text(), self.fields["en"].text(), minutes)

    def _withdraw(self) -> None:
        self.hide()
        self.withdrawn.emit()


def _message(code: str) -> Text:
    return bilingual(f"supervisor.say_{code}")
