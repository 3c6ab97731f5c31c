"""The counter's panel: keys and buttons to controllers, one view shown."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QKeyCombination, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.messages import Messages
from lobby_app.ui.counter.joining import JoinController
from lobby_app.ui.counter.keys import KEYS, CounterCommand
from lobby_app.ui.counter.port import CounterPort
from lobby_app.ui.counter.post import Post
from lobby_app.ui.counter.presenter import CounterPresenter
from lobby_app.ui.counter.stepping import StepController
from lobby_app.ui.counter.view import CounterPanel
from lobby_app.ui.hub import Question, WindowHub
from lobby_app.ui.i18n import Wording
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.theme import ThemeName, theme_named
from lobby_app.ui.widgets.choice_sheet import ChoiceSheet
from lobby_app.ui.widgets.sign_on_sheet import SignOnSheet

WIDTH, HEIGHT, SMALL_HEIGHT = 460, 820, 300
TICK_MS, REFRESH_MS = 1000, 2000
_NARROWEST = 400


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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hub = WindowHub(self, Wording(messages, "counter"), database)
        self.post = Post(wanted=counter)
        self.panel = CounterPanel(self)
        self.sign_on = SignOnSheet(self)
        self.choice = ChoiceSheet(self)
        self.joining = JoinController(self.hub, self.post, self.sign_on)
        self.stepping = StepController(self.hub, self.post, self.joining)
        self.presenter = CounterPresenter(self.panel, self.stepping.resume)
        self._theme_name = ThemeName(theme)
        self._theme = theme_named(self._theme_name)
        self._is_small = False
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(self.panel)
        self._tick = self._timer(TICK_MS, self.render_view)
        self._refresh = self._timer(REFRESH_MS, self.stepping.refresh)
        self._commands: dict[CounterCommand, Callable[[], object]] = {
            **self.stepping.commands(),
            CounterCommand.SMALL: self.toggle_small,
            CounterCommand.LANGUAGE: self._switch_language,
            CounterCommand.THEME: self._next_theme,
            CounterCommand.SIGN_OFF: self.joining.leave,
        }
        self._connect()
        self.setWindowTitle("Lobby")
        self.setAccessibleName("Lobby")
        self.dress()
        self.resize(round(WIDTH * self._theme.factor), HEIGHT)

    def _timer(self, interval_ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(run)
        return timer

    def _connect(self) -> None:
        self.hub.changed.connect(self.render_view)
        self.hub.told.connect(self._show_notice)
        self.hub.asked.connect(self._ask)
        self.sign_on.retried.connect(self.retried)
        self.joining.joined.connect(self._joined)
        self.joining.left.connect(self._stop_timers)
        self.joining.left.connect(self.choice.hide)
        self.choice.dismissed.connect(self.joining.give_up)
        for sheet in (self.sign_on, self.choice):
            sheet.left.connect(self._focus_home)
        self.stepping.stepped.connect(self._clear_notice)
        self.panel.notice.expired.connect(self._clear_notice)
        for command, run in self._commands.items():
            button = self.panel.button(command)
            if button is not None:
                button.clicked.connect(run)

    def show_opening(self) -> None:
        """Cover the panel while the desk opens."""
        self.joining.show_opening()

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self.joining.opening_failed(error)

    def attach(self, port: CounterPort) -> None:
        """Give the panel its desk: somebody may sign on now."""
        self.joining.attach(port)

    def scan(self, text: str) -> None:
        """Take what a reader sent."""
        self.stepping.scan(text)

    def _joined(self, queues: tuple[str, ...]) -> None:
        self.stepping.open_counter(queues)
        self._tick.start()
        self._refresh.start()

    def _stop_timers(self) -> None:
        self._tick.stop()
        self._refresh.stop()

    def _focus_home(self) -> None:
        """Take the focus back from a sheet that has gone: hidden, it would swallow every key."""
        if self.sign_on.isHidden() and self.choice.isHidden():
            self.setFocus()

    def render_view(self) -> None:
        """Show the panel with running timers."""
        post = self.post
        if post.view is not None and post.port is not None:
            self.presenter.show(post.view, post.port.now(), self.hub.wording, self._theme)

    def dress(self) -> None:
        """Put on the theme and write all words."""
        self._theme = theme_named(self._theme_name)
        self.setStyleSheet(self._theme.style_sheet())
        self.setMinimumWidth(round(_NARROWEST * self._theme.factor))
        self.presenter.show_words(self.hub.wording, is_small=self._is_small)
        self.render_view()

    def toggle_small(self) -> None:
        """Become small, or large again."""
        self._is_small = not self._is_small
        self.panel.show_small(self._is_small)
        small = round(SMALL_HEIGHT * self._theme.factor)
        self.resize(self.width(), small if self._is_small else HEIGHT)
        self.dress()

    def _switch_language(self) -> None:
        self.hub.wording.messages.switch()
        self.choice.hide()
        self._clear_notice()
        if not self.sign_on.isHidden():
            self.joining.retranslate()
        self.dress()

    def _next_theme(self) -> None:
        before = self._theme.factor
        self._theme_name = self._theme_name.next()
        self.dress()
        self.resize(round(self.width() / before * self._theme.factor), self.height())

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
        found = (c for c, key in KEYS.items() if QKeySequence(key).toString() == pressed)
        command = next(found, None)
        may = self.post.session is not None or command is CounterCommand.LANGUAGE
        if command is None or not may or event.isAutoRepeat():
            event.ignore()
            return
        self._commands[command]()

    @override
    def event(self, event: QEvent) -> bool:
        """Keep Enter for the big key when the teller comes back from another program.

        Qt would give the focus to the first button where nothing has it, and Enter presses that.
        """
        if event.type() is QEvent.Type.WindowActivate:
            focused = cast("QWidget | None", self.focusWidget())
            if focused is None or not focused.isVisible():
                self.setFocus()
        return super().event(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the timers."""
        self._stop_timers()
        super().closeEvent(event)
