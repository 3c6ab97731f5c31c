"""Slips to paper: one job after the other on the device worker, and what became of each."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from lobby_app.domain.ports import (
    PrinterProblem,
    PrinterStatus,
    PrintOutcome,
    PrintResult,
)
from lobby_app.services.views import Issued, Session
from lobby_app.ui.greeter.hub import Hub

POLL_MS = 10_000
_BY_WORD = PrintResult(PrintOutcome.PRINTED)
"""What the greeter says came out: the printer itself could not tell."""


class PrintController(QObject):
    """Prints slips, records the truth, watches the printer.

    Signals:
        trouble(object, object): Issued and PrintResult; the number is valid, its paper is missing.
        recorded(): the log knows more about paper.
    """

    trouble = Signal(object, object)
    recorded = Signal()

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._hub = hub
        self._jobs = 0
        self._session: Session | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to watch the printer."""
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._timer.stop()

    def print(self, issued: Issued) -> None:
        """Print one slip; whatever happens, the next one is not held up."""
        reception = self._hub.reception
        self._session = self._hub.desk.session or self._session
        self._jobs += 1

        def done(result: PrintResult) -> None:
            self._jobs -= 1
            self._finished(issued, result)

        def failed(error: BaseException) -> None:
            self._jobs -= 1
            self._hub.fail(error)
            # Nobody knows how far it got: only the greeter can see the paper.
            self._finished(issued, PrintResult(PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED))

        self._hub.devices.submit(lambda: reception.print_slip(issued), done, failed)

    def _finished(self, issued: Issued, result: PrintResult) -> None:
        visit = self._hub.visit
        if visit.issued is not None and visit.issued.ticket_id == issued.ticket_id:
            visit.print_result = result
        self._record(issued, result)
        silent = (PrintOutcome.PRINTED, PrinterProblem.NO_FEEDBACK)
        self._hub.desk.printer_failed = result.outcome not in silent and (
            result.problem is not PrinterProblem.NO_FEEDBACK
        )
        if self._hub.desk.printer_failed:
            self.trouble.emit(issued, result)
        self.look()
        self._hub.changed.emit()

    def confirm(self, issued: Issued) -> None:
        """The greeter saw the paper come out."""
        self._finished(issued, _BY_WORD)

    def _record(self, issued: Issued, result: PrintResult) -> None:
        # Who printed it may have left the desk before the printer answered.
        self._session = self._hub.desk.session or self._session
        reception, session, copy = self._hub.reception, self._session, issued.slip.copy
        if session is None:
            return
        self._hub.run(
            lambda: reception.record_print(session, issued.ticket_id, result, copy),
            lambda _: self.recorded.emit(),
        )

    def reprint(self, ticket_id: str, then: Callable[[Issued], None] | None = None) -> None:
        """Print a further copy of a waiting ticket."""
        reception, session = self._hub.reception, self._hub.session

        def ready(issued: Issued) -> None:
            if then is not None:
                then(issued)
            self.print(issued)

        self._hub.run(lambda: reception.reprint(session, ticket_id), ready)

    def look(self) -> None:
        """Ask the printer how it is, unless a job is under way: it serves one at a time."""
        if not self._hub.is_open or self._jobs:
            return
        self._hub.devices.submit(self._hub.reception.printer_status, self._seen, self._hub.fail)

    def _seen(self, status: PrinterStatus) -> None:
        if self._hub.desk.printer != status:
            self._hub.desk.printer = status
            self._hub.changed.emit()
