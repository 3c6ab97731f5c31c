"""Claims decided in the desk's own file: what a relay grants while the centre is gone."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from lobby_app.cache import logs
from lobby_app.cache.engine import run
from lobby_app.cache.errors import known_errors
from lobby_app.cache.opening import OpenLog
from lobby_app.domain.clock import tick
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import RANK_WAITING, Envelope, Event, link, parse_body
from lobby_app.domain.replication import ClaimAnswer, ClaimVerdict

_TICKET = (
    "SELECT generation, rank, counter, claim_id FROM ticket"
    " WHERE ticket_id = ? AND business_day = ?"
)
_GRANTED = "SELECT ticket_id, generation, counter FROM granted WHERE claim_id = ?"
_GRANT = "INSERT INTO granted (claim_id, ticket_id, generation, counter) VALUES (?, ?, ?, ?)"


class _Held(NamedTuple):
    """A ticket as this desk knows it."""

    generation: int | None
    rank: int | None
    counter: int | None
    claim_id: str | None


class Granting:
    """Decides each claim once; a granted call is an event of this desk's own log.

    Thread: any, one call at a time; other processes may write the file meanwhile.
    """

    def __init__(self, log: OpenLog) -> None:
        self._log = log

    def __call__(self, claim_id: str, body: str) -> ClaimAnswer:
        """Return the answer to a claim, the same for ever once it was granted.

        Args:
            claim_id: chosen by who asks.
            body: exact text of the call that is written if the ticket is free.

        Raises:
            KnownError: `sync.malformed` when the claim was granted for another ticket; `cache.*`.
        """
        call = parse_body(body)
        if call is None or call.ticket is None or call.counter is None:
            raise BugError("a claim that is no call")
        with known_errors(), self._log.engine.begin() as connection:
            answer, is_written = self._decide(connection, claim_id, call, body)
        if is_written:
            self._log.keeper.heard(1)
        return answer

    def _decide(
        self, connection: Connection, claim_id: str, call: Envelope, body: str
    ) -> tuple[ClaimAnswer, bool]:
        """Return the answer, and whether the call was written for it."""
        for ticket, generation, counter in run(connection, _GRANTED, (claim_id,)):
            if (ticket, generation) != (call.ticket, call.generation):
                raise KnownError("sync.malformed", what="claim: granted for another ticket")
            return ClaimAnswer(ClaimVerdict.GRANTED, counter), False
        rows = run(connection, _TICKET, (call.ticket, call.business_day))
        held = _Held(*rows[0]) if rows else _Held(None, None, None, None)
        if held.rank is None or held.generation is None or held.generation < call.generation:
            return ClaimAnswer(ClaimVerdict.UNKNOWN), False
        is_this_turn = held.generation == call.generation
        if is_this_turn and held.rank == RANK_WAITING:
            self._write(connection, call, body)
            values = (claim_id, call.ticket, call.generation, call.counter)
            run(connection, _GRANT, values)
            return ClaimAnswer(ClaimVerdict.GRANTED, call.counter), True
        # The centre may have granted this very claim while it seemed not to answer.
        is_theirs = is_this_turn and held.claim_id == claim_id
        verdict = ClaimVerdict.GRANTED if is_theirs else ClaimVerdict.TAKEN
        return ClaimAnswer(verdict, held.counter), False

    def _write(self, connection: Connection, call: Envelope, body: str) -> None:
        """Append the call to the log that new events go to, byte for byte as it came."""
        here = logs.standing_of(connection, logs.current_log(connection))
        ((last_hlc, offset_ms),) = run(connection, "SELECT last_hlc, clock_offset_ms FROM me")
        now_ms = round(self._log.clock.now().timestamp() * 1000)
        seq, hlc = here.seq + 1, tick(last_hlc, now_ms, offset_ms=offset_ms)
        chain = link(here.chain, seq, hlc, body)
        event = Event(str(UUID(bytes=here.log_id)), seq, hlc, chain, body)
        logs.take_in(connection, here.log_id, [(event, call)])
        run(connection, "UPDATE me SET last_hlc = ?", (hlc,))
