"""A claim that the centre grants, beside one bare round trip on the same kind of connection."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.replica import SqliteReplica
from lobby_app.central.connection import DeadlineConnection
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.replication import (
    PRIORITY_CENTRE,
    ClaimIntent,
    ClaimVerdict,
    Link,
    LinkStatus,
)
from lobby_app.sync.claims import AskedClaims
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from tests.bench.figures import Figure, against_limit
from tests.bench.sync.centre import Centre
from tests.bench.sync.visits import birth_of, call_of

_MOST, _TIMEOUT_S = 4, 10.0


class _ComputerClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def measure_claiming(centre: Centre, folder: Path, claims: int) -> Iterator[Figure]:
    """Yield the function alone, then all that a counter waits for; everything in turn.

    Each is shown beside a round trip that reads nothing, and the function also beside one that
    commits one row: a grant is durable, a bare `SELECT 1` is not.
    """
    folder.mkdir(parents=True)
    _make_bare_table(centre)
    (token,) = centre.add_branch(1)
    with ExitStack() as stack:
        log = open_log(folder / "log.db", KeyFile(folder / "keys.json"), _ComputerClock())
        stack.callback(log.close)
        line = stack.enter_context(closing(centre.transport(token)))
        tickets = _issue(log, 2 * claims)
        local, partner = SqliteReplica(log, 1), RemoteReplica(line)
        while not exchange(local, partner).is_complete:
            pass
        asked = AskedClaims(local, line, None, None, lambda: LinkStatus(Link.CENTRE, _now()))
        bare = stack.enter_context(centre.open_as_desk())
        functions, wholes, trips, commits = [], [], [], []
        for _ in range(claims):
            trips.append(_ms_of_trip(bare, "SELECT 1"))
            functions.append(_ms_of_function(partner, tickets.pop()))
            exchange(local, partner)  # as `lobby sync` does: calls before its own are there
            commits.append(_ms_of_trip(bare, "INSERT INTO public.bare VALUES (1)"))
            wholes.append(_ms_of_claim(asked, tickets.pop()))
    yield against_limit("claim, the function ÷ SELECT 1", "ms", functions, trips, _MOST)
    yield against_limit("claim, the function ÷ one committed row", "ms", functions, commits, _MOST)
    yield against_limit("claim as a counter waits ÷ SELECT 1", "ms", wholes, trips, _MOST)


def _make_bare_table(centre: Centre) -> None:
    """Make the table of the bare commit."""
    with centre.open() as sql:
        sql.execute(
            "CREATE TABLE bare (number integer); GRANT INSERT ON bare TO lobby_desk;"
            " GRANT USAGE ON SCHEMA public TO lobby_desk"
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _issue(log: OpenLog, count: int) -> list[str]:
    tickets = [str(uuid4()) for _ in range(count)]
    with log.unit_of_work() as work:
        for number, ticket in enumerate(tickets):
            work.append(birth_of(ticket, f"A1{number % 1000:03d}"))
        work.commit()
    return tickets


def _ms_of_trip(bare: DeadlineConnection, statement: str) -> float:
    start = perf_counter()
    bare.execute(statement.encode())
    return 1000 * (perf_counter() - start)


def _ms_of_function(partner: RemoteReplica, ticket: str) -> float:
    draft = replace(call_of(ticket, 1, str(uuid4())), claim_priority=PRIORITY_CENTRE)
    start = perf_counter()
    answer = partner.claim(draft, _TIMEOUT_S)
    ms = 1000 * (perf_counter() - start)
    assert answer.verdict is ClaimVerdict.GRANTED
    return ms


def _ms_of_claim(asked: AskedClaims, ticket: str) -> float:
    claim_id = str(uuid4())
    intent = ClaimIntent(claim_id, call_of(ticket, 1, claim_id))
    start = perf_counter()
    answer = asked.claim(intent)
    ms = 1000 * (perf_counter() - start)
    assert answer.verdict is ClaimVerdict.GRANTED
    return ms
