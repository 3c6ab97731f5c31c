"""What an alarm's button does, and the sound of those that are to be heard."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from lobby_app.domain.alarms import Alarm, AlarmAction
from lobby_app.services.views import Session
from lobby_app.ui.hub import Choice, WindowHub
from lobby_app.ui.supervisor.acting import ActController
from lobby_app.ui.supervisor.port import SupervisorPort
from lobby_app.ui.supervisor.state import Shift


class AlarmController(QObject):
    """Answers alarms: the suggested action, then a note of who did it.

    Signals:
        rang(): something is to be heard, at the supervisor only.
        broadcast_wanted(str): a message to the wall is to be written because of this cause.
    """

    rang = Signal()
    broadcast_wanted = Signal(str)

    def __init__(self, hub: WindowHub, shift: Shift, acting: ActController) -> None:
        super().__init__(hub)
        self._hub = hub
        self._shift = shift
        self._acting = acting
        self._heard: frozenset[str] = frozenset()

    def listen(self) -> None:
        """Ring once for each new alarm that is to be heard."""
        hall = self._shift.hall
        alarms = hall.alarms if hall is not None else ()
        loud = frozenset(alarm.sign.cause for alarm in alarms if alarm.is_loud)
        if loud - self._heard:
            QApplication.beep()
            self.rang.emit()
        self._heard = loud

    def act_on(self, place: int) -> None:
        """Take care of the alarm at a place of the list, if it still needs somebody."""
        hall = self._shift.hall
        if hall is not None and place < len(hall.alarms):
            self.act(hall.alarms[place].sign.cause)

    def act(self, cause: str) -> None:
        """Do what the alarm suggests; what only people can do is noted as being done."""
        alarm = self._alarm(cause)
        if alarm is None or alarm.answered:
            return
        action = alarm.sign.action
        if action is AlarmAction.ASSIGN_TICKET:
            self._ask_counter(alarm)
        elif action is AlarmAction.BROADCAST:
            self.broadcast_wanted.emit(cause)
        elif action in (AlarmAction.OPEN_COUNTER, AlarmAction.ADD_QUEUE):
            self._serve(alarm)
        else:
            self.answer(cause, action)

    def _alarm(self, cause: str) -> Alarm | None:
        hall = self._shift.hall
        alarms = hall.alarms if hall is not None else ()
        return next((alarm for alarm in alarms if alarm.sign.cause == cause), None)

    def answer(self, cause: str, action: AlarmAction) -> None:
        """Note who takes care of an alarm."""
        self._acting.run(
            lambda port, session: port.answer_alarm(session, cause, action.value), "answered"
        )

    def _serve(self, alarm: Alarm) -> None:
        """Let a counter serve the queue that is too long: takes nothing from anybody."""
        sign, hall = alarm.sign, self._shift.hall
        lines = hall.counters if hall is not None else ()
        line = next((one for one in lines if one.number == sign.counter), None)
        if line is None or sign.queue is None:
            return
        counter, queue, cause = line.number, sign.queue, sign.cause
        queues = (*line.queues, *(() if queue in line.queues else (queue,)))
        why, action = f"alarm:{sign.kind.value}", sign.action.value

        def work(port: SupervisorPort, session: Session) -> None:
            port.open_counter(session, counter, queues, why)
            port.answer_alarm(session, cause, action)

        self._acting.run(work, "opened", counter=counter)

    def _ask_counter(self, alarm: Alarm) -> None:
        """Let one counter call this ticket next: others wait longer, so it is asked."""
        sign, hall, words = alarm.sign, self._shift.hall, self._hub.wording
        lines = [line for line in (hall.counters if hall else ()) if line.state != "closed"]
        lines.sort(key=lambda line: (sign.queue not in line.queues, line.number))
        choices = tuple(
            Choice(
                str(line.number),
                words("next_at", counter=line.number, queues=words.text(line.queue_names)),
            )
            for line in lines
        )

        def assigned(number: str) -> None:
            counter, queue = int(number), sign.queue or ""

            def work(port: SupervisorPort, session: Session) -> str:
                why = f"alarm:{sign.kind.value}"
                moved = port.reassign(session, sign.ticket, queue, counter, why)
                port.answer_alarm(session, sign.cause, sign.action.value)
                return moved

            self._acting.run(work, "reassigned")

        self._acting.ask("where", choices, assigned, number=sign.label)
