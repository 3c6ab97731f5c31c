"""Hundreds of histories by hand: `python -m tests.sync.simulation FROM TO [--steps N]`."""

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.helpers.postgres import Central, fresh_central, running_server

Play = Callable[[int, Path, Central, int], Counter[str]]


def play_many(play: Play) -> int:
    """Play the seeds of the command line and print what happened in all of them.

    Returns the exit code: 1 when a history broke an invariant; its seed is in its traceback.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--steps", type=int, default=120)
    asked = parser.parse_args()
    happened: Counter[str] = Counter()
    broken = []
    with running_server() as server:
        for seed in range(asked.first, asked.last + 1):
            with tempfile.TemporaryDirectory() as folder, fresh_central(server) as central:
                try:
                    happened += play(seed, Path(folder), central, asked.steps)
                except Exception:  # any: a history may break everything
                    broken.append(seed)
                    traceback.print_exc()
    for what, count in sorted(happened.items()):
        sys.stdout.write(f"{count:9} {what}\n")
    sys.stdout.write(f"broken: {broken or 'none'}\n")
    return 1 if broken else 0
