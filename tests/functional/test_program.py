"""The whole program as a process: starts, stops, is interrupted, and shares its folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lobby_app.assembly import open_desk
from tests.helpers.desk_app import demo_settings

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


def _child(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.functional.child", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_program_starts_and_stops_ten_times_in_one_process(data: Path) -> None:
    child = _child("start-and-stop", data, 10)
    said, complained = child.communicate(timeout=120)
    assert child.returncode == 0
    assert complained == "", "no warning of Qt, no exception"
    assert said == "threads left: []\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_closes_the_desk_in_order(data: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "lobby_app", "greeter", "--demo", "--data-dir", str(data)]
    child = subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    while not (data / "log.db-wal").exists():
        try:
            child.wait(0.05)
            break
        except subprocess.TimeoutExpired:
            continue
    child.send_signal(number)
    _, complained = child.communicate(timeout=30)
    assert (child.returncode, complained) == (0, b"")


def test_two_greeters_on_one_folder_never_share_a_number(data: Path) -> None:
    children = [_child("issue", data, 6) for _ in range(2)]
    numbers: list[str] = []
    for child in children:
        said, complained = child.communicate(timeout=120)
        assert child.returncode == 0, complained
        numbers += said.split()
    assert len(numbers) == 12
    assert sorted(numbers) == [f"A1{place:03d}" for place in range(1, 13)]
    opened = open_desk(demo_settings(data))
    try:
        assert opened.desk.self_check.passed
        assert opened.desk.self_check.next_numbers["A"] == 13
    finally:
        opened.close()
