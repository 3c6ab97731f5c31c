"""`lobby central status | backup-check`: what is told is so, and whatever was changed is found."""

import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from lobby_app.central.backup_check import check_backup
from lobby_app.central.transport import PostgresTransport
from tests.admin.administrator import Administrator, rows_of_everything
from tests.central.logs import Log, claim, issued


@pytest.fixture
def desk(bank: Administrator) -> Iterator[PostgresTransport]:
    with closing(bank.central.transport(bank.central.add_desk(7, 3))) as line:
        yield line


def fill(desk: PostgresTransport, count: int = 12) -> Log:
    """Give the centre a log of tickets, a poisoned event and one granted call."""
    tickets = [str(uuid4()) for _ in range(count)]
    log = Log().add(*(issued(t, f"A3{n:03}") for n, t in enumerate(tickets, 1))).add("poison")
    desk.call("append", log.request())
    assert desk.call("claim", claim(tickets[0], 1, str(uuid4())))["verdict"] == "granted"
    return log


def test_status_tells_what_there_is(bank: Administrator, desk: PostgresTransport) -> None:
    fill(desk)
    desk.call("roster", {})
    bank.code(7, 4)
    told = bank.told("status")
    assert (told["revision"], told["unused_codes"]) == (told["wanted_revision"], 1)
    assert told["days_ahead"] == 14
    (branch,) = told["branches"]
    assert branch | {"imported_at": None} == {
        "branch": 7, "name": "Seven", "desks": 1, "logs": 2, "events": 14, "quarantined": 1,
        "customers": 0, "imported_at": None,
    }  # fmt: skip
    (row,) = told["desks"]
    assert (row["slot"], row["kind"], row["logs"], row["revoked_at"]) == (3, "counter", 1, None)
    said = bank.done("status")
    assert "Branch 7 Seven: 1 desks, 2 logs, 14 events, 1 quarantined" in said
    assert "  slot 3 counter Desk: seen 20" in said
    assert told["incarnation"] in said


def test_status_warns_when_nobody_makes_partitions(bank: Administrator) -> None:
    for table in ("event", "ticket"):
        for (day,) in bank.central.run("SELECT to_char(lobby.today() + d, 'YYYYMMDD')"
                                       " FROM generate_series(1, 14) d"):  # fmt: skip
            bank.central.run(f"DROP TABLE lobby.{table}_{day}")
    assert "Nobody makes partitions" in bank.done("status")
    status, said, _ = bank.run("backup-check")
    assert (status, "no partition for tomorrow" in said) == (1, True)
    planned = bank.done("migrate", "--dry-run")
    assert bank.run("backup-check")[0] == 1
    assert f"Would do: {bank.done('migrate')}" == planned
    assert planned == "Would do: Partitions: 28 made, 0 dropped.\n"
    assert bank.run("backup-check")[0] == 0


def test_a_whole_database_passes_whatever_the_page(
    bank: Administrator, desk: PostgresTransport
) -> None:
    fill(desk)
    before = rows_of_everything(bank.central)
    for page in (1, 3, 13, 5_000):
        with bank.central.open() as sql:
            report = check_backup(sql, page)
        assert (report.violations, report.logs, report.events) == ([], 2, 14)
    assert bank.done("backup-check").endswith("Whole: 2 logs, 14 events, partitions for 14 days.\n")
    assert rows_of_everything(bank.central) == before


SPOILED = {
    "body": (
        "UPDATE lobby.event SET body = body || ' ' WHERE seq = 5",
        "event 5 is missing or was",
    ),
    "hlc": ("UPDATE lobby.event SET hlc = hlc + 1 WHERE seq = 5", "event 5 is missing or was"),
    "chain": ("UPDATE lobby.event SET chain = sha256(chain) WHERE seq = 5", "event 5 is missing"),
    "gap": ("DELETE FROM lobby.event WHERE seq = 5", "event 6 is missing or was"),
    "tail": ("DELETE FROM lobby.event WHERE seq = 13", "says 13 events, there are 12"),
    "beyond": (
        "UPDATE lobby.log_head SET last_seq = 12 WHERE last_seq = 13",
        "1 events beyond its head",
    ),
    "head": (
        "UPDATE lobby.log_head SET last_chain = sha256(last_chain) WHERE last_seq = 13",
        "its head says 13 events, there are 13",
    ),
    "no head": ("DELETE FROM lobby.log_head WHERE last_seq = 13", "13 events beyond its head"),
    "root": (
        "UPDATE lobby.log_head SET base_chain = sha256(base_chain) WHERE last_seq = 13",
        "its beginning is not its own",
    ),
    "claim": (
        "UPDATE lobby.claim SET seq = seq + 1",
        "the call of claim",
    ),
    "revision": (
        "UPDATE lobby.alembic_version SET version_num = '0000'",
        "The schema has revision 0000",
    ),
}


@pytest.mark.parametrize(("statement", "sentence"), SPOILED.values(), ids=SPOILED)
def test_whatever_was_changed_is_found(
    bank: Administrator, desk: PostgresTransport, statement: str, sentence: str
) -> None:
    fill(desk)
    bank.central.run(statement)
    status, said, errors = bank.run("backup-check")
    assert (status, errors) == (1, "")
    assert sentence in said
    assert "violations" in said.splitlines()[-1]
    status, document, _ = bank.run("backup-check", "--json")
    assert status == 1
    assert json.loads(document)["violations"]


def test_another_incarnation_is_told(bank: Administrator, desk: PostgresTransport) -> None:
    fill(desk)
    bank.central.run("SELECT lobby.renew_incarnation()")
    told = bank.told("backup-check")
    assert (len(told["earlier"]), told["violations"]) == (1, [])
    assert told["earlier"][0] != told["incarnation"]
    assert "failed over or was restored" in bank.done("backup-check")
