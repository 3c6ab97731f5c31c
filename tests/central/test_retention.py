"""Logs of which the centre dropped the beginning are still compared, and go on."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from lobby_app.central.transport import PostgresTransport
from tests.central.logs import Log, issued, today
from tests.helpers.postgres import Central


@pytest.fixture
def desk(central: Central) -> Iterator[PostgresTransport]:
    central.add_branch(7)
    with closing(central.transport(central.add_desk(7, 1))) as transport:
        yield transport


def _pass_days(desk: PostgresTransport, central: Central, days: int) -> None:
    """Let so many days go by: upkeep, somebody else's event of that day, upkeep again."""
    central.run(
        "CREATE OR REPLACE FUNCTION lobby.today() RETURNS date LANGUAGE sql STABLE"
        f" AS $$ SELECT DATE '{today() + timedelta(days=days)}' $$"
    )
    central.run("SELECT lobby.keep_up()")
    assert desk.call("append", Log().add("of that day").request())["verdict"] == "taken"
    central.run("SELECT lobby.keep_up()")


def _head(desk: PostgresTransport, log: Log) -> dict[str, Any]:
    heads = desk.call("heads", {"logs": [log.log_id]})["heads"]
    (head,) = (head for head in heads if head["log"] == log.log_id)
    return dict(head)


def _kept(central: Central, table: str, log: Log) -> list[int]:
    found = f"SELECT seq FROM lobby.{table} WHERE log_id = %s ORDER BY seq"  # noqa: S608
    return [seq for (seq,) in central.run(found, log.log_id)]


def _half_dropped(desk: PostgresTransport, central: Central) -> Log:
    """Return a log of five events of which the centre holds the last two."""
    log = Log().add("old", *(issued(str(uuid4())) for _ in range(2)))
    desk.call("append", log.request())
    _pass_days(desk, central, 60)
    desk.call("append", log.add("new", issued(str(uuid4()))).request(3))
    _pass_days(desk, central, 100)
    return log


def test_what_is_left_is_held_against_what_is_sent(
    desk: PostgresTransport, central: Central
) -> None:
    log = _half_dropped(desk, central)
    head = _head(desk, log)
    assert (head["seq"], head["base_seq"]) == (5, 3)
    assert _kept(central, "quarantine", log) == [4]
    other = log.copy(3).add("another history", "of the same log")
    earlier = log.copy(2).add("before the base")
    assert desk.call("append", earlier.request())["verdict"] == "fork"
    for after, until in ((0, 5), (3, 5), (2, 4), (4, 5)):
        assert desk.call("append", other.request(after, until))["verdict"] == "fork"
    for after, until in ((0, 2), (0, 3), (0, 5), (3, 5)):
        assert desk.call("append", log.request(after, until))["verdict"] == "taken"
    assert desk.call("append", log.add("more").request())["verdict"] == "taken"
    assert _kept(central, "event", log) == [4, 5, 6]


def test_a_log_of_which_nothing_is_left_goes_on_where_it_ended(
    desk: PostgresTransport, central: Central
) -> None:
    log = _half_dropped(desk, central)
    _pass_days(desk, central, 160)
    head = _head(desk, log)
    assert (head["seq"], head["base_seq"]) == (5, 5)
    assert head["base_chain"] == log.chain(5).hex()
    fork = log.copy(4).add("fork", "fork")
    assert desk.call("append", fork.request(4))["verdict"] == "fork"
    assert desk.call("append", log.add("more").request(5))["verdict"] == "taken"
    page = desk.call("read", {"after": [log.place(5)], "limit": 10})
    assert [event["body"] for event in page["events"]] == ["more"]
