"""The real window offscreen: last key of a scan → painted answer; Enter → last byte at the printer.

Keys come as key events with a reader's times, through the real wedge filter.
"""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from typing_extensions import override

from lobby_app.app.program import dress_application
from lobby_app.assembly import OpenDesk
from lobby_app.config import PrinterKind, PrinterSettings, Settings, WedgeSettings
from lobby_app.devices.printing.escpos import process_id_request, raster_job
from lobby_app.devices.printing.transports import TcpTransport
from lobby_app.printers import open_printer
from lobby_app.services.views import PrimaryAction
from lobby_app.ui.greeter.state import Phase
from lobby_app.ui.paper.bitmap import slip_bitmap
from lobby_app.ui.wedge.filter import WedgeFilter
from tests.bench.figures import Figure, against_goal
from tests.bench.store import Customers
from tests.bench.waiting import run_until
from tests.helpers.desk_app import DeskPage
from tests.helpers.escpos_emulator import PrinterEmulator

PAINT_GOAL_MS, PRINT_GOAL_MS = 100.0, 150.0
_GAP_MS, _PAUSE_MS = 8, 2000
_KEYS = {"\r": Qt.Key.Key_Return}
_SIZE = (1366, 768)


class Reader:
    """Types into a window as a reader does: press and release with the reader's times."""

    def __init__(self, window: QWidget) -> None:
        handle = window.windowHandle()
        assert handle is not None
        self._handle = handle
        self._at = _PAUSE_MS

    def type(self, text: str) -> float:
        """Send a text; return when its last key was sent. What can be painted meanwhile, is."""
        self._at += _PAUSE_MS
        sent = 0.0
        for character in text:
            QApplication.processEvents()
            self._at += _GAP_MS
            sent = monotonic()
            self.tap(_KEYS.get(character, ord(character.upper())), character)
        return sent

    def tap(self, key: int, text: str = "") -> None:
        """Press and release one key."""
        for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            event.setTimestamp(self._at)
            QCoreApplication.sendEvent(self._handle, event)


class Painted(QObject):
    """Notes that a widget was painted while something held."""

    def __init__(self, widget: QWidget, holds: Callable[[], bool] = lambda: True) -> None:
        super().__init__(widget)
        self._holds = holds
        self.is_painted = False
        widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._holds():
            self.is_painted = True
        return False


class TimedPrinter(PrinterEmulator):
    """Notes when the last bytes of each job came, status questions aside."""

    def __init__(self) -> None:
        super().__init__()
        self.job_ends: list[float] = []

    def _take(self, data: bytes) -> tuple[bytes, bool]:
        at, jobs = monotonic(), len(self.process_ids)
        answers = super()._take(data)
        if len(self.process_ids) > jobs:
            self.job_ends.append(at)
        return answers


def measure_window(
    opened: OpenDesk, customers: Customers, folder: Path, scans: int
) -> list[Figure]:
    """Return the figures of reading and of printing."""
    application = QApplication.instance() or QApplication([])
    dress_application(application)
    with TimedPrinter() as printer:
        settings = PrinterSettings(kind=PrinterKind.TCP, address=printer.address)
        page = DeskPage(opened, open_printer(Settings(folder, printer=settings)))
        wedge = WedgeFilter(application, WedgeSettings())
        wedge.scanned.connect(page.window.scan)
        page.open(*_SIZE)
        wedge.reading.connect(page.window.visiting.reading)
        page.sign_on()
        try:
            return _measured(page, printer, customers.cards(scans))
        finally:
            wedge.uninstall()
            page.close()


def _measured(page: DeskPage, printer: TimedPrinter, cards: list[str]) -> list[Figure]:
    reader, plain = Reader(page.window), _PlainWindow()
    painted, painted_limits = [], []
    printed, printed_limits = [], []
    for card in cards:
        painted_limits.append(plain.repaint())
        painted.append(1000 * _read(page, reader, card))
        run_until(page.is_settled)
        _want_ticket(page, reader)
        printed.append(1000 * _print(page, reader, printer))
        run_until(page.is_settled)
        printed_limits.append(1000 * _send_bare(page, printer))
        reader.tap(Qt.Key.Key_Escape)
        run_until(page.is_settled)
    plain.close()
    return [
        against_goal(
            "last key of a scan → recommendation painted",
            "ms", painted, painted_limits, PAINT_GOAL_MS,
        ),
        against_goal(
            "Enter → last byte at the printer socket", "ms", printed, printed_limits, PRINT_GOAL_MS
        ),
    ]  # fmt: skip


def _read(page: DeskPage, reader: Reader, card: str) -> float:
    visit = page.window.hub
    seen = Painted(page.shown.view.answer.answer, lambda: visit.visit.phase is Phase.ADVISED)
    start = reader.type(card + "\r")
    # The event loop returns when the whole window is painted and flushed.
    seconds = run_until(lambda: seen.is_painted) - start
    seen.deleteLater()
    return seconds


def _want_ticket(page: DeskPage, reader: Reader) -> None:
    advice = page.window.hub.visit.advice
    assert advice is not None
    if advice.action is not PrimaryAction.PRINT_TICKET:
        reader.tap(Qt.Key.Key_F2)
        run_until(page.is_settled)


def _print(page: DeskPage, reader: Reader, printer: TimedPrinter) -> float:
    jobs = len(printer.job_ends)
    start = reader.type("\r")
    run_until(lambda: len(printer.job_ends) > jobs)
    return printer.job_ends[-1] - start


def _send_bare(page: DeskPage, printer: TimedPrinter) -> float:
    """Send the bytes of the same ticket through a bare connection; the limit of printing."""
    issued = page.window.hub.visit.issued
    assert issued is not None
    data = raster_job(slip_bitmap(issued.slip, 576)) + process_id_request(issued.job_id)
    jobs = len(printer.job_ends)
    start = monotonic()
    connection = TcpTransport(printer.address).open()
    connection.send(data)
    run_until(lambda: len(printer.job_ends) > jobs)
    connection.close()
    return printer.job_ends[-1] - start


class _PlainWindow:
    """A bare window of the same size whose only text changes: the limit of painting."""

    def __init__(self) -> None:
        self._label = QLabel("0")
        self._label.resize(*_SIZE)
        self._label.show()
        QApplication.processEvents()
        self._count = 0

    def repaint(self) -> float:
        """Return the milliseconds from a new text to its paint."""
        seen = Painted(self._label)
        start = monotonic()
        self._count += 1
        self._label.setText(str(self._count))
        seconds = run_until(lambda: seen.is_painted) - start
        seen.deleteLater()
        return 1000 * seconds

    def close(self) -> None:
        """Put the window away."""
        self._label.close()
        self._label.deleteLater()
