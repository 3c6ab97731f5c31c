"""Memory of the greeter's desk after many tickets, and whether it grows."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression, mean

from tests.bench.figures import Figure, against_goal
from tests.helpers.desk_app import open_demo_desk

GOAL_MB = 200.0
_ROOT = Path(__file__).parents[2]
Sample = tuple[float, float]
"""Tickets issued so far, resident MB."""


def measure_memory(folder: Path, tickets: int, bare_mb: Sequence[float]) -> list[Figure]:
    """Return memory in the second half of the day, and its growth there.

    The limit of memory is a bare PySide6 window; that of growth is noise: see `growth`.
    """
    samples = _live_through(folder, tickets)
    late = [sample for sample in samples if sample[0] > tickets / 2]
    resident = against_goal(
        f"memory of the desk, tickets {tickets // 2:,} to {tickets:,}",
        "MB",
        [mb for _, mb in late],
        bare_mb,
        GOAL_MB,
    )
    return [resident, growth(late, bare_mb)]


def growth(samples: Sequence[Sample], equal_mb: Sequence[float]) -> Figure:
    """Return the growth over the samples in kB a ticket; met when it is within the noise.

    Noise is what the samples leave unexplained around their straight line, or by how much equal
    processes (`equal_mb`) differ, spread over as many tickets.
    """
    counts = [count for count, _ in samples]
    line = linear_regression(counts, [mb for _, mb in samples])
    rest = [abs(mb - line.intercept - line.slope * count) for count, mb in samples]
    noise_mb = max(2 * mean(rest), max(equal_mb) - min(equal_mb))
    noise = 1000 * noise_mb / (counts[-1] - counts[0])
    per_ticket = 1000 * line.slope
    return Figure(
        "growth of memory a ticket", "kB", per_ticket, per_ticket, noise, per_ticket / noise,
        "growth ≤ noise", met=per_ticket <= noise,
    )  # fmt: skip


def _live_through(folder: Path, tickets: int) -> list[Sample]:
    # On its first day the demo makes its customers as well; a desk never does.
    open_demo_desk(folder).close()
    command = [sys.executable, "-m", "tests.bench.long_day", str(folder), str(tickets)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0:
        raise RuntimeError(f"the long day ended early: {done.stderr}")
    return [(count, mb) for count, mb in json.loads(done.stdout)]
