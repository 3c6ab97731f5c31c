"""What the supervisor's window asks of the desk; services.supervisor_desk answers."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from lobby_app.domain.floor import ChannelState
from lobby_app.domain.satisfaction import Answer
from lobby_app.domain.text import Text
from lobby_app.services.hall_actions import ForcedEnd
from lobby_app.services.supervision_views import FairnessView, FiguresView, HallView
from lobby_app.services.views import Session


class SupervisorPort(Protocol):
    """Blocking use cases; everything runs on the db worker and may raise KnownError."""

    def now(self) -> datetime:
        """Return the branch's present time; may be called on the GUI thread."""
        ...

    def is_demo(self) -> bool:
        """Tell whether this is the demo; may be called on the GUI thread."""
        ...

    def zones(self) -> tuple[tuple[str, Text], ...]:
        """Return letters and names of the zones; may be called on the GUI thread."""
        ...

    def queues(self) -> tuple[tuple[str, Text], ...]:
        """Return every queue with its name; may be called on the GUI thread."""
        ...

    def reports_folder(self) -> Path:
        """Return where exports go; may be called on the GUI thread."""
        ...

    def sign_on(self, number: str, pin: str) -> Session:
        """Open a session."""
        ...

    def sign_off(self, session: Session) -> None:
        """Close the session."""
        ...

    def changes(self) -> int:
        """Return a number that rises with every commit of anybody."""
        ...

    def hall(self) -> HallView:
        """Return page 1."""
        ...

    def advise(self, hall: HallView) -> bool:
        """Work out the counters to open; tell whether there is something new."""
        ...

    def figures(self) -> FiguresView:
        """Return page 2."""
        ...

    def fairness(self) -> FairnessView:
        """Return page 3."""
        ...

    def open_counter(self, session: Session, counter: int, queues: Sequence[str], why: str) -> None:
        """Open a counter, or change what it serves."""
        ...

    def close_counter(self, session: Session, counter: int, why: str) -> None:
        """Close a counter."""
        ...

    def reassign(
        self, session: Session, ticket_id: str, queue: str, counter: int | None, why: str
    ) -> str:
        """Move a ticket; return its number."""
        ...

    def force_finish(self, session: Session, counter: int, end: ForcedEnd, why: str) -> str:
        """Take the customer off a counter; return the number."""
        ...

    def pause_zone(self, session: Session, zone: str, why: str) -> None:
        """Issue no tickets of a zone."""
        ...

    def resume_zone(self, session: Session, zone: str, why: str) -> None:
        """Issue tickets of a zone again."""
        ...

    def broadcast(self, session: Session, zh: str, en: str, minutes: int) -> None:
        """Show a message on every wall."""
        ...

    def withdraw_messages(self, session: Session) -> None:
        """Take every message off the walls."""
        ...

    def mark_device(self, session: Session, device_id: str, state: ChannelState, why: str) -> None:
        """Note how a machine is."""
        ...

    def mark_cash(self, session: Session, *, is_short: bool, why: str) -> None:
        """Note whether cash is short."""
        ...

    def record_answer(self, session: Session, ticket: str, answer: Answer) -> str:
        """Note a customer's answer about a ticket; return its number."""
        ...

    def answer_alarm(self, session: Session, cause: str, action: str) -> None:
        """Note who took care of an alarm."""
        ...
