"""Which relay a desk asks, and where: the roster's order, another one, another address."""

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.sync.peer.discovery import announced, listening
from lobby_app.sync.peer.relays import RelayTransport
from lobby_app.sync.peer.roster import RosterFile, read_roster
from tests.peer.network import (
    Relay,
    identity,
    listed,
    refusal,
    roster_of,
    running_relay,
    until,
)
from tests.storage.replicas import Desk

ANN = identity("ann")
NOWHERE = "127.0.0.1:1"


def no_hint(fingerprint: str) -> str | None:
    return None


@pytest.fixture(scope="module")
def relays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Relay, Relay]]:
    """Two relays with a log each."""
    tmp_path = tmp_path_factory.mktemp("relays")
    with contextlib.ExitStack() as stack:
        running = []
        for name in ("first", "second"):
            desk = Desk(tmp_path / name)
            stack.callback(desk.log.close)
            folder = tmp_path / f"{name}-roster"
            folder.mkdir()
            running.append(stack.enter_context(running_relay(desk, folder, listed(5, ANN))))
        yield running[0], running[1]


def _file(folder: Path, *desks: dict) -> RosterFile:
    file = RosterFile(folder / "roster.json")
    file.save(read_roster(roster_of(*desks)))
    return file


def _logs(answer: dict) -> set[str]:
    return {head["log"] for head in answer["heads"]}


def test_the_relay_with_the_lowest_slot_is_asked(
    relays: tuple[Relay, Relay], tmp_path: Path
) -> None:
    first, second = relays
    file = _file(
        tmp_path,
        listed(4, second.identity, relay=second.address),
        listed(2, first.identity, relay=first.address),
    )
    line = RelayTransport(file, ANN, no_hint)
    assert _logs(line.call("heads", {})) == {first.desk.replica.current_log}
    line.close()


def test_who_does_not_answer_is_followed_by_the_next(
    relays: tuple[Relay, Relay], tmp_path: Path
) -> None:
    first, second = relays
    file = _file(
        tmp_path,
        listed(2, first.identity, relay=NOWHERE),
        listed(4, second.identity, relay=second.address),
    )
    line = RelayTransport(file, ANN, no_hint)
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    for _ in range(2):
        assert _logs(line.call("heads", {})) == {second.desk.replica.current_log}
    line.close()


def test_a_relay_never_asks_itself_and_none_is_no_answer(tmp_path: Path) -> None:
    file = _file(tmp_path, listed(2, ANN, relay=NOWHERE))
    line = RelayTransport(file, ANN, no_hint)
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    nothing = RelayTransport(RosterFile(tmp_path / "none.json"), ANN, no_hint)
    assert refusal(lambda: nothing.call("heads", {})) == "sync.no_answer"


def test_a_new_roster_is_heeded(relays: tuple[Relay, Relay], tmp_path: Path) -> None:
    first, second = relays
    file = _file(tmp_path, listed(2, first.identity, relay=first.address))
    line = RelayTransport(file, ANN, no_hint)
    assert _logs(line.call("heads", {})) == {first.desk.replica.current_log}
    file.save(read_roster(roster_of(listed(2, second.identity, relay=second.address))))
    assert _logs(line.call("heads", {})) == {second.desk.replica.current_log}
    line.close()


def test_a_relay_that_moved_is_found_by_hint_and_must_show_its_certificate(
    relays: tuple[Relay, Relay], tmp_path: Path
) -> None:
    first, second = relays
    file = _file(tmp_path, listed(2, first.identity, relay=NOWHERE))
    hints = {first.identity.fingerprint: second.address}
    line = RelayTransport(file, ANN, hints.get)
    for _ in range(3):  # the listed address, a liar's, the listed one again
        assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    hints[first.identity.fingerprint] = first.address
    until(lambda: refusal(lambda: line.call("heads", {})) == "")
    assert _logs(line.call("heads", {})) == {first.desk.replica.current_log}
    line.close()


def test_a_relay_is_heard_of_in_the_network() -> None:
    here = ["127.0.0.1"]
    with listening(here) as hint, announced(ANN.fingerprint, "127.0.0.1", 7443, here):
        assert until(lambda: hint(ANN.fingerprint)) == "127.0.0.1:7443"
        assert hint(identity("bob").fingerprint) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_network_without_multicast_harms_nobody() -> None:
    nowhere = ["203.0.113.7"]  # no address of this machine
    with listening(nowhere) as hint, announced(ANN.fingerprint, "0.0.0.0", 7443, nowhere):  # noqa: S104
        assert hint(ANN.fingerprint) is None
    gc.collect()  # zeroconf leaves a socket behind where it could not start
