"""A call is granted once, whoever asks, however often, at whatever moment."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lobby_app.central.transport import PostgresTransport
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import link
from tests.central.logs import Log, called, claim, issued
from tests.helpers.postgres import BIN, SUPERUSER, Central


@pytest.fixture
def desk(central: Central) -> Iterator[PostgresTransport]:
    central.add_branch(7)
    with closing(central.transport(central.add_desk(7, 1))) as transport:
        yield transport


def _issue(desk: PostgresTransport, count: int = 1) -> tuple[Log, list[str]]:
    tickets = [str(uuid4()) for _ in range(count)]
    log = Log().add(*(issued(t, f"A1{n:03}") for n, t in enumerate(tickets, 1)))
    desk.call("append", log.request())
    return log, tickets


def _verdict(answer: dict[str, Any]) -> tuple[str, int | None]:
    return answer["verdict"], answer["counter"]


def test_the_first_gets_it_and_the_others_hear_who_has_it(
    desk: PostgresTransport, central: Central
) -> None:
    _, (ticket,) = _issue(desk)
    mine, theirs = str(uuid4()), str(uuid4())
    assert _verdict(desk.call("claim", claim(ticket, 3, mine))) == ("granted", 3)
    assert _verdict(desk.call("claim", claim(ticket, 4, theirs))) == ("taken", 3)
    assert _verdict(desk.call("claim", claim(ticket, 3, mine))) == ("granted", 3)
    assert _verdict(desk.call("claim", claim(str(uuid4()), 3, str(uuid4())))) == ("unknown", None)
    assert central.run("SELECT count(*) FROM lobby.claim") == [(1,)]


def test_a_granted_call_is_read_from_the_centres_own_log(desk: PostgresTransport) -> None:
    log, (ticket,) = _issue(desk)
    claim_id = str(uuid4())
    request = claim(ticket, 3, claim_id)
    desk.call("claim", request)
    (head,) = (h for h in desk.call("heads", {})["heads"] if h["log"] != log.log_id)
    own = Log(head["log"])
    page = desk.call("read", {"after": [own.place(0)], "limit": 10})
    (event,) = page["events"]
    assert event["body"] == request["body"]
    assert event["chain"] == link(own.chain(0), 1, event["hlc"], event["body"]).hex()
    assert head["chain"] == event["chain"]


def test_a_later_generation_is_another_call(desk: PostgresTransport) -> None:
    log, (ticket,) = _issue(desk)
    assert _verdict(desk.call("claim", claim(ticket, 3, str(uuid4()), 1))) == ("unknown", None)
    desk.call("claim", claim(ticket, 3, str(uuid4())))
    desk.call("append", log.add(issued(ticket, generation=1)).request())
    assert _verdict(desk.call("claim", claim(ticket, 4, str(uuid4()))))[0] == "taken"
    assert _verdict(desk.call("claim", claim(ticket, 4, str(uuid4()), 1))) == ("granted", 4)


def test_what_the_relay_granted_meanwhile_stays_granted(desk: PostgresTransport) -> None:
    _, (ticket,) = _issue(desk)
    claim_id = str(uuid4())
    relay = Log().add(called(ticket, 3, claim_id, claim_priority=1))
    desk.call("append", relay.request())
    assert _verdict(desk.call("claim", claim(ticket, 3, claim_id))) == ("granted", 3)
    assert _verdict(desk.call("claim", claim(ticket, 4, str(uuid4())))) == ("taken", 3)


@pytest.mark.parametrize(
    "change",
    [
        {"counter": 4},
        {"generation": 1},
        {"claim": str(uuid4())},
        {"ticket": str(uuid4())},
        {"business_day": "2020-01-01"},
        {"body": "no call"},
        {"body": issued(str(uuid4()))},
        {"body": None},
    ],
)
def test_a_body_must_be_the_call_that_is_asked_for(
    desk: PostgresTransport, change: dict[str, Any]
) -> None:
    _, (ticket,) = _issue(desk)
    with pytest.raises(KnownError) as refused:
        desk.call("claim", claim(ticket, 3, str(uuid4())) | change)
    assert refused.value.key == "sync.malformed"


def test_a_claim_id_stands_for_one_ticket(desk: PostgresTransport) -> None:
    _, (first, second) = _issue(desk, 2)
    claim_id = str(uuid4())
    desk.call("claim", claim(first, 3, claim_id))
    with pytest.raises(KnownError) as refused:
        desk.call("claim", claim(second, 3, claim_id))
    assert refused.value.key == "sync.malformed"


def test_after_a_restore_the_centre_opens_a_new_log(
    desk: PostgresTransport, central: Central
) -> None:
    _, (first, second) = _issue(desk, 2)
    desk.call("claim", claim(first, 3, str(uuid4())))
    central.run("SELECT lobby.renew_incarnation()")
    desk.call("claim", claim(second, 3, str(uuid4())))
    logs = central.run("SELECT DISTINCT log_id FROM lobby.claim")
    assert len(logs) == 2


def test_a_restored_dump_does_not_write_on_where_desks_hold_more(
    desk: PostgresTransport, central: Central, tmp_path: Path
) -> None:
    """The server and its timeline are the same then; what was written after the dump is not."""
    _, (first, second) = _issue(desk, 2)
    desk.call("claim", claim(first, 3, str(uuid4())))
    there = ("-h", "127.0.0.1", "-p", str(central.server.port), "-U", SUPERUSER,
             "-d", central.database)  # fmt: skip
    dump = tmp_path / "dump"
    subprocess.run([BIN / "pg_dump", "-Fc", "-f", dump, *there], check=True)
    lost = desk.call("claim", claim(second, 3, str(uuid4())))["place"]
    central.run("DROP SCHEMA lobby CASCADE")
    subprocess.run([BIN / "pg_restore", *there, dump], check=True)
    again = desk.call("claim", claim(second, 4, str(uuid4())))["place"]
    assert again["log"] != lost["log"]


def test_sixteen_counters_never_get_the_same_ticket(
    desk: PostgresTransport, central: Central
) -> None:
    counters, tickets = 16, _issue(desk, 24)[1]
    tokens = [central.add_desk(7, slot) for slot in range(2, counters + 2)]

    def claim_everything(counter: int) -> list[tuple[str, str]]:
        with closing(central.transport(tokens[counter - 1])) as mine:
            answers = []
            for ticket in tickets:
                request = claim(ticket, counter, str(uuid4()))
                answer = mine.call("claim", request)
                assert _verdict(mine.call("claim", request)) == _verdict(answer)
                answers.append((ticket, answer["verdict"]))
            return answers

    with ThreadPoolExecutor(counters) as pool:
        answers = [a for found in pool.map(claim_everything, range(1, counters + 1)) for a in found]
    granted = Counter(ticket for ticket, verdict in answers if verdict == "granted")
    assert granted == Counter(tickets)
    assert central.run(
        "SELECT count(*), count(DISTINCT ticket_id) FROM lobby.event WHERE kind = 'ticket_called'"
    ) == [(24, 24)]
