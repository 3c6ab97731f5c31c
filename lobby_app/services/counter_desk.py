"""The use cases of a counter's panel, bound to one desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lobby_app.domain.text import Text
from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind, SkipReason
from lobby_app.services import calling, reception, signing_on
from lobby_app.services.called import Called
from lobby_app.services.desk import Desk
from lobby_app.services.views import CounterView, PlannedCounter, ScannedTicket, Session


@dataclass(frozen=True, slots=True)
class CounterDesk:
    """Blocking calls; each is one use case of the module it names. Raises KnownError."""

    desk: Desk

    def now(self) -> datetime:
        """Return the branch's present time; does not block."""
        return self.desk.now()

    def sign_on(self, number: str, pin: str) -> Session:
        """See services.signing_on."""
        return signing_on.sign_on(self.desk, number, pin)

    def sign_off(self, session: Session) -> None:
        """See services.signing_on."""
        signing_on.sign_off(self.desk, session)

    def is_demo(self) -> bool:
        """Tell whether this is the demo."""
        return self.desk.branch.is_demo

    def counters(self) -> tuple[PlannedCounter, ...]:
        """Return the planned counters of the branch."""
        return tuple(
            PlannedCounter(plan.number, plan.queues, self._zones(plan.queues))
            for plan in self.desk.branch.counters
        )

    def _zones(self, queues: tuple[str, ...]) -> Text:
        """Return letters and names of the zones that queues belong to."""
        policy = self.desk.policy
        letters = sorted({policy.channels[queue].zone or "" for queue in queues} - {""})
        names = [policy.zones[letter] for letter in letters]
        pairs = list(zip(letters, names, strict=True))
        return Text(
            " ".join(f"{letter} {name.zh}" for letter, name in pairs),
            " ".join(f"{letter} {name.en}" for letter, name in pairs),
        )

    def queues(self) -> tuple[tuple[str, Text], ...]:
        """Return every queue a counter may serve, with its name."""
        return tuple(
            (code, entry.name) for code, entry in self.desk.policy.channels.items() if entry.queued
        )

    def open_counter(self, session: Session, counter: int, queues: Sequence[str]) -> None:
        """See services.calling."""
        calling.open_counter(self.desk, session, counter, queues)

    def close_counter(self, session: Session, counter: int) -> None:
        """See services.calling."""
        calling.close_counter(self.desk, session, counter)

    def view(self, counter: int) -> CounterView:
        """See services.calling."""
        return calling.counter_view(self.desk, counter)

    def call_next(self, session: Session, counter: int) -> Called:
        """See services.calling."""
        return calling.next_call(self.desk, session, counter)

    def recall(self, session: Session, counter: int) -> None:
        """See services.calling."""
        calling.recall_current(self.desk, session, counter)

    def start(self, session: Session, counter: int) -> None:
        """See services.calling."""
        calling.start_service(self.desk, session, counter)

    def finish(self, session: Session, counter: int, outcome: FinishOutcome) -> None:
        """See services.calling."""
        calling.finish_current(self.desk, session, counter, outcome)

    def park(self, session: Session, counter: int, kind: ParkKind) -> None:
        """See services.calling."""
        calling.park_current(self.desk, session, counter, kind)

    def skip(self, session: Session, counter: int, reason: SkipReason) -> None:
        """See services.calling."""
        calling.skip_current(self.desk, session, counter, reason)

    def no_show(self, session: Session, counter: int) -> None:
        """See services.calling."""
        calling.no_show_current(self.desk, session, counter)

    def transfer(self, session: Session, counter: int, queue: str, to_counter: int | None) -> None:
        """See services.calling."""
        calling.transfer_current(self.desk, session, counter, queue, to_counter)

    def resume(self, session: Session, counter: int, ticket_id: str) -> None:
        """See services.calling."""
        calling.resume(self.desk, session, counter, ticket_id)

    def undo(self, session: Session, counter: int, ticket_id: str) -> None:
        """See services.calling."""
        calling.undo_last_step(self.desk, session, counter, ticket_id)

    def bring_back(self, session: Session, ticket_id: str) -> str:
        """See services.calling."""
        return calling.bring_back(self.desk, session, ticket_id).number

    def scanned(self, session: Session, raw_text: str) -> ScannedTicket | None:
        """Return the ticket of today that was scanned, None for anything else.

        See services.reception.
        """
        found = reception.identify(self.desk, session, raw_text)
        return found if isinstance(found, ScannedTicket) else None
