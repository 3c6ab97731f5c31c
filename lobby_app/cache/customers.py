"""customers.db: the bank's reference data on this desk, found by keyed token, wiped at any time."""

import secrets as randomness
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from lobby_app.cache.engine import make_engine, run
from lobby_app.cache.errors import known_errors
from lobby_app.cache.migrate import is_readable, migrate
from lobby_app.cache.schema import CUSTOMERS_REVISION
from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_json import record_from_json, record_to_json
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Clock, Secrets, SecretState
from lobby_app.locking import locked

CUSTOMERS_KEY = "customers-key"
_BATCH = 10_000
_OPENING_S = 60.0


@dataclass
class SqlCustomerCache:
    """ports.CustomerCache over one encrypted file, or in memory when no key can be kept."""

    path: Path | None
    engine: Engine

    def find(self, token: str) -> CustomerRecord | None:
        """Return the customer a token belongs to."""
        return self._record(
            "SELECT record FROM customer JOIN customer_token USING (customer_ref) WHERE token = ?",
            token,
        )

    def get(self, customer_ref: str) -> CustomerRecord | None:
        """Return the customer with this reference."""
        return self._record("SELECT record FROM customer WHERE customer_ref = ?", customer_ref)

    def _record(self, statement: str, value: str) -> CustomerRecord | None:
        return next((record_from_json(text) for (text,) in self._rows(statement, value)), None)

    def appointment(self, code: str, day: date) -> BookedAppointment | None:
        """Return the booking with this code on `day`."""
        return self._appointment("code = ?", code, day)

    def appointment_of(self, customer_ref: str, day: date) -> BookedAppointment | None:
        """Return the customer's first booking on `day`."""
        return self._appointment("customer_ref = ?", customer_ref, day)

    def _appointment(self, condition: str, value: str, day: date) -> BookedAppointment | None:
        rows = self._rows(
            "SELECT code, customer_ref, starts_at, channel, business"  # noqa: S608
            f" FROM appointment WHERE {condition} AND starts_at >= ? AND starts_at < ?"
            " ORDER BY starts_at",
            value,
            day.isoformat(),
            (day + timedelta(days=1)).isoformat(),
        )
        return next((BookedAppointment(*row) for row in rows), None)

    def count(self) -> int:
        """Return how many customers are cached."""
        count: int
        ((count,),) = self._rows("SELECT COUNT(*) FROM customer")
        return count

    def as_of(self) -> datetime | None:
        """Return when the data was last refreshed."""
        rows = self._rows("SELECT as_of FROM meta")
        return next((datetime.fromisoformat(as_of) for (as_of,) in rows), None)

    def _rows(self, sql: str, *values: object) -> list[Any]:
        """Look without waiting for a refresh; a damaged page is marked for the next start."""
        try:
            with known_errors(), self.engine.connect() as connection:
                # One statement needs no transaction around it.
                return run(connection, sql, values)
        except KnownError as error:
            if error.key == "cache.unreadable" and self.path is not None:
                _damage_marker(self.path).touch()
            raise

    def replace_all(
        self,
        records: Iterable[CustomerRecord],
        appointments: Iterable[BookedAppointment],
        as_of: datetime,
    ) -> None:
        """Replace everything in one transaction; records are streamed."""
        with known_errors(), self.engine.begin() as connection:
            for table in ("customer", "customer_token", "appointment", "looked_up", "meta"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
            remaining = iter(records)
            while batch := list(islice(remaining, _BATCH)):
                connection.exec_driver_sql(
                    "INSERT INTO customer VALUES (?, ?)",
                    [(record.customer_ref, record_to_json(record)) for record in batch],
                )
                tokens = sorted((token, r.customer_ref) for r in batch for token in r.tokens)
                if tokens:
                    connection.exec_driver_sql("INSERT INTO customer_token VALUES (?, ?)", tokens)
            for booking in appointments:
                connection.exec_driver_sql(
                    "INSERT INTO appointment VALUES (?, ?, ?, ?, ?)",
                    (
                        booking.code, booking.customer_ref, booking.starts_at,
                        booking.channel, booking.business,
                    ),
                )  # fmt: skip
            connection.exec_driver_sql(
                "INSERT INTO meta (id, as_of) VALUES (1, ?)", (as_of.isoformat(),)
            )
        self.fold_wal()

    def fold_wal(self) -> None:
        """Give back the space of a big import; while somebody still reads, a later commit does."""
        with known_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # not inside a transaction
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def open_customers(path: Path, secrets: Secrets, clock: Clock) -> SqlCustomerCache:
    """Open or create the cache. What cannot be read is thrown away: the bank has the original.

    Raises:
        KnownError: `cache.newer_schema`, `cache.disk_full` …, `secrets.*`.
    """
    if secrets.state is SecretState.NONE:
        # Nowhere to keep a key: nothing about customers may outlive this process.
        return _opened(None, randomness.token_bytes(32), clock)
    with known_errors():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(path.with_name("opening.lock"), _OPENING_S):
            return _opened(path, _settled(path, secrets), clock)


def _settled(path: Path, secrets: Secrets) -> bytes:
    """Return the key; afterwards `path` is a file that it opens, or absent."""
    key = secrets.get(CUSTOMERS_KEY)
    if key is None:
        _remove(path)
        key = randomness.token_bytes(32)
        secrets.put(CUSTOMERS_KEY, key)
    elif _damage_marker(path).exists():
        _remove(path)
    elif path.exists():
        engine = make_engine(path, key)
        try:
            # Not thoroughly: a million customers are too many pages to look at before the doors
            # open. A damaged one is found when it is read, and marked.
            readable = is_readable(engine, thoroughly=False)
        finally:
            engine.dispose()
        if not readable:
            _remove(path)
    return key


def _opened(path: Path | None, key: bytes, clock: Clock) -> SqlCustomerCache:
    engine = make_engine(path, key)
    try:
        # No backup: the bank has the original, and an old copy would only be one more to erase.
        migrate(engine, None, "customers", CUSTOMERS_REVISION, clock.now())
    except BaseException:
        engine.dispose()
        raise
    return SqlCustomerCache(path, engine)


def wipe_customers(path: Path, secrets: Secrets) -> None:
    """Erase the cache: forget its key (which alone makes it unreadable), then remove the file."""
    secrets.delete(CUSTOMERS_KEY)
    with known_errors():
        _remove(path)


def _damage_marker(path: Path) -> Path:
    return path.with_name(path.name + ".damaged")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".damaged"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
