"""Printers that Qt drives: a folder of PDF files, or any printer of the operating system."""

import os
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import (
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
)
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from lobby_app.domain.slip import TicketSlip
from lobby_app.ui.paper.blocks import Page
from lobby_app.ui.paper.drawing import DOTS_PER_MM, WIDTHS, slip_page
from lobby_app.ui.paper.ruler import ruler_page

_HEAD_DPI = 203
_PDF_DPI = 3 * _HEAD_DPI


class PdfPrinter:
    """Writes each ticket as one PDF of its own length; a file appears whole or not at all."""

    def __init__(self, folder: Path, width_mm: int) -> None:
        self._folder = folder
        self._width_mm = width_mm

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Write `<day>-<number>[-copy].pdf`."""
        suffix = f"-{slip.copy}" if slip.copy else ""
        name = f"{slip.issued_at:%Y%m%d}-{slip.number}{suffix}.pdf"
        return self._write(slip_page(slip, WIDTHS[self._width_mm]), name)

    def print_ruler(self, job_id: str) -> PrintResult:
        """Write `ruler.pdf`."""
        return self._write(ruler_page(WIDTHS[self._width_mm]), "ruler.pdf")

    def _write(self, page: Page, name: str) -> PrintResult:
        start = monotonic()
        target = self._folder / name
        temporary = target.with_suffix(".part")
        document = self._document(page, target.stem)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(document)
            temporary.replace(target)
        except OSError:
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        return PrintResult(PrintOutcome.PRINTED, seconds=monotonic() - start)

    def _document(self, page: Page, title: str) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(_PDF_DPI)
        writer.setTitle(title)
        _set_page(writer, page, self._width_mm)
        painter = QPainter(writer)
        paint_scaled(painter, page, writer)
        painter.end()
        return bytes(buffer.data().data())

    def status(self) -> PrinterStatus:
        """Ready as long as the folder, or the nearest one above it, can be written."""
        folder = self._folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        writable = folder.is_dir() and os.access(folder, os.W_OK)
        return PrinterStatus() if writable else PrinterStatus((PrinterProblem.UNREACHABLE,))


class SystemPrinter:
    """Any printer that the operating system knows. It gives no feedback: say so."""

    def __init__(self, name: str, width_mm: int) -> None:
        self._name = name
        self._width_mm = width_mm

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Hand one ticket to the print system."""
        return self._print(slip_page(slip, WIDTHS[self._width_mm]), job_id)

    def print_ruler(self, job_id: str) -> PrintResult:
        """Hand the ruler to the print system."""
        return self._print(ruler_page(WIDTHS[self._width_mm]), job_id)

    def _print(self, page: Page, job_id: str) -> PrintResult:
        start = monotonic()
        info = QPrinterInfo.printerInfo(self._name)
        if info.isNull():
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
        printer.setDocName(job_id)
        if not _paint_page(printer, page, self._width_mm):
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        return PrintResult(
            PrintOutcome.UNKNOWN, PrinterProblem.NO_FEEDBACK, seconds=monotonic() - start
        )

    def status(self) -> PrinterStatus:
        """Known to the system or not; more cannot be asked."""
        if QPrinterInfo.printerInfo(self._name).isNull():
            return PrinterStatus((PrinterProblem.UNREACHABLE,))
        return PrinterStatus()


def _paint_page(printer: QPrinter, page: Page, width_mm: int) -> bool:
    """Paint a page in its true size on whatever paper the printer has; False: it refused."""
    _set_page(printer, page, width_mm)
    painter = QPainter()
    if not painter.begin(printer):
        return False
    paint_scaled(painter, page, printer)
    painter.end()
    return True


def _set_page(device: QPagedPaintDevice, page: Page, width_mm: int) -> None:
    """Ask for paper of the ticket's own size; a driver that lacks it keeps its own."""
    size = QSizeF(width_mm, page.height / DOTS_PER_MM)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    device.setPageSize(QPageSize(size, QPageSize.Unit.Millimeter, "ticket", exact))
    device.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)


def paint_scaled(painter: QPainter, page: Page, device: QPaintDevice) -> None:
    """Paint in true size at the top centre; smaller only when the paper is too small for it."""
    across, along = device.width(), device.height()
    scale = min(device.logicalDpiX() / _HEAD_DPI, across / page.width, along / page.height)
    painter.translate((across - page.width * scale) / 2, 0)
    painter.scale(scale, scale)
    page.paint(painter)
