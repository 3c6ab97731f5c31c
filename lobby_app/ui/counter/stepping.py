"""The steps of a counter: each key is one use case, then the panel is read again."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind, SkipReason
from lobby_app.services.called import Called
from lobby_app.services.views import CounterView, RecentTicket, ScannedTicket, Session
from lobby_app.ui.counter.joining import JoinController
from lobby_app.ui.counter.keys import CounterCommand
from lobby_app.ui.counter.losing import LossTeller
from lobby_app.ui.counter.port import CounterPort
from lobby_app.ui.counter.post import Post
from lobby_app.ui.counter.presenter import is_possible, undoable
from lobby_app.ui.hub import Choice, Question, WindowHub

SLOW_MS = 400
"""A call that takes longer than this says that it is under way."""


class StepController(QObject):
    """Runs steps; a second key while one is under way does nothing.

    Signals:
        stepped(): a step is done; what was said before it is over.
    """

    stepped = Signal()

    def __init__(self, hub: WindowHub, post: Post, joining: JoinController) -> None:
        super().__init__(hub)
        self._hub = hub
        self._post = post
        self._joining = joining
        self._is_working = False
        self._losses = LossTeller(hub)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(SLOW_MS)
        self._slow.timeout.connect(lambda: hub.tell("asking", seconds=0.0))

    def commands(self) -> dict[CounterCommand, Callable[[], object]]:
        """Return what each step's key does."""
        simple: dict[CounterCommand, Callable[[CounterPort, Session, int], object]] = {
            CounterCommand.RECALL: lambda port, session, at: port.recall(session, at),
            CounterCommand.START: lambda port, session, at: port.start(session, at),
            CounterCommand.NO_SHOW: lambda port, session, at: port.no_show(session, at),
        }
        asking: dict[CounterCommand, Callable[[], None]] = {
            CounterCommand.FINISH: lambda: self._ask("finish", tuple(FinishOutcome), self._finish),
            CounterCommand.PARK: lambda: self._ask("park", tuple(ParkKind), self._park),
            CounterCommand.SKIP: lambda: self._ask("skip", tuple(SkipReason), self._skip),
            CounterCommand.RESUME: self._ask_resume,
            CounterCommand.TRANSFER: self._ask_transfer,
            CounterCommand.UNDO: self._undo,
        }
        table: dict[CounterCommand, Callable[[], object]] = {CounterCommand.NEXT: self._next}
        for command, job in simple.items():
            table[command] = partial(self._if_possible, command, partial(self.run, job))
        for command, ask in asking.items():
            table[command] = partial(self._if_possible, command, ask)
        return table

    def _if_possible(self, command: CounterCommand, go: Callable[[], object]) -> None:
        view = self._post.view
        if view is not None and is_possible(command, view):
            go()

    def run(
        self,
        job: Callable[[CounterPort, Session, int], object],
        on_error: Callable[[BaseException], None] | None = None,
    ) -> bool:
        """Run one step, then read the panel; tell whether it was begun."""
        port, session, counter = self._post.port, self._post.session, self._post.counter
        if port is None or session is None or counter is None or self._is_working:
            return False
        self._is_working = True

        def work() -> tuple[object, CounterView]:
            return job(port, session, counter), port.view(counter)

        self._hub.run(work, self._done, on_error or self._failed)
        return True

    def _done(self, done: tuple[object, CounterView]) -> None:
        came_of_it, view = done
        self._rest()
        self._losses.move_on()
        self.stepped.emit()
        self._show(view)
        if isinstance(came_of_it, Called) and came_of_it.taken is not None:
            taken = came_of_it.taken
            key = "taken" if taken.counter is not None else "taken_somewhere"
            self._hub.tell(key, "amber", 0.0, number=taken.number, counter=taken.counter)

    def _rest(self) -> None:
        self._is_working = False
        self._slow.stop()

    def _failed(self, error: BaseException) -> None:
        self._rest()
        self._hub.fail(error)
        self.refresh()

    def refresh(self) -> None:
        """Read the panel again."""
        port, counter = self._post.port, self._post.counter
        if port is not None and counter is not None and self._post.session is not None:
            self._hub.run(lambda: port.view(counter), self._show)

    def _show(self, view: CounterView) -> None:
        session = self._post.session
        if session is not None and session.signed_on_at.date() != view.at.date():
            self._joining.end_day()
        elif session is not None:
            self._post.view = view
            self._hub.changed.emit()
            self._losses.tell(view.lost)

    def open_counter(self, queues: tuple[str, ...]) -> None:
        """Sign the counter on with its queues; refused, it is not this teller's to work at."""
        self.run(lambda port, session, at: port.open_counter(session, at, queues), self._not_opened)

    def _not_opened(self, error: BaseException) -> None:
        self._rest()
        self._joining.refused(error)

    def _next(self) -> None:
        if self.run(lambda port, session, at: port.call_next(session, at)):
            self._slow.start()

    def _finish(self, code: str) -> None:
        self.run(lambda port, session, at: port.finish(session, at, FinishOutcome(code)))

    def _park(self, code: str) -> None:
        self.run(lambda port, session, at: port.park(session, at, ParkKind(code)))

    def _skip(self, code: str) -> None:
        self.run(lambda port, session, at: port.skip(session, at, SkipReason(code)))

    def resume(self, ticket_id: str) -> None:
        """A parked customer is back at this counter."""
        self.run(lambda port, session, at: port.resume(session, at, ticket_id))

    def _undo(self) -> None:
        ticket = undoable(self._post.view) if self._post.view is not None else None
        if ticket is not None:
            ticket_id = ticket.ticket_id
            self.run(lambda port, session, at: port.undo(session, at, ticket_id))

    def _ask(self, area: str, codes: tuple[str, ...], then: Callable[[str], None]) -> None:
        words = self._hub.wording
        choices = tuple(Choice(code, words(f"{area}_{code}")) for code in codes)
        self._hub.ask(Question(words(f"{area}_title"), words(f"{area}_text"), choices, then))

    def _ask_transfer(self) -> None:
        port, words = self._post.port, self._hub.wording
        if port is None:
            return
        queues = tuple(
            Choice(f"queue:{code}", words.text(name)) for code, name in self._joining.queues
        )
        counters = tuple(
            Choice(
                f"counter:{plan.number}:{plan.queues[0]}", words("to_counter", counter=plan.number)
            )
            for plan in port.counters()
            if plan.number != self._post.counter and plan.queues
        )
        title, text = words("transfer_title"), words("transfer_text")
        self._hub.ask(Question(title, text, (*queues, *counters), self._transfer))

    def _transfer(self, code: str) -> None:
        kind, first, *rest = code.split(":")
        queue, to = (first, None) if kind == "queue" else (rest[0], int(first))
        self.run(lambda port, session, at: port.transfer(session, at, queue, to))

    def _ask_resume(self) -> None:
        parked = self._post.view.parked if self._post.view is not None else ()
        if len(parked) == 1:
            self.resume(parked[0].ticket_id)
            return
        choices = tuple(Choice(ticket.ticket_id, ticket.number) for ticket in parked)
        self._hub.ask(Question(self._hub.wording("parked_title"), "", choices, self.resume))

    def scan(self, text: str) -> None:
        """A ticket under the reader: who stepped aside goes on, who missed the call may rejoin."""
        port, session = self._post.port, self._post.session
        if port is not None and session is not None and self._post.view is not None:
            self._hub.run(lambda: port.scanned(session, text), self._scanned)

    def _scanned(self, found: ScannedTicket | None) -> None:
        if found is None:
            self._hub.tell("scan_no_ticket", "amber")
        elif found.ticket.state == "parked":
            self.resume(found.ticket.ticket_id)
        elif found.ticket.can_return:
            self._ask_rejoin(found.ticket)
        else:
            state = self._hub.wording(f"ticket_{found.ticket.state}")
            self._hub.tell("scan_state", number=found.ticket.number, state=state)

    def _ask_rejoin(self, ticket: RecentTicket) -> None:
        words = self._hub.wording
        title = words("scan_state", number=ticket.number, state=words(f"ticket_{ticket.state}"))
        choices = (Choice("", words("rejoin")),)
        self._hub.ask(Question(title, "", choices, lambda _: self._rejoin(ticket.ticket_id)))

    def _rejoin(self, ticket_id: str) -> None:
        port, session = self._post.port, self._post.session
        if port is None or session is None:
            return

        def waits_again(number: str) -> None:
            self._hub.tell("rejoined", "ok", number=number)
            self.refresh()

        self._hub.run(lambda: port.bring_back(session, ticket_id), waits_again)
