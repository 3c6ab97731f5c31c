"""Printers that Qt drives: a folder of PDF files, or any printer of the operating system."""

import os
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from lobby_app.domain.slip import TicketSlip
from lobby_app.ui.paper.drawing import DOTS_PER_MM, WIDTHS, draw_slip, slip_height

_DPI = 203 * 3


def _page(slip: TicketSlip, width_mm: int) -> QPageSize:
    height = slip_height(slip, WIDTHS[width_mm]) / DOTS_PER_MM
    size = QSizeF(width_mm, height)
    return QPageSize(
        size, QPageSize.Unit.Millimeter, "ticket", QPageSize.SizeMatchPolicy.ExactMatch
    )


class PdfPrinter:
    """Writes each ticket as one PDF of its own length; a file appears whole or not at all."""

    def __init__(self, folder: Path, width_mm: int) -> None:
        self._folder = folder
        self._width_mm = width_mm

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Write `<day>-<number>[-copy].pdf`."""
        start = monotonic()
        suffix = f"-{slip.copy}" if slip.copy else ""
        target = self._folder / f"{slip.issued_at:%Y%m%d}-{slip.number}{suffix}.pdf"
        temporary = target.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            written = self._write(slip, temporary)
            if written:
                temporary.replace(target)
        except OSError:
            written = False
        if not written:
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        return PrintResult(PrintOutcome.PRINTED, seconds=monotonic() - start)

    def _write(self, slip: TicketSlip, path: Path) -> bool:
        writer = QPdfWriter(str(path))
        writer.setResolution(_DPI)
        writer.setTitle(slip.number)
        writer.setPageSize(_page(slip, self._width_mm))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        painter = QPainter()
        if not painter.begin(writer):
            return False
        width = WIDTHS[self._width_mm]
        left = (self._width_mm * DOTS_PER_MM - width) / 2
        painter.scale(_DPI / 203, _DPI / 203)
        painter.translate(left, 0)
        draw_slip(painter, slip, width)
        return painter.end()

    def status(self) -> PrinterStatus:
        """Ready as long as the folder can be written."""
        folder = self._folder if self._folder.exists() else self._folder.parent
        writable = folder.exists() and os.access(folder, os.W_OK)
        return PrinterStatus() if writable else PrinterStatus((PrinterProblem.UNREACHABLE,))


class SystemPrinter:
    """Any printer that the operating system knows. It gives no feedback: say so."""

    def __init__(self, name: str, width_mm: int) -> None:
        self._name = name
        self._width_mm = width_mm

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Hand one ticket to the print system."""
        info = QPrinterInfo.printerInfo(self._name)
        if info.isNull():
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
        printer.setDocName(job_id)
        printer.setPageSize(_page(slip, self._width_mm))
        printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
        painter = QPainter()
        if not painter.begin(printer):
            return PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
        width = WIDTHS[self._width_mm]
        scale = printer.pageRect(QPrinter.Unit.DevicePixel).width() / width
        painter.scale(scale, scale)
        draw_slip(painter, slip, width)
        painter.end()
        return PrintResult(PrintOutcome.UNKNOWN, PrinterProblem.NO_FEEDBACK)

    def status(self) -> PrinterStatus:
        """Known to the system or not; more cannot be asked."""
        if QPrinterInfo.printerInfo(self._name).isNull():
            return PrinterStatus((PrinterProblem.UNREACHABLE,))
        return PrinterStatus()
