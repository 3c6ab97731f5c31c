"""A counter asks for a ticket: the real centre answers, is slow, loses answers or is gone."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind, link
from lobby_app.domain.replication import (
    ClaimAnswer,
    ClaimIntent,
    ClaimVerdict,
    Link,
    LinkStatus,
)
from lobby_app.sync.claims import CENTRE_S, RELAY_S, AskedClaims
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.wire import Transport, read_claim_answer
from tests.helpers.postgres import Central
from tests.storage.desk import SetClock, issued
from tests.storage.replicas import Desk

TODAY = datetime.now(UTC).date()
_BRANCH = 7


class Losing:
    """A line that loses the first answers of some calls, or every one."""

    def __init__(self, line: Transport, *, lost: int, names: tuple[str, ...] = ("claim",)) -> None:
        self._line, self.lost, self._names = line, lost, names
        self.asked: list[str] = []

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        self.asked.append(name)
        answer = self._line.call(name, document, timeout_s)
        if name in self._names and self.lost > 0:
            self.lost -= 1
            raise KnownError("sync.no_answer")
        return answer

    def close(self) -> None:
        self._line.close()


class Gone:
    """A line to nobody."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        self.asked.append(name)
        raise KnownError("sync.no_answer")

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Counter:
    """A desk with a line to the centre."""

    desk: Desk
    line: Transport
    number: int

    def ask(self, ticket: str, line: Transport | None = None, **more: Any) -> ClaimAnswer:
        return self.claims(line, **more).claim(self.intent(ticket))

    def claims(self, line: Transport | None = None, **more: Any) -> AskedClaims:
        usual = {"relay": None, "grant_here": None, "link": lambda: LinkStatus(Link.CENTRE)}
        return AskedClaims(self.desk.replica, line or self.line, **{**usual, **more})

    def intent(self, ticket: str) -> ClaimIntent:
        claim_id = str(uuid4())
        return ClaimIntent(
            claim_id,
            Draft(
                kind=EventKind.TICKET_CALLED,
                actor="1001",
                ticket=ticket,
                business_day=TODAY,
                rank=10,
                queue="cash_counter",
                counter=self.number,
                claim_id=claim_id,
            ),
        )

    def meet(self) -> None:
        exchange(self.desk.replica, RemoteReplica(self.line))

    def state(self, ticket: str) -> tuple:
        (row,) = self.desk.rows(
            f"SELECT rank, claim_priority, counter FROM ticket WHERE ticket_id = '{ticket}'"  # noqa: S608
        )
        return row


@pytest.fixture
def counters(tmp_path: Path, central: Central) -> Iterator[tuple[Counter, Counter]]:
    central.add_branch(_BRANCH)
    both = []
    for slot in (1, 2):
        clock = SetClock(datetime.now(UTC))
        line = central.transport(central.add_desk(_BRANCH, slot))
        both.append(Counter(Desk(tmp_path / str(slot), clock), line, slot))
    yield both[0], both[1]
    for counter in both:
        counter.line.close()
        counter.desk.log.close()


def _issue(counter: Counter) -> str:
    ticket = str(uuid4())
    counter.desk.write(issued(ticket=ticket, day=TODAY))
    return ticket


def test_a_ticket_the_centre_never_heard_of_is_pushed_granted_and_in_our_log(
    counters: tuple[Counter, Counter],
) -> None:
    one, _ = counters
    ticket = _issue(one)
    assert one.ask(ticket) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
    assert one.state(ticket) == (10, 2, 1)


def test_the_second_hears_who_has_it_and_its_log_says_so(
    counters: tuple[Counter, Counter],
) -> None:
    one, two = counters
    ticket = _issue(one)
    one.meet()
    two.meet()
    one.ask(ticket)
    assert two.ask(ticket) == ClaimAnswer(ClaimVerdict.TAKEN, 1)
    assert two.state(ticket) == (10, 2, 1)


def test_a_grant_says_all_that_the_counter_has_to_write(
    counters: tuple[Counter, Counter], central: Central
) -> None:
    one, _ = counters
    tickets = [_issue(one) for _ in range(3)]
    one.meet()
    for ticket in tickets:
        line = Losing(one.line, lost=0)
        assert one.ask(ticket, line) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
        assert line.asked == ["claim"]
        assert one.state(ticket) == (10, 2, 1)
    ends = {log: head.end for log, head in RemoteReplica(one.line).heads().of.items()}
    assert {log: head.end for log, head in one.desk.replica.heads().of.items()} == ends


def test_a_counter_that_missed_an_earlier_grant_reads_on_from_there(
    counters: tuple[Counter, Counter],
) -> None:
    one, two = counters
    first, second = _issue(one), _issue(one)
    one.meet()
    two.meet()
    one.ask(first)
    line = Losing(two.line, lost=0)
    assert two.ask(second, line) == ClaimAnswer(ClaimVerdict.GRANTED, 2)
    assert line.asked == ["claim", "heads", "read"]
    assert (two.state(first), two.state(second)) == ((10, 2, 1), (10, 2, 2))


class Misplacing(Losing):
    """A line to somebody who says that a call stands in the log of whoever asked."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter.line, lost=0)
        self._replica = counter.desk.replica

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        if name != "claim":
            return super().call(name, document, timeout_s)
        end = self._replica.heads().of[self._replica.current_log].end
        chain = link(end.chain, end.seq + 1, 1 << 16, document["body"])
        place = {"log": end.log_id, "seq": end.seq + 1, "hlc": 1 << 16, "chain": chain.hex()}
        return {"verdict": "granted", "counter": 1, "now_ms": 1, "place": place}


def test_nobody_else_writes_into_our_own_log(counters: tuple[Counter, Counter]) -> None:
    one, _ = counters
    ticket = _issue(one)
    one.meet()
    before = one.desk.replica.heads().of[one.desk.replica.current_log].end
    assert one.ask(ticket, Misplacing(one)) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
    assert one.desk.replica.heads().of[before.log_id].end == before


@pytest.mark.parametrize("place", [1, [], {}, {"log": "x", "seq": 1, "hlc": 1, "chain": ""}])
def test_a_place_of_another_form_is_refused(place: object) -> None:
    with pytest.raises(KnownError, match=r"sync\.malformed"):
        read_claim_answer({"verdict": "granted", "counter": 1, "now_ms": 1, "place": place}, "{}")


def test_an_answer_that_was_lost_is_asked_for_again_and_granted_once(
    counters: tuple[Counter, Counter], central: Central
) -> None:
    one, _ = counters
    ticket = _issue(one)
    one.meet()
    line = Losing(one.line, lost=1)
    assert one.ask(ticket, line) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
    assert line.asked[:2] == ["claim", "claim"]
    assert central.run("SELECT count(*) FROM lobby.claim") == [(1,)]
    assert one.state(ticket) == (10, 2, 1)


def test_a_claim_left_over_from_before_a_death_gets_the_answer_it_had(
    counters: tuple[Counter, Counter], central: Central
) -> None:
    one, _ = counters
    ticket = _issue(one)
    one.meet()
    intent = one.intent(ticket)
    assert one.claims(Losing(one.line, lost=2)).claim(intent) == ClaimAnswer(None)
    assert one.state(ticket)[0] == 0
    assert one.claims().claim(intent) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
    assert central.run("SELECT count(*) FROM lobby.claim") == [(1,)]


def test_nobody_answers_and_the_relay_is_asked_next(counters: tuple[Counter, Counter]) -> None:
    one, _ = counters
    centre, relay = Gone(), Gone()
    began = monotonic()
    assert one.ask(_issue(one), centre, relay=relay) == ClaimAnswer(None)
    assert monotonic() - began < CENTRE_S + RELAY_S + 1
    assert (centre.asked, relay.asked) == (["claim"] * 2, ["claim"] * 2)


def test_a_centre_that_was_silent_is_spared_while_the_link_is_down(
    counters: tuple[Counter, Counter],
) -> None:
    one, _ = counters
    centre = Gone()
    down = {"link": lambda: LinkStatus(Link.OFFLINE)}
    claims = one.claims(centre, **down)
    claims.claim(one.intent(_issue(one)))
    claims.claim(one.intent(_issue(one)))
    assert centre.asked == ["claim"] * 2


def test_the_relay_itself_grants_while_the_centre_is_gone(
    counters: tuple[Counter, Counter],
) -> None:
    one, _ = counters
    asked: list[tuple[str, str]] = []

    def grant(claim_id: str, body: str) -> ClaimAnswer:
        asked.append((claim_id, body))
        return ClaimAnswer(ClaimVerdict.GRANTED, 1)

    with closing(one.claims(Gone(), grant_here=grant)) as claims:
        intent = one.intent(_issue(one))
        assert claims.claim(intent) == ClaimAnswer(ClaimVerdict.GRANTED, 1)
    ((claim_id, body),) = asked
    assert claim_id == intent.claim_id
    assert '"claim_priority":1' in body


def test_a_desk_that_was_revoked_calls_alone(
    counters: tuple[Counter, Counter], central: Central
) -> None:
    one, _ = counters
    ticket = _issue(one)
    central.run("UPDATE lobby.desk SET revoked_at = now() WHERE slot = 1")
    assert one.ask(ticket) == ClaimAnswer(None)
