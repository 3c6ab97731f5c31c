"""Breaks a branch of real processes and looks whether anything is lost, doubled or in doubt.

`python -m tests.soak.sync --seconds 120 --seed 1`. Three desks with counters, one of them the
relay, each with its own exchange process, and a real PostgreSQL behind a line. Faults come by the
seed; at the end all is healed and every rule is checked. The last line is a summary; exit status 1
= a rule was broken, and then the folder with all files is kept.
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.soak.sync.checker import Checker
from tests.soak.sync.world import FAULTS, World

_CALM_S = 4.0
_PAUSES_S = (0.3, 2.5)
_MEND_CHANCE = 0.6


def soak(folder: Path, seconds: float, seed: int) -> tuple[list[str], str]:
    """Run one soak; return what was broken and a summary."""
    world = World(folder, seed)
    counts: Counter[str] = Counter()
    try:
        world.start()
        world.pause(_CALM_S)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            fault = world.dice.choices(list(FAULTS), list(FAULTS.values()))[0]
            fault(world)
            counts[fault.__name__.removeprefix("fault_")] += 1
            world.pause(world.dice.uniform(*_PAUSES_S))
            if world.dice.random() < _MEND_CHANCE:
                world.mend()
        world.heal()
        checker = Checker(world)
        settled = checker.settle()
        problems = checker.check()
    finally:
        world.stop()
    if not problems:
        # As root the server's files lie elsewhere: it runs as somebody who may not enter here.
        shutil.rmtree(world.server.folder, ignore_errors=True)
    said = Counter(one["what"] for desk in world.desks for one in desk.said)
    calls = [one for desk in world.desks for one in desk.said if one["what"] == "called"]
    offline = sum(one["offline"] for one in calls)
    faults = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    refused = Counter(one["key"] for d in world.desks for one in d.said if one["what"] == "refused")
    summary = (
        f"seed {seed}, {seconds:.0f} s: {said['issued']} tickets, {len(calls)} calls"
        f" ({offline} made alone), {said['served']} served; {faults}; refused {dict(refused)};"
        f" agreed after {settled:.1f} s; {len(problems)} rules broken"
    )
    return problems, summary


def main() -> int:
    """Run by the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    # Told to end, everything that was started is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lobby-soak-"))
    folder.chmod(0o755)
    sys.stdout.write(f"seed {options.seed} in {folder}\n")
    problems, summary = soak(folder, options.seconds, options.seed)
    for problem in problems:
        sys.stdout.write(problem + "\n")
    if problems:
        sys.stdout.write(f"kept: {folder}\n")
    else:
        shutil.rmtree(folder)
    sys.stdout.write(summary + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
