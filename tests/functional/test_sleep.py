"""A computer that sleeps: its processes stand still, the wall clock goes on, monotonic time not."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.set_clock import SetClock

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="faketime, signals")
ROOT = Path(__file__).parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
Shown = dict[str, Any]
WALL = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from lobby_app.app.program import new_application, run_program
from lobby_app.app.wall import WallApp
from lobby_app.config import WallSettings
from tests.helpers.desk_app import demo_settings
WallApp.shows_waits = False  # no forecast beside it: not asked for here
settings = demo_settings(Path(sys.argv[1]), wall=WallSettings(sounds="none"))
program = WallApp(new_application(), settings)
view, said, announced = program.window.view, [], []
# There are no clips here: each call that should be heard is told to be unheard.
program.window.speaker.unheard.connect(lambda: announced.append(view.rows[0].number.text()))
def tell():
    shown = {
        "rows": [row.number.text() for row in view.rows if row.number.text()],
        "lit": [row.number.text() for row in view.rows if row.is_lit],
        "clock": view.clock.text(),
        "is_open": view.panel.isVisible(),
        "announced": announced,
    }
    if said[-1:] != [shown]:
        said.append(shown)
        print(json.dumps(shown), flush=True)
timer = QTimer(interval=50)
timer.timeout.connect(tell)
timer.start()
sys.exit(run_program(program))
"""
COUNTER = """
import sys
from pathlib import Path
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for
from lobby_app.services import calling
opened, session = calling_desk(Path(sys.argv[1])), session_of("0017")
tickets_for(opened, 6)
calling.open_counter(opened.desk, session, 4, ["cash_counter"])
print("ready", flush=True)
for _ in sys.stdin:
    print(calling.call_next(opened.desk, session, 4), flush=True)
opened.close()
"""


@contextmanager
def _child(code: str, data: Path, clock: SetClock) -> Iterator["subprocess.Popen[str]"]:
    """Run a script of ours under the set clock, in a process group of its own."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(data)],
        cwd=ROOT,
        env=os.environ | clock.environment | {"QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield child
        child.terminate()
        child.communicate(timeout=30)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()


def _start_of_a_long_day() -> float:
    """Return seconds to a moment after which the branch's day goes on for hours; mostly 0."""
    now = datetime.now(SHANGHAI)
    if now.hour < 22:
        return 0.0
    nine = (now + timedelta(days=1)).replace(hour=9)
    return (nine - now).total_seconds()


def _shown(
    wall: "subprocess.Popen[str]", holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Read what the wall shows until something holds; pytest's own time-out ends a wait."""
    for line in wall.stdout or ():
        shown = json.loads(line)
        if holds(shown):
            return shown
    pytest.fail("the wall ended by itself")


def _call(counter: "subprocess.Popen[str]") -> str:
    assert counter.stdin is not None
    assert counter.stdout is not None
    counter.stdin.write("next\n")
    counter.stdin.flush()
    return counter.stdout.readline().strip()


def test_a_wall_that_slept_shows_everything_and_says_only_what_is_new(
    data: Path, tmp_path: Path
) -> None:
    clock, start = SetClock(tmp_path), _start_of_a_long_day()
    clock.set(start)
    with _child(COUNTER, data, clock) as counter, _child(WALL, data, clock) as wall:
        assert counter.stdout is not None
        assert counter.stdout.readline() == "ready\n"
        _shown(wall, lambda shown: shown["is_open"] is True)
        first = _call(counter)
        _shown(wall, lambda shown: shown["announced"] == [first])
        os.killpg(wall.pid, signal.SIGSTOP)
        clock.set(start + 50 * 60)
        missed = [_call(counter) for _ in range(3)]
        clock.set(start + 60 * 60)
        awake = f"{datetime.now(SHANGHAI) + timedelta(seconds=start + 60 * 60):%H:%M}"
        os.killpg(wall.pid, signal.SIGCONT)
        rows = [*reversed(missed), first]
        _shown(wall, lambda shown: shown["rows"] == rows and shown["clock"] >= awake)
        last = _call(counter)
        shown = _shown(wall, lambda shown: len(shown["announced"]) > 1)
        assert shown["announced"] == [first, last]
        assert shown["rows"] == [last, *rows]
