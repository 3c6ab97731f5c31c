"""append, read and heads: what desks rely on, whatever was sent twice, late or by somebody else."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest

from lobby_app.central.transport import PostgresTransport
from lobby_app.domain.errors import KnownError
from tests.central.logs import Log, issued
from tests.helpers.postgres import Central


@pytest.fixture
def desk(central: Central) -> Iterator[PostgresTransport]:
    central.add_branch(7)
    with closing(central.transport(central.add_desk(7, 1))) as transport:
        yield transport


def _bodies(count: int) -> list[str]:
    return [issued(str(uuid4()), f"A1{number:03}") for number in range(1, count + 1)]


def _head(answer: dict[str, Any], log: Log) -> int:
    (seq,) = (head["seq"] for head in answer["heads"] if head["log"] == log.log_id)
    return int(seq)


def test_a_log_is_taken_once_however_often_it_is_sent(
    desk: PostgresTransport, central: Central
) -> None:
    log = Log().add(*_bodies(5))
    for after, until, head in ((0, 3, 3), (0, 3, 3), (0, 5, 5), (2, 4, 5), (5, 5, 5), (0, 5, 5)):
        answer = desk.call("append", log.request(after, until))
        assert answer["verdict"] == "taken"
        assert _head(answer, log) == head
    rows = central.run("SELECT seq, hlc, encode(chain, 'hex'), body FROM lobby.event ORDER BY seq")
    assert [tuple(event.values()) for event in log.events] == rows
    assert central.run("SELECT first_seq, last_seq FROM lobby.log_day") == [(1, 5)]
    assert central.run("SELECT count(*) FROM lobby.ticket WHERE rank = 0") == [(5,)]


def test_a_gap_is_refused_and_says_where_the_centre_stands(desk: PostgresTransport) -> None:
    log = Log().add(*_bodies(5))
    assert desk.call("append", log.request(2))["verdict"] == "gap"
    desk.call("append", log.request(0, 1))
    answer = desk.call("append", log.request(2))
    assert answer["verdict"] == "gap"
    assert _head(answer, log) == 1


@pytest.mark.parametrize(("after", "until"), [(3, 5), (2, 5), (0, 5), (0, 3), (1, 4)])
def test_another_history_of_a_log_is_a_fork(
    desk: PostgresTransport, after: int, until: int
) -> None:
    ours = Log().add(*_bodies(2))
    theirs = ours.copy(2).add(*_bodies(3))
    ours.add(*_bodies(1))
    desk.call("append", ours.request())
    answer = desk.call("append", theirs.request(after, until))
    assert answer["verdict"] == "fork"
    assert _head(answer, ours) == 3


def test_what_does_not_chain_is_refused(desk: PostgresTransport, central: Central) -> None:
    log = Log().add(*_bodies(4))
    missing = log.request()
    del missing["events"][1]
    changed = log.copy(4).request()
    changed["events"] = [dict(changed["events"][0], body=issued(str(uuid4())))]
    rooted = log.copy(0).add(*_bodies(1)).request()
    rooted["after"] = {"seq": 0, "chain": "00" * 32}
    for request in (missing, changed, rooted):
        assert desk.call("append", request)["verdict"] == "broken"
    assert central.run("SELECT count(*) FROM lobby.event") == [(0,)]


def test_a_log_of_another_branch_is_foreign(desk: PostgresTransport, central: Central) -> None:
    log = Log().add(*_bodies(2))
    desk.call("append", log.request())
    central.add_branch(8)
    with closing(central.transport(central.add_desk(8, 1))) as other:
        assert other.call("append", log.request())["verdict"] == "foreign"
        assert other.call("heads", {"logs": [log.log_id]})["heads"] == []
        page = other.call("read", {"after": [log.place(0)], "limit": 10})
    assert page["events"] == []
    assert page["diverged"] == [log.log_id]


def test_any_desk_of_the_branch_forwards_any_log(desk: PostgresTransport, central: Central) -> None:
    log = Log().add(*_bodies(4))
    desk.call("append", log.request(0, 2))
    with closing(central.transport(central.add_desk(7, 2))) as relay:
        assert relay.call("append", log.request(1))["verdict"] == "taken"
    assert central.run("SELECT via_desk FROM lobby.event ORDER BY seq") == [(1,), (1,), (2,), (2,)]


def test_pages_are_cut_and_go_on(desk: PostgresTransport) -> None:
    first, second = Log().add(*_bodies(5)), Log().add(*_bodies(4))
    for log in (first, second):
        desk.call("append", log.request())
    places = {log.log_id: log.place(0) for log in (first, second)}
    held: dict[str, list[dict[str, Any]]] = {log.log_id: [] for log in (first, second)}
    for _page in range(20):
        page = desk.call("read", {"after": list(places.values()), "limit": 2})
        assert len(page["events"]) <= 2
        for event in page["events"]:
            held[event.pop("log")].append(event)
        for log in (first, second):
            places[log.log_id] = log.place(len(held[log.log_id]))
        if page["is_last"]:
            break
    assert held == {first.log_id: first.events, second.log_id: second.events}


def test_a_page_is_cut_by_its_bytes_too(desk: PostgresTransport) -> None:
    log = Log().add(*["x" * 1_500_000] * 5)
    desk.call("append", log.request())
    page = desk.call("read", {"after": [log.place(0)], "limit": 500})
    assert [event["seq"] for event in page["events"]] == [1, 2]
    assert not page["is_last"]
    log.add("y" * 5_000_000)
    desk.call("append", log.request(5))
    page = desk.call("read", {"after": [log.place(5)], "limit": 500})
    assert [event["seq"] for event in page["events"]] == [6]
    assert page["is_last"]


def test_prefixes_diverge_from_the_first_difference_on(desk: PostgresTransport) -> None:
    ours = Log().add(*_bodies(6))
    theirs = ours.copy(3).add(*_bodies(3))
    desk.call("append", ours.request())
    diverged = [
        bool(desk.call("read", {"after": [theirs.place(seq)], "limit": 1})["diverged"])
        for seq in range(7)
    ]
    assert diverged == [False] * 4 + [True] * 3


POISON = ('{"kind":"Ticket"}', "no JSON", "", '{"kind":"x","actor":"a","rank":1.0}', "é €")


@pytest.mark.parametrize("poison", POISON)
def test_poison_is_kept_byte_for_byte_and_the_log_goes_on(
    desk: PostgresTransport, central: Central, poison: str
) -> None:
    log = Log().add(*_bodies(2), poison, *_bodies(2))
    assert desk.call("append", log.request())["verdict"] == "taken"
    page = desk.call("read", {"after": [log.place(0)], "limit": 100})
    assert [event["body"] for event in page["events"]] == [e["body"] for e in log.events]
    assert central.run("SELECT log_id::text, seq FROM lobby.quarantine") == [(log.log_id, 3)]
    assert central.run("SELECT count(*) FROM lobby.ticket") == [(4,)]


def test_heads_hold_what_is_recent_own_or_asked_for(
    desk: PostgresTransport, central: Central
) -> None:
    own, others, recent = (Log().add(*_bodies(1)) for _ in range(3))
    desk.call("append", own.request())
    with closing(central.transport(central.add_desk(7, 2))) as other:
        other.call("append", others.request())
        other.call("append", recent.request())
    central.run(
        "UPDATE lobby.log_head SET last_day = last_day - 4 WHERE log_id <> %s", recent.log_id
    )
    heads = desk.call("heads", {})["heads"]
    assert {head["log"] for head in heads} == {own.log_id, recent.log_id}
    heads = desk.call("heads", {"logs": [others.log_id, str(uuid4())]})["heads"]
    assert {head["log"] for head in heads} == {own.log_id, recent.log_id, others.log_id}
    assert heads[0] | {"log": "", "chain": ""} == {
        "log": "", "seq": 1, "chain": "", "base_seq": 0, "base_chain": heads[0]["base_chain"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"events": "none"}, "sync.malformed"),
        ({"events": [{"seq": 1}]}, "sync.malformed"),
        ({"events": [{"seq": "x"}]}, "sync.malformed"),
        ({"log": "no log"}, "sync.malformed"),
        ({"after": {}}, "sync.malformed"),
        ({"events": [{}] * 1001}, "sync.too_big"),
    ],
)
def test_what_is_no_document_is_refused(
    desk: PostgresTransport, change: dict[str, Any], key: str
) -> None:
    log = Log().add(*_bodies(1))
    with pytest.raises(KnownError) as refused:
        desk.call("append", log.request() | change)
    assert refused.value.key == key
    assert desk.call("append", log.request())["verdict"] == "taken"


def test_more_than_eight_megabytes_are_too_big(desk: PostgresTransport) -> None:
    log = Log().add(*["x" * 3_000_000] * 3)
    with pytest.raises(KnownError) as refused:
        desk.call("append", log.request())
    assert refused.value.key == "sync.too_big"


def test_a_day_without_a_partition_is_an_error_and_no_poison(
    desk: PostgresTransport, central: Central
) -> None:
    central.run("DO $$ DECLARE p text; BEGIN FOR p IN SELECT inhrelid::regclass FROM pg_inherits"
                " WHERE inhparent = 'lobby.event'::regclass LOOP"
                " EXECUTE 'DROP TABLE ' || p; END LOOP; END $$")  # fmt: skip
    with central.open() as upkeep, upkeep.transaction():
        # Who makes days holds this; nobody waits for it.
        upkeep.execute("SELECT pg_advisory_xact_lock(hashtext('lobby.keep_up'))")
        with pytest.raises(KnownError) as refused:
            desk.call("append", Log().add(*_bodies(1)).request())
    assert refused.value.key == "sync.no_answer"
    assert central.run("SELECT count(*) FROM lobby.quarantine") == [(0,)]
