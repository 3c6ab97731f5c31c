"""What the role that all desks share may do at the centre: call functions, and nothing else."""

import psycopg
import pytest

from lobby_app.central.connection import connect
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
