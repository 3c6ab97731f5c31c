"""Monitors of a real X server come, go and change while the real wall hangs on one of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from tests.helpers.x11 import Display, Windows

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11")
ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
WHOLE = (0, 0, 800, 600)
DESK, DESK_AT = ("--setmonitor", "desk", "420/100x600/100+0+0", "screen"), (0, 0, 420, 600)
HALL, HALL_AT = ("--setmonitor", "hall", "380/100x500/100+420+0", "none"), (420, 0, 380, 500)
UPRIGHT = ("480x600", "20", "480", "488", "496", "504", "600", "601", "602", "603")
"""A mode: name, clock in MHz, timings; the server only looks at the sizes."""
UPRIGHT_AT = (0, 0, 480, 600)
UNPLUGGED = ("--delmonitor", "hall")


class Wall:
    """`lobby wall` on a display without a window manager, seen from outside."""

    def __init__(self, display: Display, folder: Path) -> None:
        command = [sys.executable, "-m", "lobby_app", "wall", "--demo", "--data-dir", str(folder)]
        xcb = {"QT_QPA_PLATFORM": "xcb", "QT_XCB_GL_INTEGRATION": "none", "DISPLAY": display.name}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | xcb, stderr=subprocess.PIPE, text=True
        )
        self._windows = Windows(display.name)

    def comes_to(self, place: tuple[int, int, int, int]) -> None:
        """Wait until its window fills exactly this part of the display."""
        end = monotonic() + PATIENCE_S
        while place not in self._windows.places():
            assert monotonic() < end, f"{place} not in {self._windows.places()}"
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)
                pytest.fail("the wall ended by itself")

    def end(self) -> tuple[int, str]:
        """End it as a shutdown does; return its status and what it complained of."""
        self._windows.close()
        self.process.terminate()
        _, complained = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, complained


@pytest.fixture
def display() -> Iterator[Display]:
    with Display() as server:
        yield server


def test_the_wall_follows_monitors_that_turn_come_and_go(display: Display, tmp_path: Path) -> None:
    wall = Wall(display, tmp_path)
    try:
        wall.comes_to(WHOLE)
        display.xrandr("--newmode", *UPRIGHT)
        display.xrandr("--addmode", "screen", UPRIGHT[0])
        display.xrandr("--output", "screen", "--mode", UPRIGHT[0])
        wall.comes_to(UPRIGHT_AT)
        display.xrandr("--output", "screen", "--mode", "800x600")
        wall.comes_to(WHOLE)
        display.xrandr(*DESK)
        wall.comes_to(DESK_AT)
        display.xrandr(*HALL)
        wall.comes_to(HALL_AT)
        for _ in range(2):
            display.xrandr(*UNPLUGGED)
            wall.comes_to(DESK_AT)
            display.xrandr(*HALL)
            wall.comes_to(HALL_AT)
    finally:
        status, complained = wall.end()
    assert (status, complained) == (0, "")
