"""The desk's own file as a replica: what it holds, gives and takes (sync design 3).

Every call is one transaction of its own and may be repeated: another process of this desk may have
exchanged in between, or this one may have died.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from lobby_app.cache import logs
from lobby_app.cache.engine import run
from lobby_app.cache.errors import known_errors
from lobby_app.cache.numbers import RAISE_SERIES
from lobby_app.cache.opening import OpenLog
from lobby_app.cache.pruning import prune
from lobby_app.cache.watermark import EVERY
from lobby_app.domain.clock import MAX_AHEAD_MS, tick, wall_ms
from lobby_app.domain.errors import BugError
from lobby_app.domain.event import Envelope, Event, EventKind, link, parse_body
from lobby_app.domain.replication import Appended, Heads, Page, Place, Verdict

_PAGE_BYTES = 4_000_000
_AFTER = "SELECT seq, hlc, chain, body FROM event WHERE log_id = ? AND seq > ? ORDER BY seq LIMIT ?"
_SET_ASIDE = (
    "INSERT OR IGNORE INTO set_aside (log_id, seq, chain, hlc, body, at)"
    " SELECT log_id, seq, chain, hlc, body, ? FROM event WHERE log_id = ? AND seq > ?"
)
_CONFIRM = "UPDATE log_head SET acked_seq = ? WHERE log_id = ? AND is_own AND acked_seq <> ?"
_REBASE = (
    "INSERT INTO log_head"
    " (log_id, last_seq, last_chain, base_seq, base_chain, is_own, acked_seq)"
    " VALUES (?, ?, ?, ?, ?, 0, 0) ON CONFLICT (log_id) DO UPDATE SET"
    " last_seq = excluded.last_seq, last_chain = excluded.last_chain,"
    " base_seq = excluded.base_seq, base_chain = excluded.base_chain, acked_seq = 0"
)


class SqliteReplica:
    """domain.ports.LocalReplica over an opened log. Thread: any, one call at a time."""

    def __init__(self, log: OpenLog, slot: int) -> None:
        """Serve `log`, the file of the desk with this `slot` of its branch."""
        self._log = log
        self._own_number = re.compile(rf"([A-Z]){slot}([0-9]{{3}})")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with known_errors(), self._log.engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with known_errors(), self._log.reading.begin() as connection:
            yield connection

    def _now_ms(self) -> int:
        return round(self._log.clock.now().timestamp() * 1000)

    @property
    def current_log(self) -> str:
        """The log that new events go to."""
        with self._reading() as connection:
            return str(UUID(bytes=logs.current_log(connection)))

    def own_logs(self) -> frozenset[str]:
        """Return every log this desk ever opened here and has not given up."""
        with self._reading() as connection:
            rows = run(connection, "SELECT log_id FROM log_head WHERE is_own")
        return frozenset(str(UUID(bytes=log_id)) for (log_id,) in rows)

    def heads(self) -> Heads:
        """Return where every log stands; the clock is ours, corrected by what partners told."""
        with self._reading() as connection:
            return self._heads(connection)

    def _heads(self, connection: Connection) -> Heads:
        ((offset_ms,),) = run(connection, "SELECT clock_offset_ms FROM me")
        heads = [here.head() for here in logs.standings(connection)]
        return Heads({head.end.log_id: head for head in heads}, self._now_ms() + offset_ms)

    def read(self, after: Sequence[Place], limit: int) -> Page:
        """Return what follows each place, at most `limit` events and a few megabytes in all."""
        events: list[Event] = []
        diverged, room = set(), _PAGE_BYTES
        with self._reading() as connection:
            for place in after:
                here = logs.standing_of(connection, UUID(place.log_id).bytes)
                if logs.chain_at(connection, here, place.seq) != place.chain:
                    diverged.add(place.log_id)
                    continue
                most = limit - len(events) + 1
                for row in run(connection, _AFTER, (here.log_id, place.seq, most)):
                    if len(events) == limit or (room <= 0 and events):
                        return Page(events, frozenset(diverged), is_last=False)
                    events.append(Event(place.log_id, *row))
                    room -= len(row[3])
        return Page(events, frozenset(diverged), is_last=True)

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        """Take events of one log, all or nothing; repeating is harmless.

        Whoever brings more of the log that we write holds it further than we do: it is written no
        more from that moment on.
        """
        parsed = [(event, event.envelope()) for event in events]
        log_id = UUID(after.log_id).bytes
        is_new_log, new = False, parsed[:0]
        with self._writing() as connection:
            here = logs.standing_of(connection, log_id)
            verdict = _judge(connection, here, after, events)
            if verdict is Verdict.TAKEN:
                new = parsed[max(0, here.seq - after.seq) :]
            if new:
                if log_id == logs.current_log(connection):
                    is_new_log = logs.give_up(connection, log_id)
                logs.take_in(connection, log_id, new)
                self._hear(connection, [event.hlc for event, _ in new])
                self._raise_series(connection, (envelope for _, envelope in new))
            heads = self._heads(connection)
        self._log.keeper.heard(EVERY if is_new_log else len(new))
        return Appended(verdict, heads)

    def _hear(self, connection: Connection, clocks: Iterable[int]) -> None:
        """Let our clock follow what was heard; who is minutes ahead of us is not followed."""
        ((last, offset_ms),) = run(connection, "SELECT last_hlc, clock_offset_ms FROM me")
        now_ms = self._now_ms()
        latest_ms = now_ms + offset_ms + MAX_AHEAD_MS
        seen = max((clock for clock in clocks if wall_ms(clock) <= latest_ms), default=0)
        if seen > last:
            ticked = tick(last, now_ms, offset_ms=offset_ms, seen=seen)
            run(connection, "UPDATE me SET last_hlc = ?", (ticked,))

    def _raise_series(self, connection: Connection, envelopes: Iterable[Envelope | None]) -> None:
        """Never give a number again that this desk gave before it was restored or set up anew."""
        for envelope in envelopes:
            if envelope is None or envelope.kind != EventKind.TICKET_ISSUED:
                continue
            number = self._own_number.fullmatch(str(envelope.data.get("number")))
            if number is not None and envelope.business_day is not None:
                values = (number[1], envelope.business_day, int(number[2]))
                run(connection, RAISE_SERIES, values)

    def confirm(self, place: Place) -> None:
        """Note how far the partner holds an own log; may go back, as it may have lost its tail."""
        with self._writing() as connection:
            here = logs.standing_of(connection, UUID(place.log_id).bytes)
            seq = max(place.seq, here.base_seq)
            if seq > place.seq or logs.chain_at(connection, here, seq) == place.chain:
                run(connection, _CONFIRM, (seq, here.log_id, seq))

    def reissue(self, log_id: str, common: Place) -> None:
        """Move what follows `common` from an own log into a new own log, which becomes current."""
        with self._writing() as connection:
            here = logs.standing_of(connection, UUID(log_id).bytes)
            if not here.is_own or not _may_cut(connection, here, common):
                return
            moved = logs.tail_of(connection, here, common.seq)
            since = logs.cut(connection, here, common.seq)
            new = logs.open_log(connection)
            logs.give_up(connection, here.log_id)
            if moved:
                again = logs.rechained(new, moved)
                logs.take_in(connection, new.log_id, [(e, parse_body(e.body)) for e in again])
            logs.refold_since(connection, since)
        self._note(is_new_log=True)

    def set_aside(self, log_id: str, common: Place) -> None:
        """Give up what follows `common` in somebody else's log; kept apart, byte for byte."""
        with self._writing() as connection:
            here = logs.standing_of(connection, UUID(log_id).bytes)
            if here.is_own:
                raise BugError("own events are reissued, never set aside")
            if here.seq > common.seq and _may_cut(connection, here, common):
                run(connection, _SET_ASIDE, (self._now_ms(), here.log_id, common.seq))
                logs.refold_since(connection, logs.cut(connection, here, common.seq))

    def rebase(self, base: Place) -> None:
        """Begin somebody else's log anew at `base`: what came before is held nowhere."""
        log_id = UUID(base.log_id).bytes
        with self._writing() as connection:
            here = logs.standing_of(connection, log_id)
            if here.seq >= base.seq:
                return
            is_new_log = logs.give_up(connection, log_id)
            since = logs.cut(connection, here, here.base_seq)
            run(connection, _REBASE, (log_id, base.seq, base.chain, base.seq, base.chain))
            logs.refold_since(connection, since)
        self._note(is_new_log)

    def prune(self, today: date) -> int:
        """Forget what is long past; return how many events. Once a day is enough."""
        zone = self._log.clock.now().tzinfo
        if zone is None:
            raise BugError("the clock gave a naive time")
        with self._writing() as connection:
            return prune(connection, today, zone)

    def kept_apart(self) -> tuple[int, int]:
        """Return how many events are quarantined, and how many were set aside."""
        with self._reading() as connection:
            ((quarantined,),) = run(connection, "SELECT COUNT(*) FROM quarantine")
            ((set_aside,),) = run(connection, "SELECT COUNT(*) FROM set_aside")
        return quarantined, set_aside

    def correct_clock(self, offset_ms: int) -> None:
        """Note the partner's clock minus ours, for the hybrid clock."""
        with self._writing() as connection:
            values = (offset_ms, offset_ms)
            run(connection, "UPDATE me SET clock_offset_ms = ? WHERE clock_offset_ms <> ?", values)

    def _note(self, is_new_log: bool) -> None:
        """Have a new log noted outside the file at once."""
        if is_new_log:
            self._log.keeper.heard(EVERY)


def _judge(
    connection: Connection, here: logs.Standing, after: Place, events: Sequence[Event]
) -> Verdict:
    """Return how a batch fits to what is held; chains stand for all that is before them."""
    if not _is_chained(after, events):
        return Verdict.BROKEN
    if after.seq > here.seq:
        return Verdict.GAP
    shared = min(after.seq + len(events), here.seq)
    for seq in {after.seq, shared}:
        ours = logs.chain_at(connection, here, seq)
        theirs = after.chain if seq == after.seq else events[seq - after.seq - 1].chain
        # What was pruned here cannot be compared any more, and need not be.
        if ours != theirs and seq >= here.base_seq:
            return Verdict.FORK
    return Verdict.TAKEN


def _is_chained(after: Place, events: Sequence[Event]) -> bool:
    seq, chain = after.seq, after.chain
    for event in events:
        seq += 1
        if (event.log_id, event.seq) != (after.log_id, seq) or event.hlc < 0:
            return False
        if "\0" in event.body:
            return False  # the centre could not keep it
        try:
            chain = link(chain, seq, event.hlc, event.body)
        except (struct.error, UnicodeEncodeError):
            return False
        if chain != event.chain:
            return False
    return True


def _may_cut(connection: Connection, here: logs.Standing, common: Place) -> bool:
    """Tell whether `common` still is a place of our log; another process may have been faster."""
    if common.seq < here.base_seq:
        return True  # pruned here: nothing of the log can stay
    return logs.chain_at(connection, here, common.seq) == common.chain
