"""ESC/POS ticket printers behind ports.TicketPrinter; the drawing is handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lobby_app.config import PrinterKind, PrinterSettings, PrintMarker
from lobby_app.devices.printing.escpos import raster_job
from lobby_app.devices.printing.job import ask_status, run_job
from lobby_app.devices.printing.transports import (
    FileTransport,
    SerialTransport,
    SpoolerTransport,
    TcpTransport,
    Transport,
)
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from lobby_app.domain.slip import Bitmap, TicketSlip

_DOTS = {58: 384, 80: 576}


@dataclass(frozen=True, slots=True)
class Drawing:
    """The pictures a printer can be asked for, drawn for a head of so many dots."""

    slip: Callable[[TicketSlip, int], Bitmap]
    ruler: Callable[[int], Bitmap]


class EscPosPrinter:
    """Prints tickets as pictures on any ESC/POS printer."""

    def __init__(
        self, transport: Transport, drawing: Drawing, width_mm: int, marker: PrintMarker
    ) -> None:
        self._transport = transport
        self._drawing = drawing
        self._width = _DOTS[width_mm]
        self._marker = marker

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Draw and print one ticket."""
        return self._print(self._drawing.slip(slip, self._width), job_id)

    def print_ruler(self, job_id: str) -> PrintResult:
        """Print a ruler of the whole print width."""
        return self._print(self._drawing.ruler(self._width), job_id)

    def _print(self, bitmap: Bitmap, job_id: str) -> PrintResult:
        return run_job(self._transport, raster_job(bitmap), job_id, self._marker)

    def status(self) -> PrinterStatus:
        """Ask the printer how it is."""
        return ask_status(self._transport)


class NoPrinter:
    """A desk without a printer: every ticket is honestly not sent, and the reason is said."""

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Print nothing and say so."""
        return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.NO_PRINTER)

    def print_ruler(self, job_id: str) -> PrintResult:
        """Print nothing and say so."""
        return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.NO_PRINTER)

    def status(self) -> PrinterStatus:
        """Say that there is none."""
        return PrinterStatus((PrinterProblem.NO_PRINTER,))


def check_width(width_mm: int) -> None:
    """Refuse paper that no ticket printer has.

    Raises:
        KnownError: `printer.bad_width`.
    """
    if width_mm not in _DOTS:
        raise KnownError("printer.bad_width", allowed=", ".join(map(str, _DOTS)))


def open_escpos(settings: PrinterSettings, drawing: Drawing) -> EscPosPrinter:
    """Return the printer of the settings; nothing is connected yet.

    Raises:
        KnownError: `printer.bad_address` or `printer.bad_width`.
    """
    check_width(settings.width_mm)
    if not settings.address:
        raise KnownError("printer.bad_address", address="")
    return EscPosPrinter(_transport(settings), drawing, settings.width_mm, settings.marker)


def _transport(settings: PrinterSettings) -> Transport:
    if settings.kind is PrinterKind.SERIAL:
        return SerialTransport(settings.address, settings.baud)
    if settings.kind is PrinterKind.RAW_FILE:
        return FileTransport(Path(settings.address))
    if settings.kind is PrinterKind.SPOOLER:
        return SpoolerTransport(settings.address)
    try:
        return TcpTransport(settings.address)
    except ValueError as error:
        raise KnownError("printer.bad_address", address=settings.address) from error
