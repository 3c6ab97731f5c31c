"""Getting to work: the desk opens, somebody signs on, a counter and its queues are chosen."""

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.text import Text
from lobby_app.services.views import Session
from lobby_app.ui.counter.port import CounterPort
from lobby_app.ui.counter.post import Post
from lobby_app.ui.hub import Choice, Question, WindowHub
from lobby_app.ui.widgets.sign_on_sheet import SignOnSheet


class JoinController(QObject):
    """From the closed panel to an open counter, and out again.

    Signals:
        joined(object): tuple of queue codes; session and counter are in the post.
        left(): nobody is at the panel.
    """

    joined = Signal(object)
    left = Signal()

    def __init__(self, hub: WindowHub, post: Post, sheet: SignOnSheet) -> None:
        super().__init__(hub)
        self._hub = hub
        self._post = post
        self._sheet = sheet
        self.queues: tuple[tuple[str, Text], ...] = ()
        self._chosen: set[str] = set()
        self._is_new_day = False
        sheet.answered.connect(self._sign_on)

    def show_opening(self) -> None:
        """Cover the panel while the desk opens."""
        self._sheet.show_opening(is_opening=True)
        self._ask_sign_on()

    def opening_failed(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self._sheet.show_failure(self._hub.sentence(error))

    def attach(self, port: CounterPort) -> None:
        """The desk is open: somebody may sign on."""
        self._post.port = port
        self.queues = port.queues()
        self._sheet.show_opening(is_opening=False)
        self._ask_sign_on()

    def _ask_sign_on(self) -> None:
        self._sheet.ask("", self._hint(), self._hub.wording)

    def _hint(self) -> str:
        """Return why one has to sign on again, and in the demo who may; mostly nothing."""
        port, words = self._post.port, self._hub.wording
        is_demo = port is not None and port.is_demo()
        keys = {"new_day": self._is_new_day, "sign_on_demo": is_demo}
        return "\n".join(words(key) for key, is_said in keys.items() if is_said)

    def retranslate(self) -> None:
        """Write the words of the sheet that asks who is there."""
        self._sheet.show_check(self._hint())
        self._sheet.retranslate(self._hub.wording, is_locked=False)

    def _sign_on(self, number: str, pin: str) -> None:
        port = self._post.port
        if port is not None:
            self._hub.run(lambda: port.sign_on(number, pin), self._signed_on, self._refused)

    def _refused(self, error: BaseException) -> None:
        self._sheet.show_error(self._hub.sentence(error))

    def _signed_on(self, session: Session) -> None:
        post, words = self._post, self._hub.wording
        post.session = session
        self._is_new_day = False
        self._sheet.hide()
        if post.port is None:
            return
        if post.wanted is not None:
            self._counter_chosen(str(post.wanted))
            return
        choices = tuple(
            Choice(
                str(plan.number),
                words("counter_line", counter=plan.number, queues=words.text(plan.zones)),
            )
            for plan in post.port.counters()
        )
        title, text = words("counter_title"), words("counter_text")
        self._hub.ask(Question(title, text, choices, self._counter_chosen))

    def _counter_chosen(self, code: str) -> None:
        port = self._post.port
        if port is None:
            return
        self._post.counter = int(code)
        plans = [plan for plan in port.counters() if plan.number == self._post.counter]
        self._chosen = set(plans[0].queues if plans else ())
        if self._chosen:
            self._join()
        else:
            self._ask_queues()

    def _ask_queues(self) -> None:
        """Let an unplanned counter say what it serves: touch to tick, then go."""
        words = self._hub.wording
        choices = tuple(
            Choice(code, words.text(name), icon="check" if code in self._chosen else "")
            for code, name in self.queues
        )
        done = Choice("", words("queues_done"), role="primary")
        title, text = words("queues_title"), words("queues_text")
        self._hub.ask(Question(title, text, (*choices, done), self._queue_ticked))

    def _queue_ticked(self, code: str) -> None:
        if code:
            self._chosen ^= {code}
            self._ask_queues()
        else:
            self._join()

    def _join(self) -> None:
        self.joined.emit(tuple(code for code, _ in self.queues if code in self._chosen))

    def give_up(self) -> None:
        """Ask anew who is here when counter or queues were not chosen: there is nothing to do."""
        if self._post.view is None:
            self._start_over()

    def refused(self, error: BaseException) -> None:
        """Ask anew who is here, and say why the counter is not this teller's to work at."""
        self._start_over()
        self._sheet.show_error(self._hub.sentence(error))

    def _start_over(self) -> None:
        port, session = self._post.port, self._post.session
        if port is not None and session is not None:
            self._hub.run(lambda: port.sign_off(session), lambda _: None)
            self._gone(None)

    def leave(self) -> None:
        """Close the counter and sign off; refused while a customer is there."""
        port, session, counter = self._post.port, self._post.session, self._post.counter
        if port is None or session is None or counter is None:
            return

        def work() -> None:
            port.close_counter(session, counter)
            port.sign_off(session)

        self._hub.run(work, self._gone)

    def end_day(self) -> None:
        """Ask anew who is here: a session, and the counter's opening, end with their day."""
        self._is_new_day = True
        self._gone(None)

    def _gone(self, _: None) -> None:
        self._post.session = self._post.counter = self._post.view = None
        self.left.emit()
        self._ask_sign_on()
