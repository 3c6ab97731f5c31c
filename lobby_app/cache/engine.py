"""Engines on SQLCipher files: key first, WAL, durable commits, immediate write transactions."""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, Engine, create_engine, event

_WAIT_S = 5
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

    from sqlalchemy.pool import QueuePool, StaticPool

    pool = StaticPool if path is None else QueuePool
    engine = create_engine("sqlite://", creator=connect, module=driver, poolclass=pool)
    # A deferred transaction that reads and then writes fails at once when another process wrote in
    # between, whatever the time-out; an immediate one waits its turn.
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return engine


def _prepare(connection: Any, key: bytes | None, *, writes: bool) -> None:
    if key is not None:
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
    if not writes:
        connection.execute("PRAGMA query_only = ON")


def is_plain(path: Path) -> bool:
    """Tell whether a file is an unencrypted SQLite database."""
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def encrypt_in_place(path: Path, key: bytes) -> None:
    """Replace a plain file by an encrypted copy of itself, atomically."""
    target = path.with_suffix(".encrypting")
    target.unlink(missing_ok=True)
    connection = driver.connect(str(path), isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(f"ATTACH DATABASE ? AS target KEY \"x'{key.hex()}'\"", (str(target),))
        connection.execute("SELECT sqlcipher_export('target')")
        connection.execute("DETACH DATABASE target")
    finally:
        connection.close()
    target.replace(path)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
