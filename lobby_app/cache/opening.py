"""Opening log.db: keys, odd files, incarnations. Nothing odd is ever repaired or written over."""

import secrets as randomness
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lobby_app.cache.absorbing import absorb
from lobby_app.cache.changes import ChangeWatch
from lobby_app.cache.engine import is_unused, make_engine
from lobby_app.cache.errors import known_errors
from lobby_app.cache.incarnation import incarnate
from lobby_app.cache.migrate import Original, is_readable, migrate
from lobby_app.cache.schema import LOG_REVISION
from lobby_app.cache.unit_of_work import SqlUnitOfWork
from lobby_app.cache.watermark import EVERY, Notes, WatermarkKeeper
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Clock, Secrets, SecretState
from lobby_app.locking import locked

LOG_KEY = "log-key"
KEY_BYTES = 32
_OPENING_S = 60.0


@dataclass
class OpenLog:
    """The opened log of this desk.

    Attributes:
        path: the file in use: `log.db`, or `log.open.db` while there is no key store.
        changes: rises whenever anybody committed.
        notices: message keys of what happened on the way (`cache.notice_*`), for the status strip.
    """

    path: Path
    clock: Clock
    secrets: Secrets
    engine: Engine
    reading: Engine
    keeper: WatermarkKeeper
    changes: ChangeWatch
    notices: list[str] = field(default_factory=list)

    def unit_of_work(self) -> SqlUnitOfWork:
        """Return a writing transaction, not yet begun."""
        return SqlUnitOfWork(self.engine, self.clock, self.keeper.heard)

    def reader(self) -> SqlUnitOfWork:
        """Return a reading transaction; it cannot write."""
        return SqlUnitOfWork(self.reading, self.clock, self.keeper.heard)

    def write_watermark(self) -> None:
        """Note outside the file how far it got; happens by itself after commits and on closing.

        Blocking (key store).

        Raises:
            KnownError: `secrets.*` or `cache.*`.
        """
        self.keeper.write()

    def close(self) -> None:
        """Write the last watermark, if the key store lets us, and let go of the file."""
        self.keeper.close()
        self.changes.close()
        self.reading.dispose()
        self.engine.dispose()


def open_log(path: Path, secrets: Secrets, clock: Clock) -> OpenLog:
    """Open or create the log; every odd file is kept aside, said, and never written over.

    `path` is always encrypted. While there is no key store the desk writes `log.open.db` beside it,
    which names nobody; it is taken over as soon as there is a key.

    Raises:
        KnownError: `cache.newer_schema`, `cache.cannot_open`, `cache.disk_full` …, `secrets.*`.
    """
    with known_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Two windows of one desk may start at once: keys, migration and identity are made once.
        with locked(path.with_name("opening.lock"), _OPENING_S):
            return _open(path, secrets, clock)


def _open(path: Path, secrets: Secrets, clock: Clock) -> OpenLog:
    notices: list[str] = []
    now = clock.now()
    has_keys = secrets.state is not SecretState.NONE
    file = path if has_keys else _open_file(path)
    key, is_new_key = _key(secrets) if has_keys else (None, False)
    is_successor = _set_aside_unreadable(file, key, now, notices, is_new_key=is_new_key)
    if not has_keys and path.exists():
        is_successor = True
        notices.append("cache.notice_without_keys")
    engine = make_engine(file, key)
    try:
        migrate(engine, Original(file, key), "log", LOG_REVISION, now)
        notes = Notes(secrets, path.with_name("numbers.json"))
        with engine.begin() as connection:
            notice = incarnate(connection, notes, now.date(), is_successor=is_successor)
        if has_keys and _open_file(path).exists():
            _absorb_open_file(engine, _open_file(path), now, notices)
        reading = make_engine(file, key, writes=False)
        keeper = WatermarkKeeper(reading, clock, notes)
    except BaseException:
        engine.dispose()
        raise
    keeper.heard(EVERY)
    notices += [notice] if notice else []
    return OpenLog(file, clock, secrets, engine, reading, keeper, ChangeWatch(reading), notices)


def _open_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}.open.db")


def _key(secrets: Secrets) -> tuple[bytes, bool]:
    """Return the key, and whether it was made just now."""
    key = secrets.get(LOG_KEY)
    if key is not None:
        return key, False
    key = randomness.token_bytes(KEY_BYTES)
    secrets.put(LOG_KEY, key)
    if secrets.get(LOG_KEY) != key:
        raise KnownError("secrets.refused")
    return key, True


def _set_aside_unreadable(
    path: Path, key: bytes | None, now: datetime, notices: list[str], *, is_new_key: bool
) -> bool:
    """Make `path` either a file that our key opens or absent; tell whether one was set aside."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    if is_new_key:
        _set_aside(path, "locked", now)
        notices.append("cache.notice_key_lost")
        return True
    engine = make_engine(path, key)
    try:
        readable = is_readable(engine, thoroughly=True)
    finally:
        engine.dispose()
    if not readable:
        _set_aside(path, "unreadable", now)
        notices.append("cache.notice_unreadable")
    return not readable


def _set_aside(path: Path, why: str, now: datetime) -> None:
    """Rename a file and its side files; they are evidence, never written again."""
    name = f"{path.name}.{why}-{now:%Y%m%d-%H%M%S}"
    while path.with_name(name).exists():
        name += "-again"
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(name + suffix))


def _absorb_open_file(engine: Engine, file: Path, now: datetime, notices: list[str]) -> None:
    """Take over what was recorded without a key; a file that a process still writes waits."""
    if not is_unused(file):
        return
    if _set_aside_unreadable(file, None, now, notices, is_new_key=False):
        return
    source = make_engine(file, None)
    try:
        migrate(source, Original(file, None), "log", LOG_REVISION, now)
        with source.begin() as old, engine.begin() as new:
            is_whole = absorb(new, old)
    finally:
        source.dispose()
    if is_whole:
        file.unlink()
        notices.append("cache.notice_encrypted")
    else:
        _set_aside(file, "unreadable", now)
        notices.append("cache.notice_unreadable")
