"""Running real desks in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(program: str, arguments: Sequence[str]) -> "subprocess.Popen[str]":
    """Start a Python program that may import the project and its tests."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def run_together(program: str, arguments: Sequence[str], count: int) -> list[str]:
    """Run the same program in several processes at once and return what each printed."""
    running = [start(program, arguments) for _ in range(count)]
    answers = [process.communicate() for process in running]
    problems = [error for _, error in answers if error]
    assert problems == []
    assert [process.returncode for process in running] == [0] * count
    return [output for output, _ in answers]
