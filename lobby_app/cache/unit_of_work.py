"""One transaction on log.db: events in, projections updated, all or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import cached_property
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import RootTransaction

from lobby_app.cache.engine import ONLY_READS, run
from lobby_app.cache.errors import known_errors
from lobby_app.cache.projections import COLUMNS, fold_from_row, project
from lobby_app.domain.branch import StaffMember
from lobby_app.domain.business import Priority
from lobby_app.domain.clock import tick, wall_ms
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import Draft, Event, decode, encode, link, parse_body
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import Call, Clock, CounterReport, DeviceReport, Unsent
from lobby_app.domain.replication import ClaimIntent
from lobby_app.domain.text import Text
from lobby_app.domain.ticket import Ticket, TicketFold

MAX_NUMBER = 999
_TICKETS = f"SELECT {COLUMNS} FROM ticket WHERE "  # noqa: S608  # constants only
_FREE_HEADS = 2
"""The rule compares the first of a class, and says who came second; who is behind never matters."""
_HEADS_OF_CLASS = (
    f"SELECT * FROM ({_TICKETS} rank = 0 AND course IS NULL AND number IS NOT NULL"  # noqa: S608  # constants only
    " AND business_day = ? AND queue = ? AND priority = ?"
    f" ORDER BY eligible_at, number LIMIT {_FREE_HEADS})"
)
_AT_COUNTER = (
    f"{_TICKETS} ticket_id = (SELECT ticket_id FROM occupancy"  # noqa: S608  # constants only
    " WHERE business_day = ? AND counter = ?)"
)
_FIRST_OF_CLAIM = (
    "NOT EXISTS (SELECT 1 FROM call AS twin WHERE twin.claim_id = call.claim_id"
    " AND twin.ticket_id = call.ticket_id AND twin.business_day = call.business_day"
    " AND (twin.hlc, twin.log_id) < (call.hlc, call.log_id))"
)
"""A call that was granted and, its answer lost, made here too is two rows and one call."""
_ORDER = " ORDER BY issued_hlc, issued_log_id"
_LATEST = " ORDER BY issued_hlc DESC, issued_log_id DESC "
_NEXT = (
    "INSERT INTO series (zone, business_day, last_number) VALUES (?, ?, 1)"
    " ON CONFLICT (zone, business_day) DO UPDATE SET last_number = last_number + 1"
    " RETURNING last_number"
)
_HEAD = (
    "SELECT me.log_id, me.last_hlc, me.clock_offset_ms, log_head.last_seq, log_head.last_chain"
    " FROM me JOIN log_head ON log_head.log_id = me.log_id"
)
_EVENT = (
    "INSERT INTO event (log_id, seq, hlc, chain, kind, business_day, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


# A log's own key finds what is new at once; for a whole day the index by day does, hence the plus.
_LATER_OF_DAY = (
    "SELECT log_id, seq, hlc, chain, body FROM event"
    " WHERE log_id = ? AND business_day = ? AND seq > ? ORDER BY seq"
)
_ALL_OF_DAY = (
    "SELECT log_id, seq, hlc, chain, body FROM event"
    " WHERE +log_id = ? AND business_day = ? ORDER BY seq"
)
_ADVANCE = (
    "UPDATE log_head SET last_seq = ?, last_chain = ?, last_day = COALESCE(?, last_day)"
    " WHERE log_id = ?"
)


class _End(NamedTuple):
    """Where the own log ends."""

    log_id: bytes
    hlc: int
    clock_offset_ms: int
    seq: int
    chain: bytes


class SqlUnitOfWork:
    """ports.UnitOfWork over one SQLAlchemy connection; rolls back unless told to commit."""

    def __init__(self, engine: Engine, clock: Clock, on_commit: Callable[[int], None]) -> None:
        """Prepare a transaction; `on_commit` hears how many events became durable."""
        self._engine = engine
        self._clock = clock
        self._on_commit = on_commit
        self._connection: Connection | None = None
        self._transaction: RootTransaction | None = None
        self._appended = 0
        # Tickets and the log's end as this transaction knows them: nobody else writes meanwhile.
        self._known: dict[str, TicketFold] = {}
        self._end: _End | None = None

    def __enter__(self) -> Self:
        with known_errors():
            self._connection = self._engine.connect()
            try:
                self._transaction = self._connection.begin()
            except BaseException:
                self._connection.close()
                self._connection = None
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with known_errors():
            try:
                if self._transaction is not None and self._transaction.is_active:
                    self._transaction.rollback()
            finally:
                if self._connection is not None:
                    self._connection.close()
                self._connection = self._transaction = None
                self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._end = None

    def _rows(self, sql: str, *values: object) -> list[Any]:
        """Return what one statement finds; after `commit`, in a transaction that only reads."""
        if self._connection is None:
            raise BugError("a unit of work is used outside its block")
        with known_errors():
            if not self._connection.in_transaction():
                self._connection.execution_options(**{ONLY_READS: True}).begin()
            return run(self._connection, sql, values)

    @cached_property
    def _zone(self) -> tzinfo:
        zone = self._clock.now().tzinfo
        if zone is None:
            raise BugError("the clock gave a naive time")
        return zone

    @property
    def _writing(self) -> Connection:
        if self._transaction is None:
            raise BugError("one block is one transaction: nothing is written after commit")
        return self._transaction.connection

    def commit(self) -> None:
        """Make everything durable; what is read afterwards waits for no other writer.

        Nothing here may fail once the transaction is durable: "not recorded" would be a lie.
        """
        if self._transaction is None:
            raise BugError("commit outside a transaction")
        with known_errors():
            self._transaction.commit()
        self._transaction = None
        self._forget()
        self._on_commit(self._appended)

    def append(self, draft: Draft) -> Event:
        """Give the draft its place in the own log and fold it."""
        body = encode(draft)
        envelope = parse_body(body)
        if envelope is None:
            raise BugError(f"an event outside the grammar: {draft.kind}")
        with known_errors():
            sql = self._writing
            log_id, last_hlc, offset_ms, last_seq, last_chain = self._end or run(sql, _HEAD)[0]
            now_ms = round(self._clock.now().timestamp() * 1000)
            seq, hlc = last_seq + 1, tick(last_hlc, now_ms, offset_ms=offset_ms)
            chain = link(last_chain, seq, hlc, body)
            values = (log_id, seq, hlc, chain, envelope.kind, envelope.business_day, body)
            run(sql, _EVENT, values)
            run(sql, _ADVANCE, (seq, chain, envelope.business_day, log_id))
            run(sql, "UPDATE me SET last_hlc = ?", (hlc,))
            project(sql, envelope, hlc, log_id.hex(), self._known)
        self._end = _End(log_id, hlc, offset_ms, seq, chain)
        self._appended += 1
        return Event(str(UUID(bytes=log_id)), seq, hlc, chain, body)

    def take_number(self, zone: str, business_day: date) -> int:
        """Return the next number of the series; durable with the ticket that uses it."""
        number: int
        with known_errors():
            ((number,),) = run(self._writing, _NEXT, (zone, business_day.isoformat()))
        if number > MAX_NUMBER:
            raise KnownError("cache.numbers_used_up", zone=zone)
        return number

    def ticket(self, ticket_id: str) -> Ticket | None:
        """Return one ticket."""
        known = self._known.get(ticket_id)
        if known is not None:
            return known.ticket(self._zone)
        found = self._remembered(self._rows(_TICKETS + "ticket_id = ?", ticket_id))
        return found[0] if found else None

    def tickets(self, business_day: date) -> Sequence[Ticket]:
        """Return the tickets of a day, oldest first."""
        return self._select("business_day = ?" + _ORDER, business_day.isoformat())

    def latest(self, business_day: date, count: int) -> Sequence[Ticket]:
        """Return the last tickets of a day, newest first."""
        condition = "business_day = ? AND issued_hlc IS NOT NULL" + _LATEST + _limit(count)
        return self._select(condition, business_day.isoformat())

    def waiting(self, business_day: date) -> Sequence[Ticket]:
        """Return the waiting tickets of a day, oldest first."""
        return self._select("business_day = ? AND rank = 0" + _ORDER, business_day.isoformat())

    def _select(self, condition: str, *values: object) -> list[Ticket]:
        rows = self._rows(_TICKETS + condition, *values)
        return self._tickets_of(fold_from_row(row) for row in rows)

    def _remembered(self, rows: Sequence[Any]) -> list[Ticket]:
        """Return a few tickets of which one may go a step on: `append` need not read it again."""
        folds = [fold_from_row(row) for row in rows]
        self._known.update((fold.ticket_id, fold) for fold in folds)
        return self._tickets_of(folds)

    def _tickets_of(self, folds: Iterable[TicketFold]) -> list[Ticket]:
        zone = self._zone
        return [ticket for fold in folds if (ticket := fold.ticket(zone)) is not None]

    def heads(self, business_day: date, queues: Sequence[str]) -> Sequence[Ticket]:
        """Return the first two of each queue and priority that are not `reserved`."""
        if not queues:
            return []
        parts, values = [], []
        for queue in queues:
            for priority in Priority:
                parts.append(_HEADS_OF_CLASS)
                values += [business_day.isoformat(), queue, priority.value]
        return self._remembered(self._rows(" UNION ALL ".join(parts), *values))

    def reserved(self, business_day: date) -> Sequence[Ticket]:
        """Return the waiting tickets that some step has tied to a counter or kept from one."""
        return self._select(
            "business_day = ? AND rank = 0 AND course IS NOT NULL", business_day.isoformat()
        )

    def parked(self, business_day: date) -> Sequence[Ticket]:
        """Return the tickets that stepped aside."""
        return self._select("business_day = ? AND rank = 25", business_day.isoformat())

    def at_counter(self, business_day: date, counter: int) -> Ticket | None:
        """Return the ticket that is called to or served at a counter."""
        found = self._remembered(self._rows(_AT_COUNTER, business_day.isoformat(), counter))
        return found[0] if found else None

    def counters(self, business_day: date) -> Sequence[CounterReport]:
        """Return every counter that was opened on a day, as it is now."""
        rows = self._rows(
            "SELECT counter, is_open, queues, staff, hlc FROM counter_state"
            " WHERE business_day = ? ORDER BY counter",
            business_day.isoformat(),
        )
        return [
            CounterReport(number, bool(is_open), tuple(queues.split()), staff, self._time(hlc))
            for number, is_open, queues, staff, hlc in rows
        ]

    def calls(
        self, business_day: date, *, counter: int | None = None, limit: int
    ) -> Sequence[Call]:
        """Return the last calls of a day, newest first, of the branch or of one counter.

        What one claim called is one call: of two rows, because its answer was lost, the earlier.
        """
        where = "" if counter is None else " AND call.counter = ?"
        values = (business_day.isoformat(), *(() if counter is None else (counter,)))
        rows = self._rows(
            "SELECT call.ticket_id, number, zone, call.counter, call.priority, call.hlc,"  # noqa: S608
            " is_again, call_without_sound FROM call JOIN ticket USING (ticket_id)"
            f" WHERE call.business_day = ?{where} AND {_FIRST_OF_CLAIM}"
            f" ORDER BY call.hlc DESC {_limit(limit)}",
            *values,
        )
        return [
            Call(
                row[0], row[1], row[2], row[3], row[4] or Priority.ORDINARY.value,
                self._time(row[5]), bool(row[6]), bool(row[7]),
            )
            for row in rows
        ]  # fmt: skip

    def events(self, business_day: date, kinds: Sequence[str]) -> Sequence[Event]:
        """Return events of some kinds on a day, in log order."""
        places = ", ".join("?" * len(kinds))
        rows = self._rows(
            "SELECT log_id, seq, hlc, chain, body FROM event"  # noqa: S608  # placeholders only
            f" WHERE business_day = ? AND kind IN ({places}) ORDER BY log_id, seq",
            business_day.isoformat(),
            *kinds,
        )
        return [Event(str(UUID(bytes=row[0])), *row[1:]) for row in rows]

    def events_after(self, business_day: date, heads: Mapping[str, int]) -> Sequence[Event]:
        """Return the events of a day after those known; only what is new is read."""
        day = business_day.isoformat()
        rows: list[Any] = []
        for (log_id,) in self._rows("SELECT log_id FROM log_head"):
            known = heads.get(str(UUID(bytes=log_id)))
            sql = _LATER_OF_DAY if known is not None else _ALL_OF_DAY
            values = (log_id, day) if known is None else (log_id, day, known)
            rows += self._rows(sql, *values)
        return [Event(str(UUID(bytes=row[0])), *row[1:]) for row in rows]

    def rewrites(self) -> int:
        """Return how often events were taken out of logs again."""
        count: int
        ((count,),) = self._rows("SELECT rewrites FROM me")
        return count

    def device_reports(self, business_day: date) -> dict[str, DeviceReport]:
        """Return today's last report of each device id."""
        rows = self._rows(
            "SELECT device_id, state, hlc FROM device_state WHERE business_day = ?",
            business_day.isoformat(),
        )
        return {
            device_id: DeviceReport(ChannelState(state), self._time(hlc))
            for device_id, state, hlc in rows
            if state in list(ChannelState)
        }

    def last_event_at(self) -> datetime | None:
        """Return the time of the newest own event, None before the first."""
        ((hlc,),) = self._rows(
            "SELECT MAX(event.hlc) FROM log_head JOIN event ON event.log_id = log_head.log_id"
            " AND event.seq = log_head.last_seq WHERE log_head.is_own"
        )
        return self._time(hlc) if hlc is not None else None

    def unsent(self) -> Unsent:
        """Return what no other replica has confirmed, of every log this desk ever opened."""
        # Logs have no gaps: heads count, and only the first unsent event of each log is read.
        ((count, first),) = self._rows(
            "SELECT SUM(last_seq - acked_seq), MIN(event.hlc) FROM log_head LEFT JOIN event"
            " ON event.log_id = log_head.log_id AND event.seq = log_head.acked_seq + 1"
            " WHERE log_head.is_own"
        )
        return Unsent(count or 0, self._time(first) if first is not None else None)

    def put_intent(self, intent: ClaimIntent) -> None:
        """Note a call that is about to be asked for, as the body of its event."""
        with known_errors():
            created = round(self._clock.now().timestamp() * 1000)
            values = (intent.claim_id, encode(intent.draft), created)
            run(self._writing, "INSERT INTO intent VALUES (?, ?, ?)", values)

    def intents(self) -> Sequence[ClaimIntent]:
        """Return the calls whose answer was never dealt with, oldest first."""
        rows = self._rows("SELECT claim_id, draft FROM intent ORDER BY created, claim_id")
        return [ClaimIntent(claim_id, decode(body)) for claim_id, body in rows]

    def drop_intent(self, claim_id: str) -> None:
        """Forget a call that was answered."""
        with known_errors():
            run(self._writing, "DELETE FROM intent WHERE claim_id = ?", (claim_id,))

    def staff(self, number: str) -> StaffMember | None:
        """Return one member of staff."""
        rows = self._rows(
            "SELECT number, name_zh, name_en, pin_hash FROM staff WHERE number = ?", number
        )
        return next((StaffMember(row[0], Text(row[1], row[2]), row[3]) for row in rows), None)

    def put_staff(self, members: Sequence[StaffMember]) -> None:
        """Replace the list of staff who may sign on."""
        with known_errors():
            run(self._writing, "DELETE FROM staff")
            for member in members:
                values = (member.number, member.name.zh, member.name.en, member.pin_hash)
                run(self._writing, "INSERT INTO staff VALUES (?, ?, ?, ?)", values)

    def _time(self, hlc: int) -> datetime:
        return datetime.fromtimestamp(wall_ms(hlc) / 1000, self._zone)


def _limit(count: int) -> str:
    """Return the words for the first so many; SQLite plans a statement anew for a bound limit."""
    return f"LIMIT {count:d}"
