"""What the counter's panel asks of the desk; services.counter_desk answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from lobby_app.domain.text import Text
from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind, SkipReason
from lobby_app.services.called import Called
from lobby_app.services.views import CounterView, PlannedCounter, ScannedTicket, Session


class CounterPort(Protocol):
    """Blocking use cases; everything runs on the db worker and may raise KnownError."""

    def now(self) -> datetime:
        """Return the branch's present time; the one call that may be made on the GUI thread."""
        ...

    def sign_on(self, number: str, pin: str) -> Session:
        """Open a session."""
        ...

    def sign_off(self, session: Session) -> None:
        """Close the session."""
        ...

    def is_demo(self) -> bool:
        """Tell whether this is the demo; may be called on the GUI thread."""
        ...

    def counters(self) -> tuple[PlannedCounter, ...]:
        """Return the planned counters."""
        ...

    def queues(self) -> tuple[tuple[str, Text], ...]:
        """Return every queue with its name."""
        ...

    def open_counter(self, session: Session, counter: int, queues: Sequence[str]) -> None:
        """Sign the counter on."""
        ...

    def close_counter(self, session: Session, counter: int) -> None:
        """Sign the counter off."""
        ...

    def view(self, counter: int) -> CounterView:
        """Return the panel."""
        ...

    def call_next(self, session: Session, counter: int) -> Called:
        """Finish the present customer and call the next; takes two seconds when nobody answers."""
        ...

    def recall(self, session: Session, counter: int) -> None:
        """Call once more."""
        ...

    def start(self, session: Session, counter: int) -> None:
        """The customer is here."""
        ...

    def finish(self, session: Session, counter: int, outcome: FinishOutcome) -> None:
        """The service is over."""
        ...

    def park(self, session: Session, counter: int, kind: ParkKind) -> None:
        """The customer steps aside."""
        ...

    def skip(self, session: Session, counter: int, reason: SkipReason) -> None:
        """Another one first."""
        ...

    def no_show(self, session: Session, counter: int) -> None:
        """Nobody came."""
        ...

    def transfer(self, session: Session, counter: int, queue: str, to_counter: int | None) -> None:
        """Hand on to a queue or a counter."""
        ...

    def resume(self, session: Session, counter: int, ticket_id: str) -> None:
        """A parked customer goes on here."""
        ...

    def undo(self, session: Session, counter: int, ticket_id: str) -> None:
        """Take the last step of a ticket back."""
        ...

    def bring_back(self, session: Session, ticket_id: str) -> str:
        """Let somebody who missed the call wait again; return the number."""
        ...

    def scanned(self, session: Session, raw_text: str) -> ScannedTicket | None:
        """Return the ticket of today that was scanned."""
        ...
