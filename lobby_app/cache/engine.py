"""Engines on SQLCipher files: key first, WAL, durable commits, immediate write transactions."""

from collections.abc import Collection, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

ONLY_READS = "lobby_only_reads"
"""Execution option of a connection: its further transactions wait for no writer."""

_WAIT_S = 5
_ROWS = 50
"""Of one statement; SQLite takes more, and is no faster with them."""
_PAGE_CACHE_KIB = 2_000
"""Of each connection. SQLCipher's own 8 MB would make the desk grow for a whole day."""
_WAL_LIMIT_BYTES = 64 * 1024 * 1024


def make_engine(path: Path | None, key: bytes | None, *, writes: bool = True) -> Engine:
    """Return an engine on one file.

    Args:
        path: the file; None = in memory only.
        key: raw 32-byte key; None = plain SQLite (only for a log that names nobody).
        writes: False makes every connection refuse to write.
    """
    name = ":memory:" if path is None else str(path)

    def connect() -> Any:
        connection = driver.connect(
            name, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
        )
        _prepare(connection, key, writes=writes)
        return connection

    pool = StaticPool if path is None else QueuePool
    engine = create_engine("sqlite://", creator=connect, module=driver, poolclass=pool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another process
        # wrote in between, whatever the time-out; an immediate one waits its turn.
        only_reads = not writes or connection.get_execution_options().get(ONLY_READS, False)
        run(connection, "BEGIN" if only_reads else "BEGIN IMMEDIATE")

    return engine


def run(connection: Connection, sql: str, values: Sequence[object] = ()) -> list[Any]:
    """Execute one statement, in the transaction if `connection` has begun one; return its rows.

    By the driver itself: what SQLAlchemy builds around each result takes longer than the statement,
    and a call has thirty of them.
    """
    bare: Any = connection.connection.dbapi_connection
    rows: list[Any] = bare.execute(sql, values).fetchall()
    return rows


def run_many(connection: Connection, sql: str, rows: Collection[Sequence[object]]) -> None:
    """Execute one statement for each row, as `run` does."""
    if rows:
        bare: Any = connection.connection.dbapi_connection
        bare.executemany(sql, rows)


def insert_many(connection: Connection, sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Execute an insertion of one row for many rows, as `run_many` does; many to a statement.

    `executemany` asks for the interpreter's lock after each row: beside a thread that computes, the
    lock would take longer to get than the row to write.
    """
    whole = len(rows) // _ROWS * _ROWS
    if whole:
        bare: Any = connection.connection.dbapi_connection
        end = sql.index("?)") + 2
        one = sql[sql.rindex("(", 0, end) : end]
        many = sql[:end] + f", {one}" * (_ROWS - 1) + sql[end:]
        for first in range(0, whole, _ROWS):
            bare.execute(many, list(chain.from_iterable(rows[first : first + _ROWS])))
    run_many(connection, sql, rows[whole:])


def _prepare(connection: Any, key: bytes | None, *, writes: bool) -> None:
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA temp_store = MEMORY")  # a temporary file would not be encrypted
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_PAGE_CACHE_KIB}")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    if not writes:
        connection.execute("PRAGMA query_only = ON")


def is_unused(path: Path) -> bool:
    """Tell whether no process has this plain file open; folds its WAL into it on the way."""
    connection = driver.connect(str(path), timeout=0, isolation_level=None)
    try:
        # Leaving WAL mode needs the file to oneself.
        connection.execute("PRAGMA journal_mode = DELETE")
    except driver.OperationalError:
        return False
    except driver.DatabaseError:
        return True  # not a database: unused all the same
    finally:
        connection.close()
    return True


def copy_into(engine: Engine, target: Path, key: bytes | None) -> None:
    """Copy what is committed, the WAL included, page by page into a new file with the same key."""
    with engine.connect() as connection:
        source: Any = connection.connection.dbapi_connection
        copy = driver.connect(str(target), isolation_level=None)
        try:
            if key is not None:
                copy.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            source.backup(copy)
            # One file without side files: what is moved or restored by hand must be whole.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
