"""The centre's tickets are those of domain/ticket.py, in whatever order and parts logs arrive."""

import random
from contextlib import closing
from functools import reduce
from uuid import UUID, uuid4

import pytest

from lobby_app.domain.event import (
    RANK_CALLED,
    RANK_SERVED,
    RANK_SERVING,
    RANK_WAITING,
    Draft,
    EventKind,
    encode,
    parse_body,
)
from lobby_app.domain.ticket import TicketFold, fold_of
from tests.central.logs import Log, today
from tests.helpers.postgres import Central

_STATES = (
    (EventKind.TICKET_ISSUED, RANK_WAITING),
    (EventKind.TICKET_CALLED, RANK_CALLED),
    (EventKind.SERVICE_STARTED, RANK_SERVING),
    (EventKind.SERVICE_FINISHED, RANK_SERVED),
    (EventKind.TICKET_PRINTED, None),
    ("kind_of_a_newer_version", 11),
)


def _body(chance: random.Random, tickets: list[str]) -> str:
    """Return an event of few values, so that every step of the order has ties above it."""
    kind, rank = chance.choice(_STATES)
    return encode(
        Draft(
            kind=kind,
            actor="1001",
            ticket=chance.choice(tickets),
            business_day=today(),
            generation=chance.choice((0, 0, 1)),
            rank=rank,
            claim_priority=chance.choice((0, 2)),
            queue=chance.choice(("cash", "loans", None)),
            priority=chance.choice(("ordinary", None)),
            eligible_at=chance.choice((None, 1_790_000_000_000)),
            counter=chance.choice((None, 1, 2)),
            claim_id=chance.choice((None, str(uuid4()))),
            data={"number": chance.choice(("A1001", "A1002", 7))},
        )
    )


def _send(central: Central, token: str, chance: random.Random, logs: list[Log]) -> None:
    """Append all logs in parts, interleaved, some of it twice."""
    done = {log.log_id: 0 for log in logs}
    with closing(central.transport(token)) as desk:
        while waiting := [log for log in logs if done[log.log_id] < len(log.events)]:
            log = chance.choice(waiting)
            after = max(0, done[log.log_id] - chance.randrange(2))
            until = min(len(log.events), done[log.log_id] + chance.randint(1, 12))
            assert desk.call("append", log.request(after, until))["verdict"] == "taken"
            done[log.log_id] = until


def _folded(logs: list[Log]) -> dict[str, TicketFold]:
    folds: dict[str, list[TicketFold]] = {}
    for log in logs:
        for event in log.events:
            envelope = parse_body(event["body"])
            assert envelope is not None
            fold = fold_of(envelope, event["hlc"], UUID(log.log_id).hex)
            assert fold is not None
            folds.setdefault(fold.ticket_id, []).append(fold)
    joined = {ticket: reduce(TicketFold.merge, parts) for ticket, parts in folds.items()}
    return {ticket: fold for ticket, fold in joined.items() if fold.state or fold.birth}


def _row(fold: TicketFold) -> tuple[object, ...]:
    state, birth = fold.state, fold.birth
    said = (None,) * 3 if birth is None else (birth.number or None, birth.hlc, birth.log_id)
    if state is None:
        return (*said, *[None] * 10)
    return (
        *said, state.generation, state.rank, state.claim_priority, state.hlc, state.log_id,
        state.queue, state.priority, state.eligible_at, state.counter, state.claim_id,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_tickets_are_the_same_whatever_the_order(central: Central, seed: int) -> None:
    chance = random.Random(seed)
    for branch in range(1, 13):
        central.add_branch(branch)
        tickets = [str(uuid4()), str(uuid4())]
        logs = [Log() for _ in range(3)]
        for log in logs:
            log.add(*(_body(chance, tickets) for _ in range(chance.randint(5, 16))))
        _send(central, central.add_desk(branch, 1), chance, logs)
        rows = central.run(
            "SELECT ticket_id::text, number, issued_hlc, replace(issued_log_id::text, '-', ''),"
            " generation, rank, claim_priority, hlc, replace(log_id::text, '-', ''), queue,"
            " priority, eligible_at, counter, claim_id::text FROM lobby.ticket"
            " WHERE branch_id = %s",
            branch,
        )
        expected = {ticket: _row(fold) for ticket, fold in _folded(logs).items()}
        assert {ticket: tuple(row) for ticket, *row in rows} == expected
