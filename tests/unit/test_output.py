"""`lobby … > somewhere`: an output that is full, closed or gone is one sentence or nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "lobby_app", "scan", "--demo", "--language", "en"]


def _scan(folder: Path, redirection: str) -> "subprocess.CompletedProcess[str]":
    line = " ".join((*COMMAND, "--data-dir", str(folder), redirection))
    return subprocess.run(
        ["sh", "-c", line], input="abc\n", capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    done = _scan(tmp_path, "> /dev/full")
    assert done.returncode == 2
    assert done.stderr.startswith("The output cannot be written")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
@pytest.mark.parametrize("redirection", [">&-", "| true"])
def test_nobody_listening_is_nothing_wrong(tmp_path: Path, redirection: str) -> None:
    done = _scan(tmp_path, redirection)
    assert (done.returncode, done.stderr) == (0, "")
