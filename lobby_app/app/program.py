"""What every window's program shares: start order, stop order, hooks. Written once."""

import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from lobby_app.app.stop_signals import StopSignals
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.resources import resource
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.theme import FONT_FAMILIES

if TYPE_CHECKING:
    from lobby_app.app.beside import Beside
    from lobby_app.assembly import OpenDesk

SYNC_AFTER_MS = 300
"""The desk is open and painted by then; what others did meanwhile is wanted soon."""
_log = logging.getLogger(__name__)


class BugReporter(QObject):
    """Takes whatever nobody caught: the log gets it whole, the window one sentence.

    Signals:
        caught(object): the exception, delivered on the GUI thread.
    """

    caught = Signal(object)

    def install(self) -> None:
        """Take over the hooks of the interpreter for all threads."""
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _caught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        self.caught.emit(error)

    def _caught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.caught.emit(arguments.exc_value)


class DeskProgram(QObject):
    """One window over one desk: painted first, opened on the db worker, closed in reverse.

    A program says how its window looks before the desk is open, what it does with the open desk,
    and what else it has to stop. `shows_waits`: it shows how long people will wait.
    """

    shows_waits = True

    def __init__(self, application: QApplication, settings: Settings) -> None:
        super().__init__()
        self.application = application
        self.settings = settings
        self.database = TaskRunner("db", self)
        self.bugs = BugReporter(self)
        self.bugs.install()
        self._opened: OpenDesk | None = None
        self._beside: list[Beside] = []
        self._is_stopped = False

    def start(self) -> None:
        """Show the window, then open the desk."""
        self.show_window()
        # One turn of the event loop paints the window; only then the imports begin.
        QTimer.singleShot(0, self, self.open_desk)

    def open_desk(self) -> None:
        """Open keys and files on the db worker."""
        if self._is_stopped:
            return  # closed before its first turn
        self.show_opening()
        self.database.submit(self._open, self._attach, self.opening_failed)

    def _attach(self, opened: "OpenDesk") -> None:
        # With what `lobby forecast` tells come the rules of waiting: not before the first paint.
        from lobby_app.app.beside import Beside
        from lobby_app.app.forecast_feed import ForecastFeed

        if self.settings.central.is_set:
            self._beside.append(Beside("sync", self.settings, self, SYNC_AFTER_MS))
        if self.shows_waits:
            self._beside.append(ForecastFeed(self.settings, opened.desk.latest_forecast, self))
        self.attach(opened)

    def _open(self) -> "OpenDesk":
        # Kept here, on the worker: a program stopped meanwhile has it to close all the same.
        self._opened = self.open_blocking()
        return self._opened

    def stop(self) -> None:
        """Refuse work, let the workers finish, close the files."""
        self._is_stopped = True
        self.stop_more()
        for process in self._beside:
            process.stop()
        window = self.the_window()
        window.close()
        self.database.shutdown()
        if self._opened is not None:
            try:
                self._opened.close()
            except KnownError as error:
                _log.warning("closing the desk: %s", error.key)
        self.bugs.remove()
        window.deleteLater()

    def open_blocking(self) -> "OpenDesk":
        """Open the desk; runs on the db worker."""
        # SQLAlchemy, the key store and their like cost half a second: after the first paint.
        from lobby_app.assembly import open_desk

        return open_desk(self.settings)

    def the_window(self) -> QWidget:
        """Return the program's window."""
        raise NotImplementedError

    def show_window(self) -> None:
        """Show it, before anything is open."""
        raise NotImplementedError

    def show_opening(self) -> None:
        """Say that the desk is being opened."""
        raise NotImplementedError

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        raise NotImplementedError

    def attach(self, opened: "OpenDesk") -> None:
        """Give the window its desk."""
        raise NotImplementedError

    def stop_more(self) -> None:
        """Stop what this program has besides window and db worker; first of all."""


def run_program(program: DeskProgram) -> int:
    """Run a program until its window is closed; return the exit status."""
    signals = StopSignals(program)
    program.application.aboutToQuit.connect(program.stop)
    program.start()
    try:
        return program.application.exec()
    finally:
        signals.remove()


def new_application() -> QApplication:
    """Return the application object, dressed as all windows are."""
    application = QApplication([sys.argv[0]])
    dress_application(application)
    return application


def dress_application(application: QApplication) -> None:
    """Set style, font and icon that all windows share."""
    application.setApplicationName("lobby")
    application.setDesktopFileName("lobby")
    application.setStyle("Fusion")
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(15)
    application.setFont(font)
    application.setWindowIcon(QIcon(str(resource("icons", "ticket.svg"))))
