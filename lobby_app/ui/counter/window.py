"""The counter's panel: keys and buttons in, use cases run, one view shown."""

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.domain.text import Language, Text
from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind, SkipReason
from lobby_app.messages import Messages
from lobby_app.services.views import CounterView, ScannedTicket, Session
from lobby_app.ui.counter.keys import KEYS, CounterCommand
from lobby_app.ui.counter.port import CounterPort
from lobby_app.ui.counter.presenter import CounterPresenter, is_possible, undoable
from lobby_app.ui.counter.view import CounterPanel
from lobby_app.ui.hub import Choice, Question, WindowHub
from lobby_app.ui.i18n import Wording
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.theme import ThemeName, theme_named
from lobby_app.ui.widgets.choice_sheet import ChoiceSheet
from lobby_app.ui.widgets.sign_on_sheet import SignOnSheet

WIDTH, HEIGHT, SMALL_HEIGHT = 440, 760, 300
TICK_MS = 1000
REFRESH_MS = 2000


class CounterWindow(QWidget):
    """One counter's panel. It stays on top; small mode leaves number and big key.

    Signals:
        retried(): opening the desk failed and is to be tried again.
    """

    retried = Signal()

    def __init__(
        self, messages: Messages, theme: str, counter: int | None, database: TaskRunner
    ) -> None:
        super().__init__(None, Qt.WindowType.WindowStaysOnTopHint)
        self.hub = WindowHub(self, Wording(messages, "counter"), database)
        self.panel = CounterPanel(self)
        self.presenter = CounterPresenter(self.panel, self._resume)
        self.sign_on = SignOnSheet(self)
        self.choice = ChoiceSheet(self)
        self.session: Session | None = None
        self.counter = counter
        self.shown: CounterView | None = None
        self._port: CounterPort | None = None
        self._queues: tuple[tuple[str, Text], ...] = ()
        self._chosen: set[str] = set()
        self._theme_name = ThemeName(theme)
        self._theme = theme_named(self._theme_name)
        self._is_small = False
        self._is_working = False
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.panel)
        self._commands = self._table_of_commands()
        self._connect()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.render_view)
        self._refresh = QTimer(self)
        self._refresh.setInterval(REFRESH_MS)
        self._refresh.timeout.connect(self.refresh)
        self.resize(WIDTH, HEIGHT)
        self.setMinimumWidth(320)
        self.setWindowTitle("Lobby")
        self.setAccessibleName("Lobby")
        self.dress()

    def _connect(self) -> None:
        self.hub.told.connect(self._show_notice)
        self.hub.asked.connect(self._ask)
        self.sign_on.answered.connect(self._sign_on)
        self.sign_on.retried.connect(self.retried)
        self.panel.notice.expired.connect(self._clear_notice)
        for command, run in self._commands.items():
            button = self.panel.button(command)
            if button is not None:
                button.clicked.connect(run)

    def _table_of_commands(self) -> dict[CounterCommand, Callable[[], object]]:
        step = self._step
        return {
            CounterCommand.NEXT: self._next,
            CounterCommand.RECALL: lambda: step(CounterCommand.RECALL, self._recall),
            CounterCommand.START: lambda: step(CounterCommand.START, self._start),
            CounterCommand.FINISH: lambda: step(CounterCommand.FINISH, self._ask_finish),
            CounterCommand.NO_SHOW: lambda: step(CounterCommand.NO_SHOW, self._no_show),
            CounterCommand.PARK: lambda: step(CounterCommand.PARK, self._ask_park),
            CounterCommand.RESUME: lambda: step(CounterCommand.RESUME, self._ask_resume),
            CounterCommand.TRANSFER: lambda: step(CounterCommand.TRANSFER, self._ask_transfer),
            CounterCommand.SKIP: lambda: step(CounterCommand.SKIP, self._ask_skip),
            CounterCommand.UNDO: lambda: step(CounterCommand.UNDO, self._undo),
            CounterCommand.SMALL: self.toggle_small,
            CounterCommand.LANGUAGE: self._switch_language,
            CounterCommand.THEME: self._next_theme,
            CounterCommand.SIGN_OFF: self._leave,
        }

    # --- opening, signing on, choosing a counter

    def show_opening(self) -> None:
        """Cover the panel while the desk opens."""
        self.sign_on.show_opening(is_opening=True)
        self.sign_on.ask("", "", self.hub.wording)

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self.sign_on.show_failure(self.hub.sentence(error))

    def attach(self, port: CounterPort) -> None:
        """Give the panel its desk: somebody may sign on now."""
        self._port = port
        self._queues = port.queues()
        self.sign_on.show_opening(is_opening=False)
        self.sign_on.ask("", "", self.hub.wording)

    @property
    def port(self) -> CounterPort:
        """The use cases; only asked for after `attach`."""
        assert self._port is not None  # noqa: S101  # no key works before
        return self._port

    def _sign_on(self, number: str, pin: str) -> None:
        port = self.port
        self.hub.run(lambda: port.sign_on(number, pin), self._signed_on, self._refused)

    def _refused(self, error: BaseException) -> None:
        self.sign_on.show_error(self.hub.sentence(error))

    def _signed_on(self, session: Session) -> None:
        self.session = session
        self.sign_on.hide()
        if self.counter is not None:
            self._counter_chosen(str(self.counter))
            return
        words = self.hub.wording
        choices = tuple(
            Choice(
                str(plan.number),
                words("counter_line", counter=plan.number, queues=words.text(plan.zones)),
            )
            for plan in self.port.counters()
        )
        question = Question(
            words("counter_title"), words("counter_text"), choices, self._counter_chosen
        )
        self._ask(question)

    def _counter_chosen(self, code: str) -> None:
        self.counter = int(code)
        plans = [plan for plan in self.port.counters() if plan.number == self.counter]
        planned = plans[0].queues if plans else ()
        self._chosen = set(planned)
        if planned:
            self._open()
        else:
            self._ask_queues()

    def _ask_queues(self) -> None:
        """Let an unplanned counter say what it serves: touch to tick, then go."""
        words = self.hub.wording
        choices = tuple(
            Choice(code, words.text(name), icon="check" if code in self._chosen else "")
            for code, name in self._queues
        )
        done = Choice("", words("queues_done"), role="primary")
        title, text = words("queues_title"), words("queues_text")
        self._ask(Question(title, text, (*choices, done), self._queue_ticked))

    def _queue_ticked(self, code: str) -> None:
        if code:
            self._chosen ^= {code}
            self._ask_queues()
        else:
            self._open()

    def _open(self) -> None:
        queues = [code for code, _ in self._queues if code in self._chosen]
        self._run(lambda port, session, counter: port.open_counter(session, counter, queues))
        self._tick.start()
        self._refresh.start()

    # --- steps

    def _step(self, command: CounterCommand, run: Callable[[], None]) -> None:
        if self.shown is not None and is_possible(command, self.shown):
            run()

    def _run(self, job: Callable[[CounterPort, Session, int], object]) -> None:
        """Run one step, then read the panel; a second key while it runs does nothing."""
        port, session, counter = self._port, self.session, self.counter
        if port is None or session is None or counter is None or self._is_working:
            return
        self._is_working = True

        def work() -> CounterView:
            job(port, session, counter)
            return port.view(counter)

        self.hub.run(work, self._stepped, self._failed)

    def _stepped(self, view: CounterView) -> None:
        self._is_working = False
        self._clear_notice()
        self._show(view)

    def _failed(self, error: BaseException) -> None:
        self._is_working = False
        self.hub.fail(error)
        self.refresh()

    def _next(self) -> None:
        self._run(lambda port, session, counter: port.call_next(session, counter))

    def _recall(self) -> None:
        self._run(lambda port, session, counter: port.recall(session, counter))

    def _start(self) -> None:
        self._run(lambda port, session, counter: port.start(session, counter))

    def _no_show(self) -> None:
        self._run(lambda port, session, counter: port.no_show(session, counter))

    def _ask_finish(self) -> None:
        self._ask_code("finish", tuple(FinishOutcome), self._finish)

    def _finish(self, code: str) -> None:
        outcome = FinishOutcome(code)
        self._run(lambda port, session, counter: port.finish(session, counter, outcome))

    def _ask_park(self) -> None:
        self._ask_code("park", tuple(ParkKind), self._park)

    def _park(self, code: str) -> None:
        kind = ParkKind(code)
        self._run(lambda port, session, counter: port.park(session, counter, kind))

    def _ask_skip(self) -> None:
        self._ask_code("skip", tuple(SkipReason), self._skip)

    def _skip(self, code: str) -> None:
        reason = SkipReason(code)
        self._run(lambda port, session, counter: port.skip(session, counter, reason))

    def _ask_transfer(self) -> None:
        words = self.hub.wording
        queues = tuple(Choice(f"queue:{code}", words.text(name)) for code, name in self._queues)
        counters = tuple(
            Choice(
                f"counter:{plan.number}:{plan.queues[0]}", words("to_counter", counter=plan.number)
            )
            for plan in self.port.counters()
            if plan.number != self.counter and plan.queues
        )
        title, text = words("transfer_title"), words("transfer_text")
        self._ask(Question(title, text, (*queues, *counters), self._transfer))

    def _transfer(self, code: str) -> None:
        kind, first, *rest = code.split(":")
        queue, to = (first, None) if kind == "queue" else (rest[0], int(first))
        self._run(lambda port, session, counter: port.transfer(session, counter, queue, to))

    def _ask_resume(self) -> None:
        parked = self.shown.parked if self.shown is not None else ()
        if len(parked) == 1:
            self._resume(parked[0].ticket_id)
            return
        words = self.hub.wording
        choices = tuple(Choice(ticket.ticket_id, ticket.number) for ticket in parked)
        self._ask(Question(words("parked_title"), "", choices, self._resume))

    def _resume(self, ticket_id: str) -> None:
        self._run(lambda port, session, counter: port.resume(session, counter, ticket_id))

    def _undo(self) -> None:
        ticket = undoable(self.shown) if self.shown is not None else None
        if ticket is not None:
            ticket_id = ticket.ticket_id
            self._run(lambda port, session, counter: port.undo(session, counter, ticket_id))

    def scan(self, text: str) -> None:
        """A parked customer's ticket under the reader: go on here."""
        port, session = self._port, self.session
        if port is None or session is None or self.shown is None:
            return
        self.hub.run(lambda: port.scanned(session, text), self._scanned)

    def _scanned(self, found: ScannedTicket | None) -> None:
        if found is None:
            self.hub.tell("scan_no_ticket", "amber")
        elif found.ticket.state == "parked":
            self._resume(found.ticket.ticket_id)
        else:
            state = self.hub.wording(f"ticket_{found.ticket.state}")
            self.hub.tell("scan_state", number=found.ticket.number, state=state)

    def _leave(self) -> None:
        port, session, counter = self._port, self.session, self.counter
        if port is None or session is None or counter is None:
            return

        def work() -> None:
            port.close_counter(session, counter)
            port.sign_off(session)

        self.hub.run(work, self._left, self._failed)

    def _left(self, _: None) -> None:
        self.session, self.shown = None, None
        self._tick.stop()
        self._refresh.stop()
        self.sign_on.ask("", "", self.hub.wording)

    # --- showing

    def refresh(self) -> None:
        """Read the panel again."""
        port, counter = self._port, self.counter
        if port is not None and counter is not None and self.session is not None:
            self.hub.run(lambda: port.view(counter), self._show)

    def _show(self, view: CounterView) -> None:
        if self.session is not None:
            self.shown = view
            self.render_view()

    def render_view(self) -> None:
        """Show the panel with running timers."""
        if self.shown is not None and self._port is not None:
            self.presenter.show(self.shown, self._port.now(), self.hub.wording, self._theme)

    def dress(self) -> None:
        """Put on the theme and write all words."""
        self._theme = theme_named(self._theme_name)
        self.setStyleSheet(self._theme.style_sheet())
        self.presenter.show_words(self.hub.wording, is_small=self._is_small)
        self.render_view()

    def toggle_small(self) -> None:
        """Become small, or large again."""
        self._is_small = not self._is_small
        self.panel.show_small(self._is_small)
        self.resize(self.width(), SMALL_HEIGHT if self._is_small else HEIGHT)
        self.dress()

    def _switch_language(self) -> None:
        messages = self.hub.wording.messages
        is_chinese = messages.language is Language.ZH
        messages.language = Language.EN if is_chinese else Language.ZH
        self.choice.hide()
        self._clear_notice()
        if self.sign_on.isVisible():
            self.sign_on.retranslate(self.hub.wording, is_locked=False)
        self.dress()

    def _next_theme(self) -> None:
        names = list(ThemeName)
        self._theme_name = names[(names.index(self._theme_name) + 1) % len(names)]
        self.dress()

    def _ask_code(self, area: str, codes: tuple[str, ...], then: Callable[[str], None]) -> None:
        words = self.hub.wording
        choices = tuple(Choice(code, words(f"{area}_{code}")) for code in codes)
        self._ask(Question(words(f"{area}_title"), words(f"{area}_text"), choices, then))

    def _ask(self, question: Question) -> None:
        if self._is_small:
            self.toggle_small()
        self.choice.ask(question, self.hub.wording, self._theme)

    def _show_notice(self, text: str, level: str, seconds: float) -> None:
        self.panel.notice.show_notice(text, level, self._theme)
        self.panel.notice.expire_after(seconds)

    def _clear_notice(self) -> None:
        self._show_notice("", "info", 0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Run the command of a key."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString()
        pressed = pressed.replace("Enter", "Return")
        command = next(
            (c for c, key in KEYS.items() if QKeySequence(key).toString() == pressed), None
        )
        may = self.session is not None or command is CounterCommand.LANGUAGE
        if command is None or not may or event.isAutoRepeat():
            event.ignore()
            return
        self._commands[command]()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the timers."""
        self._tick.stop()
        self._refresh.stop()
        super().closeEvent(event)
