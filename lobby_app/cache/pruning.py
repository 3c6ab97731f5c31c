"""Forgetting what is long past: the front of each log, and what was projected from it."""

from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection

from lobby_app.cache import logs
from lobby_app.cache.engine import run

KEPT_DAYS = 14
"""Days before today that every log is kept for: habits are learned from all desks' events of
these days, and a centre that lost its newest days gets them again."""
_FIRST_KEPT = (
    "SELECT seq FROM event WHERE log_id = ?"
    " AND (business_day >= ? OR business_day IS NULL AND hlc >= ?) ORDER BY seq LIMIT 1"
)
_BEGIN_AT = "UPDATE log_head SET base_seq = ?, base_chain = ? WHERE log_id = ?"
_PROJECTIONS = ("ticket", "occupancy", "call", "counter_state", "device_state")


def prune(connection: Connection, today: date, zone: tzinfo) -> int:
    """Forget events of days before the last KEPT_DAYS; return how many.

    A log loses its front only, up to the first event that is kept, and an own one nothing that is
    not confirmed. Days of which no event is left are not projected any more.
    """
    first_day = today - timedelta(days=KEPT_DAYS)
    first_ms = round(datetime.combine(first_day, time(), zone).timestamp() * 1000)
    pruned = 0
    for here in logs.standings(connection):
        values = (here.log_id, first_day.isoformat(), first_ms << 16)
        kept = run(connection, _FIRST_KEPT, values)
        base = kept[0][0] - 1 if kept else here.seq
        if here.is_own:
            base = min(base, here.acked_seq)
        chain = logs.chain_at(connection, here, base)
        if base <= here.base_seq or chain is None:
            continue
        for table in ("event", "quarantine"):
            sql = f"DELETE FROM {table} WHERE log_id = ? AND seq <= ?"  # noqa: S608
            run(connection, sql, (here.log_id, base))
        run(connection, _BEGIN_AT, (base, chain, here.log_id))
        pruned += base - here.base_seq
    _forget_days(connection, first_day.isoformat())
    return pruned


def _forget_days(connection: Connection, before: str) -> None:
    """Take out what was projected from days that are gone."""
    ((oldest,),) = run(connection, "SELECT MIN(business_day) FROM event")
    first = min(before, oldest or before)
    for table in _PROJECTIONS:
        run(connection, f"DELETE FROM {table} WHERE business_day < ?", (first,))  # noqa: S608
    run(connection, "DELETE FROM granted WHERE ticket_id NOT IN (SELECT ticket_id FROM ticket)")
