"""What the machine itself needs for one durable row: the bare driver on an encrypted file."""

from pathlib import Path
from secrets import token_bytes
from time import perf_counter

import sqlcipher3.dbapi2 as driver

_BODY = "x" * 700  # as long as the body of ticket_issued


def open_raw(path: Path) -> driver.Connection:
    """Make a file with the pragmas of the log and one table."""
    raw = driver.connect(str(path), isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{token_bytes(32).hex()}'\"")
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE event (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return raw


def insert_ms(raw: driver.Connection) -> float:
    """Insert one row, durably, and return the milliseconds it took."""
    start = perf_counter()
    raw.execute("INSERT INTO event (body) VALUES (?)", (_BODY,))
    return 1000 * (perf_counter() - start)
