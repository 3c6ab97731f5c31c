"""One print job and an honest answer: printed, not sent, held or unknown (devices 4.3).

Only NOT_SENT may be tried again by a program: everything else may already be on paper.
"""

import subprocess

from lobby_app.config import PrintMarker
from lobby_app.devices.printing.escpos import (
    QUEUED_STATUS_REQUEST,
    is_queued_status,
    is_realtime_status,
    process_id_answer,
    process_id_request,
    realtime_request,
)
from lobby_app.devices.printing.transports import Connection, Transport, monotonic
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult

STATUS_TIMEOUT_S = 1.0
PRINT_TIMEOUT_S = 8.0
_POLL_S = 0.5
_FAILURES = (OSError, subprocess.SubprocessError)
# DLE EOT 2 and 3: bit → problem.
_OFFLINE_CAUSES = (
    (2, 0x04, PrinterProblem.COVER_OPEN),
    (2, 0x20, PrinterProblem.PAPER_OUT),
    (3, 0x08, PrinterProblem.CUTTER),
    (3, 0x20, PrinterProblem.UNRECOVERABLE),
    (3, 0x40, PrinterProblem.OVERHEATED),
)


def run_job(
    transport: Transport,
    data: bytes,
    job_id: str,
    marker: PrintMarker,
    *,
    status_timeout_s: float = STATUS_TIMEOUT_S,
    print_timeout_s: float = PRINT_TIMEOUT_S,
) -> PrintResult:
    """Send one job on a connection of its own and tell what became of it.

    `job_id`: four printable ASCII characters.
    """
    start = monotonic()
    two_way = transport.two_way and marker is not PrintMarker.NONE
    try:
        connection = transport.open()
    except _FAILURES:
        return _result(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE, start)
    try:
        if two_way:
            try:
                problems = ask_problems(connection, status_timeout_s)
            except TimeoutError:
                return _result(PrintOutcome.NOT_SENT, PrinterProblem.NO_ANSWER, start)
            except _FAILURES:
                return _result(PrintOutcome.NOT_SENT, PrinterProblem.CONNECTION_LOST, start)
            if problems:
                return _result(PrintOutcome.NOT_SENT, problems[0], start)
        tail = b""
        if two_way:
            gs_h = marker is PrintMarker.GS_H
            tail = process_id_request(job_id) if gs_h else QUEUED_STATUS_REQUEST
        try:
            connection.send(data + tail)
        except _FAILURES:
            return _result(PrintOutcome.UNKNOWN, PrinterProblem.CONNECTION_LOST, start)
        if not two_way:
            return _result(PrintOutcome.UNKNOWN, PrinterProblem.NO_FEEDBACK, start)
        outcome, problem = _await_marker(
            connection, job_id, marker, status_timeout_s, start + print_timeout_s
        )
        return _result(outcome, problem, start)
    finally:
        connection.close()


def ask_status(
    transport: Transport, *, status_timeout_s: float = STATUS_TIMEOUT_S
) -> PrinterStatus:
    """Ask a printer how it is, on a fresh connection; a one-way printer cannot say."""
    try:
        connection = transport.open()
    except _FAILURES:
        return PrinterStatus((PrinterProblem.UNREACHABLE,))
    try:
        if not transport.two_way:
            return PrinterStatus()
        problems = ask_problems(connection, status_timeout_s)
        near_end = _ask(connection, 4, status_timeout_s) & 0x0C == 0x0C
        return PrinterStatus(tuple(problems), near_end)
    except TimeoutError:
        return PrinterStatus((PrinterProblem.NO_ANSWER,))
    except _FAILURES:
        return PrinterStatus((PrinterProblem.CONNECTION_LOST,))
    finally:
        connection.close()


def ask_problems(connection: Connection, timeout_s: float) -> list[PrinterProblem]:
    """Return what keeps the printer from printing, empty = ready.

    Raises:
        TimeoutError: a printer that answers nothing. OSError: the connection is gone.
    """
    if not _ask(connection, 1, timeout_s) & 0x08:
        return []
    answers = {number: _ask(connection, number, timeout_s) for number in (2, 3)}
    found = [problem for number, bit, problem in _OFFLINE_CAUSES if answers[number] & bit]
    return found or [PrinterProblem.OFFLINE]


def _ask(connection: Connection, number: int, timeout_s: float) -> int:
    """Return one real-time status byte; bytes that are none are passed over."""
    connection.send(realtime_request(number))
    deadline = monotonic() + timeout_s
    while (left := deadline - monotonic()) > 0:
        for byte in connection.receive(left):
            if is_realtime_status(byte):
                return byte
    raise TimeoutError


def _await_marker(
    connection: Connection,
    job_id: str,
    marker: PrintMarker,
    status_timeout_s: float,
    deadline: float,
) -> tuple[PrintOutcome, PrinterProblem | None]:
    """Wait for the printer's receipt; while it is silent, ask whether it has stopped.

    Raster data may hold the bytes of a status request: stray answers are passed over.
    """
    expected, received = process_id_answer(job_id), b""
    while monotonic() < deadline:
        try:
            data = connection.receive(_POLL_S)
            if data:
                received += data
                if marker is PrintMarker.GS_H and expected in received:
                    return PrintOutcome.PRINTED, None
                if marker is PrintMarker.GS_R and any(map(is_queued_status, data)):
                    return PrintOutcome.PRINTED, None
                continue
            problems = ask_problems(connection, status_timeout_s)
        except TimeoutError:
            continue
        except _FAILURES:
            return PrintOutcome.UNKNOWN, PrinterProblem.CONNECTION_LOST
        if problems:
            return PrintOutcome.HELD, problems[0]
    return PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED


def _result(outcome: PrintOutcome, problem: PrinterProblem | None, start: float) -> PrintResult:
    return PrintResult(outcome, problem, monotonic() - start)
