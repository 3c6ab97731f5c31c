"""From settings to one ticket printer, and the test of it: `lobby printer-test`.

Here the two halves of printing meet that may not know each other: `devices.printing` (bytes, no Qt)
and `ui.paper` (the drawing, PDF and system printers).
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QGuiApplication

from lobby_app.config import PrinterKind, Settings
from lobby_app.devices.printing.printer import Drawing, NoPrinter, check_width, open_escpos
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import PrinterProblem, PrintOutcome, PrintResult, TicketPrinter
from lobby_app.messages import Messages
from lobby_app.ui.paper.bitmap import slip_bitmap
from lobby_app.ui.paper.fonts import chinese_family
from lobby_app.ui.paper.qt_printers import PdfPrinter, SystemPrinter
from lobby_app.ui.paper.ruler import ruler_bitmap, trial_slip

# No ticket has this token: scanned at a desk, the test ticket is unknown.
_TRIAL_TOKEN = "TEST".ljust(26, "0")
_RULER_JOB, _TICKET_JOB = "TRUL", "T000"


class PrinterWithRuler(TicketPrinter, Protocol):
    """Every printer of this program can also print the ruler."""

    def print_ruler(self, job_id: str) -> PrintResult:
        """Print a ruler of the whole print width. Blocking."""
        ...


def open_printer(settings: Settings) -> PrinterWithRuler:
    """Return the printer of the settings; nothing is connected yet, no QApplication is needed yet.

    Kind `none` gives a printer that answers every job with NOT_SENT / NO_PRINTER: the ticket is
    valid, no paper exists, and the greeter is told so each time rather than never.

    Raises:
        KnownError: `printer.bad_address` or `printer.bad_width`.
    """
    printer = settings.printer
    if printer.kind is PrinterKind.NONE:
        return NoPrinter()
    check_width(printer.width_mm)
    if printer.kind is PrinterKind.PDF:
        return PdfPrinter(pdf_folder(settings), printer.width_mm)
    if printer.kind is PrinterKind.SYSTEM:
        if not printer.address:
            raise KnownError("printer.bad_address", address="")
        return SystemPrinter(printer.address, printer.width_mm)
    return open_escpos(printer, Drawing(slip=slip_bitmap, ruler=ruler_bitmap))


def pdf_folder(settings: Settings) -> Path:
    """Return where the PDF printer writes: the address, or `tickets` inside the data folder."""
    address = settings.printer.address
    return Path(address).expanduser() if address else settings.data_dir / "tickets"


def printer_test(settings: Settings, messages: Messages) -> int:
    """Print a ruler and a test ticket and say what became of each.

    Returns:
        0 when both were printed, or sent to a printer that cannot answer; else 1.

    Raises:
        KnownError: `printer.bad_address` or `printer.bad_width`.
    """
    printer = open_printer(settings)
    # Fonts need an application object; an existing one (a window, a test) is as good.
    application = QGuiApplication.instance() or QGuiApplication(_arguments())
    if chinese_family() is None:
        sys.stderr.write(messages("printer.no_font") + "\n")
    is_good = _report(messages, "printer.ruler_page", printer.print_ruler(_RULER_JOB))
    if is_good:
        now = datetime.now(UTC).astimezone()
        slip = trial_slip(now, settings.ticket_url + _TRIAL_TOKEN, is_demo=settings.demo)
        is_good = _report(messages, "printer.ticket_page", printer.print(slip, _TICKET_JOB))
    if is_good and settings.printer.kind is PrinterKind.PDF:
        sys.stdout.write(messages("printer.folder", folder=pdf_folder(settings)) + "\n")
    del application  # alive until here
    return 0 if is_good else 1


def _arguments() -> list[str]:
    """Draw without a display: a printer is set up over ssh as often as at the desk."""
    return ["lobby", *(["-platform", "offscreen"] if sys.platform.startswith("linux") else [])]


def _report(messages: Messages, page: str, result: PrintResult) -> bool:
    """Say in words how one page ended; tell whether that is as good as it can be."""
    outcome = messages(f"printer.outcome_{result.outcome}", seconds=f"{result.seconds:.1f}")
    if result.problem is None:
        line = messages("printer.result", page=messages(page), outcome=outcome)
    else:
        problem = messages(f"printer.status_{result.problem}")
        line = messages(
            "printer.result_with_problem", page=messages(page), outcome=outcome, problem=problem
        )
    sys.stdout.write(line + "\n")
    if result.problem is PrinterProblem.NOT_CONFIRMED:
        sys.stdout.write(messages("printer.try_marker") + "\n")
    return result.outcome is PrintOutcome.PRINTED or result.problem is PrinterProblem.NO_FEEDBACK
