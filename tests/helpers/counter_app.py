"""The counter's panel as a teller sees it, on a real desk: for tests and pictures."""

from time import monotonic

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.counter_desk import CounterDesk
from lobby_app.ui.counter.window import CounterWindow
from lobby_app.ui.tasks import TaskRunner
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN


class CounterPage:
    """The panel as a teller sees it."""

    def __init__(
        self,
        opened: OpenDesk,
        counter: int,
        language: Language = Language.ZH,
        theme: str = "light",
    ) -> None:
        self.opened = opened
        self.database = TaskRunner("db")
        self.window = CounterWindow(Messages(language), theme, counter, self.database)
        self.window.show()
        self.window.show_opening()
        self.window.attach(CounterDesk(opened.desk))
        self.settle()

    def sign_on(self, number: str = QUICK_NUMBER, pin: str = QUICK_PIN) -> None:
        sheet = self.window.sign_on
        QTest.keyClicks(sheet.number, number)
        QTest.keyClicks(sheet.pin, pin)
        QTest.keyClick(sheet.pin, Qt.Key.Key_Return)
        self.settle()
        self.settle()

    def press(self, key: Qt.Key) -> None:
        open_sheet = not self.window.choice.isHidden()
        QTest.keyClick(self.window.choice if open_sheet else self.window, key)
        self.settle()

    def settle(self) -> None:
        end = monotonic() + 20
        QApplication.processEvents()
        while self.database.is_busy:
            assert monotonic() < end
            QApplication.processEvents()
        QApplication.processEvents()

    @property
    def number(self) -> str:
        return self.window.panel.number.text()

    @property
    def state(self) -> str:
        return self.window.panel.state.text()

    @property
    def notice(self) -> str:
        notice = self.window.panel.notice
        return "" if notice.frame.isHidden() else notice.text.text()

    def close(self) -> None:
        self.window.close()
        self.database.shutdown()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
