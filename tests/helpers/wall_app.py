"""A real wall over a real desk, its times in the hands of the test: for tests and screenshots."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from lobby_app.assembly import OpenDesk
from lobby_app.domain.announcement import Announcement
from lobby_app.domain.hours import parse_hours
from lobby_app.domain.ports import Voice, VoiceOutcome
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.text import Text
from lobby_app.services.board import BoardDesk
from lobby_app.services.views import BoardCall, BoardView, BoardZone
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.wall.port import BoardPort
from lobby_app.ui.wall.speaking import Loudness
from lobby_app.ui.wall.text import WallText
from lobby_app.ui.wall.window import WallWindow

PATIENCE_S = 20.0
MORNING = datetime.fromisoformat("2026-11-24T10:42:00+08:00")
"""The hour of most tests: by day, whatever the hour of the computer."""


EARLIER = MORNING - timedelta(minutes=5)


class StillTime:
    """Two clocks that stand still until the test moves them: seconds, and the hour of the day."""

    def __init__(self, at: datetime) -> None:
        self.seconds = 0.0
        self.at = at

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.at


class RecordingVoice:
    """ports.Voice: notes what it is asked to say and answers as it is told."""

    def __init__(self, outcome: VoiceOutcome = VoiceOutcome.SAID) -> None:
        self.outcome = outcome
        self.said: list[tuple[str, int, int]] = []

    @property
    def numbers(self) -> list[str]:
        """Whose calls were said."""
        return [said[0] for said in self.said]

    def say(self, announcement: Announcement, volume: int) -> VoiceOutcome:
        self.said.append((announcement.number, announcement.counter, volume))
        return self.outcome

    def stop(self) -> None:
        return


class WallPage:
    """The wall as the hall sees it."""

    def __init__(
        self,
        opened: OpenDesk | None,
        *,
        voice: Voice | None = None,
        night: str = "",
        quiet: str = "",
        tip_s: float = 15,
        at: datetime | None = None,
        wrap: Callable[[BoardDesk], BoardPort] = lambda desk: desk,
    ) -> None:
        self.voice = voice or RecordingVoice()
        self.database, self.voices = TaskRunner("db"), TaskRunner("voice")
        now = at or (opened.desk.now() if opened else MORNING)
        self.time = StillTime(now)
        self.window = WallWindow(
            self.database,
            self.voices,
            self.voice,
            Loudness(80, 2, parse_hours(quiet), 0),
            night=parse_hours(night),
            tip_s=tip_s,
            monotonic=self.time.monotonic,
        )
        self.view = self.window.view
        self.port = wrap(BoardDesk(replace(opened.desk, clock=self.time))) if opened else None

    def open(self, width: int = 1920, height: int = 1080) -> None:
        """Show the wall and, if there is a desk, wait for its first board."""
        self.window.resize(width, height)
        self.window.show()
        if self.port is not None:
            self.window.attach(self.port)
            self.until(self.view.panel.isVisible)

    def refresh(self) -> None:
        """Look at the desk and wait for what comes of it."""
        self.settle()
        self.window.watch.look()
        self.settle()

    def settle(self) -> None:
        """Let everything that was started come to its end."""
        self.until(lambda: not self.database.is_busy and not self.voices.is_busy)

    def pass_time(self, seconds: float) -> None:
        """Let time go by, at once."""
        self.time.seconds += seconds
        self.time.at += timedelta(seconds=seconds)
        self.window.tick()
        self.settle()

    def until(self, holds: Callable[[], bool]) -> None:
        """Run the event loop until something holds."""
        end = monotonic() + PATIENCE_S
        while not holds():
            if monotonic() > end:
                raise AssertionError("the wall did not get there in time")
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Numbers and counters that are shown, from the top."""
        return [
            (row.number.text(), row.counter.text()) for row in self.view.rows if row.number.text()
        ]

    @property
    def lit(self) -> list[str]:
        """Numbers of the rows that are lit, from the top."""
        return [row.number.text() for row in self.view.rows if row.is_lit]

    def shown_texts(self) -> list[WallText]:
        """Return every text that can be seen and says something."""
        return [t for t in self.window.findChildren(WallText) if t.isVisible() and t.text()]

    def words(self) -> list[str]:
        """Return what every widget says, to eyes and to screen readers."""
        texts = [text.text() for text in self.shown_texts()]
        names = [w.accessibleName() for w in self.window.findChildren(QWidget)]
        return [word for word in (*texts, *names) if word]

    def close(self) -> None:
        """Take the wall down."""
        self.window.stop()
        self.window.close()
        self.voice.stop()
        self.voices.shutdown()
        self.database.shutdown()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


@contextmanager
def wall_page(opened: OpenDesk | None, **options: object) -> Iterator[WallPage]:
    """Hang up a wall and take it down again, whatever happens."""
    page = WallPage(opened, **options)  # type: ignore[arg-type]
    try:
        yield page
    finally:
        page.close()


def a_call(number: str, counter: int, at: datetime = EARLIER, **changes: object) -> BoardCall:
    """Return a row of the board, a call of some minutes ago."""
    return replace(BoardCall(number, counter, at, 1, without_sound=False), **changes)


def a_board(*calls: BoardCall, **changes: object) -> BoardView:
    """Return a board of a usual morning."""
    zones = (
        BoardZone("A", Text("现金", "Cash"), 7, WaitRange(8, 12), 2),
        BoardZone("B", Text("综合", "Service"), 11, WaitRange(20, 30), 2),
        BoardZone("C", Text("对公", "Corporate"), 2, WaitRange(5, 8), 1),
        BoardZone("D", Text("理财贷款", "Advice"), 1, WaitRange(0, 2), 3),
        BoardZone("E", Text("专属预约", "Appointments"), 0, None, 0),
    )
    rule = Text(
        "按先后叫号；爱心、预约优先；普通客户等满30分钟即叫",
        "Called in order; care and appointments first; after 30 minutes, next.",
    )
    board = BoardView(
        Text("江滨支行（演示）", "Jiangbin Branch (demo)"),
        calls, zones, (), (), rule, is_demo=True, at=MORNING, data_as_of=None,
    )  # fmt: skip
    return replace(board, **changes)
