"""`lobby supervisor`: hall, figures and fairness as a running program."""

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from lobby_app.app.program import DeskProgram, new_application, run_program
from lobby_app.config import Settings
from lobby_app.logsetup import set_up_logging
from lobby_app.messages import Messages
from lobby_app.ui.supervisor.window import SupervisorWindow

if TYPE_CHECKING:
    from lobby_app.assembly import OpenDesk

REPORTS = "reports"


class SupervisorApp(DeskProgram):
    """The supervisor's window over one desk."""

    def __init__(self, application: QApplication, settings: Settings, messages: Messages) -> None:
        super().__init__(application, settings)
        self.window = SupervisorWindow(messages, settings.greeter.theme, self.database)
        self.window.retried.connect(self.open_desk)
        self.bugs.caught.connect(self.window.hub.fail)
        self.window.watching.seen.connect(self._settle)

    @Slot()
    def _settle(self) -> None:
        """Once the day is read: what is loaded now stays, so that no collection walks it again.

        A full collection would hold every thread for 150 ms now and then, the window's too.
        """
        self.window.watching.seen.disconnect(self._settle)
        gc.collect()
        gc.freeze()

    @override
    def stop_more(self) -> None:
        gc.unfreeze()

    @override
    def the_window(self) -> QWidget:
        return self.window

    @override
    def show_window(self) -> None:
        # Without a window manager nobody maximises: the size is set as well.
        self.window.resize(self.application.primaryScreen().availableSize())
        self.window.showMaximized()

    @override
    def show_opening(self) -> None:
        self.window.show_opening()

    @override
    def opening_failed(self, error: BaseException) -> None:
        self.window.opening_failed(error)

    @override
    def attach(self, opened: "OpenDesk") -> None:
        from lobby_app.services.staffing import advise_counters
        from lobby_app.services.supervisor_desk import SupervisorDesk

        folder = self.settings.data_dir / REPORTS
        self.window.attach(SupervisorDesk(opened.desk, folder, advise_counters))


def run_supervisor(settings: Settings, messages: Messages) -> int:
    """Run the supervisor's window until it is closed; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    return run_program(SupervisorApp(new_application(), settings, messages))
