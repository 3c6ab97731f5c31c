"""What comes over the wire is read strictly: the values that were sent, or `sync.malformed`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.replication import ClaimAnswer, ClaimVerdict, Place
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.serving import Serving
from lobby_app.sync.wire import (
    VERSION,
    read_appended,
    read_claim_answer,
    read_heads,
    read_page,
)
from tests.sync.memory import MemoryReplica, ends

DAY = date(2026, 11, 25)
READERS = (read_heads, read_page, read_appended, read_claim_answer)


class Looped:
    """A transport whose documents go through their text, as on every wire."""

    def __init__(self, replica: MemoryReplica) -> None:
        self._serving = Serving(
            replica, lambda *_: ClaimAnswer(ClaimVerdict.TAKEN, 3), lambda: replica.now_ms
        )
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        self.asked.append((name, json.loads(json.dumps(document))))
        answer: dict[str, Any] = json.loads(json.dumps(self._serving.call(*self.asked[-1])))
        return answer

    def close(self) -> None:
        """Nothing is open."""


def test_an_exchange_over_the_wire_is_an_exchange() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(600, "中文 “quoted” \\ é")
    centre.write(700)
    partner = RemoteReplica(Looped(centre))
    report = exchange(desk, partner)
    assert (report.pushed, report.pulled, report.is_complete) == (600, 700, True)
    assert ends(desk) == ends(centre)
    assert desk.bodies() == centre.bodies()


def test_a_log_that_was_not_listed_is_asked_for_by_name_from_then_on() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(2)
    exchange(desk, centre)
    centre.unlisted.add(desk.current_log)
    wire = Looped(centre)
    partner = RemoteReplica(wire)
    exchange(desk, partner)
    exchange(desk, partner)
    questions = [document for name, document in wire.asked if name == "heads"]
    version = {"version": VERSION}
    assert questions == [version, {"logs": [desk.current_log], **version}]


def test_a_claim_says_what_the_call_says() -> None:
    wire = Looped(MemoryReplica())
    ticket, claim = "0b2c1d3e-0000-4000-8000-000000000001", "0b2c1d3e-0000-4000-8000-000000000002"
    draft = Draft(
        EventKind.TICKET_CALLED,
        "1001",
        ticket=ticket,
        business_day=DAY,
        generation=2,
        rank=10,
        claim_priority=1,
        counter=4,
        claim_id=claim,
    )
    answer = RemoteReplica(wire).claim(draft, 1.0)
    assert answer == ClaimAnswer(ClaimVerdict.TAKEN, 3)


@pytest.mark.parametrize(
    "page",
    [
        {"events": [], "diverged": [], "is_last": 1},
        {"events": [], "diverged": ["x"], "is_last": True},
        {"events": [], "diverged": []},
        {"events": {}, "diverged": [], "is_last": True},
        {"events": [None], "diverged": [], "is_last": True},
    ],
)
def test_a_page_of_another_form_is_refused(page: dict[str, object]) -> None:
    with pytest.raises(KnownError, match=r"sync\.malformed"):
        read_page(page)


class Answering:
    """A transport that always says the same."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def call(
        self, name: str, document: Mapping[str, Any], timeout_s: float | None = None
    ) -> dict[str, Any]:
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def _page_of(replica: MemoryReplica, log_id: str) -> dict[str, Any]:
    document = {"after": [{"log": log_id, "seq": 0, "chain": _start_chain(log_id)}], "limit": 9}
    return Looped(replica).call("read", document)


def _start_chain(log_id: str) -> str:
    return Place.start(log_id).chain.hex()


def test_events_that_were_not_asked_for_are_refused() -> None:
    other = MemoryReplica()
    other.write(3)
    log_id = other.current_log
    partner = RemoteReplica(Answering(_page_of(other, log_id)))
    start = Place.start(log_id)
    assert len(partner.read([start], 9).events) == 3
    for after, limit in (
        ([Place.start(MemoryReplica().current_log)], 9),
        ([Place(log_id, 1, start.chain)], 9),
        ([start], 2),
    ):
        with pytest.raises(KnownError, match=r"sync\.malformed"):
            partner.read(after, limit)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
_KEYS = ["heads", "events", "diverged", "is_last", "verdict", "counter", "now_ms", "log", "seq"]


def _good() -> list[dict[str, Any]]:
    centre = MemoryReplica()
    centre.write(2)
    log_id = centre.current_log
    heads = Looped(centre).call("heads", {})
    return [
        heads,
        _page_of(centre, log_id),
        {"verdict": "taken", **heads},
        {"verdict": "granted", "counter": None, "now_ms": 1},
    ]


@st.composite
def spoiled(draw: st.DrawFn) -> object:
    """Return a good answer in which one value, at any depth, is something else."""
    document = draw(st.sampled_from(_good()))
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in list(pairs):
            places.append((node, key))
            if isinstance(value, dict | list):
                walk(value)

    walk(document)
    node, key = draw(st.sampled_from(places))
    node[key] = draw(_JSON | st.sampled_from([-1, 2**63, True, "a\x00", "\ud800", "A" * 64]))
    return document


@contextmanager
def suppress_malformed() -> Iterator[None]:
    try:
        yield
    except KnownError as error:
        if error.key != "sync.malformed":
            raise


@given(_JSON | st.dictionaries(st.sampled_from(_KEYS), _JSON) | spoiled())
def test_any_answer_is_read_or_refused_and_nothing_else(document: object) -> None:
    for reader in READERS:
        with suppress_malformed():
            reader(document)


@given(st.sampled_from(["a\x00b", "\ud800", "x\udfff"]))
def test_a_body_that_no_replica_could_keep_is_refused(body: str) -> None:
    page = _good()[1]
    page["events"][0]["body"] = body
    with pytest.raises(KnownError, match=r"sync\.malformed"):
        read_page(page)
