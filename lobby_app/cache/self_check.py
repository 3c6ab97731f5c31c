"""Start-of-day self-check: what can be proved about the log before the doors open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from lobby_app.cache.errors import known_errors
from lobby_app.cache.opening import OpenLog
from lobby_app.cache.projections import COLUMNS, row_from_fold
from lobby_app.domain.clock import MAX_AHEAD_MS, wall_ms
from lobby_app.domain.event import genesis, link, parse_body
from lobby_app.domain.ticket import TicketFold, fold_of

_MAX_EVENTS = 10_000
# Another desk's clock may lead ours by so much, and ours follows it.
_CLOCK_TOLERANCE_MS = MAX_AHEAD_MS + 60_000


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was checked. `problems`: message keys `cache.problem_*`, empty = all is well."""

    checked_events: int
    next_numbers: dict[str, int]
    problems: tuple[str, ...]


def self_check(opened: OpenLog, now: datetime) -> CheckReport:
    """Verify the own log's chain (last 10,000 events), the series, the projection and the clock.

    Today's tickets are folded again from their events and compared with what the screens read.
    """
    day = now.date().isoformat()
    with known_errors(), opened.reading.begin() as connection:
        checked, chain_ok = _check_chain(connection)
        numbers = _series(connection, day)
        findings = (
            (chain_ok, "cache.problem_chain"),
            (_series_cover_tickets(connection, day, numbers), "cache.problem_series"),
            (_projection_is_true(connection, day), "cache.problem_projection"),
            (_clock_is_ahead(connection, now), "cache.problem_clock"),
        )
    problems = tuple(key for is_well, key in findings if not is_well)
    return CheckReport(checked, {zone: last + 1 for zone, last in numbers.items()}, problems)


def _check_chain(connection: Connection) -> tuple[int, bool]:
    log_id, last_seq, last_chain, base_seq, base_chain = connection.exec_driver_sql(
        "SELECT me.log_id, last_seq, last_chain, base_seq, base_chain FROM me JOIN log_head"
        " ON log_head.log_id = me.log_id"
    ).one()
    start = max(base_seq, last_seq - _MAX_EVENTS)
    chain: bytes | None
    if start == base_seq:
        chain = base_chain or genesis(str(UUID(bytes=log_id)))
    else:
        chain = connection.exec_driver_sql(
            "SELECT chain FROM event WHERE log_id = ? AND seq = ?", (log_id, start)
        ).scalar()
    seq = start
    for row in connection.exec_driver_sql(
        "SELECT seq, hlc, chain, body FROM event WHERE log_id = ? AND seq > ? ORDER BY seq",
        (log_id, start),
    ):
        if chain is None or row.seq != seq + 1:
            return seq - start, False
        chain = link(chain, row.seq, row.hlc, row.body)
        if chain != row.chain:
            return seq - start, False
        seq = row.seq
    return seq - start, seq == last_seq and chain == last_chain


def _series(connection: Connection, day: str) -> dict[str, int]:
    rows = connection.exec_driver_sql(
        "SELECT zone, last_number FROM series WHERE business_day = ?", (day,)
    ).fetchall()
    return {row.zone: row.last_number for row in rows}


def _series_cover_tickets(connection: Connection, day: str, numbers: dict[str, int]) -> bool:
    """Tell whether the next numbers are new and no number of ours was given twice today."""
    rows = connection.exec_driver_sql(
        "SELECT zone, MAX(CAST(SUBSTR(number, -3) AS INTEGER)), COUNT(*), COUNT(DISTINCT number)"
        " FROM ticket WHERE business_day = ? AND issued_log_id IN"
        " (SELECT LOWER(HEX(log_id)) FROM log_head WHERE is_own) GROUP BY zone",
        (day,),
    ).fetchall()
    return all(
        numbers.get(zone, 0) >= largest and given == different
        for zone, largest, given, different in rows
    )


def _projection_is_true(connection: Connection, day: str) -> bool:
    folds: dict[str, TicketFold] = {}
    # A ticket belongs to the first day any event gives it: what was printed after midnight still
    # counts for it, and an event of today may be about a ticket of yesterday.
    for row in connection.exec_driver_sql(
        "SELECT log_id, hlc, body FROM event WHERE business_day >= ?", (day,)
    ):
        envelope = parse_body(row.body)
        fold = fold_of(envelope, row.hlc, row.log_id.hex()) if envelope else None
        if fold is not None:
            known = folds.get(fold.ticket_id)
            folds[fold.ticket_id] = known.merge(fold) if known else fold
    stored = {
        row.ticket_id: tuple(row)
        for row in connection.exec_driver_sql(
            f"SELECT {COLUMNS} FROM ticket WHERE business_day >= ?",  # noqa: S608
            (day,),
        )
    }
    earlier = {ticket for ticket in folds if ticket not in stored and _is_kept(connection, ticket)}
    return stored == {
        ticket: row_from_fold(fold) for ticket, fold in folds.items() if ticket not in earlier
    }


def _is_kept(connection: Connection, ticket_id: str) -> bool:
    return (
        connection.exec_driver_sql(
            "SELECT 1 FROM ticket WHERE ticket_id = ?", (ticket_id,)
        ).fetchone()
        is not None
    )


def _clock_is_ahead(connection: Connection, now: datetime) -> bool:
    last, offset_ms = connection.exec_driver_sql("SELECT last_hlc, clock_offset_ms FROM me").one()
    return bool(now.timestamp() * 1000 + offset_ms + _CLOCK_TOLERANCE_MS >= wall_ms(last))
