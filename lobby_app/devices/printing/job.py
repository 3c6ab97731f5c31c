"""One print job and an honest answer: printed, not sent, held or unknown (devices 4.3).

Only NOT_SENT may be tried again by a program: everything else may already be on paper.
"""

from contextlib import suppress
from time import monotonic

from lobby_app.config import PrintMarker
from lobby_app.devices.printing.escpos import (
    QUEUED_STATUS_REQUEST,
    Answers,
    process_id_request,
    realtime_request,
)
from lobby_app.devices.printing.transports import Connection, NothingSentError, Transport
from lobby_app.domain.errors import BugError
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult

STATUS_TIMEOUT_S = 1.0
PRINT_TIMEOUT_S = 8.0
_POLL_S = 0.5
# DLE EOT 2 and 3: bit → problem.
_OFFLINE_CAUSES = (
    (2, 0x04, PrinterProblem.COVER_OPEN),
    (2, 0x20, PrinterProblem.PAPER_OUT),
    (3, 0x08, PrinterProblem.CUTTER),
    (3, 0x20, PrinterProblem.UNRECOVERABLE),
    (3, 0x40, PrinterProblem.OVERHEATED),
)
_Ending = tuple[PrintOutcome, PrinterProblem | None]


def run_job(
    transport: Transport,
    data: bytes,
    job_id: str,
    marker: PrintMarker,
    *,
    status_timeout_s: float = STATUS_TIMEOUT_S,
    print_timeout_s: float = PRINT_TIMEOUT_S,
) -> PrintResult:
    """Send one job, once, on a connection of its own and tell what became of it.

    `job_id`: four printable ASCII characters.
    """
    if len(job_id) != 4 or not (job_id.isascii() and job_id.isprintable()):
        raise BugError(f"not a job id: {job_id!r}")
    start = monotonic()
    try:
        connection = transport.open()
    except OSError:
        return PrintResult(
            PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE, seconds=monotonic() - start
        )
    try:
        if transport.two_way and marker is not PrintMarker.NONE:
            talk = _Talk(connection, status_timeout_s)
            outcome, problem = _run_two_way(talk, data, job_id, marker, print_timeout_s)
        else:
            outcome, problem = _run_one_way(connection, data)
    finally:
        _close(connection)
    return PrintResult(outcome, problem, seconds=monotonic() - start)


def ask_status(
    transport: Transport, *, status_timeout_s: float = STATUS_TIMEOUT_S
) -> PrinterStatus:
    """Ask a printer how it is, on a fresh connection; a one-way printer cannot say."""
    try:
        connection = transport.open()
    except OSError:
        return PrinterStatus((PrinterProblem.UNREACHABLE,))
    try:
        if not transport.two_way:
            return PrinterStatus()
        talk = _Talk(connection, status_timeout_s)
        problems = talk.problems()
        return PrinterStatus(tuple(problems), near_end=talk.ask(4) & 0x0C != 0)
    except TimeoutError:
        return PrinterStatus((PrinterProblem.NO_ANSWER,))
    except OSError:
        return PrinterStatus((PrinterProblem.CONNECTION_LOST,))
    finally:
        _close(connection)


def _close(connection: Connection) -> None:
    # A device pulled out while it is being closed changes nothing about what was printed.
    with suppress(OSError):
        connection.close()


def _run_one_way(connection: Connection, data: bytes) -> _Ending:
    try:
        connection.send(data)
    except OSError as error:
        return _send_failure(error)
    return PrintOutcome.UNKNOWN, PrinterProblem.NO_FEEDBACK


def _run_two_way(
    talk: "_Talk", data: bytes, job_id: str, marker: PrintMarker, print_timeout_s: float
) -> _Ending:
    try:
        problems = talk.problems()
    except TimeoutError:
        return PrintOutcome.NOT_SENT, PrinterProblem.NO_ANSWER
    except OSError:
        return PrintOutcome.NOT_SENT, PrinterProblem.CONNECTION_LOST
    if problems:
        return PrintOutcome.NOT_SENT, problems[0]
    gs_h = marker is PrintMarker.GS_H
    tail = process_id_request(job_id) if gs_h else QUEUED_STATUS_REQUEST
    talk.answers.forget()
    try:
        talk.connection.send(data + tail)
    except OSError as error:
        return _send_failure(error)
    return _await_marker(talk, job_id if gs_h else None, monotonic() + print_timeout_s)


def _send_failure(error: OSError) -> _Ending:
    if isinstance(error, NothingSentError):
        return PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE
    if isinstance(error, TimeoutError):
        return PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED
    return PrintOutcome.UNKNOWN, PrinterProblem.CONNECTION_LOST


def _await_marker(talk: "_Talk", job_id: str | None, deadline: float) -> _Ending:
    """Wait for the printer's receipt; while it is silent, ask whether it has stopped.

    `job_id` None: any answer to GS r 1 is the receipt. The receipt counts wherever it comes, also
    between the answers to our questions: a ticket that is out is never called held.
    """
    problems: list[PrinterProblem] = []
    while True:
        if job_id in talk.answers.process_ids or (job_id is None and talk.answers.queued):
            return PrintOutcome.PRINTED, None
        if problems:
            return PrintOutcome.HELD, problems[0]
        left = deadline - monotonic()
        if left <= 0:
            return PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED
        try:
            if not talk.listen(min(_POLL_S, left)):
                problems = talk.problems()
        except TimeoutError:
            continue
        except OSError:
            return PrintOutcome.UNKNOWN, PrinterProblem.CONNECTION_LOST


class _Talk:
    """Questions and answers on one connection."""

    def __init__(self, connection: Connection, timeout_s: float) -> None:
        self.connection = connection
        self.answers = Answers()
        self._timeout_s = timeout_s

    def listen(self, timeout_s: float) -> bool:
        """Take what comes within the time; False: nothing came. OSError: the line is gone."""
        data = self.connection.receive(timeout_s)
        self.answers.feed(data)
        return bool(data)

    def ask(self, number: int) -> int:
        """Return the answer to one DLE EOT.

        Raises:
            TimeoutError: nothing that is an answer came. OSError: the connection is gone.
        """
        deadline = monotonic() + self._timeout_s
        while monotonic() < deadline and self.listen(0):
            pass  # late answers to earlier questions
        self.answers.realtime.clear()
        self.connection.send(realtime_request(number))
        while not self.answers.realtime:
            if (left := deadline - monotonic()) <= 0:
                raise TimeoutError
            self.listen(left)
        return self.answers.realtime[0]

    def problems(self) -> list[PrinterProblem]:
        """Return what keeps the printer from printing, empty = ready.

        Raises:
            TimeoutError: a printer that answers nothing. OSError: the connection is gone.
        """
        if not self.ask(1) & 0x08:
            return []
        answers = {number: self.ask(number) for number in (2, 3)}
        found = [problem for number, bit, problem in _OFFLINE_CAUSES if answers[number] & bit]
        return found or [PrinterProblem.OFFLINE]
