"""Process start → first paint, Lobby and a bare PySide6 window in turn."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.bench.figures import Figure, against_limit

GOAL_TIMES = 2.0
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Start:
    """One started process: milliseconds to its first paint, resident MB then."""

    ms: float
    resident_mb: float


def measure_starting(folder: Path, runs: int) -> tuple[Figure, list[float]]:
    """Return the figure of starting and the memory of the bare windows, MB.

    The first of each is not counted: it fills the caches of disk and interpreter.
    """
    started = [(_start("lobby", folder), _start("bare", folder)) for _ in range(runs + 1)][1:]
    figure = against_limit(
        "process start → first paint",
        "ms",
        [lobby.ms for lobby, _ in started],
        [bare.ms for _, bare in started],
        GOAL_TIMES,
    )
    return figure, [bare.resident_mb for _, bare in started]


def bare_window_mb(folder: Path, width: int, height: int, runs: int) -> list[float]:
    """Return the resident memory of bare PySide6 windows of one size, MB."""
    return [_start("bare", folder, width, height).resident_mb for _ in range(runs)]


def _start(kind: str, folder: Path, *size: int) -> Start:
    command = [sys.executable, "-m", "tests.bench.first_paint", kind, str(folder), *map(str, size)]
    # An installed program has its byte code, whatever the environment of this run says.
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    begun = monotonic()
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"{kind} did not start: {done.stderr}")
    painted, resident = done.stdout.split()
    return Start(1000 * (float(painted) - begun), float(resident))
