"""ESC/POS ticket printers behind ports.TicketPrinter; the drawing is handed in."""

from collections.abc import Callable
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
from lobby_app.domain.ports import PrinterStatus, PrintResult
from lobby_app.domain.slip import Bitmap, TicketSlip

_DOTS = {58: 384, 80: 576}


class EscPosPrinter:
    """Prints tickets as pictures on any ESC/POS printer."""

    def __init__(
        self,
        transport: Transport,
        draw: Callable[[TicketSlip, int], Bitmap],
        width_mm: int,
        marker: PrintMarker,
    ) -> None:
        self._transport = transport
        self._draw = draw
        self._width = _DOTS[width_mm]
        self._marker = marker

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Draw and print one ticket."""
        return self.print_bitmap(self._draw(slip, self._width), job_id)

    def print_bitmap(self, bitmap: Bitmap, job_id: str) -> PrintResult:
        """Print any picture."""
        return run_job(self._transport, raster_job(bitmap), job_id, self._marker)

    def status(self) -> PrinterStatus:
        """Ask the printer how it is."""
        return ask_status(self._transport)


def open_escpos(
    settings: PrinterSettings, draw: Callable[[TicketSlip, int], Bitmap]
) -> EscPosPrinter:
    """Return the printer of the settings; nothing is connected yet.

    Raises:
        KnownError: `printer.bad_address` or `printer.bad_width`.
    """
    if settings.width_mm not in _DOTS:
        raise KnownError("printer.bad_width", allowed="58, 80")
    if not settings.address:
        raise KnownError("printer.bad_address", address="")
    return EscPosPrinter(_transport(settings), draw, settings.width_mm, settings.marker)


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
