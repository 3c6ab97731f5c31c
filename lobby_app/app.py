"""Windows: what starts and stops in which order, written once."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import QApplication

from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.logsetup import set_up_logging
from lobby_app.messages import Messages
from lobby_app.resources import resource
from lobby_app.ui.greeter.activity import ActivityWatch
from lobby_app.ui.greeter.window import GreeterWindow
from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.theme import FONT_FAMILIES
from lobby_app.ui.wedge.filter import WedgeFilter

if TYPE_CHECKING:
    from lobby_app.assembly import OpenDesk
    from lobby_app.services.greeter_desk import GreeterDesk

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
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        self.caught.emit(error)

    def _caught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.caught.emit(arguments.exc_value)


class GreeterApp(QObject):
    """The greeter's desk as one running program: window, workers, reader, files.

    The window is painted before anything heavy is imported; keys and files are opened on the db
    worker. `stop` undoes everything in reverse.
    """

    def __init__(self, application: QApplication, settings: Settings, messages: Messages) -> None:
        super().__init__()
        self._application = application
        self._settings = settings
        self._opened: OpenDesk | None = None
        self.database = TaskRunner("db", self)
        self.devices = TaskRunner("device", self)
        keys = KeyMap.with_changes(settings.keys)
        self.window = GreeterWindow(messages, settings.greeter, keys, self.database, self.devices)
        self.window.retried.connect(self.open_desk)
        self._reader = WedgeFilter(application, settings.wedge, self)
        self._reader.scanned.connect(self.window.scan)
        self._reader.reading.connect(self.window.visiting.reading)
        self._activity = ActivityWatch(self)
        self._activity.touched.connect(self.window.signing.touched)
        application.installEventFilter(self._activity)
        self._bugs = BugReporter(self)
        self._bugs.caught.connect(self.window.hub.fail)
        self._bugs.install()

    def start(self) -> None:
        """Show the window, then open the desk."""
        if self._settings.greeter.full_screen:
            self.window.showFullScreen()
        else:
            # Without a window manager nobody maximises: the size is set as well.
            self.window.resize(self._application.primaryScreen().availableSize())
            self.window.showMaximized()
        # One turn of the event loop paints the window; only then the imports begin.
        QTimer.singleShot(0, self, self.open_desk)

    def open_desk(self) -> None:
        """Open keys, files and printer on the db worker."""
        self.window.show_opening()
        self.database.submit(_opening(self._settings), self._attach, self.window.opening_failed)

    def _attach(self, opened: "tuple[OpenDesk, GreeterDesk]") -> None:
        # In the GUI thread, after the first paint, before the first ticket.
        from lobby_app.ui.paper.warm_up import warm_up

        self._opened, reception = opened
        warm_up()
        self.window.attach(reception, self._opened.desk.policy)

    def stop(self) -> None:
        """Refuse work, let the workers finish, close the files."""
        self._reader.uninstall()
        self._application.removeEventFilter(self._activity)
        self.window.close()
        self.devices.shutdown()
        self.database.shutdown()
        if self._opened is not None:
            try:
                self._opened.close()
            except KnownError as error:
                _log.warning("closing the desk: %s", error.key)
        self._bugs.remove()
        self.window.deleteLater()


def _opening(settings: Settings) -> "Callable[[], tuple[OpenDesk, GreeterDesk]]":
    def open_everything() -> "tuple[OpenDesk, GreeterDesk]":
        # SQLAlchemy, the key store and their like cost half a second: after the first paint.
        from lobby_app.assembly import open_desk
        from lobby_app.printers import open_printer
        from lobby_app.services.greeter_desk import GreeterDesk

        printer = open_printer(settings)
        opened = open_desk(settings)
        return opened, GreeterDesk(opened.desk, printer)

    return open_everything


def run_greeter(settings: Settings, messages: Messages) -> int:
    """Run the greeter's desk until its window is closed; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    application = QApplication([sys.argv[0]])
    dress_application(application)
    greeter = GreeterApp(application, settings, messages)
    application.aboutToQuit.connect(greeter.stop)
    greeter.start()
    return application.exec()


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
