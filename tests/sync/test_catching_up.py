"""A hundred thousand events come a page at a time: in parts, and in bounded memory."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVENTS = 100_000


def test_memory_does_not_grow_with_what_is_caught_up(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.sync.catching_up", tmp_path, str(EVENTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    told = json.loads(done.stdout)
    assert (told["held"], told["exchanges"]) == (EVENTS, 5)
    # Eighty thousand events are 40 MB of text; a page with all that is made of it is two.
    assert told["grown_kb"] < 16_000
