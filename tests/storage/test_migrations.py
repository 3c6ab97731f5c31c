"""Migrations: the head is what the code expects, every step goes back, old files still open."""

import ast
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

import lobby_app.cache
from lobby_app.cache import migrate as migrating
from lobby_app.cache.customers import open_customers
from lobby_app.cache.engine import copy_into, make_engine
from lobby_app.cache.migrate import Original, migrate
from lobby_app.cache.opening import LOG_KEY
from lobby_app.cache.schema import (
    CUSTOMERS_REVISION,
    LOG_REVISION,
    customers_metadata,
    log_metadata,
)
from lobby_app.cache.self_check import self_check
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.customer import Tier
from lobby_app.domain.errors import BugError
from lobby_app.domain.event import RANK_CALLED, Draft, EventKind
from tests.fixtures.make_v1 import KEY, MOMENT, keys_of_v1
from tests.storage.desk import DAY, SetClock, issue, issued, open_desk

FOLDER = Path(lobby_app.cache.__file__).parent / "migrations"
V1 = Path(__file__).parents[1] / "fixtures" / "v1"
STORES = [
    pytest.param("log", log_metadata, LOG_REVISION, id="log"),
    pytest.param("customers", customers_metadata, CUSTOMERS_REVISION, id="customers"),
]
VERSIONS = sorted(FOLDER.glob("*/versions/*.py"))


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = make_engine(None, KEY)
    yield made
    made.dispose()


def _schema(engine: Engine) -> dict[str, str]:
    """Return every table and index as SQLite stores it, in one spelling."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
    return {row.name: _spelling(row.sql) for row in rows}


def _spelling(sql: str) -> str:
    return " ".join(sql.replace("(", " ( ").replace(")", " ) ").replace(",", " , ").split())


def _wanted(metadata: MetaData, engine: Engine) -> dict[str, str]:
    wanted = {}
    for table in metadata.sorted_tables:
        wanted[table.name] = _spelling(str(CreateTable(table).compile(engine)))
        for index in table.indexes:
            wanted[str(index.name)] = _spelling(str(CreateIndex(index).compile(engine)))
    return wanted


def _alembic(engine: Engine, name: str, action: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER / name))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, action)(config, revision)


@pytest.mark.parametrize(("name", "metadata", "head"), STORES)
def test_head_is_what_the_code_expects(engine, name: str, metadata: MetaData, head: str) -> None:
    migrate(engine, None, name, head, MOMENT)
    assert _schema(engine) == _wanted(metadata, engine)


@pytest.mark.parametrize(("name", "metadata", "head"), STORES)
def test_down_and_up_again_changes_nothing(engine, name: str, metadata, head: str) -> None:
    _alembic(engine, name, "upgrade", "head")
    whole = _schema(engine)
    _alembic(engine, name, "downgrade", "base")
    assert _schema(engine) == {}
    revisions = sorted(path.stem[:4] for path in (FOLDER / name / "versions").glob("[0-9]*.py"))
    assert revisions[-1] == head
    for revision in revisions:
        _alembic(engine, name, "upgrade", revision)
        before = _schema(engine)
        _alembic(engine, name, "downgrade", "-1")
        _alembic(engine, name, "upgrade", revision)
        assert _schema(engine) == before
    assert _schema(engine) == whole


@pytest.mark.parametrize("path", VERSIONS, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_a_migration_needs_nothing_of_the_program(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        module
        for node in ast.walk(tree)
        for module in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {module.split(".")[0] for module in imported} <= {"alembic", "sqlalchemy"}


@pytest.fixture
def old_desk(tmp_path: Path) -> Path:
    for name in ("log.db", "customers.db"):
        shutil.copy(V1 / name, tmp_path / name)
    keys_of_v1(tmp_path / "keys.json")
    return tmp_path


def test_the_log_of_the_first_release_opens_with_all_it_holds(old_desk: Path) -> None:
    log = open_desk(old_desk)
    assert log.notices == []
    with log.reader() as work:
        assert [t.number for t in work.waiting(DAY)] == ["A1001", "A1003"]
        assert [t.number for t in work.tickets(DAY)] == ["A1001", "A1002", "A1003"]
        assert work.unsent().count == 5
    assert self_check(log, SetClock().now()).problems == ()
    assert issue(log) == "A1004"
    log.close()


def test_the_customers_of_the_first_release_open(old_desk: Path) -> None:
    cache = open_customers(old_desk / "customers.db", KeyFile(old_desk / "keys.json"), SetClock())
    record = cache.find("1:payment_card:AAAA")
    assert record is not None
    assert (record.masked_name, record.tier) == ("王*明", Tier.GOLD)
    booking = cache.appointment("AP0001", DAY)
    assert booking is not None
    assert booking.customer_ref == "C-1"
    cache.close()


def test_calls_learn_their_claims_from_the_log(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    claim = str(uuid4())
    with log.unit_of_work() as work:
        ticket = issued("A1001")
        work.append(ticket)
        work.append(
            Draft(
                kind=EventKind.TICKET_CALLED, actor="0017", ticket=ticket.ticket, business_day=DAY,
                rank=RANK_CALLED, counter=3, claim_id=claim,
            )
        )  # fmt: skip
        work.commit()

    def claims() -> list[tuple]:
        with log.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT counter, claim_id FROM call").fetchall()

    assert claims() == [(3, claim)]
    _alembic(log.engine, "log", "downgrade", "0003")
    _alembic(log.engine, "log", "upgrade", "head")
    assert claims() == [(3, claim)]
    log.close()


def test_a_file_is_copied_before_it_is_changed_and_the_copy_can_be_restored(old_desk: Path) -> None:
    log = open_desk(old_desk)
    issue(log)
    log.close()
    (backup,) = (old_desk / "backup").iterdir()
    assert backup.name == "log-20261124-090000.db"
    assert not backup.read_bytes().startswith(b"SQLite format 3")
    shutil.copy(backup, old_desk / "log.db")
    restored = open_desk(old_desk)
    assert restored.notices == ["cache.notice_rolled_back"]
    with restored.reader() as work:
        assert [t.number for t in work.tickets(DAY)] == ["A1001", "A1002", "A1003"]
    assert self_check(restored, SetClock().now()).problems == ()
    restored.close()


def test_a_copy_holds_what_is_still_in_the_wal(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    key = KeyFile(tmp_path / "keys.json").get(LOG_KEY)
    for _ in range(20):
        issue(log)
    assert (tmp_path / "log.db-wal").stat().st_size > 0
    with log.reader() as work:
        assert len(work.tickets(DAY)) == 20  # and a reader does not stand in the way
        copy_into(log.engine, tmp_path / "copy.db", key)
    log.close()
    copied = make_engine(tmp_path / "copy.db", key)
    with copied.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM event").scalar_one() == 20
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    copied.dispose()


def test_a_migration_that_fails_leaves_the_file_as_it_was(old_desk: Path, monkeypatch) -> None:
    log = open_desk(old_desk)
    before = _schema(log.engine)

    def half(engine: Engine, name: str, head: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE quarantine")
            connection.exec_driver_sql("SELECT * FROM what_is_not_there")

    monkeypatch.setattr(migrating, "_upgrade", half)
    with pytest.raises(BugError):
        migrate(log.engine, Original(old_desk / "log.db", KEY), "log", "0900", MOMENT)
    assert _schema(log.engine) == before
    assert issue(log) == "A1004"
    log.close()


def test_the_last_three_copies_are_kept(old_desk: Path, monkeypatch) -> None:
    monkeypatch.setattr(migrating, "_upgrade", lambda engine, name, head: None)
    log = open_desk(old_desk)
    for day in range(5):
        migrate(
            log.engine, Original(old_desk / "log.db", KEY), "log", "0900", MOMENT + timedelta(day)
        )
    names = sorted(path.name for path in (old_desk / "backup").iterdir())
    assert names == [f"log-{MOMENT + timedelta(day):%Y%m%d-%H%M%S}.db" for day in (2, 3, 4)]
    log.close()
