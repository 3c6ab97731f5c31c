"""A real supervisor's window over a real demo desk in the middle of a played day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import Settings
from lobby_app.demo.live import first_moment
from lobby_app.demo.traffic import ScheduleClock, Traffic, seeded_ids
from lobby_app.domain.event import Envelope, EventKind, parse_body
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.supervision import Advisor
from lobby_app.services.supervisor_desk import SupervisorDesk
from lobby_app.ui.supervisor.window import SupervisorWindow
from lobby_app.ui.tasks import TaskRunner
from tests.helpers.links import SettableLink

DAY = date(2026, 11, 25)
ZONE = ZoneInfo("Asia/Shanghai")
NUMBER, PIN = "0017", "2468"
PATIENCE_S = 30.0


class Branch:
    """A demo branch whose day can be played on. `clock` stands still between two happenings."""

    def __init__(self, folder: Path, kind: str = "pension", seed: int = 1) -> None:
        self.folder = folder
        self.clock = ScheduleClock(first_moment(DAY, "Asia/Shanghai"))
        self.opened: OpenDesk = open_desk(Settings(data_dir=folder, demo=True), self.clock)
        new_id, new_token = seeded_ids(seed)
        self.desk = replace(
            self.opened.desk, clock=self.clock, new_id=new_id, new_ticket_token=new_token
        )
        self._traffic = Traffic(self.desk, self.clock, DAY, kind, seed)

    def play_until(self, hour: int, minute: int) -> None:
        """Play the day up to a time."""
        until = datetime.combine(DAY, time(hour, minute), ZONE)
        self._traffic.play(lambda at: at <= until)
        self.stand_at(hour, minute)

    def stand_at(self, hour: int, minute: int) -> None:
        """Set the clock without playing."""
        self.clock.at = datetime.combine(DAY, time(hour, minute), ZONE)

    def later(self, minutes: float) -> None:
        """Let time pass in which nothing happens."""
        self.clock.at += timedelta(minutes=minutes)

    def close(self) -> None:
        """Close the files."""
        self.opened.close()


class SupervisorPage:
    """The window as its user sees it."""

    def __init__(
        self, branch: Branch, language: Language = Language.ZH, advise: Advisor | None = None
    ) -> None:
        self.branch = branch
        self.database = TaskRunner("db")
        self.window = SupervisorWindow(Messages(language), "light", self.database)
        self.link = SettableLink(branch.desk.link())
        desk = replace(branch.desk, link=self.link)
        self.port = SupervisorDesk(desk, branch.folder / "reports", advise)
        self.view = self.window.view
        self.shift = self.window.shift

    def open(self, width: int = 1366, height: int = 768) -> None:
        """Show the window and wait until somebody may sign on."""
        self.window.resize(width, height)
        self.window.show()
        self.window.show_opening()
        self.window.attach(self.port)
        self.settle()

    def sign_on(self, number: str = NUMBER, pin: str = PIN) -> None:
        """Type number and PIN and press Enter."""
        sheet = self.window.sign_on
        sheet.number.clear()
        QTest.keyClicks(sheet.number, number)
        QTest.keyClicks(sheet.pin, pin)
        QTest.keyClick(sheet.pin, Qt.Key.Key_Return)
        self.settle()

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
        """Press a key where the focus is."""
        target = self.window.focusWidget() or self.window
        QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
        self.settle()

    def control(self, key: Qt.Key) -> None:
        """Press a key with Ctrl."""
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def choose(self, text: str) -> None:
        """Press the answer whose words hold `text`."""
        assert self.window.choice.isVisible(), "no question is asked"
        for button in self.window.choice.buttons:
            if button.isVisibleTo(self.window.choice) and text in button.text():
                button.click()
                self.settle()
                return
        shown = [button.text() for button in self.window.choice.buttons]
        raise AssertionError(f"{text} is not among {shown}")

    def look(self) -> None:
        """Read the page again, as the timer does."""
        self.window.watching.refresh()
        self.settle()

    def settle(self) -> None:
        """Let everything that was started come to its end."""
        QApplication.processEvents()
        self.until(lambda: not self.database.is_busy)

    def until(self, holds: Callable[[], bool]) -> None:
        """Run the event loop until something holds."""
        end = monotonic() + PATIENCE_S
        while not holds():
            if monotonic() > end:
                raise AssertionError("the window did not get there in time")
            QApplication.processEvents()
        QApplication.processEvents()

    @property
    def notice(self) -> str:
        """The notice, empty when there is none."""
        notice = self.view.notice
        return "" if notice.frame.isHidden() else notice.text.text()

    @property
    def question(self) -> str:
        """The question that is asked, empty when there is none."""
        return self.window.choice.title.text() if self.window.choice.isVisible() else ""

    def events(self, *kinds: EventKind) -> list[Envelope]:
        """Return today's events of some kinds in order."""
        with self.branch.desk.reader() as work:
            found = work.events(DAY, kinds)
        return [envelope for event in found if (envelope := parse_body(event.body)) is not None]

    def texts(self) -> list[str]:
        """Return every text that can be seen."""
        found = []
        for widget in self.window.findChildren(QWidget):
            if widget.isVisible() and isinstance(widget, QLabel | QPushButton):
                found.append(widget.text())
            elif widget.isVisible() and isinstance(widget, QLineEdit):
                found.append(widget.placeholderText())
        return [text for text in found if text]

    def close(self) -> None:
        """Close the window and stop the worker; the branch stays open."""
        self.window.close()
        self.database.shutdown()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
