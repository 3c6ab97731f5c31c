"""Takes the figures out of the window: a file in the reports folder, or paper."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QWidget

from lobby_app.domain.errors import KnownError
from lobby_app.services.supervision_views import FiguresView
from lobby_app.ui.hub import WindowHub
from lobby_app.ui.supervisor.keys import SupervisorCommand
from lobby_app.ui.supervisor.reports import csv_bytes, print_figures, write_pdf
from lobby_app.ui.supervisor.state import Shift


class ReportController(QObject):
    """CSV, PDF and print of the figures that are on the page."""

    def __init__(self, hub: WindowHub, shift: Shift, window: QWidget) -> None:
        super().__init__(hub)
        self._hub = hub
        self._shift = shift
        self._window = window
        self.dialog: QPrintDialog | None = None

    def commands(self) -> dict[SupervisorCommand, Callable[[], object]]:
        """Return what the keys and buttons of this controller run."""
        return {
            SupervisorCommand.CSV: self._csv,
            SupervisorCommand.PDF: self._pdf,
            SupervisorCommand.PRINT: self._print,
        }

    def _csv(self) -> None:
        view = self._view()
        if view is None:
            return
        content = csv_bytes(view, self._hub.wording)
        self._write(view, "csv", lambda path: path.write_bytes(content))

    def _pdf(self) -> None:
        view = self._view()
        if view is not None:
            self._write(view, "pdf", lambda path: write_pdf(view, self._hub.wording, str(path)))

    def _write(self, view: FiguresView, ending: str, write: Callable[[Path], object]) -> None:
        """Write a file beside its name and put it there whole."""
        port = self._shift.port
        if port is None:
            return
        folder = port.reports_folder()
        target = folder / f"lobby-{view.day.isoformat()}.{ending}"
        draft = target.with_suffix(f".{ending}.part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write(draft)
            draft.replace(target)
        except OSError as error:
            detail = error.strerror or str(error)
            self._hub.fail(KnownError("supervisor.not_written", file=str(target), detail=detail))
            return
        self._hub.tell("written", "ok", 0.0, file=str(target))

    def _print(self) -> None:
        view = self._view()
        if view is None:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self.dialog = QPrintDialog(printer, self._window)
        self.dialog.accepted.connect(lambda: print_figures(view, self._hub.wording, printer))
        self.dialog.setWindowModality(Qt.WindowModality.WindowModal)
        self.dialog.show()

    def _view(self) -> FiguresView | None:
        if self._shift.figures is None:
            self._hub.tell("figures_first", "amber")
        return self._shift.figures
