"""`lobby demo --network` as the process it is: words obeyed, nothing left, started again."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 90.0
_WORDS = "Type one of these and Enter: open, cut, silent, slow, quit."


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "network"
    yield folder
    kept = folder / "server-folder"
    if kept.exists():
        shutil.rmtree(kept.read_text(encoding="utf-8"))


def _play(data: Path, words: str) -> list[str]:
    """Run the demo with these words; return what it says after its first two lines."""
    child = subprocess.run(
        [sys.executable, "-m", "lobby_app", "demo", "--network", "--no-windows",
         "--language", "en", "--data-dir", str(data)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, input=words,
        capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
    )  # fmt: skip
    assert (child.returncode, child.stderr) == (0, "")
    first, second, *rest = child.stdout.splitlines()
    assert "PIN 2468" in first
    assert second == _WORDS
    return rest


def _server_data(network: Path) -> Path:
    kept = network / "server-folder"
    return (Path(kept.read_text()) if kept.exists() else network / "central") / "data"


def _expect_nothing_runs(network: Path) -> None:
    ports = json.loads((network / "ports.json").read_text())
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=ports["server"], user="lobby", connect_timeout=5)
    # PostgreSQL takes its pid file away as its last act.
    assert not (_server_data(network) / "postmaster.pid").exists()


def test_the_words_work_nothing_is_left_and_it_starts_again(network: Path, tmp_path: Path) -> None:
    said = _play(tmp_path, "cut\nOPEN \n\nfly\nquit\n")
    assert said == [
        "The line to the centre is cut: the branch goes on through the first greeter's desk.",
        "The line to the centre is open again: the desks catch up within seconds.",
        _WORDS,
    ]
    _expect_nothing_runs(network)
    names = ("greeter-1", "greeter-2", "counter-1", "wall")
    before = [(network / name / "lobby.toml").read_bytes() for name in names]
    ports = (network / "ports.json").read_bytes()
    # The end of its input is an end as well.
    assert _play(tmp_path, "silent\n") == [
        "The line to the centre takes everything and answers nothing."
    ]
    _expect_nothing_runs(network)
    assert (network / "ports.json").read_bytes() == ports
    assert [(network / name / "lobby.toml").read_bytes() for name in names] == before
