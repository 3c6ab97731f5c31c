"""A fresh desk takes over a hundred thousand events, beside reading and writing the bare bytes."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from time import perf_counter
from typing import Any

import sqlcipher3.dbapi2 as driver

from lobby_app.cache.opening import open_log
from lobby_app.cache.replica import SqliteReplica
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.replication import PAGE, Verdict
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from tests.bench.figures import Figure, against_limit
from tests.bench.sync.centre import DESKS_OF_A_BRANCH, Centre
from tests.bench.sync.visits import VisitLog

_MOST = 3
_ROWS = (
    "SELECT log_id, seq, hlc, chain, body FROM lobby.event"
    " WHERE branch_id = %s AND log_id = %s AND seq > %s ORDER BY seq LIMIT %s"
)
_BRANCH = "SELECT branch_id FROM lobby.log_head WHERE log_id = %s"


class _ComputerClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def measure_catch_up(centre: Centre, folder: Path, events: int, rounds: int) -> Figure:
    """Return the seconds it takes, limit and figure in turn. `events`: five logs hold them."""
    *writers, fresh = centre.add_branch(DESKS_OF_A_BRANCH + 1)
    logs = [_write(centre, token, events // len(writers)) for token in writers]
    ours, limits = [], []
    for round_ in range(rounds):
        limits.append(_bare(centre, folder / f"bare-{round_}", logs, events))
        ours.append(_caught_up(centre, folder / f"desk-{round_}", fresh, events))
    return against_limit(f"catch-up of {events:,} events", "s", ours, limits, _MOST)


def _write(centre: Centre, token: str, events: int) -> str:
    """Give the centre one log and return its id."""
    log = VisitLog()
    with closing(centre.transport(token)) as transport:
        replica = RemoteReplica(transport)
        for after, batch in log.batches(events // PAGE, PAGE):
            assert replica.append(after, batch).verdict is Verdict.TAKEN
    return after.log_id


def _caught_up(centre: Centre, folder: Path, token: str, events: int) -> float:
    folder.mkdir(parents=True)
    log = open_log(folder / "log.db", KeyFile(folder / "keys.json"), _ComputerClock())
    try:
        with closing(centre.transport(token)) as transport:
            local, partner = SqliteReplica(log, DESKS_OF_A_BRANCH + 1), RemoteReplica(transport)
            start, pulled, is_complete = perf_counter(), 0, False
            while not is_complete:
                done = exchange(local, partner)
                pulled, is_complete = pulled + done.pulled, done.is_complete
            seconds = perf_counter() - start
        assert pulled == events
        return seconds
    finally:
        log.close()


def _bare(centre: Centre, folder: Path, logs: list[str], events: int) -> float:
    """Return the seconds of select and insert alone, in pages and transactions of one page."""
    folder.mkdir(parents=True)
    count = 0
    with closing(_bare_file(folder / "bare.db")) as file, centre.open() as sql:
        start = perf_counter()
        for rows in _pages(sql, logs):
            file.execute("BEGIN IMMEDIATE")
            file.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", rows)
            file.execute("COMMIT")
            count += len(rows)
        seconds = perf_counter() - start
    assert count == events
    return seconds


def _bare_file(path: Path) -> driver.Connection:
    raw = driver.connect(str(path), isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{token_bytes(32).hex()}'\"")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute(
        "CREATE TABLE event (log_id BLOB, seq INTEGER, hlc INTEGER, chain BLOB, body TEXT,"
        " PRIMARY KEY (log_id, seq)) WITHOUT ROWID"
    )
    return raw


def _pages(sql: Any, logs: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    for log_id in logs:
        seq, (branch_id,) = 0, sql.execute(_BRANCH, (log_id,)).fetchone()
        while rows := sql.execute(_ROWS, (branch_id, log_id, seq, PAGE)).fetchall():
            seq = rows[-1][1]
            yield [(log.bytes, *rest) for log, *rest in rows]
