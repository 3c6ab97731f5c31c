"""Customers of a branch into the central database: one transaction, one new position per change."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import psycopg

from lobby_app.central.administration import Connection, expect_branch
from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_json import record_to_json
from lobby_app.domain.errors import KnownError

_BATCH = 1_000
_KEEP_TOMBSTONES_DAYS = 90


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: lines read, customers new or changed, customers gone."""

    read: int
    changed: int
    gone: int


def import_customers(
    sql: Connection, branch: int, records: Iterable[CustomerRecord], *, full: bool, dry_run: bool
) -> Imported:
    """Bring in customers of a branch, all or nothing; desks read only what changed.

    Args:
        sql: an administrator's connection.
        branch: their home branch.
        records: streamed; a customer named twice is as named last.
        full: whoever is not among them is a customer no longer.
        dry_run: do it and undo it, so that what is told is exact.

    Raises:
        KnownError: `central.unknown_branch`, `central.empty_file` when `full` names nobody, and
            what `records` raises; then nothing was changed.
    """
    with sql.transaction(force_rollback=dry_run):
        run = _Import(sql, branch)
        remaining = iter(records)
        while batch := list(islice(remaining, _BATCH)):
            run.take(batch)
        if full and not run.has_read:
            raise KnownError("central.empty_file")
        return run.finish(full=full)


def erase_customers(sql: Connection, branch: int, *, dry_run: bool) -> int:
    """Forget a branch's customers, here and at its next exchange on every desk; return how many.

    Raises:
        KnownError: `central.unknown_branch`.
    """
    expect_branch(sql, branch)
    row = sql.execute(
        "SELECT count(*) FROM lobby.customer WHERE branch_id = %s AND NOT deleted", (branch,)
    ).fetchone()
    if not dry_run:
        with sql.transaction():
            sql.execute("DELETE FROM lobby.reference_head WHERE branch_id = %s", (branch,))
            sql.execute(
                "INSERT INTO lobby.audit (branch_id, action) VALUES (%s, 'customers_erased')",
                (branch,),
            )
    return int(row[0]) if row is not None else 0


class _Import:
    """One import under way, in one transaction. Only this writer gives positions of the branch."""

    def __init__(self, sql: Connection, branch: int) -> None:
        self._sql = sql
        self._branch = branch
        self._seen: set[str] = set()
        self._read = self._changed = 0
        try:
            sql.execute(
                "INSERT INTO lobby.reference_head (branch_id) VALUES (%s) ON CONFLICT DO NOTHING",
                (branch,),
            )
        except psycopg.errors.ForeignKeyViolation as error:
            raise KnownError("central.unknown_branch", branch=branch) from error
        row = sql.execute(
            "SELECT position FROM lobby.reference_head WHERE branch_id = %s FOR UPDATE", (branch,)
        ).fetchone()
        self._position = int(row[0]) if row is not None else 0

    @property
    def has_read(self) -> bool:
        """Whether there was any customer at all."""
        return self._read > 0

    def take(self, batch: list[CustomerRecord]) -> None:
        """Write what of a batch is new or another than before."""
        last = {record.customer_ref: record for record in batch}
        self._read += len(batch)
        self._seen |= last.keys()
        given = [
            {
                "ref": one.customer_ref,
                "tokens": one.tokens,
                "record": json.loads(record_to_json(one)),
            }
            for one in last.values()
        ]
        values = {"branch": self._branch, "given": json.dumps(given), "position": self._position}
        changed = self._sql.execute(_TAKE, values).fetchall()
        if not changed:
            return
        self._position += len(changed)
        self._changed += len(changed)
        references = [one[0] for one in changed]
        self._sql.execute(
            "DELETE FROM lobby.customer_token WHERE branch_id = %s AND customer_ref = ANY(%s)",
            (self._branch, references),
        )
        self._sql.execute(_TOKENS, {"branch": self._branch, "references": references})

    def finish(self, *, full: bool) -> Imported:
        """Bury who is gone, forget old graves, and let desks see the new position."""
        gone = self._bury() if full else 0
        self._sql.execute(_FORGET, {"branch": self._branch, "days": _KEEP_TOMBSTONES_DAYS})
        self._sql.execute(
            "UPDATE lobby.reference_head SET position = %s, imported_at = now()"
            " WHERE branch_id = %s",
            (self._position, self._branch),
        )
        self._sql.execute(
            "INSERT INTO lobby.audit (branch_id, action, detail) VALUES (%s, 'customers_imported',"
            " jsonb_build_object('read', %s::bigint, 'changed', %s::bigint, 'gone', %s::bigint))",
            (self._branch, self._read, self._changed, gone),
        )
        return Imported(self._read, self._changed, gone)

    def _bury(self) -> int:
        values = {
            "branch": self._branch, "seen": sorted(self._seen), "position": self._position
        }  # fmt: skip
        gone = [one[0] for one in self._sql.execute(_BURY, values).fetchall()]
        self._position += len(gone)
        self._sql.execute(
            "DELETE FROM lobby.customer_token WHERE branch_id = %s AND customer_ref = ANY(%s)",
            (self._branch, gone),
        )
        return len(gone)


_TAKE = """
INSERT INTO lobby.customer AS c (branch_id, customer_ref, position, tokens, record, deleted,
                                 changed_at)
SELECT %(branch)s, g.ref, %(position)s + row_number() OVER (ORDER BY g.ref), g.tokens, g.record,
       false, now()
FROM (SELECT j.ref, coalesce(array_agg(t.token ORDER BY t.at) FILTER (WHERE t.token IS NOT NULL),
                             '{}') AS tokens, j.record
      FROM jsonb_to_recordset(%(given)s::jsonb) AS j(ref text, tokens jsonb, record jsonb)
      LEFT JOIN LATERAL jsonb_array_elements_text(j.tokens) WITH ORDINALITY AS t(token, at) ON true
      GROUP BY j.ref, j.record) g
LEFT JOIN lobby.customer old ON old.branch_id = %(branch)s AND old.customer_ref = g.ref
WHERE old.customer_ref IS NULL OR old.deleted
   OR (old.tokens, old.record) IS DISTINCT FROM (g.tokens, g.record)
ON CONFLICT (branch_id, customer_ref) DO UPDATE
SET position = excluded.position, tokens = excluded.tokens, record = excluded.record,
    deleted = false, changed_at = excluded.changed_at
RETURNING c.customer_ref
"""
_TOKENS = """
INSERT INTO lobby.customer_token (branch_id, token, customer_ref)
SELECT DISTINCT ON (t.token) c.branch_id, t.token, c.customer_ref
FROM lobby.customer c, unnest(c.tokens) AS t(token)
WHERE c.branch_id = %(branch)s AND c.customer_ref = ANY(%(references)s)
ORDER BY t.token, c.position DESC
ON CONFLICT (branch_id, token) DO UPDATE SET customer_ref = excluded.customer_ref
"""
_BURY = """
WITH gone AS (
  SELECT c.customer_ref, row_number() OVER (ORDER BY c.customer_ref) AS place
  FROM lobby.customer c
  WHERE c.branch_id = %(branch)s AND NOT c.deleted
    AND NOT EXISTS (SELECT FROM unnest(%(seen)s::text[]) AS s(ref) WHERE s.ref = c.customer_ref))
UPDATE lobby.customer c
SET position = %(position)s + g.place, tokens = '{}', record = NULL, deleted = true,
    changed_at = now()
FROM gone g WHERE c.branch_id = %(branch)s AND c.customer_ref = g.customer_ref
RETURNING c.customer_ref
"""
_FORGET = """
WITH forgotten AS (
  DELETE FROM lobby.customer c
  WHERE c.branch_id = %(branch)s AND c.deleted
    AND c.changed_at < now() - make_interval(days => %(days)s)
  RETURNING c.position)
UPDATE lobby.reference_head h
SET forgotten_position = greatest(h.forgotten_position, (SELECT max(position) FROM forgotten))
WHERE h.branch_id = %(branch)s AND EXISTS (SELECT FROM forgotten)
"""
