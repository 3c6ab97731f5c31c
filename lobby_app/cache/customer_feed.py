"""The bank's feed written into customers.db: change by change, with the place it came to."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from lobby_app.cache.customers import SqlCustomerCache
from lobby_app.cache.engine import ONLY_READS, run, run_many
from lobby_app.cache.errors import known_errors
from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_json import record_to_json
from lobby_app.domain.customer_ports import CustomerPage, FeedPlace

_TABLES = ("customer", "customer_token", "appointment", "looked_up", "meta")


class SqlCustomerStore:
    """customer_ports.CustomerStore over the open cache."""

    def __init__(self, cache: SqlCustomerCache) -> None:
        self._cache = cache

    def place(self) -> FeedPlace:
        """Return how far the feed was followed."""
        with self._reading() as connection:
            rows = run(connection, "SELECT incarnation, position FROM meta")
        return FeedPlace(*rows[0]) if rows else FeedPlace(None, 0)

    def confirmed_at(self) -> datetime | None:
        """Return when the bank last confirmed the data, None when there is nothing of the feed."""
        with self._reading() as connection:
            rows = run(connection, "SELECT as_of FROM meta WHERE incarnation IS NOT NULL")
        return datetime.fromisoformat(rows[0][0]) if rows else None

    def take(self, page: CustomerPage, now: datetime) -> None:
        """Take over a page: all of it and the place it leads to, or nothing."""
        with self._writing() as connection:
            if page.is_new_start:
                _empty(connection)
            gone = [(change.customer_ref,) for change in page.changes]
            run_many(connection, "DELETE FROM customer_token WHERE customer_ref = ?", gone)
            run_many(connection, "DELETE FROM looked_up WHERE customer_ref = ?", gone)
            run_many(connection, "DELETE FROM customer WHERE customer_ref = ?", gone)
            for change in page.changes:
                if change.record is not None:
                    _put(connection, change.record)
            place = page.place
            run(
                connection,
                "INSERT INTO meta (id, as_of, incarnation, position) VALUES (1, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET as_of = excluded.as_of,"
                " incarnation = excluded.incarnation, position = excluded.position",
                (now.isoformat(), place.incarnation, place.position),
            )

    def keep(self, record: CustomerRecord, now: datetime) -> None:
        """Keep a customer that was looked up; the feed's own record of them stands."""
        with self._writing() as connection:
            own = run(
                connection,
                "SELECT 1 FROM customer WHERE customer_ref = ?"
                " AND customer_ref NOT IN (SELECT customer_ref FROM looked_up)",
                (record.customer_ref,),
            )
            if own:
                return
            _put(connection, record)
            run(
                connection,
                "INSERT OR REPLACE INTO looked_up VALUES (?, ?)",
                (record.customer_ref, now.isoformat()),
            )

    def drop_looked_up(self, before: datetime) -> None:
        """Forget customers that were looked up before a time."""
        old = "SELECT customer_ref FROM looked_up WHERE julianday(fetched_at) < julianday(?)"
        with self._reading() as connection:
            if not run(connection, old, (before.isoformat(),)):
                return
        with self._writing() as connection:
            for table in ("customer_token", "customer", "looked_up"):
                run(
                    connection,
                    f"DELETE FROM {table} WHERE customer_ref IN ({old})",  # noqa: S608
                    (before.isoformat(),),
                )

    def erase(self) -> None:
        """Forget all reference data; the pages it stood on are overwritten."""
        with self._writing() as connection:
            _empty(connection)
        self._cache.fold_wal()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with known_errors(), self._cache.engine.connect() as connection:
            connection.execution_options(**{ONLY_READS: True})
            with connection.begin():
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with known_errors(), self._cache.engine.begin() as connection:
            run(connection, "PRAGMA secure_delete = ON")
            yield connection


def _empty(connection: Connection) -> None:
    for table in _TABLES:
        run(connection, f"DELETE FROM {table}")  # noqa: S608


def _put(connection: Connection, record: CustomerRecord) -> None:
    run(
        connection,
        "INSERT OR REPLACE INTO customer VALUES (?, ?)",
        (record.customer_ref, record_to_json(record)),
    )
    run_many(
        connection,
        "INSERT OR REPLACE INTO customer_token VALUES (?, ?)",
        [(token, record.customer_ref) for token in record.tokens],
    )
