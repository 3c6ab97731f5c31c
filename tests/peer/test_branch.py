"""A branch whose line to head office is cut goes on as one, and meets head office again."""

import contextlib
from pathlib import Path
from uuid import uuid4

from lobby_app.cache.granting import Granting
from lobby_app.domain.event import RANK_CALLED, RANK_SERVING, Draft, EventKind
from lobby_app.domain.replication import PRIORITY_RELAY, ClaimVerdict
from lobby_app.sync.exchange import exchange
from lobby_app.sync.peer.relays import RelayTransport
from lobby_app.sync.peer.roster import RosterFile, read_roster
from lobby_app.sync.remote import RemoteReplica
from tests.helpers.postgres import Central
from tests.peer.network import PATIENCE_S, identity, listed, roster_of, running_relay
from tests.storage.desk import DAY, issued
from tests.storage.replicas import Desk

BRANCH = 5
GREETER, COUNTER = identity("desk"), identity("desk")
STATE = "SELECT ticket_id, generation, rank, counter, claim_priority FROM ticket ORDER BY 1"


def _step(kind: EventKind, ticket: str, rank: int, priority: int = 0) -> Draft:
    return Draft(
        kind=kind,
        actor="0017",
        ticket=ticket,
        business_day=DAY,
        rank=rank,
        claim_priority=priority,
        counter=3,
        claim_id=str(uuid4()),
    )


def _meet_centre(central: Central, desks: dict[str, Desk], tokens: dict[str, str]) -> None:
    for _ in range(2):
        for name, desk in desks.items():
            transport = central.transport(tokens[name])
            exchange(desk.replica, RemoteReplica(transport))
            transport.close()


def test_a_branch_without_head_office_goes_on_as_one(central: Central, tmp_path: Path) -> None:
    central.add_branch(BRANCH)
    desks = {name: Desk(tmp_path / name) for name in ("relay", "greeter", "counter")}
    tokens = {name: central.add_desk(BRANCH, slot) for slot, name in enumerate(desks, start=1)}
    before, ticket = str(uuid4()), str(uuid4())
    desks["greeter"].write(issued("A2001", before))
    _meet_centre(central, desks, tokens)

    members = listed(2, GREETER), listed(3, COUNTER)
    with contextlib.ExitStack() as stack:
        relay = stack.enter_context(
            running_relay(desks["relay"], tmp_path, *members, grant=Granting(desks["relay"].log))
        )
        file = RosterFile(tmp_path / "of-all.json")
        here = listed(1, relay.identity, relay=relay.address)
        file.save(read_roster(roster_of(here, *members)))
        lines = {
            name: RelayTransport(file, who, lambda _: None)
            for name, who in (("greeter", GREETER), ("counter", COUNTER))
        }
        partners = {name: RemoteReplica(line) for name, line in lines.items()}
        desks["greeter"].write(issued("A2002", ticket))
        exchange(desks["greeter"].replica, partners["greeter"])
        call = _step(EventKind.TICKET_CALLED, ticket, RANK_CALLED, PRIORITY_RELAY)
        answer = partners["counter"].claim(call, PATIENCE_S)
        assert answer.verdict is ClaimVerdict.GRANTED
        exchange(desks["counter"].replica, partners["counter"])
        assert (ticket, 0, RANK_CALLED, 3, PRIORITY_RELAY) in desks["counter"].rows(STATE)
        desks["counter"].write(_step(EventKind.SERVICE_STARTED, ticket, RANK_SERVING))
        for name in ("counter", "greeter"):
            exchange(desks[name].replica, partners[name])
        states = {name: desk.rows(STATE) for name, desk in desks.items()}
        assert states["greeter"] == states["counter"] == states["relay"]
        assert len(states["relay"]) == 2
        for line in lines.values():
            line.close()

    _meet_centre(central, desks, tokens)
    ranks = dict(central.run("SELECT ticket_id::text, rank FROM lobby.ticket"))
    assert ranks == {before: 0, ticket: RANK_SERVING}
    calls = central.run("SELECT count(*) FROM lobby.event WHERE body LIKE '%%ticket_called%%'")
    assert calls == [(1,)]
    for desk in desks.values():
        assert desk.rows(STATE) == states["relay"]
        desk.log.close()
