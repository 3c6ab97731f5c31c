"""`lobby central …` on a real server: it does what it says, once, and can say it before."""

from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from lobby_app.central.connection import connect
from lobby_app.domain.secret_names import DESK_PASSWORD, TOKEN_KEY
from tests.admin.administrator import SETTINGS, Administrator, rows_of_everything
from tests.central.logs import claim
from tests.helpers.postgres import Central, Server


def test_an_empty_database_is_set_up_and_then_there_is_nothing_to_do(
    postgres: Server, central: Central, administrator: Administrator
) -> None:
    central.run("DROP SCHEMA lobby CASCADE")
    planned = administrator.done("init", "--dry-run")
    assert central.run("SELECT to_regnamespace('lobby')") == [(None,)]
    assert administrator.keys.get(TOKEN_KEY) is None
    done = administrator.done("init")
    assert all(line.startswith("Would do: ") for line in planned.splitlines())
    plan = [line.removeprefix("Would do: ") for line in planned.splitlines()]
    said = [line for line in done.splitlines() if not line.startswith("Partitions")]
    assert said == plan
    assert administrator.done("init") == "Nothing to do.\n"
    assert administrator.done("migrate") == "Nothing to do.\n"
    key, password = administrator.keys.get(TOKEN_KEY), administrator.keys.get(DESK_PASSWORD)
    assert key is not None
    assert password is not None
    assert len(key) == 32
    assert password.decode() not in done + planned


def test_a_desk_that_alters_the_role_of_all_desks_is_undone_by_init(
    bank: Administrator,
) -> None:
    kept = bank.keys.get(DESK_PASSWORD)
    assert kept is not None
    known = "SELECT rolpassword FROM pg_authid WHERE rolname = 'lobby_desk'"
    settings = "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'lobby_desk'::regrole"
    before = bank.central.run(settings)
    with bank.central.open("lobby_desk") as sql:
        for statement in (
            "ALTER ROLE lobby_desk PASSWORD 'mine'",
            "ALTER ROLE lobby_desk SET statement_timeout = '1h'",
            f"ALTER ROLE lobby_desk IN DATABASE {bank.central.database}"
            " SET default_transaction_read_only = on",
        ):
            sql.execute(statement)
    (changed,) = bank.central.run(known)
    planned = bank.done("init", "--dry-run")
    assert ("another password" in planned, "other settings" in planned) == (True, True)
    assert bank.central.run(known) == [changed]
    bank.done("init")
    assert bank.done("init") == "Nothing to do.\n"
    assert bank.central.run(known) != [changed]
    assert bank.central.run(settings) == before
    assert kept.decode() not in planned


def test_what_anybody_did_to_the_role_for_enrolment_is_undone_by_init(
    bank: Administrator,
) -> None:
    """Its password is known to everybody, so everybody may change it."""
    with bank.central.open("lobby_enrol") as sql:
        sql.execute("ALTER ROLE lobby_enrol PASSWORD 'mine'")
        sql.execute("ALTER ROLE lobby_enrol SET default_transaction_read_only = on")
    planned = bank.done("init", "--dry-run")
    assert ("another password" in planned, "other settings" in planned) == (True, True)
    bank.done("init")
    assert bank.done("init") == "Nothing to do.\n"


def test_whoever_knows_what_everybody_knows_cannot_fill_the_server(bank: Administrator) -> None:
    with ExitStack() as lines:
        for _ in range(20):
            lines.enter_context(bank.central.open("lobby_enrol"))
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            bank.central.open("lobby_enrol")
        bank.done("status")


@pytest.mark.parametrize(
    "right",
    [
        "TEMPORARY ON DATABASE {database} TO public",
        "CONNECT ON DATABASE {database} TO public",
        "EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO public",
        "EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO public",
    ],
)
def test_a_restored_dump_is_open_until_init_closes_it(bank: Administrator, right: str) -> None:
    bank.done("backup-check")
    bank.central.run("GRANT " + right.format(database=bank.central.database))
    status, said, _ = bank.run("backup-check")
    assert (status, "Run lobby central init" in said) == (1, True)
    assert "Everybody could do more" in bank.done("init", "--dry-run")
    assert bank.run("backup-check")[0] == 1
    bank.done("init")
    bank.done("backup-check")
    assert bank.done("init") == "Nothing to do.\n"


def test_files_copied_back_are_said_once(bank: Administrator) -> None:
    assert bank.done("renew-incarnation") == "Nothing to do.\n"
    with closing(bank.central.transport(bank.central.add_desk(7, 1))) as desk:
        desk.call("claim", claim(str(uuid4()), 3, str(uuid4())))
    (before,) = bank.central.run("SELECT lobby.incarnation()")
    assert bank.done("renew-incarnation", "--dry-run").endswith("/1.\n")
    assert bank.central.run("SELECT lobby.incarnation()") == [before]
    assert "begins new logs" in bank.done("renew-incarnation")
    assert bank.central.run("SELECT lobby.incarnation()") != [before]
    assert bank.done("renew-incarnation") == "Nothing to do.\n"


def test_the_desks_password_is_the_one_kept(bank: Administrator) -> None:
    kept = bank.keys.get(DESK_PASSWORD)
    assert kept is not None
    (verifier,) = bank.central.run("SELECT rolpassword FROM pg_authid WHERE rolname='lobby_desk'")
    assert verifier[0].startswith("SCRAM-SHA-256$")
    assert kept.decode() not in verifier[0]


def test_another_administrators_keys_are_not_replaced(bank: Administrator, tmp_path: Path) -> None:
    other = Administrator(bank.central, tmp_path / "other", bank.capsys)
    other.folder.mkdir()
    (other.folder / "lobby.toml").write_text(SETTINGS, encoding="utf-8")
    status, _, errors = other.run("init")
    assert (status, "another key store" in errors) == (2, True)
    assert other.keys.get(TOKEN_KEY) is None
    status, _, errors = other.run("enrol-desk", "--branch", "7", "--slot", "1", "--kind", "wall")
    assert (status, "holds no keys of the bank" in errors) == (2, True)


def test_a_branch_is_added_once_and_may_be_renamed(bank: Administrator) -> None:
    assert bank.done("add-branch", "--branch", "7", "--name", "Seven") == "Nothing to do.\n"
    before = rows_of_everything(bank.central)
    said = bank.done("add-branch", "--branch", "7", "--name", "VII", "--dry-run")
    assert said == "Would do: Branch 7 is now: VII, Asia/Shanghai.\n"
    assert rows_of_everything(bank.central) == before
    bank.done("add-branch", "--branch", "7", "--name", "VII")
    assert bank.central.run("SELECT name FROM lobby.branch") == [("VII",)]
    noted = bank.central.run("SELECT actor, action, detail->>'what' FROM lobby.audit ORDER BY at")
    assert noted == [
        ("postgres", "branch_added", "Seven, Asia/Shanghai"),
        ("postgres", "branch_changed", "VII, Asia/Shanghai"),
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add-branch", "--branch", "8", "--name", "x", "--time-zone", "Mars"), "no time zone"),
        (("add-branch", "--branch", "0", "--name", "x"), "number above 0"),
        (("add-branch", "--branch", "99999999999", "--name", "x"), "number above 0"),
        (("add-branch", "--branch", "8", "--name", " "), "a name"),
        (("enrol-desk", "--branch", "9", "--slot", "1", "--kind", "wall"), "no branch 9"),
        (("revoke-desk", "--branch", "9", "--slot", "1"), "no branch 9"),
        (("import-customers", "--erase", "--branch", "9"), "no branch 9"),
        (("enrol-desk", "--branch", "7", "--slot", "1", "--kind", "wall", "--hours", "0"), "hours"),
        (
            ("enrol-desk", "--branch", "7", "--slot", "1", "--kind", "relay", "--relay", "here"),
            "no address of a relay",
        ),
        (("status", "--user", "lobby_desk"), "may not do that"),
        (("status", "--database", "127.0.0.1:1/lobby"), "does not answer"),
        (("status", "--database", "{server}/nobodys"), "no such database"),
        (("status", "--database", "nonsense"), "no address of a database"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    bank: Administrator, arguments: tuple[str, ...], sentence: str
) -> None:
    before = rows_of_everything(bank.central)
    server = bank.database.partition("/")[0]
    status, said, errors = bank.run(*(one.format(server=server) for one in arguments))
    assert (status, said) == (2, "")
    assert sentence in errors
    assert errors.count("\n") == 1
    assert rows_of_everything(bank.central) == before


def test_commands_before_init_say_what_to_do(
    administrator: Administrator, central: Central
) -> None:
    central.run("DROP SCHEMA lobby CASCADE")
    for command in (("status",), ("backup-check",), ("add-branch", "--branch", "1", "--name", "x")):
        status, _, errors = administrator.run(*command)
        assert (status, "lobby central init" in errors) == (2, True)


def test_an_administrator_who_is_no_superuser_can_do_the_daily_work(bank: Administrator) -> None:
    bank.central.run("DROP ROLE IF EXISTS lobby_test_admin")
    bank.central.run("CREATE ROLE lobby_test_admin LOGIN IN ROLE lobby_admin")
    try:
        me = ("--user", "lobby_test_admin")
        bank.done("add-branch", "--branch", "8", "--name", "Eight", *me)
        bank.code(8, 1, "wall", *me)
        bank.done("revoke-desk", "--branch", "8", "--slot", "1", *me)
        bank.done("migrate", *me)
        bank.done("renew-incarnation", *me)
        bank.done("status", *me)
        bank.done("backup-check", *me)
        file = bank.folder / "customers.jsonl"
        file.write_text('{"customer_ref":"C1","tier":"gold","tier_as_of":"2026-11-01"}\n')
        bank.done("import-customers", str(file), "--branch", "8", "--full", *me)
        bank.done("import-customers", "--erase", "--branch", "8", *me)
    finally:
        bank.central.run("DROP ROLE lobby_test_admin")


def test_the_role_for_enrolment_may_fetch_a_bundle_and_nothing_else(bank: Administrator) -> None:
    with connect(bank.central.address, "lobby_enrol", None) as sql:
        allowed = sql.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'lobby'::regnamespace"
            " AND has_function_privilege(p.oid, 'EXECUTE')"
        ).fetchall()
        readable = sql.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'lobby'::regnamespace"
            " AND c.relkind IN ('r', 'p', 'v') AND has_table_privilege(c.oid, 'SELECT')"
        ).fetchall()
    assert (allowed, readable) == ([("bundle",)], [])
