"""A customer's answer, typed off a paper slip: a ticket, a score, and two things that may miss."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from lobby_app.domain.satisfaction import LIKELIHOODS, SCORES, Answer, AnswerReason
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.scale import Scale
from lobby_app.ui.widgets.basics import Button, Field, label, set_text
from lobby_app.ui.widgets.sheet import Sheet

_LONGEST = 100
"""A scanned ticket code is a link."""


class AnswerSheet(Sheet):
    """Enter in the field goes to the score, Enter there notes the answer; the next slip follows.

    Signals:
        given(str, object): what names the ticket, and the Answer.
    """

    given = Signal(str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=820)
        self._no_score = ""
        self.labels: dict[str, QLabel] = {}
        # Above the field that they send back to: large type leaves no room for both ends.
        self.error = label(self.content, "error", wraps=True)
        self.noted = label(self.content, "body_quiet", wraps=True)
        self.body.addWidget(self.error)
        self.body.addWidget(self.noted)
        self.ticket = Field(self.content)
        self.ticket.setMaxLength(_LONGEST)
        self.csat = Scale(self.content, [str(score) for score in SCORES])
        self.nps = Scale(self.content, [str(likelihood) for likelihood in LIKELIHOODS])
        self.reason = Scale(self.content, [reason.value for reason in AnswerReason])
        for name, widget in (
            ("ticket", self.ticket), ("csat", self.csat), ("nps", self.nps),
            ("reason", self.reason),
        ):  # fmt: skip
            self.labels[name] = label(self.content, "body")
            self.body.addWidget(self.labels[name])
            self.body.addWidget(widget)
        self.note = Button(self.content, "primary")
        self.body.addWidget(self.note)
        self.ticket.returnPressed.connect(self.csat.setFocus)
        self.note.clicked.connect(self._give)
        self.left.connect(self._empty)
        for scale in (self.csat, self.nps, self.reason):
            scale.entered.connect(self._give)

    def open_sheet(self, wording: Wording) -> None:
        """Ask for an answer."""
        set_text(self.title, wording("answer_title"))
        set_text(self.text, wording("answer_text"))
        set_text(self.close_button, wording("close_sheet"))
        set_text(self.note, wording("answer_note"))
        self._no_score = wording("answer_no_score")
        words = {"csat": list(self.csat.steps), "nps": list(self.nps.steps)}
        words["reason"] = [
            wording("key_first", label=wording(f"answer_{reason.value}"), key=place)
            for place, reason in enumerate(AnswerReason, start=1)
        ]
        for name, line in self.labels.items():
            set_text(line, wording(f"answer_{name}"))
        self.ticket.setAccessibleName(wording("answer_ticket"))
        for name, scale in (("csat", self.csat), ("nps", self.nps), ("reason", self.reason)):
            scale.show_words(wording(f"answer_{name}"), words[name])
        self._empty()
        self._say("", "")
        self.open_over(self.ticket)

    def refuse(self, sentence: str) -> None:
        """Say why an answer was refused: another ticket is wanted, what was chosen stays."""
        self.ticket.setText("")
        self._say(sentence, "")
        self.ticket.setFocus()

    def next_slip(self, sentence: str) -> None:
        """Say what was noted and ask for the next one."""
        self._empty()
        self._say("", sentence)
        self.ticket.setFocus()

    def _say(self, error: str, noted: str) -> None:
        for line, sentence in ((self.error, error), (self.noted, noted)):
            set_text(line, sentence)
            line.setVisible(bool(sentence))
        self.relayout()
        self.area.verticalScrollBar().setValue(0)

    def _empty(self) -> None:
        # setText forgets the undo stack: a card may have been held under the reader.
        self.ticket.setText("")
        for scale in (self.csat, self.nps, self.reason):
            scale.choose("")

    def _give(self) -> None:
        if not self.csat.value:
            self._say(self._no_score, "")
            self.csat.setFocus()
            return
        answer = Answer(
            int(self.csat.value),
            int(self.nps.value) if self.nps.value else None,
            AnswerReason(self.reason.value) if self.reason.value else None,
        )
        self.given.emit(self.ticket.text(), answer)
