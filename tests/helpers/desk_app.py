"""A real greeter's window over a real demo desk, driven step by step: for UI tests and screenshots.

Page object: tests and screenshots say what a greeter does, not which widget is where.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import GreeterSettings, Settings
from lobby_app.demo.cards import demo_cards
from lobby_app.domain.event import Envelope, EventKind, parse_body
from lobby_app.domain.ports import TicketPrinter
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.greeter_desk import GreeterDesk
from lobby_app.ui.greeter.port import Reception
from lobby_app.ui.greeter.state import Phase, VisitState
from lobby_app.ui.greeter.window import GreeterWindow
from lobby_app.ui.paper.warm_up import warm_up
from lobby_app.ui.shortcuts import KeyMap
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.theme import ThemeName
from lobby_app.ui.widgets.sheet import Sheet
from tests.helpers.links import SettableLink

NUMBER, PIN = "0017", "2468"
PATIENCE_S = 60.0


class DeskPage:
    """The window as its user sees it."""

    def __init__(
        self,
        opened: OpenDesk,
        printer: TicketPrinter,
        language: Language = Language.ZH,
        settings: GreeterSettings | None = None,
        wrap: Callable[[GreeterDesk], Reception] = lambda desk: desk,
    ) -> None:
        self.database = TaskRunner("db")
        self.devices = TaskRunner("device")
        self.messages = Messages(language)
        self.window = GreeterWindow(
            self.messages,
            settings or GreeterSettings(auto_clear_s=0, lock_after_s=0),
            KeyMap(),
            self.database,
            self.devices,
        )
        self.opened = opened
        self.printer = printer
        self.link = SettableLink(opened.desk.link())
        self.reception = wrap(GreeterDesk(replace(opened.desk, link=self.link), printer))
        self.shown = self.window.screen_parts

    def open(self, width: int = 1366, height: int = 768) -> None:
        """Show the window and wait until somebody may sign on."""
        self.window.resize(width, height)
        self.window.show()
        self.window.show_opening()
        warm_up()
        self.window.attach(self.reception, self.opened.desk.policy)
        self.until(lambda: self.shown.sheets.sign_on.enter.isEnabled() and self.is_settled())

    def sign_on(self, number: str = NUMBER, pin: str = PIN) -> None:
        """Type number and PIN and press Enter."""
        sheet = self.shown.sheets.sign_on
        if not sheet.number.isReadOnly():
            sheet.number.clear()
            QTest.keyClicks(sheet.number, number)
        QTest.keyClicks(sheet.pin, pin)
        self.press(Qt.Key.Key_Return, target=sheet.pin)
        self.settle()

    def scan(self, text: str) -> None:
        """Deliver a scan and wait for what comes of it."""
        self.window.scan(text)
        self.settle()

    def scan_card(self, key: str) -> None:
        """Deliver the card or document of a sample person."""
        self.scan(card_text(key))

    def choose(self, business: str) -> None:
        """Press the digit of a business, turning pages until it is offered."""
        for _ in range(9):
            offered = self.shown.business.offered.codes
            if business in offered:
                self.press(Qt.Key(Qt.Key.Key_1.value + offered.index(business)))
                return
            self.press(Qt.Key.Key_9)
        raise AssertionError(f"{business} is on no page")

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None, target=None) -> None:
        """Press a key where the focus is."""
        widget = target or self.window.focusWidget() or self.window
        QTest.keyClick(widget, key, modifier or Qt.KeyboardModifier.NoModifier)
        self.settle()

    def type(self, text: str) -> None:
        """Type text where the focus is."""
        self.type_now(text)
        self.settle()

    def type_now(self, text: str) -> None:
        """Type text without waiting for what comes of it."""
        QTest.keyClicks(self.window.focusWidget() or self.window, text)
        QApplication.processEvents()

    def touch(self, widget: QWidget) -> None:
        """Press a widget with the finger, if it can be seen."""
        assert widget.isVisible(), "nobody can touch what is not shown"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=centre(widget))
        self.settle()

    def is_settled(self) -> bool:
        """Whether no worker has anything to do and nothing is under way on screen."""
        visit = self.window.hub.visit
        busy = visit.is_working or visit.is_advice_due or visit.phase is Phase.READING
        return not (busy or self.database.is_busy or self.devices.is_busy)

    def settle(self) -> None:
        """Let everything that was started come to its end."""
        QApplication.processEvents()
        self.until(self.is_settled)

    def until(self, holds: Callable[[], bool]) -> None:
        """Run the event loop until something holds."""
        end = monotonic() + PATIENCE_S
        while not holds():
            if monotonic() > end:
                raise AssertionError("the window did not get there in time")
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()

    def theme(self, name: ThemeName) -> None:
        """Wear a theme."""
        self.shown.choose_theme(name)
        QApplication.processEvents()

    @property
    def answer(self) -> str:
        """The big line."""
        return self.shown.view.answer.answer.text()

    @property
    def notice(self) -> str:
        """The notice, empty when there is none."""
        notice = self.shown.view.answer.notice
        return "" if notice.frame.isHidden() else notice.text.text()

    @property
    def visit(self) -> VisitState:
        """What the window knows of the visit."""
        return self.window.hub.visit

    @property
    def sheet(self) -> Sheet | None:
        """The sheet that is open."""
        return self.shown.sheets.open_sheet

    def events(self, *kinds: EventKind) -> list[Envelope]:
        """Return today's events of some kinds, of all when none is named, in order."""
        desk = self.opened.desk
        with desk.reader() as work:
            found = work.events(desk.business_day(), kinds or tuple(EventKind))
        return [envelope for event in found if (envelope := parse_body(event.body)) is not None]

    def tickets(self) -> list[str]:
        """Return the numbers of today that are not cancelled, in order."""
        desk = self.opened.desk
        with desk.reader() as work:
            tickets = work.tickets(desk.business_day())
        return [ticket.number for ticket in tickets if ticket.state != "cancelled"]

    def texts(self) -> list[str]:
        """Return every text that can be seen, top to bottom of the widget tree."""
        found = []
        for widget in self.window.findChildren(QWidget):
            if not widget.isVisible():
                continue
            if isinstance(widget, QLabel | QPushButton):
                found.append(widget.text())
            elif isinstance(widget, QLineEdit):
                found += [widget.text(), widget.placeholderText()]
        return [text for text in found if text]

    def close(self) -> None:
        """Close the window and stop the workers; the desk stays open for looking at it."""
        self.window.close()
        self.devices.shutdown()
        self.database.shutdown()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def demo_settings(folder: Path, **changes: object) -> Settings:
    """Return the settings of a demo desk in a folder of its own."""
    return Settings(data_dir=folder, demo=True, **changes)


def open_demo_desk(folder: Path) -> OpenDesk:
    """Install and open the demo branch."""
    return open_desk(demo_settings(folder))


def card_text(key: str) -> str:
    """Return what a reader types for a sample person's card or document."""
    return next(card.text for card in demo_cards() if card.key == key)


@contextmanager
def greeter_page(opened: OpenDesk, printer: TicketPrinter, **options: object) -> Iterator[DeskPage]:
    """Open a window over a desk and close it again, whatever happens."""
    page = DeskPage(opened, printer, **options)  # type: ignore[arg-type]
    page.open()
    try:
        yield page
    finally:
        page.close()


def centre(widget) -> QPoint:
    """Return the middle of a widget."""
    return widget.rect().center()
