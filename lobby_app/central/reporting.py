"""How the central database is: branches, desks, logs, partitions. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from lobby_app.central.administration import Connection
from lobby_app.central.migrate import REVISION, revision
from lobby_app.domain.errors import KnownError

WANTED_DAYS_AHEAD = 7
"""Partitions are made fourteen days ahead each day; fewer than this many: nobody does it."""


@dataclass(frozen=True, slots=True)
class CentralStatus:
    """What `lobby central status` tells.

    Attributes:
        revision: of the schema; `wanted_revision` is this program's.
        incarnation: of the server: another one after a fail-over or a restore.
        days_ahead: days after today whose partition exists, without a gap.
        bytes: size of the database.
        branches: of each: branch, name, desks, logs, events, quarantined, customers, imported_at.
        desks: of each: branch, desk, slot, kind, name, enrolled_at, seen_at, revoked_at, log_hlc,
            min_version.
        unused_codes: enrolments open at present.
    """

    revision: str
    wanted_revision: str
    server: str
    incarnation: str
    now: datetime
    days_ahead: int
    bytes: int
    unused_codes: int
    branches: list[dict[str, Any]]
    desks: list[dict[str, Any]]


def read_status(sql: Connection) -> CentralStatus:
    """Return the state of everything.

    Raises:
        KnownError: `central.not_initialised`.
    """
    present = revision(sql)
    if present is None:
        raise KnownError("central.not_initialised")
    row = sql.execute(
        "SELECT lobby.incarnation(), now(), pg_database_size(current_database()),"
        " (SELECT count(*) FROM lobby.enrolment WHERE used_at IS NULL AND expires_at > now()),"
        " current_setting('server_version')"
    ).fetchone()
    assert row is not None  # noqa: S101  # a SELECT without FROM has one row
    incarnation, now, size, codes, server = row
    return CentralStatus(
        revision=present,
        wanted_revision=REVISION,
        server=server,
        incarnation=incarnation,
        now=now,
        days_ahead=days_ahead(sql),
        bytes=size,
        unused_codes=codes,
        branches=_rows(sql, _BRANCHES),
        desks=_rows(sql, _DESKS),
    )


def days_ahead(sql: Connection) -> int:
    """Return for how many days after today events and tickets have somewhere to go."""
    row = sql.execute(_DAYS_AHEAD).fetchone()
    assert row is not None  # noqa: S101  # an aggregate has one row
    return int(row[0])


def _rows(sql: Connection, statement: str) -> list[dict[str, Any]]:
    with sql.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement).fetchall()


_DAYS_AHEAD = """
SELECT coalesce(min(d.ahead) - 1, 14) FROM generate_series(0, 14) AS d(ahead)
WHERE lobby.today() + d.ahead NOT IN (SELECT * FROM lobby.partition_days('event'))
   OR lobby.today() + d.ahead NOT IN (SELECT * FROM lobby.partition_days('ticket'))
"""
# Everything is grouped once: asked branch by branch, 15,000 branches take minutes.
_BRANCHES = """
SELECT b.branch_id AS branch, b.name, coalesce(d.desks, 0) AS desks, coalesce(h.logs, 0) AS logs,
  coalesce(h.events, 0) AS events, coalesce(q.quarantined, 0) AS quarantined,
  coalesce(c.customers, 0) AS customers, r.imported_at
FROM lobby.branch b
LEFT JOIN (SELECT branch_id, count(*) AS desks FROM lobby.desk WHERE revoked_at IS NULL
           GROUP BY branch_id) d USING (branch_id)
LEFT JOIN (SELECT branch_id, count(*) AS logs, sum(last_seq - base_seq)::bigint AS events
           FROM lobby.log_head GROUP BY branch_id) h USING (branch_id)
LEFT JOIN (SELECT branch_id, count(*) AS quarantined FROM lobby.quarantine GROUP BY branch_id) q
  USING (branch_id)
LEFT JOIN (SELECT branch_id, count(*) AS customers FROM lobby.customer WHERE NOT deleted
           GROUP BY branch_id) c USING (branch_id)
LEFT JOIN lobby.reference_head r USING (branch_id) ORDER BY b.branch_id
"""
_DESKS = """
SELECT d.branch_id AS branch, d.desk_id AS desk, d.slot, d.kind, d.name, d.enrolled_at,
  s.seen_at, d.revoked_at, d.min_version,
  (SELECT count(*) FROM lobby.log_head h
   WHERE h.branch_id = d.branch_id AND h.opened_by = d.desk_id) AS logs,
  (SELECT to_timestamp((max(h.last_hlc) >> 16) / 1000.0) FROM lobby.log_head h
   WHERE h.branch_id = d.branch_id AND h.opened_by = d.desk_id) AS last_event_at
FROM lobby.desk d LEFT JOIN lobby.desk_seen s USING (branch_id, desk_id)
ORDER BY d.branch_id, d.slot, d.desk_id
"""
