"""A branch's network on this machine: desks with real files, certificates, a roster, a relay."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import ClaimAnswer
from lobby_app.sync.peer.certificate import Identity, client_context, new_identity
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.peer.relay import Trusted, relay_app
from lobby_app.sync.peer.roster import RosterFile, read_roster
from lobby_app.sync.peer.server import listening_socket, serving
from lobby_app.sync.serving import Grant, Serving
from tests.storage.replicas import START_MS, Desk

PATIENCE_S = 30.0
_T = TypeVar("_T")


def identity(name: str) -> Identity:
    return new_identity(name)


def listed(slot: int, who: Identity, **changes: object) -> dict[str, Any]:
    """Return a desk of a roster as the centre says it."""
    desk = {
        "desk": slot,
        "slot": slot,
        "kind": "counter",
        "name": "Counter",
        "certificate": who.certificate_pem,
        "relay": None,
        "is_revoked": False,
    }
    return desk | changes


def roster_of(*desks: dict[str, Any]) -> dict[str, Any]:
    return {"branch": 1, "slot": 1, "desk": 1, "min_version": 1, "desks": list(desks)}


def until(question: Callable[[], _T]) -> _T:
    """Ask until there is an answer that is not empty; every look is a question of its own."""
    deadline = monotonic() + PATIENCE_S
    while not (answer := question()):
        assert monotonic() < deadline, "it never came"
    return answer


def refusal(call: Callable[[], object]) -> str:
    """Return the key of the error that a call ends with, empty when it does not."""
    try:
        call()
    except KnownError as error:
        return error.key
    return ""


def nobody_claims(claim_id: str, body: str) -> ClaimAnswer:
    raise AssertionError("no claim was expected")


@dataclass
class Relay:
    """A running relay and what its desks need."""

    desk: Desk
    identity: Identity
    roster: RosterFile
    address: str

    def enrol(self, *desks: dict[str, Any]) -> None:
        """Let the centre say a new roster."""
        self.roster.save(read_roster(roster_of(*desks)))

    def line(self, who: Identity, timeout_s: float = PATIENCE_S) -> HttpsTransport:
        context = client_context(who, self.identity.certificate_pem)
        return HttpsTransport(self.address, context, timeout_s=timeout_s)


@contextlib.contextmanager
def running_relay(
    desk: Desk, folder: Path, *desks: dict[str, Any], grant: Grant = nobody_claims
) -> Iterator[Relay]:
    """Serve a desk's log to the desks listed."""
    who = identity("relay")
    file = RosterFile(folder / "roster.json")
    file.save(read_roster(roster_of(*desks)))
    trusted = Trusted(file, who)
    listener = listening_socket("127.0.0.1:0")
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    app = relay_app(Serving(desk.replica, grant, lambda: START_MS), trusted)
    with serving(app, trusted.context, listener):
        yield Relay(desk, who, file, address)
