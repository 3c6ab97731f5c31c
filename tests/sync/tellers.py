"""Tellers of the simulated branch: they ask for calls, at the centre or at a relay, and again."""

import random
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from lobby_app.cache.granting import Granting
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.replication import (
    PRIORITY_CENTRE,
    PRIORITY_RELAY,
    ClaimAnswer,
    ClaimVerdict,
)
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.serving import Serving
from tests.helpers.postgres import Central
from tests.sync.faults import BadLine

if TYPE_CHECKING:
    from tests.sync.branch import SimulatedDesk

_CLAIM_S = 5.0


@dataclass(frozen=True)
class Granted:
    """A call that was granted. `by`: data folder of the relay, None = the centre."""

    draft: Draft
    answer: ClaimAnswer
    by: str | None


class Tellers:
    """Claims and what became of them. Every choice comes from the seed."""

    def __init__(self, central: Central, dice: random.Random, counts: dict[str, int]) -> None:
        self._central, self._dice, self._counts = central, dice, counts
        self.granted: list[Granted] = []
        self._open: list[Draft] = []
        """Asked for without an answer: granted or not, nobody here knows."""

    def claim(self, desk: "SimulatedDesk", line: BadLine, day: date) -> Draft | None:
        """Ask the centre for a waiting ticket, or once more for one that got no answer."""
        draft = self._unanswered() or self._choice(desk, day)
        if draft is not None:
            self._ask_centre(draft, line)
        return draft

    def claim_at_relay(self, draft: Draft, relay: "SimulatedDesk", loss: float) -> None:
        """Ask a relay for what the centre did not answer, with the same claim."""
        before = set(relay.rows("SELECT claim_id FROM granted"))
        waiting = relay.rows("SELECT ticket_id, generation FROM ticket WHERE rank = 0")
        line = self._line_to(relay, loss)
        wanted = replace(draft, claim_priority=PRIORITY_RELAY)
        self._counts["asked of a relay"] += 1
        answer = RemoteReplica(line).claim(wanted, _CLAIM_S)
        after = set(relay.rows("SELECT claim_id FROM granted"))
        if (draft.claim_id,) in after - before:
            assert answer.verdict is ClaimVerdict.GRANTED, "granted, but not said (5)"
            is_free = (draft.ticket, draft.generation) in waiting
            assert is_free, "a relay granted what was not waiting (5)"
            self.granted.append(Granted(wanted, answer, relay.folder.name))
            self._counts["granted by a relay"] += 1

    def ask_again(self, desks: "list[SimulatedDesk]", line: BadLine) -> None:
        """Repeat a claim that was granted once, whatever became of the ticket since."""
        if self.granted:
            self._repeat(self._dice.choice(self.granted), desks, line)

    def ask_all_again(self, desks: "list[SimulatedDesk]", line: BadLine) -> None:
        """Repeat every claim that was granted."""
        for granted in self.granted:
            self._repeat(granted, desks, line)

    def _repeat(self, granted: Granted, desks: "list[SimulatedDesk]", line: BadLine) -> None:
        if granted.by is not None:
            relay = next(desk for desk in desks if desk.folder.name == granted.by)
            line = self._line_to(relay, 0.0)
        again = RemoteReplica(line).claim(granted.draft, _CLAIM_S)
        assert again == granted.answer, "the same claim got another answer (5)"
        self._counts["asked again"] += 1

    def forget(self, by: str | None) -> None:
        """Expect nothing any more of who was set back to an earlier state."""
        self.granted = [granted for granted in self.granted if granted.by != by]

    def _ask_centre(self, draft: Draft, line: BadLine) -> None:
        is_free = self._is_written(draft) or self._is_waiting(draft)
        try:
            answer = RemoteReplica(line).claim(draft, _CLAIM_S)
        except KnownError as error:
            if error.key != "sync.no_answer":
                raise
            self._open.append(draft)
            return
        if answer.verdict is ClaimVerdict.GRANTED:
            self._counts["granted"] += 1
            assert is_free or not self._is_written(draft), "granted though not waiting (5)"
            # Else it only passes on what a relay decided: that may be overruled.
            if self._is_written(draft):
                self.granted.append(Granted(draft, answer, None))

    def _line_to(self, relay: "SimulatedDesk", loss: float) -> BadLine:
        serving = Serving(relay.replica, Granting(relay.log), relay.clock.ms)
        return BadLine(serving, self._dice, loss, self._counts)

    def _is_waiting(self, draft: Draft) -> bool:
        found = "SELECT 1 FROM lobby.ticket WHERE ticket_id = %s AND generation = %s AND rank = 0"
        return bool(self._central.run(found, draft.ticket, draft.generation))

    def _is_written(self, draft: Draft) -> bool:
        found = "SELECT 1 FROM lobby.claim WHERE claim_id = %s"
        return bool(self._central.run(found, draft.claim_id))

    def _unanswered(self) -> Draft | None:
        if self._open and self._dice.random() < 0.7:
            self._counts["claims retried"] += 1
            return self._open.pop(self._dice.randrange(len(self._open)))
        return None

    def _choice(self, desk: "SimulatedDesk", day: date) -> Draft | None:
        # Another counter may have been quicker: not everybody asks for what is still waiting.
        most = 0 if self._dice.random() < 0.7 else 20
        waiting = desk.rows(
            "SELECT ticket_id, generation FROM ticket"  # noqa: S608
            f" WHERE rank <= {most} AND business_day = '{day}' ORDER BY 1"
        )
        if not waiting:
            return None
        ticket, generation = self._dice.choice(waiting)
        return Draft(
            kind=EventKind.TICKET_CALLED,
            actor="1001",
            ticket=ticket,
            business_day=day,
            generation=generation,
            rank=10,
            claim_priority=PRIORITY_CENTRE,
            queue="cash_counter",
            counter=desk.slot,
            claim_id=str(UUID(int=self._dice.getrandbits(128), version=4)),
        )
