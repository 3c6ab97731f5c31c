"""`lobby sync` of enrolled desks: lines cut, kills, revoking, a window beside it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from lobby_app.assembly import open_replica
from lobby_app.central import administration
from lobby_app.central.embedded import SUPERUSER
from lobby_app.commands.network import PLACES, Network, Place
from lobby_app.config import load_settings
from lobby_app.demo.link import LineState
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.locking import locked
from lobby_app.sync.status import FILE, StatusFile
from tests.storage.desk import issued

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "LANG": "en", "QT_QPA_PLATFORM": "offscreen"}
TODAY = datetime.now(UTC).date()


class Desk:
    """An enrolled folder and the programs that run on it."""

    def __init__(self, network: Network, place: Place) -> None:
        self.folder = network.folder_of(place)
        self.place = place
        self.children: list[subprocess.Popen[bytes]] = []
        (self.folder / FILE).unlink(missing_ok=True)
        self.opened = open_replica(load_settings(self.folder, demo=True))

    def start(self, command: str = "sync") -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(
            [sys.executable, "-m", "lobby_app", command, "--demo", "--language", "en",
             "--data-dir", str(self.folder)],
            cwd=ROOT, env=ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.children.append(child)
        return child

    def issue(self) -> str:
        """Commit a ticket as a window of the desk does."""
        ticket = str(uuid4())
        with self.opened.log.unit_of_work() as work:
            work.append(issued(ticket=ticket, day=TODAY))
            work.commit()
        return ticket

    def has(self, ticket: str) -> bool:
        with self.opened.log.reader() as work:
            return work.ticket(ticket) is not None

    @property
    def status(self) -> LinkStatus:
        return StatusFile(self.folder, lambda: datetime.now(UTC)).read()

    def end(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.communicate(timeout=PATIENCE_S)
        self.opened.close()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    # A greeter, the branch's relay, and the wall.
    made = Network(tmp_path_factory.mktemp("branch"), (PLACES[1], PLACES[0], PLACES[3]))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(made.server.folder)


@pytest.fixture
def desks(network: Network) -> Iterator[tuple[Desk, Desk]]:
    one, two = (Desk(network, place) for place in network.places[:2])
    yield one, two
    network.line.set(LineState.OPEN)
    for desk in (one, two):
        desk.end()


@pytest.fixture
def unwanted(network: Network) -> Iterator[Desk]:
    """A desk that no other test needs."""
    desk = Desk(network, network.places[2])
    yield desk
    desk.end()


def _until(holds: Callable[[], bool], runs: "subprocess.Popen[bytes]") -> None:
    """Wait until it holds, while this program runs."""
    end = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < end, "it never happened"
        with suppress(subprocess.TimeoutExpired):
            runs.wait(0.05)
            raise AssertionError("it ended")


def test_a_cut_line_and_a_kill_delay_tickets_and_lose_none(
    network: Network, desks: tuple[Desk, Desk]
) -> None:
    one, two = desks
    first, other = one.start(), two.start()
    _until(lambda: one.status.link is two.status.link is Link.CENTRE, first)
    before = one.issue()
    _until(lambda: two.has(before), first)
    network.line.set(LineState.CUT)
    # The branch meets at the second desk; but its `lobby relay` does not run.
    _until(lambda: (one.status.link, two.status.link) == (Link.OFFLINE, Link.RELAY), other)
    mine, theirs = one.issue(), two.issue()
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=PATIENCE_S)
    again = one.start()
    assert not one.has(theirs)
    network.line.set(LineState.OPEN)
    _until(lambda: one.has(theirs) and two.has(mine), again)
    assert one.status.link is two.status.link is Link.CENTRE


def test_a_window_runs_the_exchange_beside_itself_and_ends_it(desks: tuple[Desk, Desk]) -> None:
    one, _ = desks
    window = one.start("greeter")
    _until(lambda: one.status.link is Link.CENTRE, window)
    second = one.start()
    _, said = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 2
    assert said.decode().strip() == "The exchange of this data folder is already running."
    window.send_signal(signal.SIGTERM)
    assert window.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert window.returncode == 0
    with locked(one.folder / "sync.lock", 0.0):
        """It ended with its window."""


def test_a_revoked_desk_is_told_and_its_tickets_go_nowhere(
    network: Network, desks: tuple[Desk, Desk], unwanted: Desk
) -> None:
    other, _ = desks
    child = unwanted.start()
    other.start()
    _until(lambda: unwanted.status.link is other.status.link is Link.CENTRE, child)
    with administration.administration(
        network.server.address, SUPERUSER, network.server.password
    ) as sql:
        administration.revoke_desk(sql, 1, unwanted.place.slot, dry_run=False)
    ticket = unwanted.issue()
    _until(lambda: unwanted.status.problem == "sync.not_enrolled", child)
    assert unwanted.has(ticket), "the lobby goes on"
    exchanged = other.status.last_exchange
    _until(lambda: other.status.last_exchange != exchanged, child)
    assert not other.has(ticket)
