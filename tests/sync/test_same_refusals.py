"""What the centre takes, a desk's file takes, and the other way round: else a log is stuck."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event, link
from lobby_app.domain.ports import Replica
from lobby_app.domain.replication import ClaimAnswer, Place, Verdict
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.serving import Serving
from lobby_app.sync.wire import Document
from tests.helpers.postgres import Central
from tests.storage.replicas import Desk, written
from tests.sync.branch import BRANCH

_GOOD = '{"kind":"signed_on","actor":"x"}'
_LOG = "1c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e11"
_OTHER = "1c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e12"


def _chained(hlc: int, body: str) -> Event:
    """Return a first event, rightly chained."""
    return Event(_LOG, 1, hlc, link(Place.start(_LOG).chain, 1, hlc, body), body)


def _of(event: Event, **changed: object) -> list[Event]:
    return [replace(event, **changed)]  # type: ignore[arg-type]


_EVENT = _chained(1 << 16, _GOOD)
_TWO = written([(1 << 16, _GOOD), (2 << 16, _GOOD)], _LOG)

TAKEN = {
    "clock of zero": [_chained(0, _GOOD)],
    "largest clock": [_chained(2**63 - 1, _GOOD)],
    "clock going back": written([(9 << 16, _GOOD), (1 << 16, _GOOD)], _LOG),
    "poison": [_chained(1, "not json")],
    "nothing at all": [_chained(1, "")],
    "other letters": [_chained(1, "\u4f60\u597d \U0001f600")],
    "control characters": [_chained(1, "\x01\x1f\x7f\u2028")],
}
REFUSED = {
    "negative clock": [_chained(-1, _GOOD)],
    "clock out of range": _of(_EVENT, hlc=2**63),
    "half a character": _of(_EVENT, body="\ud800"),
    "no character": [_chained(1, "a\x00b")],
    "another body": _of(_EVENT, body=_GOOD + " "),
    "another clock": _of(_EVENT, hlc=2 << 16),
    "another chain": _of(_EVENT, chain=b"\1" * 32),
    "short chain": _of(_EVENT, chain=b"\1" * 31),
    "a place left out": _of(_EVENT, seq=2),
    "a place twice": [_EVENT, _EVENT],
    "wrong way round": _TWO[::-1],
    "second one broken": [_EVENT, replace(_TWO[1], body="x")],
    "another log's beginning": _of(written([(1 << 16, _GOOD)], _OTHER)[0], log_id=_LOG),
}


def _never(claim_id: str, _body: str) -> ClaimAnswer:
    raise AssertionError(claim_id)


class _Relay:
    """A relay in this process, as a transport."""

    def __init__(self, desk: Desk) -> None:
        self._serving = Serving(desk.replica, _never, lambda: 0)

    def call(self, name: str, document: Document, timeout_s: float | None = None) -> dict[str, Any]:
        """Answer at once: nothing is between, so no time is up."""
        return dict(self._serving.call(name, document))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def replicas(tmp_path: Path, central: Central) -> Iterator[dict[str, Replica]]:
    central.add_branch(BRANCH)
    line = central.transport(central.add_desk(BRANCH, 1))
    desk, relay = Desk(tmp_path / "desk"), Desk(tmp_path / "relay")
    yield {
        "file": desk.replica,
        "relay": RemoteReplica(_Relay(relay)),
        "centre": RemoteReplica(line),
    }
    line.close()
    desk.log.close()
    relay.log.close()


def _said(replica: Replica, events: list[Event]) -> str:
    """Return the verdict, or the error's name; the log's head must agree with it."""
    try:
        verdict = str(replica.append(Place.start(_LOG), events).verdict)
    except KnownError as error:
        verdict = error.key
    head = replica.heads().of.get(_LOG)
    assert (head.end.seq if head else 0) == (len(events) if verdict == Verdict.TAKEN else 0)
    return verdict


@pytest.mark.parametrize("events", TAKEN.values(), ids=TAKEN.keys())
def test_every_replica_takes(replicas: dict[str, Replica], events: list[Event]) -> None:
    said = {name: _said(replica, events) for name, replica in replicas.items()}
    assert set(said.values()) == {Verdict.TAKEN}, said
    pages = [replica.read([Place.start(_LOG)], 10).events for replica in replicas.values()]
    assert all(list(page) == events for page in pages)


@pytest.mark.parametrize("events", REFUSED.values(), ids=REFUSED.keys())
def test_every_replica_refuses(replicas: dict[str, Replica], events: list[Event]) -> None:
    said = {name: _said(replica, events) for name, replica in replicas.items()}
    assert set(said.values()) <= {"broken", "fork", "sync.malformed"}, said
