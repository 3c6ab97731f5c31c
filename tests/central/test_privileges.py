"""What the role that all desks share may do at the centre: call functions, and nothing else."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from lobby_app.central.connection import connect
from tests.central.logs import Log, issued
from tests.helpers.postgres import Central

_CALLED = {"heads", "read", "append", "claim", "customers", "customer", "roster"}


def test_a_desk_calls_functions_and_sees_no_table(central: Central) -> None:
    with connect(central.address, "lobby_desk", None) as sql:
        allowed = sql.execute(
            "SELECT p.proname, p.prosecdef FROM pg_proc p"
            " WHERE p.pronamespace = 'lobby'::regnamespace"
            " AND has_function_privilege(p.oid, 'EXECUTE')"
        ).fetchall()
        usable = sql.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'lobby'::regnamespace"
            " AND c.relkind IN ('r', 'p', 'v') AND has_table_privilege(c.oid,"
            " 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
        ).fetchall()
    assert {name for name, _ in allowed} >= _CALLED
    assert len(allowed) == 9
    assert all(is_definer for _, is_definer in allowed)
    assert usable == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM lobby.event",
        "DELETE FROM lobby.ticket",
        "UPDATE lobby.desk SET revoked_at = NULL",
        "SELECT lobby.renew_incarnation()",
        "CREATE TABLE lobby.mine (x int)",
    ],
)
def test_whatever_else_a_desk_tries_is_denied(central: Central, statement: str) -> None:
    with (
        connect(central.address, "lobby_desk", None) as sql,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        sql.execute(statement)


_STATEMENTS = (
    "SELECT * FROM {0}", "INSERT INTO {0} DEFAULT VALUES", "DELETE FROM {0}", "TRUNCATE {0}",
    "ALTER TABLE {0} ADD x int", "DROP TABLE {0}", "CREATE INDEX ON {0} ((1))",
    "COPY {0} TO STDOUT",
)  # fmt: skip


def test_every_statement_on_every_table_is_denied(central: Central) -> None:
    tables = [
        name
        for (name,) in central.run(
            "SELECT c.oid::regclass::text FROM pg_class c"
            " WHERE c.relnamespace = 'lobby'::regnamespace AND c.relkind IN ('r', 'p', 'v')"
            " AND NOT c.relispartition"
        )
    ]
    assert len(tables) > 10
    with connect(central.address, "lobby_desk", None) as sql:
        for table in tables:
            for statement in _STATEMENTS:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    sql.execute(statement.format(table))


def test_no_function_looks_anywhere_but_where_it_should(central: Central) -> None:
    """A caller's search path must never decide what a function of the owner's calls."""
    loose = central.run(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'lobby'::regnamespace"
        " AND p.prosecdef AND NOT coalesce(p.proconfig, '{}')"
        " @> ARRAY['search_path=pg_catalog, lobby, pg_temp']"
    )
    public = central.run(
        "SELECT p.proname FROM pg_proc p, aclexplode(p.proacl) a"
        " WHERE p.pronamespace = 'lobby'::regnamespace AND a.grantee = 0"
    )
    assert (loose, public) == ([], [])


@pytest.fixture
def report(central: Central) -> Iterator[str]:
    """A person who may read reports; roles belong to the server, so this one goes again."""
    name = f"report_{uuid4().hex}"
    central.run(f"CREATE ROLE {name} LOGIN IN ROLE lobby_report")
    yield name
    with central.open() as sql:
        sql.execute(f"DROP OWNED BY {name}")
        sql.execute(f"DROP ROLE {name}")


def test_a_report_sees_the_branch_it_is_for_and_writes_nothing(
    central: Central, report: str
) -> None:
    for branch in (7, 8):
        central.add_branch(branch)
        desk = central.transport(central.add_desk(branch, 1))
        desk.call("append", Log().add(issued(str(uuid4()), "A1001")).request())
        desk.close()
    central.run("INSERT INTO lobby.reader (branch_id, role_name) VALUES (7, %s)", report)

    def seen(branch: int | None) -> set[int]:
        with connect(central.address, report, None) as sql, sql.transaction():
            if branch is not None:
                sql.execute("SELECT set_config('lobby.branch', %s, true)", (str(branch),))
            return {
                row[0]
                for table in ("branch", "event", "ticket", "log_head", "desk_seen")
                for row in sql.execute(f"SELECT branch_id FROM lobby.{table}")  # noqa: S608
            }

    assert (seen(7), seen(8), seen(None)) == ({7}, set(), set())
    with connect(central.address, report, None) as sql:
        for statement in ("DELETE FROM lobby.event", "SELECT token_hash FROM lobby.desk"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                sql.execute(statement)
