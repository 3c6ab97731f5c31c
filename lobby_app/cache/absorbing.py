"""Taking over whole logs from another file: what was recorded while no key was to be had."""

from typing import Any

from sqlalchemy import Connection

from lobby_app.cache.folding import fold_in, placed
from lobby_app.domain.event import genesis_of, link


def absorb(target: Connection, source: Connection) -> bool:
    """Take over what `target` lacks of the logs and series of `source`; repeatable.

    Both are inside transactions on migrated files; `target` may write. Returns False, with nothing
    written, when a log of `source` is not whole or does not continue ours.
    """
    tails = []
    for head in source.exec_driver_sql("SELECT log_id, last_seq, last_chain FROM log_head"):
        seq, chain = _head_here(target, head.log_id)
        rows = source.exec_driver_sql(
            "SELECT log_id, seq, hlc, chain, kind, business_day, body FROM event"
            " WHERE log_id = ? AND seq > ? ORDER BY seq",
            (head.log_id, seq),
        ).fetchall()
        if not _continues(rows, seq, chain, head.last_seq):
            return False
        tails.append(rows)
    for rows in tails:
        for row in rows:
            _take_over(target, row)
        fold_in(target, placed((row.log_id, row.hlc, row.body) for row in rows))
    _take_over_series(target, source)
    return True


def _head_here(target: Connection, log_id: bytes) -> tuple[int, bytes]:
    row = target.exec_driver_sql(
        "SELECT last_seq, last_chain FROM log_head WHERE log_id = ?", (log_id,)
    ).fetchone()
    return (row.last_seq, row.last_chain) if row else (0, genesis_of(log_id))


def _continues(rows: Any, seq: int, chain: bytes, last_seq: int) -> bool:
    for row in rows:
        seq += 1
        chain = link(chain, row.seq, row.hlc, row.body)
        if (row.seq, row.chain) != (seq, chain):
            return False
    return seq >= last_seq


def _take_over(target: Connection, row: Any) -> None:
    target.exec_driver_sql(
        "INSERT INTO event (log_id, seq, hlc, chain, kind, business_day, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        tuple(row),
    )
    target.exec_driver_sql(
        "INSERT INTO log_head (log_id, last_seq, last_chain, last_day, base_seq, is_own, acked_seq)"
        " VALUES (?, ?, ?, ?, 0, 1, 0) ON CONFLICT (log_id) DO UPDATE SET"
        " last_seq = excluded.last_seq, last_chain = excluded.last_chain,"
        " last_day = COALESCE(excluded.last_day, last_day)",
        (row.log_id, row.seq, row.chain, row.business_day),
    )
    target.exec_driver_sql("UPDATE me SET last_hlc = MAX(last_hlc, ?)", (row.hlc,))


def _take_over_series(target: Connection, source: Connection) -> None:
    for row in source.exec_driver_sql("SELECT zone, business_day, last_number FROM series"):
        target.exec_driver_sql(
            "INSERT INTO series VALUES (?, ?, ?) ON CONFLICT (zone, business_day)"
            " DO UPDATE SET last_number = MAX(last_number, excluded.last_number)",
            tuple(row),
        )
