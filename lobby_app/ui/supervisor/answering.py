"""Takes customers' answers down, one slip after the other."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from lobby_app.domain.satisfaction import Answer
from lobby_app.ui.hub import WindowHub
from lobby_app.ui.supervisor.answer_sheet import AnswerSheet
from lobby_app.ui.supervisor.keys import SupervisorCommand
from lobby_app.ui.supervisor.state import Shift


class AnswerController(QObject):
    """The sheet and its use case.

    Signals:
        done(): an answer was noted; the figures are to be read again.
    """

    done = Signal()

    def __init__(self, hub: WindowHub, shift: Shift, sheet: AnswerSheet) -> None:
        super().__init__(hub)
        self._hub = hub
        self._shift = shift
        self._sheet = sheet
        sheet.given.connect(self._note)

    def commands(self) -> dict[SupervisorCommand, Callable[[], object]]:
        """Return what the keys and buttons of this controller run."""
        return {SupervisorCommand.ANSWER: lambda: self._sheet.open_sheet(self._hub.wording)}

    @Slot(str, object)
    def _note(self, ticket: str, answer: Answer) -> None:
        port, session = self._shift.port, self._shift.session
        if port is None or session is None:
            return
        self._hub.run(
            lambda: port.record_answer(session, ticket, answer), self._noted, self._refused
        )

    def _noted(self, number: str) -> None:
        self._sheet.next_slip(self._hub.wording("answer_noted", number=number))
        self.done.emit()

    def _refused(self, error: BaseException) -> None:
        self._sheet.refuse(self._hub.sentence(error))
