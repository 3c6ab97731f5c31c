"""The use cases of the supervisor's window, bound to one desk."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lobby_app.domain.floor import ChannelState
from lobby_app.domain.satisfaction import Answer
from lobby_app.domain.text import Text
from lobby_app.services import answers, hall, hall_actions, signing_on
from lobby_app.services.desk import Desk
from lobby_app.services.hall_actions import ForcedEnd
from lobby_app.services.supervision import Advisor, Supervision
from lobby_app.services.supervision_views import FairnessView, FiguresView, HallView
from lobby_app.services.views import Session


class SupervisorDesk:
    """Blocking calls; each is one use case of the module it names. Raises KnownError.

    Thread: one at a time, except where the port says otherwise.
    """

    def __init__(self, desk: Desk, reports: Path, advise: Advisor | None = None) -> None:
        self._desk = desk
        self._reports = reports
        self._supervision = Supervision(desk, advise)

    def now(self) -> datetime:
        """Return the branch's present time."""
        return self._desk.now()

    def is_demo(self) -> bool:
        """Tell whether this is the demo."""
        return self._desk.branch.is_demo

    def zones(self) -> tuple[tuple[str, Text], ...]:
        """Return letters and names of the zones."""
        return tuple(self._desk.policy.zones.items())

    def queues(self) -> tuple[tuple[str, Text], ...]:
        """Return every queue with its name."""
        channels = self._desk.policy.channels
        return tuple((code, entry.name) for code, entry in channels.items() if entry.queued)

    def reports_folder(self) -> Path:
        """Return where exports go."""
        return self._reports

    def sign_on(self, number: str, pin: str) -> Session:
        """See services.signing_on."""
        return signing_on.sign_on(self._desk, number, pin)

    def sign_off(self, session: Session) -> None:
        """See services.signing_on."""
        signing_on.sign_off(self._desk, session)

    def changes(self) -> int:
        """See domain.ports.ChangeCounter."""
        return self._desk.changes()

    def hall(self) -> HallView:
        """See services.supervision."""
        return self._supervision.hall()

    def advise(self, hall: HallView) -> bool:
        """See services.supervision."""
        return self._supervision.advise(hall)

    def figures(self) -> FiguresView:
        """See services.supervision."""
        return self._supervision.figures()

    def fairness(self) -> FairnessView:
        """See services.supervision."""
        return self._supervision.fairness()

    def open_counter(self, session: Session, counter: int, queues: Sequence[str], why: str) -> None:
        """See services.hall_actions."""
        hall_actions.open_counter_for(self._desk, session, counter, queues, why)

    def close_counter(self, session: Session, counter: int, why: str) -> None:
        """See services.hall_actions."""
        hall_actions.close_counter_for(self._desk, session, counter, why)

    def reassign(
        self, session: Session, ticket_id: str, queue: str, counter: int | None, why: str
    ) -> str:
        """See services.hall_actions."""
        return hall_actions.reassign(self._desk, session, ticket_id, queue, counter, why)

    def force_finish(self, session: Session, counter: int, end: ForcedEnd, why: str) -> str:
        """See services.hall_actions."""
        return hall_actions.force_finish(self._desk, session, counter, end, why)

    def pause_zone(self, session: Session, zone: str, why: str) -> None:
        """See services.hall."""
        hall.pause_zone(self._desk, session, zone, why)

    def resume_zone(self, session: Session, zone: str, why: str) -> None:
        """See services.hall."""
        hall.resume_zone(self._desk, session, zone, why)

    def broadcast(self, session: Session, zh: str, en: str, minutes: int) -> None:
        """See services.hall."""
        hall.broadcast(self._desk, session, zh, en, minutes)

    def withdraw_messages(self, session: Session) -> None:
        """See services.hall."""
        hall.withdraw_messages(self._desk, session)

    def mark_device(self, session: Session, device_id: str, state: ChannelState, why: str) -> None:
        """See services.hall_actions."""
        hall_actions.mark_device(self._desk, session, device_id, state, why)

    def mark_cash(self, session: Session, *, is_short: bool, why: str) -> None:
        """See services.hall."""
        hall.mark_cash(self._desk, session, is_short=is_short, why=why)

    def record_answer(self, session: Session, ticket: str, answer: Answer) -> str:
        """See services.answers."""
        return answers.record_answer(self._desk, session, ticket, answer)

    def answer_alarm(self, session: Session, cause: str, action: str) -> None:
        """See services.hall_actions."""
        hall_actions.answer_alarm(self._desk, session, cause, action)
