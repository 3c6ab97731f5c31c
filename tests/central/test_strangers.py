"""Who has no business at the centre gets none: no token, a revoked one, another branch's."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from lobby_app.central.connection import connect
from lobby_app.domain.errors import KnownError
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.wire import VERSION
from tests.central.logs import Log, claim, issued
from tests.helpers.postgres import Central

_Ask = Callable[[str, str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def ask(central: Central) -> Iterator[_Ask]:
    """Return a call as the desk of a token."""
    with ExitStack() as lines:

        def call(token: str, name: str, document: dict[str, Any]) -> dict[str, Any]:
            line = lines.enter_context(closing(central.transport(token)))
            return line.call(name, document)

        yield call


def _functions(central: Central) -> list[str]:
    """Return the functions a desk may execute, as the catalogue has them."""
    with connect(central.address, "lobby_desk", None) as sql:
        rows = sql.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'lobby'::regnamespace"
            " AND has_function_privilege(oid, 'EXECUTE') ORDER BY proname"
        ).fetchall()
    return [name for (name,) in rows]


def _refusal(ask: _Ask, token: str, name: str, document: dict[str, Any]) -> str:
    with pytest.raises(KnownError) as refused:
        ask(token, name, document)
    return refused.value.key


def test_every_function_refuses_unknown_and_revoked_tokens(central: Central, ask: _Ask) -> None:
    central.add_branch(7)
    revoked = central.add_desk(7, 1)
    central.run("UPDATE lobby.desk SET revoked_at = now()")
    ticket = str(uuid4())
    good = Log().add(issued(ticket)).request() | claim(ticket, 3, str(uuid4())) | {"limit": 9}
    good |= {"token": "k1:X", "token_hash": "00" * 32, "name": "Desk"}
    names = _functions(central)
    assert len(names) == 9
    for name in names:
        for token in (revoked, uuid4().hex, ""):
            assert _refusal(ask, token, name, good) == "sync.not_enrolled", name
    untouched = "SELECT count(*) FROM lobby.event UNION ALL SELECT count(*) FROM lobby.desk_seen"
    assert central.run(untouched) == [(0,), (0,)]


def test_a_version_that_is_too_old_is_told_so(central: Central, ask: _Ask) -> None:
    central.add_branch(7)
    token = central.add_desk(7, 1)
    central.run("UPDATE lobby.desk SET min_version = 3")
    assert _refusal(ask, token, "heads", {"version": 2}) == "sync.too_old"
    assert ask(token, "heads", {"version": 3})["heads"] == []


def test_every_desk_says_its_version(central: Central) -> None:
    central.add_branch(7)
    with closing(central.transport(central.add_desk(7, 1))) as line:
        central.run("UPDATE lobby.desk SET min_version = %s", VERSION)
        assert RemoteReplica(line).heads().of == {}
        central.run("UPDATE lobby.desk SET min_version = %s", VERSION + 1)
        with pytest.raises(KnownError) as refused:
            RemoteReplica(line).heads()
    assert refused.value.key == "sync.too_old"


def test_a_desk_of_another_branch_learns_and_moves_nothing(central: Central, ask: _Ask) -> None:
    for branch in (7, 8):
        central.add_branch(branch)
    ours, theirs = central.add_desk(7, 1), central.add_desk(8, 1)
    central.run("INSERT INTO lobby.reference_head (branch_id, position) VALUES (7, 1)")
    central.run("INSERT INTO lobby.customer VALUES (7, 'c1', 1, '{}', '{}')")
    ticket = str(uuid4())
    ask(ours, "append", Log().add(issued(ticket)).request())
    answer = ask(theirs, "claim", claim(ticket, 3, str(uuid4())))
    assert (answer["verdict"], answer["counter"]) == ("unknown", None)
    feed = {"incarnation": None, "position": 0, "limit": 10}
    assert len(ask(ours, "customers", feed)["records"]) == 1
    assert ask(theirs, "customers", feed)["records"] == []
    roster = ask(theirs, "roster", {})
    assert (roster["branch"], [desk["slot"] for desk in roster["desks"]]) == (8, [1])
    assert ask(ours, "claim", claim(ticket, 3, str(uuid4())))["verdict"] == "granted"


def test_no_partition_and_no_sequence_is_a_way_round(central: Central) -> None:
    """Rights and row security of a partitioned table do not reach who asks a partition itself."""
    names = central.run(
        "SELECT oid::regclass::text, relkind FROM pg_class"
        " WHERE relnamespace = 'lobby'::regnamespace AND (relispartition OR relkind = 'S')"
        " AND relkind IN ('r', 'S')"
    )
    assert {kind for _, kind in names} == {"r", "S"}
    for role in ("lobby_desk", "lobby_report"):
        for name, kind in names:
            ((may,),) = central.run(
                f"SELECT has_{'sequence' if kind == 'S' else 'table'}_privilege(%s, %s, %s)",
                role,
                name,
                "USAGE, SELECT, UPDATE"
                if kind == "S"
                else "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER",
            )
            assert not may, (role, name)


_BEYOND = (
    "CREATE TEMPORARY TABLE mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE DATABASE mine",
    "CREATE ROLE mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DO $$ BEGIN PERFORM 1; END $$",
    "SET ROLE lobby_owner",
    "SET SESSION AUTHORIZATION lobby_owner",
    "ALTER ROLE lobby_admin PASSWORD 'mine'",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "GRANT lobby_owner TO lobby_desk",
    "SELECT lo_create(0)",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_notify('x', 'y')",
    "SELECT pg_advisory_lock(hashtext('lobby.keep_up'))",
    "SELECT pg_try_advisory_xact_lock_shared(1, 2)",
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_reload_conf()",
    "SELECT rolpassword FROM pg_authid",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/lobby'",
    "CHECKPOINT",
)


def test_the_desks_role_is_nobody_on_the_server(central: Central) -> None:
    with connect(central.address, "lobby_desk", None) as sql:
        for statement in _BEYOND:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                sql.execute(statement)
