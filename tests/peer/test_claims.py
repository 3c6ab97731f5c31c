"""Claims at the relay: one ticket, one call, whoever asks at once and however often."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from lobby_app.cache.granting import Granting
from lobby_app.domain.event import RANK_CALLED, RANK_SERVING, Draft, EventKind, encode
from lobby_app.domain.replication import (
    PRIORITY_CENTRE,
    PRIORITY_RELAY,
    ClaimAnswer,
    ClaimVerdict,
)
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from tests.peer.network import PATIENCE_S, Relay, identity, listed, refusal, running_relay
from tests.storage.desk import DAY, cancelled, issued
from tests.storage.replicas import Desk, give, told

DESKS = [identity(str(slot)) for slot in range(2, 6)]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "hub")
    yield made
    made.log.close()


@pytest.fixture
def relay(hub: Desk, tmp_path: Path) -> Iterator[Relay]:
    desks = [listed(slot, who) for slot, who in enumerate(DESKS, start=2)]
    with running_relay(hub, tmp_path, *desks, grant=Granting(hub.log)) as running:
        yield running


def _call(ticket: str, counter: int = 3, **changes: object) -> Draft:
    draft = Draft(
        kind=EventKind.TICKET_CALLED,
        actor="0017",
        ticket=ticket,
        business_day=DAY,
        rank=RANK_CALLED,
        claim_priority=PRIORITY_RELAY,
        counter=counter,
        claim_id=str(uuid4()),
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def _asked(hub: Desk, call: Draft) -> ClaimAnswer:
    assert call.claim_id is not None
    return Granting(hub.log)(call.claim_id, encode(call))


def test_counters_that_ask_at_once_are_granted_a_ticket_once(relay: Relay, tmp_path: Path) -> None:
    tickets = [str(uuid4()) for _ in range(15)]
    relay.desk.write(*(issued(f"A1{n:03d}", ticket) for n, ticket in enumerate(tickets)))
    at_once = threading.Barrier(len(DESKS), timeout=PATIENCE_S)
    answers: list[tuple[str, int, ClaimAnswer]] = []

    def work(counter: int) -> None:
        line = relay.line(DESKS[counter])
        partner = RemoteReplica(line)
        for ticket in tickets:
            at_once.wait()
            answers.append((ticket, counter, partner.claim(_call(ticket, counter), PATIENCE_S)))
        line.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(DESKS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(tickets) * len(DESKS)
    for ticket in tickets:
        given = [(c, a) for t, c, a in answers if t == ticket]
        (winner,) = [c for c, a in given if a.verdict is ClaimVerdict.GRANTED]
        assert {a.verdict for c, a in given if c != winner} == {ClaimVerdict.TAKEN}
        assert {a.counter for _, a in given} == {winner}, "the loser is told who has it"
    calls = relay.desk.rows("SELECT count(*) FROM event WHERE kind = 'ticket_called'")
    assert calls == [(len(tickets),)]
    other = Desk(tmp_path / "other")
    line = relay.line(DESKS[0])
    exchange(other.replica, RemoteReplica(line))
    line.close()
    state = "SELECT ticket_id, counter, claim_priority FROM ticket ORDER BY 1"
    assert other.rows(state) == relay.desk.rows(state)
    assert {row[2] for row in other.rows(state)} == {PRIORITY_RELAY}
    other.log.close()


def test_a_claim_has_the_same_answer_for_ever(hub: Desk) -> None:
    ticket = str(uuid4())
    call = _call(ticket)
    assert _asked(hub, call) == ClaimAnswer(ClaimVerdict.UNKNOWN)
    hub.write(issued("A1001", ticket))
    granted = ClaimAnswer(ClaimVerdict.GRANTED, 3)
    assert _asked(hub, call) == granted
    end = hub.end(hub.replica.current_log)
    assert _asked(hub, call) == granted
    assert hub.end(hub.replica.current_log) == end, "it is written once"
    served = _call(ticket, kind=EventKind.SERVICE_STARTED, rank=RANK_SERVING, claim_priority=0)
    hub.write(served)
    assert _asked(hub, call) == granted
    assert _asked(hub, _call(ticket, 4)) == ClaimAnswer(ClaimVerdict.TAKEN, 3)


def test_the_call_is_written_as_it_came(hub: Desk) -> None:
    ticket = str(uuid4())
    hub.write(issued("A1001", ticket))
    call = _call(ticket)
    body = encode(call)[:-1] + ',"newer":[1, 2]}'
    assert call.claim_id is not None
    assert Granting(hub.log)(call.claim_id, body).verdict is ClaimVerdict.GRANTED
    log = hub.replica.current_log
    (event,) = hub.rows("SELECT body FROM event WHERE kind = 'ticket_called' AND seq > 0")
    assert event == (body,)
    assert hub.end(log).seq == 2


def test_a_claim_is_for_the_turn_it_names(hub: Desk) -> None:
    ticket = str(uuid4())
    hub.write(issued("A1001", ticket))
    assert _asked(hub, _call(ticket, generation=1)) == ClaimAnswer(ClaimVerdict.UNKNOWN)
    back = _call(ticket, kind=EventKind.TICKET_RETURNED, rank=0, generation=1)
    hub.write(replace(back, claim_id=None, counter=None, claim_priority=0))
    assert _asked(hub, _call(ticket)).verdict is ClaimVerdict.TAKEN
    assert _asked(hub, _call(ticket, generation=1)).verdict is ClaimVerdict.GRANTED
    hub.write(issued("A1002", other := str(uuid4())), cancelled(other))
    assert _asked(hub, _call(other)).verdict is ClaimVerdict.TAKEN


def test_a_claim_that_the_centre_granted_meanwhile_is_granted(hub: Desk) -> None:
    ticket = str(uuid4())
    hub.write(issued("A1001", ticket))
    call = _call(ticket)
    give(hub, told([replace(call, claim_priority=PRIORITY_CENTRE)]))
    assert _asked(hub, call) == ClaimAnswer(ClaimVerdict.GRANTED, 3)
    assert _asked(hub, _call(ticket, 4)) == ClaimAnswer(ClaimVerdict.TAKEN, 3)


def test_a_claim_id_is_for_one_ticket(hub: Desk) -> None:
    first, second = str(uuid4()), str(uuid4())
    hub.write(issued("A1001", first), issued("A1002", second))
    call = _call(first)
    assert _asked(hub, call).verdict is ClaimVerdict.GRANTED
    assert refusal(lambda: _asked(hub, replace(call, ticket=second))) == "sync.malformed"
