"""`lobby counter`: a counter's panel as a running program."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from lobby_app.app.program import DeskProgram, new_application, run_program
from lobby_app.config import Settings
from lobby_app.logsetup import set_up_logging
from lobby_app.messages import Messages
from lobby_app.ui.counter.window import CounterWindow
from lobby_app.ui.wedge.filter import WedgeFilter

if TYPE_CHECKING:
    from lobby_app.assembly import OpenDesk

_EDGE = 12
"""Distance of the panel from the edge of the screen, pixels."""


class CounterApp(DeskProgram):
    """One counter's panel at the right edge of the teller's screen."""

    shows_waits = False

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        messages: Messages,
        counter: int | None,
    ) -> None:
        super().__init__(application, settings)
        self.window = CounterWindow(messages, settings.greeter.theme, counter, self.database)
        self.window.retried.connect(self.open_desk)
        self.bugs.caught.connect(self.window.hub.fail)
        self._reader = WedgeFilter(application, settings.wedge, self)
        self._reader.scanned.connect(self.window.scan)

    @override
    def the_window(self) -> QWidget:
        return self.window

    @override
    def show_window(self) -> None:
        screen = self.application.primaryScreen().availableGeometry()
        self.window.resize(self.window.width(), min(self.window.height(), screen.height()))
        self.window.move(screen.right() - self.window.width() - _EDGE, screen.top() + _EDGE)
        self.window.show()

    @override
    def show_opening(self) -> None:
        self.window.show_opening()

    @override
    def opening_failed(self, error: BaseException) -> None:
        self.window.opening_failed(error)

    @override
    def attach(self, opened: "OpenDesk") -> None:
        from lobby_app.services.counter_desk import CounterDesk

        self.window.attach(CounterDesk(opened.desk))

    @override
    def stop_more(self) -> None:
        self._reader.uninstall()


def run_counter(settings: Settings, messages: Messages, counter: int | None) -> int:
    """Run a counter's panel until its window is closed; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    return run_program(CounterApp(new_application(), settings, messages, counter))
