"""`lobby greeter`: window, reader, printer and files as one running program."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from lobby_app.app.program import DeskProgram, new_application, run_program
from lobby_app.config import Settings
from lobby_app.logsetup import set_up_logging
from lobby_app.messages import Messages
from lobby_app.ui.greeter.activity import ActivityWatch
from lobby_app.ui.greeter.window import GreeterWindow
from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.wedge.filter import WedgeFilter

if TYPE_CHECKING:
    from lobby_app.assembly import OpenDesk
    from lobby_app.domain.ports import TicketPrinter


class GreeterApp(DeskProgram):
    """The greeter's desk."""

    def __init__(self, application: QApplication, settings: Settings, messages: Messages) -> None:
        super().__init__(application, settings)
        self._printer: TicketPrinter | None = None
        self.devices = TaskRunner("device", self)
        keys = KeyMap.with_changes(settings.keys)
        self.window = GreeterWindow(messages, settings.greeter, keys, self.database, self.devices)
        self._fit_to_screen()
        self.window.retried.connect(self.open_desk)
        self.bugs.caught.connect(self.window.hub.fail)
        self._reader = WedgeFilter(application, settings.wedge, self)
        self._reader.scanned.connect(self.window.scan)
        self._activity = ActivityWatch(self)

    def _fit_to_screen(self) -> None:
        """Dress the window once, for the size it will have, before any filter sees every event."""
        screen = self.application.primaryScreen()
        is_full = self.settings.greeter.full_screen
        # Without a window manager nobody maximises: the size is set as well.
        self.window.resize(screen.size() if is_full else screen.availableSize())
        self.window.screen_parts.fit()

    @override
    def the_window(self) -> QWidget:
        return self.window

    @override
    def show_window(self) -> None:
        if self.settings.greeter.full_screen:
            self.window.showFullScreen()
        else:
            self.window.showMaximized()

    @override
    def show_opening(self) -> None:
        self.window.show_opening()

    @override
    def opening_failed(self, error: BaseException) -> None:
        self.window.opening_failed(error)

    @override
    def open_blocking(self) -> "OpenDesk":
        from lobby_app.printers import open_printer

        self._printer = open_printer(self.settings)
        return super().open_blocking()

    @override
    def attach(self, opened: "OpenDesk") -> None:
        # In the GUI thread, after the first paint, before the first ticket.
        from lobby_app.services.greeter_desk import GreeterDesk
        from lobby_app.ui.paper.warm_up import warm_up

        warm_up()
        if self._printer is not None:
            self.window.attach(GreeterDesk(opened.desk, self._printer), opened.desk.policy)
            self._reader.reading.connect(self.window.visiting.reading)
            self._activity.touched.connect(self.window.signing.touched)
            self.application.installEventFilter(self._activity)

    @override
    def stop_more(self) -> None:
        self._reader.uninstall()
        self.application.removeEventFilter(self._activity)
        self.devices.shutdown()


def run_greeter(settings: Settings, messages: Messages) -> int:
    """Run the greeter's desk until its window is closed; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    return run_program(GreeterApp(new_application(), settings, messages))
