"""The logs in the file: where each stands, taking events in, taking them out again.

Log ids are 16 bytes here. Everything runs inside the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import Connection

from lobby_app.cache.engine import insert_many, run, run_many
from lobby_app.cache.folding import Placed, fold_in, refold
from lobby_app.domain.event import Envelope, Event, genesis_of, link, parse_body
from lobby_app.domain.replication import Head, Place

_HEADS = (
    "SELECT log_id, last_seq, last_chain, base_seq, base_chain, is_own, acked_seq FROM log_head"
)
_CHAIN = "SELECT chain FROM event WHERE log_id = ? AND seq = ?"
_EVENT = (
    "INSERT INTO event (log_id, seq, hlc, chain, kind, business_day, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_ADVANCE = (
    "INSERT INTO log_head (log_id, last_seq, last_chain, last_day, base_seq, is_own, acked_seq)"
    " VALUES (?, ?, ?, ?, 0, 0, 0) ON CONFLICT (log_id) DO UPDATE SET"
    " last_seq = excluded.last_seq, last_chain = excluded.last_chain,"
    " last_day = COALESCE(excluded.last_day, last_day)"
)
_OPEN = (
    "INSERT INTO log_head (log_id, last_seq, last_chain, base_seq, is_own, acked_seq)"
    " VALUES (?, 0, ?, 0, 1, 0)"
)
_TAIL = "SELECT seq, hlc, chain, body FROM event WHERE log_id = ? AND seq > ? ORDER BY seq"
_QUARANTINE = "INSERT INTO quarantine (log_id, seq, reason) VALUES (?, ?, 'grammar')"


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of `log_head`. `base_chain`: after what was pruned."""

    log_id: bytes
    seq: int
    chain: bytes
    base_seq: int
    base_chain: bytes
    is_own: bool = False
    acked_seq: int = 0

    @classmethod
    def fresh(cls, log_id: bytes) -> Self:
        """Return where a log stands of which nothing is held."""
        start = genesis_of(log_id)
        return cls(log_id, 0, start, 0, start)

    def head(self) -> Head:
        """Return what other replicas are told."""
        name = str(UUID(bytes=self.log_id))
        return Head(Place(name, self.seq, self.chain), Place(name, self.base_seq, self.base_chain))


def standings(connection: Connection) -> list[Standing]:
    """Return where every log stands."""
    return [
        Standing(log_id, seq, chain, base, base_chain or genesis_of(log_id), bool(own), acked)
        for log_id, seq, chain, base, base_chain, own, acked in run(connection, _HEADS)
    ]


def standing_of(connection: Connection, log_id: bytes) -> Standing:
    """Return where one log stands; a log that is new here stands before its first event."""
    for row in run(connection, _HEADS + " WHERE log_id = ?", (log_id,)):
        seq, chain, base, base_chain, own, acked = row[1:]
        return Standing(
            log_id, seq, chain, base, base_chain or genesis_of(log_id), bool(own), acked
        )
    return Standing.fresh(log_id)


def chain_at(connection: Connection, here: Standing, seq: int) -> bytes | None:
    """Return the chain after event `seq` of a log, None where nothing is held."""
    if seq == here.seq:
        return here.chain
    if seq == here.base_seq:
        return here.base_chain
    return next((row[0] for row in run(connection, _CHAIN, (here.log_id, seq))), None)


def current_log(connection: Connection) -> bytes:
    """Return the log that new events go to."""
    log_id: bytes
    ((log_id,),) = run(connection, "SELECT log_id FROM me")
    return log_id


def open_log(connection: Connection) -> Standing:
    """Begin a log of our own and make it the current one."""
    here = Standing.fresh(uuid4().bytes)
    run(connection, _OPEN, (here.log_id, here.chain))
    run(connection, "UPDATE me SET log_id = ?", (here.log_id,))
    return here


def give_up(connection: Connection, log_id: bytes) -> bool:
    """Write a log no more; tell whether another one had to be opened for that."""
    run(connection, "UPDATE log_head SET is_own = 0 WHERE log_id = ? AND is_own", (log_id,))
    if current_log(connection) != log_id:
        return False
    open_log(connection)
    return True


def take_in(
    connection: Connection, log_id: bytes, events: Sequence[tuple[Event, Envelope | None]]
) -> None:
    """Store events that continue a log; those outside the grammar (None) are folded nowhere."""
    name = log_id.hex()
    rows, placed, poison, last_day = [], [], [], None
    for event, envelope in events:
        kind = day = None
        if envelope is None:
            poison.append((log_id, event.seq))
        else:
            kind, day = envelope.kind, envelope.business_day
            last_day = day or last_day
            placed.append(Placed(name, event.hlc, envelope))
        rows.append((log_id, event.seq, event.hlc, event.chain, kind, day, event.body))
    last = events[-1][0]
    insert_many(connection, _EVENT, rows)
    run_many(connection, _QUARANTINE, poison)
    run(connection, _ADVANCE, (log_id, last.seq, last.chain, last_day))
    fold_in(connection, placed)


def tail_of(connection: Connection, here: Standing, seq: int) -> list[Event]:
    """Return the events of a log after `seq`."""
    name = str(UUID(bytes=here.log_id))
    return [Event(name, *row) for row in run(connection, _TAIL, (here.log_id, seq))]


def cut(connection: Connection, here: Standing, seq: int) -> str | None:
    """Take out what follows `seq` in a log; return the day from which on it has to be refolded.

    Where that was pruned here, nothing of the log is left.
    """
    since = _first_day(connection, here.log_id, seq)
    chain = chain_at(connection, here, seq)
    for table in ("event", "quarantine"):
        run(
            connection,
            f"DELETE FROM {table} WHERE log_id = ? AND seq > ?",  # noqa: S608
            (here.log_id, seq),
        )
    if chain is None:
        run(connection, "DELETE FROM log_head WHERE log_id = ?", (here.log_id,))
    else:
        run(
            connection,
            "UPDATE log_head SET last_seq = ?, last_chain = ?, acked_seq = MIN(acked_seq, ?)"
            " WHERE log_id = ?",
            (seq, chain, seq, here.log_id),
        )
    if here.seq > seq:
        run(connection, "UPDATE me SET rewrites = rewrites + 1")
    return since


def _first_day(connection: Connection, log_id: bytes, seq: int) -> str | None:
    """Return the first day that the events after `seq` touch: theirs, or one of their tickets'."""
    days, tickets = set(), set()
    rows = run(connection, _TAIL, (log_id, seq))
    for _, _, _, body in rows:
        envelope = parse_body(body)
        if envelope is not None and envelope.business_day is not None:
            days.add(envelope.business_day)
            tickets.add(envelope.ticket)
    for ticket in tickets:
        found = run(connection, "SELECT business_day FROM ticket WHERE ticket_id = ?", (ticket,))
        days.update(day for (day,) in found)
    return min(days, default=None)


def rechained(log: Standing, events: Sequence[Event]) -> list[Event]:
    """Return events with the same clocks and bodies as the first ones of a log."""
    name, seq, chain, moved = str(UUID(bytes=log.log_id)), log.seq, log.chain, []
    for event in events:
        seq += 1
        chain = link(chain, seq, event.hlc, event.body)
        moved.append(Event(name, seq, event.hlc, chain, event.body))
    return moved


def refold_since(connection: Connection, since: str | None) -> None:
    """Make the projections anew from a day on; None = nothing was projected."""
    if since is not None:
        refold(connection, since)
