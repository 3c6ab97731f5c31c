"""The supervisor's window: keys and buttons to controllers, pages shown from one shift."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.domain.alarms import AlarmAction
from lobby_app.messages import Messages
from lobby_app.services.supervision_views import CounterLine, WaitingLine
from lobby_app.services.views import Session
from lobby_app.ui.hub import Choice, Question, WindowHub
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.acting import ActController
from lobby_app.ui.supervisor.alarming import AlarmController
from lobby_app.ui.supervisor.answer_sheet import AnswerSheet
from lobby_app.ui.supervisor.answering import AnswerController
from lobby_app.ui.supervisor.broadcast_sheet import BroadcastSheet
from lobby_app.ui.supervisor.keys import KEYS, PAGES, SupervisorCommand, command_of
from lobby_app.ui.supervisor.port import SupervisorPort
from lobby_app.ui.supervisor.reporting import ReportController
from lobby_app.ui.supervisor.screen import SupervisorScreen
from lobby_app.ui.supervisor.state import Shift
from lobby_app.ui.supervisor.view import SupervisorView
from lobby_app.ui.supervisor.watching import WatchController
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.widgets.choice_sheet import ChoiceSheet
from lobby_app.ui.widgets.sign_on_sheet import SignOnSheet

TICK_MS = 1000


class SupervisorWindow(QWidget):
    """Hall, figures and fairness of one branch.

    Signals:
        retried(): opening the desk failed and is to be tried again.
    """

    retried = Signal()

    def __init__(self, messages: Messages, theme: str, database: TaskRunner) -> None:
        super().__init__()
        self.hub = WindowHub(self, Wording(messages, "supervisor"), database)
        self.shift = Shift()
        self.view = SupervisorView(self)
        self.sign_on = SignOnSheet(self)
        self.choice = ChoiceSheet(self)
        self.broadcast = BroadcastSheet(self)
        self.answer = AnswerSheet(self)
        self.screen_parts = SupervisorScreen(self, self.view, self.hub, self.shift, theme)
        self.watching = WatchController(self.hub, self.shift)
        self.acting = ActController(self.hub, self.shift)
        self.acting.chosen_ticket = self._chosen_ticket
        self.acting.chosen_counter = self._chosen_counter
        self.alarming = AlarmController(self.hub, self.shift, self.acting)
        self.reporting = ReportController(self.hub, self.shift, self)
        self.answering = AnswerController(self.hub, self.shift, self.answer)
        self._sheets = (self.sign_on, self.choice, self.broadcast, self.answer)
        self._broadcast_for = ""
        self._is_new_day = False
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.view)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.screen_parts.tick)
        self._commands = self._all_commands()
        self._connect()
        self.setWindowTitle("Lobby")
        self.setAccessibleName("Lobby")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view.show_page(self.shift.page)

    def _all_commands(self) -> dict[SupervisorCommand, Callable[[], object]]:
        shown = self.screen_parts
        return {
            **{page: partial(self.turn_to, page) for page in PAGES},
            **self.acting.commands(),
            **self.reporting.commands(),
            **self.answering.commands(),
            SupervisorCommand.HELP: self._help,
            SupervisorCommand.SPLIT: shown.next_split,
            SupervisorCommand.SEARCH: self._search,
            SupervisorCommand.LANGUAGE: self._switch_language,
            SupervisorCommand.THEME: shown.next_theme,
            SupervisorCommand.LARGER: lambda: shown.zoom(1),
            SupervisorCommand.SMALLER: lambda: shown.zoom(-1),
            SupervisorCommand.SIGN_OFF: self._sign_off,
        }

    def _connect(self) -> None:
        self.hub.changed.connect(self.screen_parts.render)
        self.hub.told.connect(self._told)
        self.hub.asked.connect(self._ask)
        self.sign_on.retried.connect(self.retried)
        self.sign_on.answered.connect(self._sign_on)
        self.watching.seen.connect(self._seen)
        self.acting.done.connect(self.watching.refresh)
        self.answering.done.connect(self.watching.refresh)
        self.acting.broadcast_wanted.connect(self._ask_broadcast)
        self.alarming.broadcast_wanted.connect(self._ask_broadcast)
        self.broadcast.sent.connect(self._send)
        self.broadcast.withdrawn.connect(self._withdraw)
        self.view.hall.alarms.acted.connect(self.alarming.act)
        self.view.figures.split_wanted.connect(self.screen_parts.next_split)
        self.view.notice.expired.connect(self.screen_parts.clear_notice)
        for sheet in self._sheets:
            sheet.left.connect(self._focus_home)
        for command, run in self._commands.items():
            button = self.view.button(command)
            if button is not None:
                button.clicked.connect(lambda _=False, run=run: run())

    # --- opening and signing on

    def show_opening(self) -> None:
        """Cover the window while the desk opens."""
        self.sign_on.show_opening(is_opening=True)
        self._ask_sign_on()

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self.sign_on.show_failure(self.hub.sentence(error))

    def attach(self, port: SupervisorPort) -> None:
        """Give the window its desk: somebody may sign on now."""
        self.shift.port = port
        self.sign_on.show_opening(is_opening=False)
        self._ask_sign_on()

    def _ask_sign_on(self) -> None:
        self.sign_on.ask("", self._sign_on_hint(), self.hub.wording)

    def _sign_on_hint(self) -> str:
        """Return why one has to sign on again, and in the demo who may; mostly nothing."""
        port, words = self.shift.port, self.hub.wording
        is_demo = port is not None and port.is_demo()
        keys = {"new_day": self._is_new_day, "sign_on_demo": is_demo}
        return "\n".join(words(key) for key, is_said in keys.items() if is_said)

    def _sign_on(self, number: str, pin: str) -> None:
        port = self.shift.port
        if port is not None:
            self.hub.run(lambda: port.sign_on(number, pin), self._signed_on, self._refused)

    def _refused(self, error: BaseException) -> None:
        self.sign_on.show_error(self.hub.sentence(error))

    def _signed_on(self, session: Session) -> None:
        self.shift.session = session
        self._is_new_day = False
        self.sign_on.hide()
        self.watching.start()
        self._tick.start()

    def _sign_off(self) -> None:
        port, session = self.shift.port, self.shift.session
        if port is None or session is None:
            return
        self.hub.run(lambda: port.sign_off(session), lambda _: None)
        self._leave()

    def _leave(self) -> None:
        self.shift.session = None
        self._stop_timers()
        self._close_sheets()
        self._ask_sign_on()

    def _stop_timers(self) -> None:
        self.watching.stop()
        self._tick.stop()

    # --- pages

    def _seen(self) -> None:
        session, hall = self.shift.session, self.shift.hall
        if session and hall and session.signed_on_at.date() != hall.at.date():
            # As at a counter: a session ends with its day.
            self._is_new_day = True
            self._leave()
        self.screen_parts.render()
        self.alarming.listen()

    def turn_to(self, page: SupervisorCommand) -> None:
        """Show a page, read anew."""
        self.screen_parts.show_page(page)
        self.watching.refresh()
        self._focus_home()

    def _focus_home(self) -> None:
        """Give the focus to the list of the page, so that arrows move in it."""
        if any(sheet.isVisible() for sheet in self._sheets):
            return
        tables = {
            SupervisorCommand.HALL: self.view.hall.waiting,
            SupervisorCommand.FIGURES: self.view.figures.table,
            SupervisorCommand.FAIRNESS: self.view.fairness.table,
        }
        tables[self.shift.page].setFocus()

    def _search(self) -> None:
        if self.shift.page is not SupervisorCommand.FAIRNESS:
            self.turn_to(SupervisorCommand.FAIRNESS)
        self.view.fairness.search.setFocus()

    def _chosen_ticket(self) -> WaitingLine | None:
        row, rows = self.view.hall.waiting.chosen(), self.view.hall.waiting_model.rows
        return rows[row] if row is not None and row < len(rows) else None

    def _chosen_counter(self) -> CounterLine | None:
        row, rows = self.view.hall.counters.chosen(), self.view.hall.counter_model.rows
        return rows[row] if row is not None and row < len(rows) else None

    # --- sheets

    def _told(self, text: str, level: str, seconds: float) -> None:
        if self.broadcast.isVisible() and level == "red":
            self.broadcast.say(text)
        else:
            self.screen_parts.show_notice(text, level, seconds)

    def _ask(self, question: Question) -> None:
        if not self.sign_on.isVisible():
            self.choice.ask(question, self.hub.wording, self.screen_parts.theme)

    def _close_sheets(self) -> None:
        for sheet in (self.choice, self.broadcast, self.answer):
            sheet.hide()

    def _help(self) -> None:
        words = self.hub.wording
        choices = tuple(
            Choice(
                command.value,
                words("key_first", label=words(f"command_{command.value}"), key=KEYS[command]),
            )
            for command in SupervisorCommand
        )
        self._ask(Question(words("help_title"), words("help_text"), choices, self._run_code))

    def _run_code(self, code: str) -> None:
        self._commands[SupervisorCommand(code)]()

    def _ask_broadcast(self, cause: str = "") -> None:
        self._broadcast_for = cause
        self.broadcast.open_sheet(self.hub.wording, "long_wait" if cause else "")

    def _send(self, zh: str, en: str, minutes: int) -> None:
        cause = self._broadcast_for

        def work(port: SupervisorPort, session: Session) -> None:
            port.broadcast(session, zh, en, minutes)
            if cause:
                port.answer_alarm(session, cause, AlarmAction.BROADCAST.value)

        self.acting.run(work, "broadcast_sent", minutes=minutes)

    def _withdraw(self) -> None:
        self.acting.run(lambda port, session: port.withdraw_messages(session), "withdrawn")

    def _switch_language(self) -> None:
        self._close_sheets()
        self.screen_parts.clear_notice()
        self.screen_parts.switch_language()
        if self.sign_on.isVisible():
            self.sign_on.show_check(self._sign_on_hint())
            self.sign_on.retranslate(self.hub.wording, is_locked=False)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of a key, or take care of an alarm by its digit."""
        command = command_of(event)
        may = self.shift.session is not None or command is SupervisorCommand.LANGUAGE
        place = event.key() - Qt.Key.Key_1
        if event.isAutoRepeat() or not may:
            event.ignore()
        elif command is not None:
            self._commands[command]()
        elif 0 <= place < 9 and self.shift.page is SupervisorCommand.HALL:
            self.alarming.act_on(place)
        else:
            event.ignore()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let type and tiles follow the size."""
        super().resizeEvent(event)
        self.screen_parts.fit()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the timers."""
        self._stop_timers()
        super().closeEvent(event)
