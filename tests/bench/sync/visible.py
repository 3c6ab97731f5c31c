"""An event committed at one desk until another desk's file has it: real processes, a real line."""

import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event as Signal
from time import perf_counter
from uuid import uuid4

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.commands.network import Network, Place, lobby
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.replication import Link
from lobby_app.sync.status import StatusFile
from tests.bench.figures import Figure, against_goal
from tests.bench.sync.visits import birth_of

PLACES = (
    Place("greeter-1", 1, "greeter", ("greeter",)),
    Place("counter-1", 2, "counter", ("counter", "1")),
)
_MOST_MS, _LOOK_S, _PATIENCE_S = 500, 0.002, 60.0
_PAUSE_S = (0.05, 0.6)


class _ComputerClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def measure_visible(folder: Path, events: int) -> Figure:
    """Return the milliseconds from commit to there; limit: a local commit seen in its own file."""
    network = Network(folder, PLACES)
    dice, rest = random.Random(1), Signal()
    with ExitStack() as stack:
        # Root's server has its files elsewhere than in `folder`.
        stack.callback(shutil.rmtree, network.server.folder, ignore_errors=True)
        stack.callback(network.stop)
        network.start()
        folders = [network.folder_of(place) for place in PLACES]
        for each in folders:
            stack.enter_context(_syncing(each))
        here, there = (stack.enter_context(_opened(each)) for each in folders)
        for each in folders:
            _await(partial(_is_linked, each), rest)
        times, limits = [], []
        for _ in range(events):
            rest.wait(dice.uniform(*_PAUSE_S))
            ticket, start = str(uuid4()), perf_counter()
            with here.unit_of_work() as work:
                work.append(birth_of(ticket, "A1001"))
                work.commit()
            committed = perf_counter()
            _await(partial(_has, there, ticket), rest)
            times.append(1000 * (perf_counter() - committed))
            limits.append(1000 * (committed - start))
    return against_goal("commit at a desk → in another's file", "ms", times, limits, _MOST_MS)


@contextmanager
def _syncing(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        lobby("sync", folder), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(_PATIENCE_S)


@contextmanager
def _opened(folder: Path) -> Iterator[OpenLog]:
    keys = KeyFile(folder / "demo-keys.json")
    with closing(open_log(folder / "log.db", keys, _ComputerClock())) as log:
        yield log


def _is_linked(folder: Path) -> bool:
    return StatusFile(folder, lambda: datetime.now(UTC)).read().link is Link.CENTRE


def _has(log: OpenLog, ticket: str) -> bool:
    with log.reader() as work:
        return work.ticket(ticket) is not None


def _await(what: Callable[[], bool], rest: Signal) -> None:
    end = perf_counter() + _PATIENCE_S
    while not what():
        assert perf_counter() < end, "it never happened"
        rest.wait(_LOOK_S)
