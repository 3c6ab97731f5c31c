"""The soak's branch: real desks, a real server, a line that is cut, and every fault by seed."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lobby_app.commands.network import RELAY, Network, Place, lobby
from lobby_app.demo.link import LineState
from tests.soak.sync.server import SoakServer

PLACES = tuple(
    Place(RELAY if slot == 1 else f"desk-{slot}", slot, "counter", ()) for slot in (1, 2, 3)
)
_FAKETIME = "faketime/libfaketime.so.1"
_JUMPS_S = (-1800, -86_400, 600, 0, 0)
_END_S = 90


@dataclass
class Desk:
    """A folder with its processes: one that works, one that exchanges, perhaps a relay.

    Attributes:
        is_copy: a clone of another folder. may_lose: tickets of which no trace is promised, because
            the folder was set back to before they were given.
        said: what it committed, in order.
    """

    name: str
    folder: Path
    counters: list[int]
    is_relay: bool = False
    is_copy: bool = False
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    may_lose: set[str] = field(default_factory=set)
    issued_at_backup: int | None = None
    readers: list[threading.Thread] = field(default_factory=list)


class World:
    """Everything that runs. Faults are methods named `fault_…`; all are healed in the end."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.dice = random.Random(seed)
        self.network = Network(folder / "network", PLACES)
        self.server = SoakServer(self.network.server.folder, self.network.server.port)
        self.network.server = self.server
        self.desks: list[Desk] = []
        self.stopping = threading.Event()
        self.is_down = False
        self.centre_restores = 0
        self.moved_back: set[str] = set()
        self._pids: set[int] = set()

    # ---------------------------------------------------------------------------- beginning, end

    def start(self) -> None:
        """Start server, line and desks."""
        self.network.start()
        for place in PLACES:
            counters = [place.slot * 2 - 1, place.slot * 2]
            folder = self.network.folder_of(place)
            self.desks.append(Desk(place.name, folder, counters, place.name == RELAY))
        for desk in self.desks:
            self.run(desk)

    def run(self, desk: Desk) -> None:
        """Start whatever of a desk does not run."""
        wanted = (
            ["work", "sync", "relay"] if desk.is_relay and not desk.is_copy else ["work", "sync"]
        )
        for name in wanted:
            process = desk.processes.get(name)
            if process is None or process.poll() is not None:
                desk.processes[name] = self._started(desk, name)

    def _started(self, desk: Desk, name: str) -> "subprocess.Popen[bytes]":
        if name == "work":
            seed, counters = self.dice.getrandbits(32), [str(c) for c in desk.counters]
            module = "tests.soak.sync.desk"
            arguments = [sys.executable, "-m", module, str(desk.folder), str(seed), *counters]
        else:
            arguments = lobby(name, desk.folder)
        with (desk.folder / f"{name}.err").open("ab") as errors:
            process = subprocess.Popen(
                arguments, stdin=subprocess.PIPE, stderr=errors, env=_clock_of(desk.folder),
                stdout=subprocess.PIPE if name == "work" else subprocess.DEVNULL,
            )  # fmt: skip
        self._pids.add(process.pid)
        if name == "work":
            reader = threading.Thread(target=_listen, args=(desk, process), daemon=True)
            reader.start()
            desk.readers.append(reader)
        return process

    def pause(self, seconds: float) -> None:
        """Let the world go on for a while; returns earlier when somebody stops the soak."""
        self.stopping.wait(seconds)

    def heal(self) -> None:
        """Undo every fault that lasts and stop giving tickets; what exchanges goes on."""
        self.line_open()
        self.server_up()
        for desk in self.desks:
            _set_clock(desk.folder, 0)
            self.run(desk)
            for process in desk.processes.values():
                _limit(process.pid, None)
        for desk in self.desks:
            _finish(desk.processes.pop("work"))
        for desk in self.desks:
            for reader in desk.readers:
                reader.join(_END_S)

    def stop(self) -> None:
        """End everything."""
        for desk in self.desks:
            for process in desk.processes.values():
                _finish(process)
        self.network.stop()
        _clear_clocks(self._pids)

    # ------------------------------------------------------------------------------------ faults

    def fault_kill_desk(self) -> None:
        """Power off one desk: all its processes at once."""
        self.kill(self.dice.choice(self.desks))

    def kill(self, desk: Desk) -> None:
        """Kill every process of a desk and wait until nobody writes its files."""
        for process in desk.processes.values():
            process.kill()
        for process in desk.processes.values():
            process.wait()

    def fault_kill_one(self) -> None:
        """One process dies, the others of its desk live."""
        # A clone has no process before it is started for the first time.
        desk = self.dice.choice([desk for desk in self.desks if desk.processes])
        desk.processes[self.dice.choice(sorted(desk.processes))].kill()

    def fault_kill_server(self) -> None:
        """The server's whole process tree dies."""
        if not self.is_down:
            self.server.kill()
            self.is_down = True

    def server_up(self) -> None:
        """Start the server again, if it is down."""
        if self.is_down:
            self.server.start()
            self.is_down = False

    def fault_cut(self) -> None:
        """Cut the line."""
        self.network.line.set(LineState.CUT)

    def fault_silent(self) -> None:
        """Leave the line half-open."""
        self.network.line.set(LineState.SILENT)

    def fault_slow(self) -> None:
        """Slow the line, each connection otherwise: they overtake each other."""
        self.network.line.set(LineState.SLOW)

    def line_open(self) -> None:
        """Mend the line."""
        self.network.line.set(LineState.OPEN)

    def fault_clock(self) -> None:
        """Set a desk's clock."""
        _set_clock(self.dice.choice(self.desks).folder, self.dice.choice(_JUMPS_S))

    def fault_disk(self) -> None:
        """Let a desk's files grow no more, or again."""
        desk = self.dice.choice(self.desks)
        size = _size_of(desk.folder / "log.db-wal") if self.dice.random() < 0.7 else None
        for process in desk.processes.values():
            _limit(process.pid, size)

    def fault_backup_or_restore(self) -> None:
        """Copy a desk's log, or set it back to its copy."""
        desk = self.dice.choice([d for d in self.desks if not d.is_copy])
        self.kill(desk)
        copy = self.folder / f"{desk.name}.copy"
        if desk.issued_at_backup is None or self.dice.random() < 0.4:
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir()
            _copy_log(desk.folder, copy)
            desk.issued_at_backup = len(desk.said)
        else:
            for file in desk.folder.glob("log.db*"):
                file.unlink()
            _copy_log(copy, desk.folder)
            later = desk.said[desk.issued_at_backup :]
            desk.may_lose |= {one["ticket"] for one in later if one["what"] == "issued"}
            self.moved_back.add(desk.name)

    def fault_clone(self) -> None:
        """Copy a whole desk, keys and all, and run both: the worst that a technician can do."""
        if any(desk.is_copy for desk in self.desks):
            return
        origin = self.dice.choice(self.desks)
        self.kill(origin)
        clone = Desk(
            f"{origin.name}-clone", self.folder / f"{origin.name}-clone", [7, 8], is_copy=True
        )
        shutil.copytree(origin.folder, clone.folder)
        self.desks.append(clone)
        self.moved_back |= {origin.name, clone.name}

    def fault_restore_centre(self) -> None:
        """Back the centre up, or set it back to its backup as after recovery: a new time line."""
        self.fault_kill_server()
        copy = self.folder / "centre.copy"
        if copy.exists() and self.dice.random() < 0.5:
            self.server.set_back(copy)
            self.centre_restores += 1
        else:
            self.server.copy_to(copy)
        self.server_up()

    def mend(self) -> None:
        """Start again what died."""
        self.server_up()
        for desk in self.desks:
            self.run(desk)


FAULTS = {
    World.fault_kill_desk: 6,
    World.fault_kill_one: 6,
    World.fault_kill_server: 4,
    World.fault_cut: 5,
    World.fault_silent: 3,
    World.fault_slow: 3,
    World.line_open: 8,
    World.fault_clock: 3,
    World.fault_disk: 3,
    World.fault_backup_or_restore: 3,
    World.fault_clone: 1,
    World.fault_restore_centre: 2,
}


def _clock_of(folder: Path) -> dict[str, str]:
    """Return an environment whose wall clock follows a file; deadlines keep real time."""
    file = folder / "clock"
    library = next(Path("/usr/lib").glob(f"*/{_FAKETIME}"))
    if not file.exists():
        _set_clock(folder, 0)
    return {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


def _set_clock(folder: Path, seconds: int) -> None:
    unfinished = folder / "clock.new"
    unfinished.write_text(f"{seconds:+d}", encoding="ascii")
    unfinished.replace(folder / "clock")


def _clear_clocks(pids: Iterable[int]) -> None:
    """Remove what processes that were killed left of their clocks; a later one may have the pid."""
    for pid in pids:
        for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
            Path("/dev/shm", name).unlink(missing_ok=True)  # noqa: S108  # libfaketime's


def _copy_log(source: Path, target: Path) -> None:
    for file in source.glob("log.db*"):
        shutil.copy2(file, target / file.name)


def _size_of(file: Path) -> int | None:
    """Return the size of a file that may go away at any moment; None when it is not there."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return None


def _limit(pid: int, size: int | None) -> None:
    """Let no file of a process grow beyond `size`."""
    try:
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))
    except ProcessLookupError:
        return


def _listen(desk: Desk, process: "subprocess.Popen[bytes]") -> None:
    """Note what a desk said; its last line may be cut off, as it may die while saying it."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.endswith(b"\n"):
            desk.said.append(json.loads(line))


def _finish(process: "subprocess.Popen[bytes]") -> None:
    """Let a process end by itself, as its window would."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        raise
