"""A wall that hangs for a day and longer: `python -m tests.soak.wall [HOURS] [SPEED]`.

A demo branch lives through a day in front of it, then comes the quiet night. All processes run by
one clock that goes SPEED times as fast (libfaketime: timers, timeouts and midnight come as early
as the clock says), so 24 hours take two at 12. The last line is a summary; exit status 1 means that
the wall ended, grew, kept files open, or had something to complain of.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from tests.helpers.x11 import Display

HOURS, SPEED = 24.0, 12
_FIRST_MOMENT = "@2026-11-26 08:45:00"
_EVERY_S = 300
_SETTLED = 24
"""Samples, two hours, after which everything has been shown once."""
_LAST = 12
_MOST_GROWTH_MB = 3.0
_FASTER = "LOBBY_SOAK_FASTER"
_OPEN_HOURS = 8
_BRANCH = """
import runpy, select, sys, threading
from time import monotonic
class Event(threading.Event):
    # Its own wait goes by a call that libfaketime does not know: for ever, by a faster clock.
    def wait(self, timeout=None):
        if timeout is None:
            return super().wait()
        end = monotonic() + timeout
        while not self.is_set() and (left := end - monotonic()) > 0:
            select.select([], [], [], min(left, 60))
        return self.is_set()
threading.Event = Event
runpy.run_module("lobby_app", run_name="__main__")
"""


@dataclass(frozen=True)
class Sample:
    """What the wall holds at one moment; `cpu_s` since it began."""

    resident_mb: float
    files: int
    cpu_s: float


def sample(pid: int) -> Sample:
    """Look at a process that lives."""
    process = Path(f"/proc/{pid}")
    pages = int((process / "statm").read_text().split()[1])
    ticks = (process / "stat").read_text().rsplit(") ", 1)[1].split()[11:13]
    return Sample(
        pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        len(list((process / "fd").iterdir())),
        sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
    )


def problems_of(samples: Sequence[Sample]) -> list[str]:
    """Return what a wall did that could not go on for ever: its last hour beside its third."""
    early, late = samples[_SETTLED : _SETTLED + _LAST], samples[-_LAST:]
    if len(samples) < _SETTLED + 2 * _LAST:
        return ["too short to tell"]
    grown = mean(one.resident_mb for one in late) - mean(one.resident_mb for one in early)
    more = max(one.files for one in late) - max(one.files for one in early)
    problems = [f"grew by {grown:.1f} MB"] if grown > _MOST_GROWTH_MB else []
    return problems + ([f"keeps {more} more files open"] if more > 0 else [])


def _hang(folder: Path, hours: float) -> tuple[list[Sample], list[str]]:
    """Let a wall hang while the branch lives; both are gone afterwards."""
    lobby = [sys.executable, "-m", "lobby_app"]
    demo = ["--demo", "--data-dir", str(folder)]
    log = folder / "log" / "lobby.log"
    with (
        Display() as display,
        subprocess.Popen(
            [sys.executable, "-c", _BRANCH, "demo", "--traffic", "--speed", "1", *demo],
            stdout=subprocess.PIPE,
            text=True,
        ) as traffic,
    ):
        assert traffic.stdout is not None
        traffic.stdout.readline()  # the doors are open
        environment = os.environ | {"DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb"}
        with subprocess.Popen([*lobby, "wall", *demo], env=environment) as wall:
            samples: list[Sample] = []
            while len(samples) < hours * 3600 / _EVERY_S:
                try:
                    wall.wait(_EVERY_S)
                except subprocess.TimeoutExpired:
                    samples.append(sample(wall.pid))
                    _say(f"{len(samples) * _EVERY_S / 3600:.2f} h: {samples[-1]}")
                else:
                    return samples, ["the wall ended"]
            wall.send_signal(signal.SIGTERM)
        traffic.send_signal(signal.SIGINT)
        reports = traffic.communicate()[0].splitlines()
    _say("\n".join(reports))
    still = len(reports) < min(hours, _OPEN_HOURS)  # one each half hour
    said = ["the branch stood still"] if still else []
    said += [line for line in log.read_text(encoding="utf-8").splitlines() if _is_complaint(line)]
    return samples, problems_of(samples) + said


def _is_complaint(line: str) -> bool:
    return " WARNING " in line or " ERROR " in line or " CRITICAL " in line


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Start again under the faster clock, hang the wall there, judge; return the exit status."""
    hours = float(arguments[0]) if arguments else HOURS
    speed = int(arguments[1]) if len(arguments) > 1 else SPEED
    if _FASTER not in os.environ:
        faster = ["faketime", "-f", f"{_FIRST_MOMENT} x{speed}"]
        own = [sys.executable, "-m", "tests.soak.wall", str(hours), str(speed)]
        # One clock: a child must not begin at the first moment again.
        environment = os.environ | {_FASTER: "1", "FAKETIME_DONT_RESET": "1"}
        return subprocess.run([*faster, *own], env=environment, check=False).returncode
    with tempfile.TemporaryDirectory() as folder:
        samples, problems = _hang(Path(folder), hours)
    for problem in problems:
        _say(problem)
    used, memory = samples[-1].cpu_s, [one.resident_mb for one in samples]
    _say(
        f"{'failed' if problems else 'passed'}: {hours:g} h at {speed} times the speed;"
        f" {memory[0]:.1f} MB, at most {max(memory):.1f}, at the end {memory[-1]:.1f};"
        f" {100 * used / (hours * 3600):.2f} % of a core"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
