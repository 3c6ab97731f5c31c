"""Many events into the projections at once, in any order; and the projections from the log anew.

What happened elsewhere cannot fail any more. Every projection is a function of the set of events:
replicas that hold the same events show the same, whatever order they heard them in.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from lobby_app.cache.engine import insert_many, run
from lobby_app.cache.projections import (
    COLUMNS,
    UPSERT,
    fold_from_row,
    place_of,
    row_from_fold,
    said_rows,
    settle,
)
from lobby_app.domain.event import Envelope, EventKind, parse_body
from lobby_app.domain.ticket import TicketFold, fold_of

_BATCH = 2_000
_KNOWN = (
    f"SELECT {COLUMNS} FROM ticket"  # noqa: S608  # constants only
    " WHERE ticket_id IN (SELECT value FROM json_each(?))"
)
_SINCE = "SELECT log_id, hlc, body FROM event WHERE business_day >= ? ORDER BY log_id, seq"
# The index by day holds every day there is; a machine's last word may be older than any of them.
_MACHINES = (
    "SELECT log_id, hlc, body FROM event WHERE kind = ?"
    " AND business_day IN (SELECT DISTINCT business_day FROM event WHERE business_day < ?)"
)
_BY_DAY = ("ticket", "occupancy", "counter_state", "call")


class Placed(NamedTuple):
    """An event inside the grammar with what its place decides. `log_id`: 32 hex digits."""

    log_id: str
    hlc: int
    envelope: Envelope


def fold_in(connection: Connection, events: Iterable[Placed], *, since: str = "") -> None:
    """Fold events that have happened. Tickets whose row is of a day before `since` stay."""
    rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    folds: dict[str, TicketFold] = {}
    for event in events:
        for sql, row in said_rows(event.envelope, event.hlc, event.log_id):
            rows[sql].append(row)
        fold = fold_of(event.envelope, event.hlc, event.log_id)
        if fold is not None:
            met = folds.get(fold.ticket_id)
            folds[fold.ticket_id] = met.merge(fold) if met else fold
    for sql, values in rows.items():
        insert_many(connection, sql, values)
    if folds:
        _fold_tickets(connection, folds, since)


def _fold_tickets(connection: Connection, folds: dict[str, TicketFold], since: str) -> None:
    stored, places = [], set()
    for row in run(connection, _KNOWN, (json.dumps(list(folds)),)):
        known = fold_from_row(row)
        if known.business_day < since:
            del folds[known.ticket_id]
            continue
        places.add(place_of(known))
        folds[known.ticket_id] = known.merge(folds[known.ticket_id])
    for fold in folds.values():
        places.add(place_of(fold))
        stored.append(row_from_fold(fold))
    insert_many(connection, UPSERT, stored)
    settle(connection, [place for place in places if place is not None])


def refold(connection: Connection, since: str) -> None:
    """Make the projections of every day from `since` on anew, from the log alone.

    A ticket belongs to the first day that any event gives it; one of an earlier day stays as it is.
    """
    for table in _BY_DAY:
        run(connection, f"DELETE FROM {table} WHERE business_day >= ?", (since,))  # noqa: S608
    run(connection, "DELETE FROM device_state")
    earlier = run(connection, _MACHINES, (EventKind.DEVICE_STATE_SET.value, since))
    fold_in(connection, placed(earlier))
    for rows in _in_batches(connection, since):
        fold_in(connection, placed(rows), since=since)


def _in_batches(connection: Connection, since: str) -> Iterator[Sequence[Any]]:
    """Return the events from a day on, a few at a time: a month of them is no small thing."""
    bare: Any = connection.connection.dbapi_connection
    found = bare.execute(_SINCE, (since,))
    while rows := found.fetchmany(_BATCH):
        yield rows


def placed(rows: Iterable[Sequence[Any]]) -> Iterator[Placed]:
    """Return the events inside the grammar; `rows`: log id of 16 bytes, clock, body."""
    for log_id, hlc, body in rows:
        envelope = parse_body(body)
        if envelope is not None:
            yield Placed(log_id.hex(), hlc, envelope)
