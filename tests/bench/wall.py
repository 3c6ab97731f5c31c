"""The wall: commit in one process → painted in another; its share of a core; its memory.

Without a GPU and without a display: the software painter draws a 1080p picture.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

from lobby_app.config import Settings
from lobby_app.services import calling
from tests.bench.figures import Figure, against_goal
from tests.bench.starting import bare_window_mb
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for

UPDATE_GOAL_MS, CPU_GOAL_PERCENT, MEMORY_GOAL_MB = 300.0, 10.0, 250.0
WAITING = 200
_CALLS_PER_SECOND = 2
_SIZE = (1920, 1080)
_BARE_WINDOWS = 3


def run_wall_here(folder: Path) -> None:
    """Be the wall: print each new number with the moment it was painted, at the end the costs."""
    import os
    from time import process_time

    from PySide6.QtCore import QSocketNotifier
    from PySide6.QtWidgets import QApplication

    from lobby_app.app.wall import WallApp
    from lobby_app.config import WallSettings
    from tests.bench.memory import resident_mb

    application = QApplication([sys.argv[0]])
    settings = Settings(folder, demo=True, wall=WallSettings(volume=0))
    wall = WallApp(application, settings)
    wall.show_window()
    wall.window.resize(*_SIZE)
    wall.open_desk()

    def painted() -> None:
        wall.window.repaint()
        number = wall.window.view.rows[0].number.text() or "-"
        sys.stdout.write(f"{number} {monotonic()} {process_time()} {resident_mb()}\n")
        sys.stdout.flush()

    wall.window.watch.read.connect(painted)
    over = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    over.activated.connect(application.quit)
    application.aboutToQuit.connect(wall.stop)
    status = application.exec()
    os._exit(status)


class _Wall:
    """A wall in a process of its own."""

    def __init__(self, folder: Path) -> None:
        code = "import sys; from pathlib import Path; from tests.bench.wall import run_wall_here\n"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code + "run_wall_here(Path(sys.argv[1]))", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def painted(self) -> tuple[str, float, float, float]:
        """Return the next painted number, when, and CPU seconds and MB of the wall so far."""
        number, at, used, memory = self.process.stdout.readline().split()  # type: ignore[union-attr]
        return number, float(at), float(used), float(memory)

    def close(self) -> None:
        """End the wall."""
        self.process.communicate("end\n")


def measure_wall(folder: Path, calls: int) -> Iterator[Figure]:
    """Yield update time, CPU share and memory of a wall while a busy hall is called.

    The limit of memory is a bare PySide6 window of the same size.
    """
    opened = calling_desk(folder)
    desk, session = opened.desk, session_of("0017")
    tickets_for(opened, WAITING + calls)
    calling.open_counter(desk, session, 1, ["cash_counter"])
    wall = _Wall(folder)
    late, commits, memory = [], [], 0.0
    try:
        _, first_at, first_used, _ = wall.painted()
        at, used, due = first_at, first_used, monotonic()
        for _ in range(calls):
            due += 1 / _CALLS_PER_SECOND
            _wait_until(due)
            begun = monotonic()
            number = calling.call_next(desk, session, 1)
            called = monotonic()
            shown = ""
            while shown != number:
                shown, at, used, memory = wall.painted()
            commits.append((called - begun) * 1000)
            late.append((at - called) * 1000)
    finally:
        wall.close()
        opened.close()
    share = 100 * (used - first_used) / (at - first_at)
    yield against_goal(
        "commit in another process → painted on the wall", "ms", late, commits, UPDATE_GOAL_MS
    )
    yield against_goal(
        f"wall, {_CALLS_PER_SECOND} calls a second, of one core", "%", [share], [100.0],
        CPU_GOAL_PERCENT,
    )  # fmt: skip
    bare_mb = bare_window_mb(folder / "bare", *_SIZE, _BARE_WINDOWS)
    yield against_goal("wall, memory", "MB", [memory], bare_mb, MEMORY_GOAL_MB)


def _wait_until(moment: float) -> None:
    from threading import Event

    Event().wait(max(0.0, moment - monotonic()))
