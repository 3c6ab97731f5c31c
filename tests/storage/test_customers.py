"""customers.db: found by token, unreadable without its key, thrown away rather than repaired."""

import hashlib
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.cache.customers import (
    CUSTOMERS_KEY,
    SqlCustomerCache,
    open_customers,
    record_from_json,
    record_to_json,
    wipe_customers,
)
from lobby_app.devices.key_file import KeyFile
from lobby_app.devices.secrets import NoSecrets
from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.customer import CustomerRecord, Tier
from lobby_app.domain.errors import KnownError
from tests.helpers.many_customers import fill_customers, record
from tests.storage.desk import DAY, ZONE, SetClock

COUNT = 20_000
MOMENT = datetime(2026, 11, 24, 6, tzinfo=ZONE)


def _token(number: int) -> str:
    return f"1:payment_card:{hashlib.sha256(str(number).encode()).hexdigest()}"


def _open(folder: Path) -> SqlCustomerCache:
    return open_customers(folder / "customers.db", KeyFile(folder / "keys.json"), SetClock())


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlCustomerCache]:
    cache = _open(tmp_path_factory.mktemp("customers"))
    bookings = (
        BookedAppointment(f"AP{n:06d}", f"C-{n}", f"{DAY}T{9 + n % 8:02d}:00", "vip", "loan")
        for n in range(0, COUNT, 10)
    )
    fill_customers(cache, COUNT, _token, bookings)
    yield cache
    cache.close()


def _one(folder: Path, **changes: object) -> SqlCustomerCache:
    cache = _open(folder)
    cache.replace_all([replace(record(1, "T1"), **changes)], [], MOMENT)
    return cache


def test_everybody_is_found_by_token_and_by_reference(full: SqlCustomerCache) -> None:
    assert full.count() == COUNT
    assert full.as_of() == datetime(2026, 11, 24, 6, tzinfo=UTC)
    for number in range(0, COUNT, 371):
        wanted = replace(record(number, _token(number)), tokens=())
        assert full.find(_token(number)) == full.get(f"C-{number}") == wanted
    assert full.find("nobody's") is None
    assert full.get("C-x") is None


def test_a_look_up_takes_a_few_milliseconds_at_most(full: SqlCustomerCache) -> None:
    times = []
    for number in range(0, COUNT, 97):
        begun = time.perf_counter()
        full.find(_token(number))
        full.appointment_of(f"C-{number}", DAY)
        times.append(time.perf_counter() - begun)
    # 0.3 ms here; a scan of all rows would be 30 ms. The median forgives a busy machine.
    assert statistics.median(times) < 0.005


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT record FROM customer JOIN customer_token USING (customer_ref) WHERE token = ?",
        "SELECT record FROM customer WHERE customer_ref = ?",
        "SELECT code FROM appointment WHERE code = ?",
        "SELECT code FROM appointment WHERE customer_ref = ? AND starts_at >= '2026'",
    ],
)
def test_no_look_up_reads_all_rows(full: SqlCustomerCache, statement: str) -> None:
    with full.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("x",)).fetchall()
    assert [row[3] for row in plan if row[3].startswith("SCAN")] == []


def test_bookings_are_found_by_code_and_by_customer_on_their_day(full: SqlCustomerCache) -> None:
    booking = full.appointment("AP000020", DAY)
    assert booking is not None
    assert full.appointment_of("C-20", DAY) == booking
    assert (booking.customer_ref, booking.starts_at) == ("C-20", "2026-11-24T13:00")
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        assert full.appointment("AP000020", day) is None
        assert full.appointment_of("C-20", day) is None
    assert full.appointment_of("C-21", DAY) is None


def test_the_first_booking_of_a_day_counts(tmp_path: Path) -> None:
    cache = _open(tmp_path)
    at = [
        BookedAppointment(f"A{hour}", "C-1", f"{DAY}T{hour}:30", "vip", "loan")
        for hour in ("15", "09", "11")
    ]
    cache.replace_all([record(1, "T1")], at, MOMENT)
    first = cache.appointment_of("C-1", DAY)
    assert first is not None
    assert first.code == "A09"
    cache.close()


def test_the_date_of_the_tier_is_kept_so_that_an_old_one_can_be_doubted(tmp_path: Path) -> None:
    cache = _one(tmp_path, tier=Tier.DIAMOND, tier_as_of="2026-11-01")
    cache.close()
    again = _open(tmp_path)
    found = again.find("T1")
    assert found is not None
    assert (found.tier, date.fromisoformat(found.tier_as_of)) == (Tier.DIAMOND, date(2026, 11, 1))
    assert again.as_of() == MOMENT
    again.close()


def test_nothing_can_be_read_in_the_files(tmp_path: Path) -> None:
    cache = _one(tmp_path, masked_name="M. PLAINLY")
    with cache.engine.begin() as connection:  # leave something in the WAL, too
        connection.exec_driver_sql("UPDATE customer SET record = record || ' '")
    files = list(tmp_path.glob("customers.db*"))
    assert (tmp_path / "customers.db-wal").stat().st_size > 0
    raw = b"".join(path.read_bytes() for path in files)
    for needle in (b"PLAINLY", b"T1", b"C-1", b"Surname", b"SQLite format", b"CREATE TABLE"):
        if len(needle) > 3:
            assert needle not in raw
    assert b"PLAINLY" in record_to_json(replace(record(1, "T1"), masked_name="PLAINLY")).encode()
    cache.close()


def test_tokens_cannot_be_read_in_the_files(tmp_path: Path) -> None:
    cache = _open(tmp_path)
    fill_customers(cache, 50, _token)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("customers.db*"))
    assert [n for n in range(50) if _token(n)[:24].encode() in raw] == []
    cache.close()


def test_refreshing_replaces_everything_and_keeps_the_files_small(tmp_path: Path) -> None:
    cache = _open(tmp_path)
    fill_customers(cache, 3000, _token)
    size = (tmp_path / "customers.db").stat().st_size
    for _ in range(3):
        fill_customers(cache, 3000, _token)
    assert (tmp_path / "customers.db").stat().st_size < 2.5 * size
    assert (tmp_path / "customers.db-wal").stat().st_size == 0
    fill_customers(cache, 1, lambda n: "other")
    assert cache.find(_token(1)) is None
    assert cache.count() == 1
    cache.close()


def test_a_refresh_that_fails_leaves_the_old_data(tmp_path: Path) -> None:
    cache = _one(tmp_path)

    def broken() -> Iterator[CustomerRecord]:
        yield record(2, "T2")
        raise KnownError("config.no_branch", file="x")

    with pytest.raises(KnownError):
        cache.replace_all(broken(), [], MOMENT)
    assert cache.find("T1") is not None
    assert cache.find("T2") is None
    cache.close()


def test_wiping_forgets_the_key_so_that_no_copy_can_be_read(tmp_path: Path) -> None:
    _one(tmp_path).close()
    copy = (tmp_path / "customers.db").read_bytes()
    keys = KeyFile(tmp_path / "keys.json")
    wipe_customers(tmp_path / "customers.db", keys)
    assert keys.get(CUSTOMERS_KEY) is None
    assert list(tmp_path.glob("customers.db*")) == []
    (tmp_path / "customers.db").write_bytes(copy)
    again = _open(tmp_path)
    assert (again.count(), again.as_of()) == (0, None)
    again.close()


@pytest.mark.parametrize("kind", ["other key", "plain", "noise", "empty"])
def test_what_cannot_be_read_is_thrown_away_and_begun_afresh(tmp_path: Path, kind: str) -> None:
    _one(tmp_path).close()
    path = tmp_path / "customers.db"
    if kind == "other key":
        KeyFile(tmp_path / "keys.json").put(CUSTOMERS_KEY, os.urandom(32))
    elif kind == "plain":
        path.unlink()
        connection = driver.connect(str(path))
        connection.execute("CREATE TABLE customer (x)")
        connection.close()
    else:
        path.write_bytes(os.urandom(9000) if kind == "noise" else b"")
    again = _open(tmp_path)
    assert (again.count(), again.find("T1")) == (0, None)
    again.replace_all([record(2, "T2")], [], MOMENT)
    assert again.find("T2") is not None
    again.close()


def test_a_damaged_page_is_a_sentence_and_gone_after_the_next_start(tmp_path: Path) -> None:
    cache = _open(tmp_path)
    fill_customers(cache, 3000, _token)
    cache.close()
    path = tmp_path / "customers.db"
    raw = bytearray(path.read_bytes())
    for page in range(4, len(raw) // 4096):
        raw[page * 4096 + 50 : page * 4096 + 60] = os.urandom(10)
    path.write_bytes(raw)
    cache = _open(tmp_path)
    with pytest.raises(KnownError) as caught:
        cache.find(_token(1))
    assert caught.value.key == "cache.unreadable"
    cache.close()
    again = _open(tmp_path)
    assert again.count() == 0
    fill_customers(again, 10, _token)
    again.close()
    again = _open(tmp_path)
    assert again.count() == 10
    again.close()


def test_a_cache_that_is_being_written_can_be_opened_and_is_not_thrown_away(tmp_path: Path) -> None:
    cache = _one(tmp_path)
    path = tmp_path / "customers.db"
    with cache.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET id = 1")
        other = _open(tmp_path)
        assert other.find("T1") is not None
        with other.engine.connect() as waiting:
            waiting.connection.execute("PRAGMA busy_timeout = 50")  # the desk waits five seconds
        with pytest.raises(KnownError) as caught:
            other.replace_all([], [], MOMENT)
        other.close()
    assert caught.value.key == "cache.locked"
    assert path.exists()
    assert cache.find("T1") is not None
    cache.close()


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    cache = _one(tmp_path)
    with cache.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    cache.close()
    with pytest.raises(KnownError) as caught:
        _open(tmp_path)
    assert (caught.value.key, caught.value.params) == (
        "cache.newer_schema",
        {"file": "customers.db"},
    )


def test_without_a_key_store_nothing_outlives_the_process(tmp_path: Path) -> None:
    cache = open_customers(tmp_path / "customers.db", NoSecrets(), SetClock())
    cache.replace_all([record(1, "T1")], [], MOMENT)
    assert cache.find("T1") is not None
    assert list(tmp_path.iterdir()) == []
    cache.close()


_texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
_STORED = {field.name for field in fields(CustomerRecord)} - {"tokens"}


@given(st.builds(CustomerRecord, masked_name=_texts, surname=_texts, manager_name=_texts))
def test_any_record_comes_back_as_it_was(person: CustomerRecord) -> None:
    back = record_from_json(record_to_json(person))
    assert back.tokens == ()
    for name in _STORED:
        value, wanted = getattr(back, name), getattr(person, name)
        assert value == wanted or (value != value and wanted != wanted)
        assert type(value) is type(wanted)
