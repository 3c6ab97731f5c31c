"""`lobby wall`: the wall display and its voice as a running program."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from lobby_app.app.program import DeskProgram, new_application, run_program
from lobby_app.config import Settings, WallSettings
from lobby_app.devices.voice import ClipVoice
from lobby_app.domain.errors import KnownError
from lobby_app.domain.hours import DayHours, parse_hours
from lobby_app.logsetup import set_up_logging
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.wall.placing import ScreenKeeper
from lobby_app.ui.wall.speaking import Loudness
from lobby_app.ui.wall.window import WallWindow

if TYPE_CHECKING:
    from lobby_app.assembly import OpenDesk


class WallApp(DeskProgram):
    """One wall: full screen on its monitor, with a worker of its own for the voice.

    Raises:
        KnownError: `wall.wrong_…` for a setting that says nothing.
    """

    def __init__(self, application: QApplication, settings: Settings) -> None:
        wall = settings.wall
        loudness, night = loudness_of(wall), _hours("wall.night", wall.night)
        tip_s = _within("wall.tip_s", wall.tip_s, 0, 3600)
        super().__init__(application, settings)
        self._voice_worker = TaskRunner("voice", self)
        self._voice = ClipVoice(settings.sounds_folder)
        self.window = WallWindow(
            self.database, self._voice_worker, self._voice, loudness, night=night, tip_s=tip_s
        )
        self.window.retried.connect(self.open_desk)
        self.bugs.caught.connect(self.window.noted)
        self.keeper = ScreenKeeper(self.window, application, wall.screen)

    @override
    def the_window(self) -> QWidget:
        return self.window

    @override
    def show_window(self) -> None:
        self.keeper.place()

    @override
    def show_opening(self) -> None:
        self.window.show_opening()

    @override
    def opening_failed(self, error: BaseException) -> None:
        self.window.opening_failed(error)

    @override
    def attach(self, opened: "OpenDesk") -> None:
        from lobby_app.services.board import BoardDesk

        self.window.attach(BoardDesk(opened.desk))

    @override
    def stop_more(self) -> None:
        self.window.stop()
        # A sentence that is being said would keep the worker busy for seconds.
        self._voice.stop()
        self._voice_worker.shutdown()


def loudness_of(wall: WallSettings) -> Loudness:
    """Return how the voice speaks. Raises KnownError `wall.wrong_…`."""
    return Loudness(
        volume=_within("wall.volume", wall.volume, 0, 100),
        repeats=_within("wall.repeats", wall.repeats, 1, 3),
        quiet=_hours("wall.quiet", wall.quiet),
        quiet_volume=_within("wall.quiet_volume", wall.quiet_volume, 0, 100),
    )


def _hours(key: str, text: str) -> DayHours | None:
    try:
        return parse_hours(text)
    except ValueError as error:
        raise KnownError("wall.wrong_hours", key=key) from error


def _within(key: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise KnownError("wall.wrong_number", key=key, least=least, most=most)
    return value


def run_wall(settings: Settings) -> int:
    """Run the wall until somebody presses Ctrl+Q; return the exit status."""
    set_up_logging(settings.data_dir / "log")
    return run_program(WallApp(new_application(), settings))
