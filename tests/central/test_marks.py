"""A poll that tells the mark of what it knows is answered shortly, and never kept from news."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from lobby_app.central.transport import PostgresTransport
from lobby_app.domain.replication import Heads, Place
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.wire import read_heads
from tests.central.logs import Log, issued, today
from tests.helpers.postgres import Central

_TABLES = ("log_head", "log_day", "event", "ticket", "branch_mark")


@pytest.fixture
def token(central: Central) -> str:
    central.add_branch(7)
    return central.add_desk(7, 1)


@pytest.fixture
def desk(central: Central, token: str) -> Iterator[PostgresTransport]:
    with closing(central.transport(token)) as transport:
        yield transport


def _log(count: int = 1) -> Log:
    return Log().add(*(issued(str(uuid4())) for _ in range(count)))


def _ends(heads: Heads) -> dict[str, int]:
    return {log_id: head.end.seq for log_id, head in heads.of.items()}


def _is_same(desk: PostgresTransport, mark: str) -> bool:
    return "heads" not in desk.call("heads", {"mark": mark})


class _Counting:
    """A transport that counts how many answers named no heads."""

    def __init__(self, line: PostgresTransport) -> None:
        self._line, self.short = line, 0

    def call(self, name: str, document: Any, timeout_s: float | None = None) -> dict[str, Any]:
        answer = self._line.call(name, document, timeout_s)
        self.short += name == "heads" and "heads" not in answer
        return answer

    def close(self) -> None:
        """Whoever made the line closes it."""


def test_polls_are_short_until_something_happens(desk: PostgresTransport, token: str) -> None:
    log, line = _log(3), _Counting(desk)
    partner = RemoteReplica(line)
    assert _ends(partner.heads()) == {}
    desk.call("append", log.request(0, 2))
    for expected in (2, 2, 2):
        assert _ends(partner.heads()) == {log.log_id: expected}
    assert line.short == 2
    desk.call("append", log.request(2, 3))
    assert _ends(partner.heads()) == {log.log_id: 3}
    assert desk.call("append", log.request(0, 3))["verdict"] == "taken"
    assert _ends(partner.heads()) == {log.log_id: 3}
    assert line.short == 3, "what was held already is no news"


def test_a_poll_writes_nothing_and_a_roster_is_a_sign_of_life(
    desk: PostgresTransport, central: Central
) -> None:
    desk.call("heads", {})
    assert central.run("SELECT * FROM lobby.desk_seen") == []
    for _ in range(2):
        desk.call("roster", {})
        seen = central.run("SELECT branch_id, desk_id, seen_at > now() - interval '1 minute'"
                           " FROM lobby.desk_seen")  # fmt: skip
        assert seen == [(7, 1, True)]
        central.run("UPDATE lobby.desk_seen SET seen_at = now() - interval '2 minutes'")


def _appending(sql: psycopg.Connection[Any], token: str, log: Log) -> str:
    row = sql.execute(
        "SELECT lobby.append(%s, %s)->>'verdict'", (token, Jsonb(log.request()))
    ).fetchone()
    assert row is not None
    return str(row[0])


def _await_waiting(central: Central, pid: int) -> None:
    while central.run("SELECT cardinality(pg_blocking_pids(%s))", pid) == [(0,)]:
        pass


@pytest.mark.parametrize("is_undone", [False, True], ids=["committed", "undone"])
def test_a_mark_covers_whatever_commits_later_than_it_was_begun(
    desk: PostgresTransport, central: Central, token: str, is_undone: bool
) -> None:
    """Two desks write at the same time, and the one that began first ends last."""
    desk.call("append", _log().request())
    mark = desk.call("heads", {})["mark"]
    first, second = _log(), _log()
    with ExitStack() as stack:
        early, late = (stack.enter_context(central.open("lobby_desk")) for _ in range(2))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        early.autocommit = False
        assert _appending(early, token, first) == "taken"
        waiting = pool.submit(_appending, late, token, second)
        _await_waiting(central, late.info.backend_pid)
        assert _is_same(desk, mark), "nothing is committed, and nobody who reads waits"
        early.rollback() if is_undone else early.commit()
        assert waiting.result() == "taken"
    answer = desk.call("heads", {"mark": mark})
    held = set(_ends(read_heads(answer)))
    assert held >= {second.log_id}
    assert (first.log_id in held) is not is_undone
    assert _is_same(desk, answer["mark"])


_SNAPSHOT = (
    "SELECT (SELECT mark FROM lobby.branch_mark), (SELECT array_agg((log_id, last_seq)::text"
    " ORDER BY log_id) FROM lobby.log_head)"
)


def test_no_mark_ever_stands_for_two_states(central: Central, token: str) -> None:
    """Many desks write as fast as they can; whoever looks, looks at one moment."""
    logs = [_log(25) for _ in range(6)]
    seen: list[tuple[Any, Any]] = []

    def write(log: Log) -> None:
        with closing(central.transport(token)) as line:
            for after, until in pairwise(range(len(log.events) + 1)):
                assert line.call("append", log.request(after, until))["verdict"] == "taken"

    with ThreadPoolExecutor(len(logs)) as pool, central.open() as sql:
        writing = [pool.submit(write, log) for log in logs]
        while not all(done.done() for done in writing):
            seen += sql.execute(_SNAPSHOT).fetchall()
        for done in writing:
            done.result()
    states: dict[Any, Any] = {}
    assert all(states.setdefault(mark, heads) == heads for mark, heads in seen)
    assert len(states) > 10, "it was looked at while they wrote"


def _copy(central: Central, source: str, target: str) -> None:
    with central.open() as sql:
        for table in reversed(_TABLES):
            sql.execute(f"DELETE FROM {target}.{table}")  # noqa: S608
        for table in _TABLES:
            sql.execute(f"INSERT INTO {target}.{table} SELECT * FROM {source}.{table}")  # noqa: S608


def test_a_restored_centre_never_says_that_all_is_as_before(
    desk: PostgresTransport, central: Central
) -> None:
    log = _log(3)
    desk.call("append", log.request(0, 1))
    behind, ahead, absent = (RemoteReplica(desk) for _ in range(3))
    behind.heads()
    for table in _TABLES:
        central.run(f"CREATE TABLE public.{table} AS TABLE lobby.{table} WITH NO DATA")
    _copy(central, "lobby", "public")
    desk.call("append", log.request(1, 3))
    for partner in (ahead, absent):
        assert _ends(partner.heads()) == {log.log_id: 3}
    _copy(central, "public", "lobby")
    for partner in (behind, ahead):
        assert _ends(partner.heads()) == {log.log_id: 1}
    other = log.copy(1).add(*(issued(str(uuid4())) for _ in range(2)))
    desk.call("append", other.request(1, 3))
    for partner in (behind, ahead, absent):
        head = partner.heads().of[log.log_id]
        assert (head.end.seq, head.end.chain) == (3, other.chain(3))


def test_a_desk_that_knows_no_marks_goes_on_beside_one_that_does(
    desk: PostgresTransport, central: Central
) -> None:
    new = RemoteReplica(desk)
    log = _log(4)
    with closing(central.transport(central.add_desk(7, 2))) as old:
        for until in range(1, 5):
            old.call("append", log.request(until - 1, until))
            answer = old.call("heads", {"version": 1})
            assert read_heads(answer).of == new.heads().of == new.heads().of
    assert [head["seq"] for head in answer["heads"]] == [4]


def test_a_lost_mark_costs_short_answers_and_nothing_else(
    desk: PostgresTransport, central: Central
) -> None:
    log, line = _log(2), _Counting(desk)
    partner = RemoteReplica(line)
    desk.call("append", log.request(0, 1))
    partner.heads()
    central.run("DELETE FROM lobby.branch_mark")
    for _ in range(2):
        assert _ends(partner.heads()) == {log.log_id: 1}
    desk.call("append", log.request(1, 2))
    for _ in range(2):
        assert _ends(partner.heads()) == {log.log_id: 2}
    assert line.short == 1


def test_marks_of_no_form_and_of_other_branches_are_no_marks(
    desk: PostgresTransport, central: Central
) -> None:
    desk.call("append", _log().request())
    central.add_branch(8)
    with closing(central.transport(central.add_desk(8, 1))) as other:
        other.call("append", _log().request())
        theirs = other.call("heads", {})["mark"]
    for mark in (theirs, "", "x", 1, None, {"a": 1}, [], True):
        assert len(desk.call("heads", {"mark": mark})["heads"]) == 1


def test_an_old_log_that_is_asked_for_by_name_is_not_kept_back(
    desk: PostgresTransport, central: Central
) -> None:
    recent, old = _log(), _log(2)
    with closing(central.transport(central.add_desk(7, 2))) as other:
        other.call("append", old.request(0, 1))
        central.run("UPDATE lobby.log_head SET last_day = last_day - 4")
        other.call("append", recent.request())
        partner = RemoteReplica(desk)
        for _ in range(2):
            assert _ends(partner.heads()) == {recent.log_id: 1}
        partner.read([Place(old.log_id, 1, old.chain(1))], 1)
        for _ in range(2):
            assert _ends(partner.heads()) == {recent.log_id: 1, old.log_id: 1}


def test_what_upkeep_drops_is_news(desk: PostgresTransport, central: Central) -> None:
    partner, log = RemoteReplica(desk), _log(2)
    desk.call("append", log.request(0, 1))
    central.run(
        "CREATE OR REPLACE FUNCTION lobby.today() RETURNS date LANGUAGE sql STABLE"
        f" AS $$ SELECT DATE '{today() + timedelta(days=100)}' $$"
    )
    central.run("SELECT lobby.keep_up()")
    desk.call("append", log.request(1, 2))
    assert partner.heads().of[log.log_id].base.seq == 0
    central.run("SELECT lobby.keep_up()")
    assert partner.heads().of[log.log_id].base.seq == 1
