"""`lobby central backup-check`: is what the database holds whole? Asked of a restored backup too.

The chains are computed by the server from the stored bytes, a page at a time: nothing but verdicts
comes over the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lobby_app.central.administration import Connection
from lobby_app.central.closing import is_open
from lobby_app.central.migrate import REVISION, revision
from lobby_app.central.reporting import days_ahead
from lobby_app.domain.errors import KnownError

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be. `key`: of its sentence (`central.violation_*`)."""

    key: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was looked at and what is wrong.

    Attributes:
        incarnation: of the server now. earlier: other incarnations that granted calls here: the
            server was restored or failed over since, unless it is empty.
    """

    incarnation: str
    earlier: list[str]
    logs: int
    events: int
    days_ahead: int
    violations: list[Violation]


def check_backup(sql: Connection, page: int = PAGE) -> BackupReport:
    """Verify every chain from its base to its head, in one snapshot.

    Args:
        sql: an administrator's connection.
        page: events verified by one statement.

    Raises:
        KnownError: `central.not_initialised`.
    """
    if revision(sql) is None:
        raise KnownError("central.not_initialised")
    with sql.transaction():
        # One picture of everything: desks go on writing meanwhile.
        sql.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        heads = sql.execute(_HEADS).fetchall()
        events, violations = 0, list(_general(sql))
        for head in heads:
            counted, wrong = _check_log(sql, head, page)
            events += counted
            violations += wrong
        ahead = days_ahead(sql)
        if ahead < 1:
            violations.append(Violation("central.violation_partitions", {"days": ahead}))
        incarnation, earlier = _incarnations(sql)
    return BackupReport(incarnation, earlier, len(heads), events, ahead, violations)


def _check_log(sql: Connection, head: tuple[Any, ...], page: int) -> tuple[int, list[Violation]]:
    """Return how many events of a log were looked at, and what is wrong with it."""
    branch, log, seq, chain, last_seq, last_chain, is_rooted = head
    name = {"branch": branch, "log": str(log)}
    if not is_rooted:
        return 0, [Violation("central.violation_root", name)]
    counted = 0
    while True:
        row = sql.execute(
            _PAGE, {"branch": branch, "log": log, "seq": seq, "chain": chain, "page": page}
        ).fetchone()
        assert row is not None  # noqa: S101  # an aggregate has one row
        count, first_wrong, end_seq, end_chain = row
        counted += count
        if first_wrong is not None:
            return counted, [Violation("central.violation_chain", {**name, "seq": first_wrong})]
        if count:
            seq, chain = end_seq, end_chain
        if count < page:
            break
    if (seq, chain) != (last_seq, last_chain):
        params = {**name, "seq": seq, "last_seq": last_seq}
        return counted, [Violation("central.violation_head", params)]
    return counted, []


def _general(sql: Connection) -> Iterator[Violation]:
    present = revision(sql)
    if present != REVISION:
        yield Violation("central.violation_revision", {"revision": present, "wanted": REVISION})
    if is_open(sql):
        yield Violation("central.violation_open")
    for branch, log, count in sql.execute(_WITHOUT_HEAD):
        yield Violation(
            "central.violation_orphans", {"branch": branch, "log": str(log), "count": count}
        )
    for branch, claim in sql.execute(_CLAIMS_WITHOUT_CALL):
        yield Violation("central.violation_claim", {"branch": branch, "claim": str(claim)})


def _incarnations(sql: Connection) -> tuple[str, list[str]]:
    row = sql.execute("SELECT lobby.incarnation()").fetchone()
    assert row is not None  # noqa: S101  # a SELECT without FROM has one row
    present = str(row[0])
    earlier = sql.execute(
        "SELECT DISTINCT incarnation FROM lobby.centre_log WHERE incarnation <> %s ORDER BY 1",
        (present,),
    ).fetchall()
    return present, [str(one[0]) for one in earlier]


_HEADS = """
SELECT branch_id, log_id, base_seq, base_chain, last_seq, last_chain,
       base_seq > 0 OR base_chain = sha256(uuid_send(log_id))
FROM lobby.log_head ORDER BY branch_id, log_id
"""
_PAGE = """
WITH page AS (
  SELECT seq, hlc, chain, body FROM lobby.event
  WHERE branch_id = %(branch)s AND log_id = %(log)s AND seq > %(seq)s
  ORDER BY seq LIMIT %(page)s),
linked AS (
  SELECT seq, chain,
    seq = coalesce(lag(seq) OVER (ORDER BY seq), %(seq)s) + 1
    AND chain = sha256(coalesce(lag(chain) OVER (ORDER BY seq), %(chain)s)
                       || int8send(seq) || int8send(hlc) || convert_to(body, 'UTF8')) AS is_right
  FROM page)
SELECT count(*), min(seq) FILTER (WHERE is_right IS NOT TRUE), max(seq),
       (array_agg(chain ORDER BY seq DESC))[1]
FROM linked
"""
_WITHOUT_HEAD = """
SELECT e.branch_id, e.log_id, count(*) FROM lobby.event e
LEFT JOIN lobby.log_head h USING (branch_id, log_id)
WHERE h.log_id IS NULL OR e.seq > h.last_seq GROUP BY 1, 2 ORDER BY 1, 2
"""
_CLAIMS_WITHOUT_CALL = """
SELECT c.branch_id, c.claim_id FROM lobby.claim c
JOIN lobby.log_head h USING (branch_id, log_id)
WHERE c.seq > h.base_seq AND NOT EXISTS (
  SELECT FROM lobby.event e WHERE e.branch_id = c.branch_id AND e.log_id = c.log_id
  AND e.seq = c.seq AND e.kind = 'ticket_called')
ORDER BY 1, 2
"""
