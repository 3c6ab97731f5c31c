"""What the supervisor does to the hall: first whom it is about, then why, then it is done.

Whatever takes something from somebody is asked for once more; the answer is the reason.
"""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.floor import ChannelState
from lobby_app.services.hall import CASH_ENOUGH, CASH_SHORT
from lobby_app.services.hall_actions import REASONS, ForcedEnd
from lobby_app.services.supervision_views import CounterLine, HallView, WaitingLine
from lobby_app.services.views import Session
from lobby_app.ui.hub import SHORT_S, Choice, Question, WindowHub
from lobby_app.ui.supervisor.keys import SupervisorCommand
from lobby_app.ui.supervisor.port import SupervisorPort
from lobby_app.ui.supervisor.state import Shift

_T = TypeVar("_T")
Job = Callable[[SupervisorPort, Session], _T]
_LISTED = 12
"""How many waiting tickets are offered when none is chosen."""
_STATE_ICONS = {
    ChannelState.UP: "check",
    ChannelState.DOWN: "cross",
    ChannelState.UNKNOWN: "question",
}


class ActController(QObject):
    """Questions and use cases of the action buttons.

    Signals:
        done(): something was done; the hall is to be read again.
        broadcast_wanted(): a message to the wall is to be written.
    """

    done = Signal()
    broadcast_wanted = Signal()

    def __init__(self, hub: WindowHub, shift: Shift) -> None:
        super().__init__(hub)
        self._hub = hub
        self._shift = shift
        self._ticked: set[str] = set()
        self.chosen_ticket: Callable[[], WaitingLine | None] = lambda: None
        self.chosen_counter: Callable[[], CounterLine | None] = lambda: None

    def commands(self) -> dict[SupervisorCommand, Callable[[], object]]:
        """Return what the keys and buttons of this controller run."""
        return {
            SupervisorCommand.OPEN: self._ask_open,
            SupervisorCommand.CLOSE: self._ask_close,
            SupervisorCommand.QUEUES: self._ask_whose_queues,
            SupervisorCommand.REASSIGN: self._ask_ticket,
            SupervisorCommand.FINISH: self._ask_whom_to_finish,
            SupervisorCommand.PAUSE: self._ask_zone,
            SupervisorCommand.BROADCAST: self.broadcast_wanted.emit,
            SupervisorCommand.DEVICE: self._ask_device,
            SupervisorCommand.CASH: self._ask_cash,
        }

    @property
    def hall(self) -> HallView | None:
        """The hall as last seen."""
        return self._shift.hall

    def run(self, job: Job[_T], said: str, **params: object) -> None:
        """Do something and say that it was done."""
        port, session = self._shift.port, self._shift.session
        if port is None or session is None:
            return

        def tell(result: _T) -> None:
            words: dict[str, object] = {"number": result, **params}
            self._hub.told.emit(self._hub.wording(said, **words), "ok", SHORT_S)
            self.done.emit()

        self._hub.run(lambda: job(port, session), tell)

    def ask(
        self, area: str, choices: tuple[Choice, ...], then: Callable[[str], None], **words: object
    ) -> None:
        """Ask a question of this window; with nothing to choose from, say so."""
        wording = self._hub.wording
        if not choices:
            self._hub.tell(f"{area}_none", "amber")
            return
        title = wording(f"{area}_title", **words)
        self._hub.ask(Question(title, wording(f"{area}_text", **words), choices, then))

    def _ask_why(self, area: str, then: Callable[[str], None], **words: object) -> None:
        """Ask once more: each answer is a reason, Esc leaves everything as it is."""
        wording = self._hub.wording
        choices = tuple(Choice(code, wording(f"reason_{code}")) for code in REASONS)
        self.ask(area, choices, then, **words)

    def _counters(self, *states: str) -> tuple[Choice, ...]:
        """Return the counters in some states as choices, the chosen one first."""
        wording, hall = self._hub.wording, self.hall
        lines = [line for line in hall.counters if line.state in states] if hall else []
        chosen = self.chosen_counter()
        lines.sort(key=lambda line: chosen is None or line.number != chosen.number)
        return tuple(
            Choice(
                str(line.number),
                wording(
                    "counter_choice",
                    counter=line.number,
                    queues=wording.text(line.queue_names),
                    number=line.ticket_number,
                ).rstrip(wording("dot")),
            )
            for line in lines
        )

    def _line(self, number: str) -> CounterLine | None:
        lines = self.hall.counters if self.hall is not None else ()
        return next((line for line in lines if line.number == int(number)), None)

    # --- counters

    def _ask_open(self) -> None:
        self.ask("open", self._counters("closed"), self._open)

    def _open(self, number: str) -> None:
        line = self._line(number)
        if line is None:
            return
        if not line.queues:
            self._ask_queues(number)
            return

        def opened(why: str) -> None:
            self.open_counter(line.number, line.queues, why)

        self._ask_why("open_why", opened, counter=number)

    def open_counter(self, counter: int, queues: tuple[str, ...], why: str) -> None:
        """Open a counter, or change what an open one serves."""
        self.run(
            lambda port, session: port.open_counter(session, counter, queues, why),
            "opened",
            counter=counter,
        )

    def _ask_close(self) -> None:
        choices = self._counters("free", "called", "serving")
        self.ask("close", choices, self._close)

    def _close(self, number: str) -> None:
        def closed(why: str) -> None:
            counter = int(number)
            self.run(
                lambda port, session: port.close_counter(session, counter, why),
                "closed",
                counter=counter,
            )

        self._ask_why("close_why", closed, counter=number)

    def _ask_whose_queues(self) -> None:
        choices = self._counters("free", "called", "serving", "closed")
        self.ask("queues", choices, self._begin_queues)

    def _begin_queues(self, number: str) -> None:
        line = self._line(number)
        self._ticked = set(line.queues) if line is not None else set()
        self._ask_queues(number)

    def _ask_queues(self, number: str) -> None:
        """Let the queues be ticked one by one, then ask why."""
        port, wording = self._shift.port, self._hub.wording
        if port is None:
            return
        choices = tuple(
            Choice(code, wording.text(name), icon="check" if code in self._ticked else "")
            for code, name in port.queues()
        )
        ready = Choice("", wording("queues_done"), role="primary")

        def ticked(code: str) -> None:
            if code:
                self._ticked ^= {code}
                self._ask_queues(number)
            else:
                self._queues_chosen(number)

        self.ask("which_queues", (*choices, ready), ticked, counter=number)

    def _queues_chosen(self, number: str) -> None:
        port = self._shift.port
        if port is None:
            return
        queues = tuple(code for code, _ in port.queues() if code in self._ticked)

        def changed(why: str) -> None:
            self.open_counter(int(number), queues, why)

        self._ask_why("queues_why", changed, counter=number)

    # --- tickets

    def _ask_ticket(self) -> None:
        chosen = self.chosen_ticket()
        if chosen is not None:
            self._ask_where(chosen.ticket_id)
            return
        wording, hall = self._hub.wording, self.hall
        waiting = hall.waiting[:_LISTED] if hall is not None else ()
        choices = tuple(
            Choice(
                line.ticket_id,
                wording("ticket_choice", number=line.number, queue=wording.text(line.queue_name)),
            )
            for line in waiting
        )
        self.ask("reassign", choices, self._ask_where)

    def _ask_where(self, ticket_id: str) -> None:
        port, wording, hall = self._shift.port, self._hub.wording, self.hall
        line = self._waiting(ticket_id)
        if port is None or hall is None or line is None:
            return
        counters = tuple(
            Choice(
                f"{counter.number}:{line.queue}",
                wording(
                    "next_at", counter=counter.number, queues=wording.text(counter.queue_names)
                ),
            )
            for counter in sorted(hall.counters, key=lambda one: line.queue not in one.queues)
            if counter.state != "closed" and counter.queues
        )
        queues = tuple(
            Choice(f":{code}", wording("to_queue", queue=wording.text(name)))
            for code, name in port.queues()
            if code != line.queue
        )

        def where(code: str) -> None:
            self._ask_why(
                "reassign_why", lambda why: self.reassign(ticket_id, code, why), number=line.number
            )

        self.ask("where", (*counters, *queues), where, number=line.number)

    def _waiting(self, ticket_id: str) -> WaitingLine | None:
        lines = self.hall.waiting if self.hall is not None else ()
        return next((line for line in lines if line.ticket_id == ticket_id), None)

    def reassign(self, ticket_id: str, where: str, why: str) -> None:
        """Move a ticket. `where`: "counter:queue", the counter may be empty."""
        counter, _, queue = where.partition(":")
        to = int(counter) if counter else None
        self.run(
            lambda port, session: port.reassign(session, ticket_id, queue, to, why), "reassigned"
        )

    def _ask_whom_to_finish(self) -> None:
        self.ask("finish", self._counters("called", "serving"), self._ask_end)

    def _ask_end(self, number: str) -> None:
        line, wording = self._line(number), self._hub.wording
        if line is None:
            return
        ends = [ForcedEnd.DONE, ForcedEnd.LEFT]
        if line.state == "called":
            ends = [ForcedEnd.NO_SHOW, *ends]
        choices = tuple(Choice(end.value, wording(f"end_{end.value}")) for end in ends)

        def ended(end: str) -> None:
            self._ask_why(
                "finish_why",
                lambda why: self._finish(line.number, ForcedEnd(end), why),
                number=line.ticket_number,
                counter=number,
            )

        self.ask("end", choices, ended, number=line.ticket_number, counter=number)

    def _finish(self, counter: int, end: ForcedEnd, why: str) -> None:
        self.run(lambda port, session: port.force_finish(session, counter, end, why), "finished")

    # --- the hall

    def _ask_zone(self) -> None:
        port, wording, hall = self._shift.port, self._hub.wording, self.hall
        if port is None or hall is None:
            return
        choices = tuple(
            Choice(
                zone,
                wording(
                    "zone_paused" if zone in hall.paused else "zone_open",
                    zone=zone,
                    name=wording.text(name),
                ),
                icon="lock" if zone in hall.paused else "ticket",
            )
            for zone, name in port.zones()
        )
        self.ask("pause", choices, self._pause)

    def _pause(self, zone: str) -> None:
        is_paused = self.hall is not None and zone in self.hall.paused

        def changed(why: str) -> None:
            if is_paused:
                self.run(
                    lambda port, session: port.resume_zone(session, zone, why), "resumed", zone=zone
                )
            else:
                self.run(
                    lambda port, session: port.pause_zone(session, zone, why), "pausing", zone=zone
                )

        self._ask_why("resume_why" if is_paused else "pause_why", changed, zone=zone)

    def _ask_device(self) -> None:
        wording, hall = self._hub.wording, self.hall
        choices = tuple(
            Choice(
                device.device_id,
                wording(
                    "device_line",
                    name=wording.text(device.name),
                    state=wording(f"device_{device.state.value}"),
                ),
                icon=_STATE_ICONS[device.state],
            )
            for device in (hall.devices if hall is not None else ())
        )
        self.ask("device", choices, self._ask_device_state)

    def _ask_device_state(self, device_id: str) -> None:
        wording = self._hub.wording
        choices = tuple(
            Choice(state.value, wording(f"device_{state.value}"), icon=_STATE_ICONS[state])
            for state in (ChannelState.DOWN, ChannelState.UP, ChannelState.UNKNOWN)
        )

        def marked(state: str) -> None:
            why = "machine_fault" if state == ChannelState.DOWN else "other"
            self.run(
                lambda port, session: port.mark_device(
                    session, device_id, ChannelState(state), why
                ),
                "device_marked",
                device=device_id,
            )

        self.ask("device_state", choices, marked, device=device_id)

    def _ask_cash(self) -> None:
        """Ask why cash is short, or why it is not any more; Esc leaves it as it is."""
        wording, hall = self._hub.wording, self.hall
        if hall is None:
            return
        is_short = not hall.is_cash_short
        area, reasons = ("cash_short", CASH_SHORT) if is_short else ("cash_enough", CASH_ENOUGH)
        choices = tuple(Choice(code, wording(f"cash_{code}")) for code in reasons)

        def marked(why: str) -> None:
            self.run(
                lambda port, session: port.mark_cash(session, is_short=is_short, why=why),
                f"{area}_noted",
            )

        self.ask(area, choices, marked)
