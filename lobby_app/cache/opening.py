"""Opening log.db: keys, odd files, incarnations. A log is never repaired; a new one is free."""

import contextlib
import json
import secrets as randomness
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine

from lobby_app.cache.engine import encrypt_in_place, is_plain, make_engine
from lobby_app.cache.errors import known_errors
from lobby_app.cache.migrate import is_readable, migrate
from lobby_app.cache.schema import LOG_REVISION
from lobby_app.cache.unit_of_work import SqlUnitOfWork
from lobby_app.domain.event import genesis
from lobby_app.domain.ports import Clock, Secrets, SecretState

LOG_KEY = "log-key"
BINDING = "binding"
WATERMARK = "watermark"
KEY_BYTES = 32
# A file that cannot know which numbers were printed today starts so far ahead of the last it knows.
SAFE_STEP = 50
# Where nothing at all is known of today's numbers: the upper half of three digits.
UNKNOWN_START = 500


@dataclass
class OpenLog:
    """The opened log of this desk.

    Attributes:
        notices: message keys of what happened on the way (`cache.notice_*`), for the status strip.
    """

    path: Path
    clock: Clock
    secrets: Secrets
    engine: Engine
    reading: Engine
    notices: list[str] = field(default_factory=list)

    def unit_of_work(self) -> SqlUnitOfWork:
        """Return a writing transaction, not yet begun."""
        return SqlUnitOfWork(self.engine, self.clock)

    def reader(self) -> SqlUnitOfWork:
        """Return a reading transaction; it cannot write."""
        return SqlUnitOfWork(self.reading, self.clock)

    def write_watermark(self) -> None:
        """Note outside the file how far it got, so that an older copy is recognised.

        Blocking (key store): call it in the background, after commits and before closing.
        """
        with known_errors(), self.reading.connect() as connection:
            state = watermark_of(connection)
        self.secrets.put(WATERMARK, json.dumps(state).encode())

    def close(self) -> None:
        """Write the last watermark and let go of the file."""
        if self.secrets.state is not SecretState.NONE:
            self.write_watermark()
        self.reading.dispose()
        self.engine.dispose()


def open_log(path: Path, secrets: Secrets, clock: Clock) -> OpenLog:
    """Open or create the log; every odd file is kept aside, said, and never written over.

    Raises:
        KnownError: `cache.newer_schema`, `cache.cannot_open`, `cache.disk_full` …
    """
    notices: list[str] = []
    path.parent.mkdir(parents=True, exist_ok=True)
    now = clock.now()
    is_new_key = secrets.state is not SecretState.NONE and secrets.get(LOG_KEY) is None
    key = _key(secrets)
    had_file = path.exists()
    if had_file:
        _settle(path, key, is_new_key=is_new_key, now=now, notices=notices)
    engine = make_engine(path, key)
    migrate(engine, path, "log", LOG_REVISION, now)
    opened = OpenLog(path, clock, secrets, engine, make_engine(path, key, writes=False), notices)
    with known_errors(), engine.begin() as connection:
        lost_numbers = had_file and not _has_identity(connection)
        _incarnate(connection, secrets, notices, lost_numbers=lost_numbers, today=now.date())
    return opened


def _key(secrets: Secrets) -> bytes | None:
    if secrets.state is SecretState.NONE:
        return None
    key = secrets.get(LOG_KEY)
    if key is None:
        key = randomness.token_bytes(KEY_BYTES)
        secrets.put(LOG_KEY, key)
    return key


def _settle(
    path: Path, key: bytes | None, *, is_new_key: bool, now: datetime, notices: list[str]
) -> None:
    """Make `path` either a file that our key opens or absent."""
    if path.stat().st_size == 0:
        path.unlink()
        return
    if is_plain(path):
        if key is not None:
            encrypt_in_place(path, key)
            notices.append("cache.notice_encrypted")
        return
    if key is None or is_new_key:
        _set_aside(path, "locked", now)
        notices.append("cache.notice_key_lost")
        return
    engine = make_engine(path, key)
    try:
        readable = is_readable(engine)
    finally:
        engine.dispose()
    if not readable:
        _set_aside(path, "unreadable", now)
        notices.append("cache.notice_unreadable")


def _set_aside(path: Path, why: str, now: datetime) -> None:
    """Rename a file and its side files; they are evidence, never written again."""
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(f"{path.name}.{why}-{now:%Y%m%d-%H%M%S}{suffix}"))


def _has_identity(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM me").fetchone() is not None


def _incarnate(
    connection: Connection,
    secrets: Secrets,
    notices: list[str],
    *,
    lost_numbers: bool,
    today: date,
) -> None:
    """Open a new log incarnation when this file is new, copied or rolled back (ADR 6)."""
    row = connection.exec_driver_sql("SELECT log_id, binding FROM me").fetchone()
    stored_binding = secrets.get(BINDING)
    watermark = _stored_watermark(secrets)
    if row is None:
        binding = stored_binding or randomness.token_bytes(16)
        _new_log(connection, binding, is_first=True)
        if lost_numbers or watermark is not None:
            _skip_numbers(connection, watermark, today)
    elif secrets.state is not SecretState.NONE and stored_binding != row.binding:
        binding = stored_binding or randomness.token_bytes(16)
        _new_log(connection, binding, is_first=False)
        _skip_numbers(connection, watermark, today)
        notices.append("cache.notice_copied")
    elif watermark is not None and _is_behind(connection, row.log_id, watermark):
        binding = row.binding
        _new_log(connection, binding, is_first=False)
        _skip_numbers(connection, watermark, today)
        notices.append("cache.notice_rolled_back")
    else:
        return
    if secrets.state is not SecretState.NONE and stored_binding is None:
        secrets.put(BINDING, binding)


def _new_log(connection: Connection, binding: bytes, *, is_first: bool) -> None:
    log_id = uuid4()
    connection.exec_driver_sql(
        "INSERT INTO log_head VALUES (?, 0, ?, 0)", (log_id.bytes, genesis(str(log_id)))
    )
    if is_first:
        connection.exec_driver_sql(
            "INSERT INTO me VALUES (1, ?, 0, 0, 0, ?)", (log_id.bytes, binding)
        )
    else:
        connection.exec_driver_sql(
            "UPDATE me SET log_id = ?, acked_seq = 0, binding = ?", (log_id.bytes, binding)
        )


def _is_behind(connection: Connection, log_id: bytes, watermark: dict[str, object]) -> bool:
    if watermark.get("log_id") != log_id.hex():
        return True
    seq = connection.exec_driver_sql(
        "SELECT last_seq FROM log_head WHERE log_id = ?", (log_id,)
    ).scalar_one()
    known = watermark.get("seq")
    return isinstance(known, int) and known > seq


def _skip_numbers(connection: Connection, watermark: dict[str, object] | None, today: date) -> None:
    """Continue today's series beyond every number that may already be on paper."""
    known: dict[str, int] = {}
    if watermark is not None and watermark.get("day") == today.isoformat():
        stored = watermark.get("series")
        known = dict(stored) if isinstance(stored, dict) else {}
    for zone in "ABCDEFGHJKLMNPQRSTUVWXYZ":
        here = connection.exec_driver_sql(
            "SELECT last_number FROM series WHERE zone = ? AND business_day = ?",
            (zone, today.isoformat()),
        ).scalar()
        if watermark is None and here is None:
            start = UNKNOWN_START
        else:
            start = max(known.get(zone, 0), here or 0) + SAFE_STEP
        connection.exec_driver_sql(
            "INSERT INTO series VALUES (?, ?, ?) ON CONFLICT (zone, business_day)"
            " DO UPDATE SET last_number = excluded.last_number",
            (zone, today.isoformat(), start),
        )


def watermark_of(connection: Connection) -> dict[str, object]:
    """Return how far the log and today's series got."""
    row = connection.exec_driver_sql(
        "SELECT me.log_id, log_head.last_seq FROM me JOIN log_head ON log_head.log_id = me.log_id"
    ).one()
    day = connection.exec_driver_sql("SELECT MAX(business_day) FROM series").scalar()
    numbers = connection.exec_driver_sql(
        "SELECT zone, last_number FROM series WHERE business_day = ?", (day,)
    ).fetchall()
    return {
        "log_id": row[0].hex(),
        "seq": row[1],
        "day": day,
        "series": {row.zone: row.last_number for row in numbers},
    }


def _stored_watermark(secrets: Secrets) -> dict[str, object] | None:
    raw = secrets.get(WATERMARK)
    if raw is None:
        return None
    with contextlib.suppress(ValueError):
        document = json.loads(raw)
        if isinstance(document, dict):
            return document
    return None
