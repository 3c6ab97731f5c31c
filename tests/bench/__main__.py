"""`python -m tests.bench build/bench.json`: measure everything, print it, write it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench.calling import measure_calling
from tests.bench.endurance import measure_memory
from tests.bench.figures import Figure, line, write
from tests.bench.forecasting import measure_forecast
from tests.bench.starting import measure_starting
from tests.bench.store import WAITING, Customers, measure_store
from tests.bench.supervisor import measure_supervisor
from tests.bench.triage import measure_triage
from tests.bench.wall import measure_wall
from tests.bench.window import measure_window
from tests.helpers.desk_app import open_demo_desk


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    customers: int = 1_000_000
    scans: int = 300
    visits: int = 60
    triage_rounds: int = 50
    starts: int = 9
    tickets: int = 2_000
    calls: int = 300
    wall_calls: int = 120
    supervised: int = 5_000
    refreshes: int = 30
    forecasts: int = 100


def measure(folder: Path, size: Size) -> Iterator[Figure]:
    """Yield every figure as soon as it is known. `folder` takes the files of the measured desks."""
    yield measure_triage(size.triage_rounds)
    yield measure_forecast(size.forecasts)
    starting, bare_mb = measure_starting(folder / "start", size.starts)
    yield starting
    opened = open_demo_desk(folder / "desk")
    try:
        cards = size.scans + size.visits + WAITING
        customers = Customers(opened, size.customers, cards)
        yield measure_store(opened, customers, folder, size.scans)
        yield from measure_window(opened, customers, folder, size.visits)
    finally:
        opened.close()
    yield measure_calling(folder / "calling", size.calls)
    yield from measure_wall(folder / "wall", size.wall_calls)
    yield from measure_supervisor(folder / "supervisor", size.supervised, size.refreshes)
    yield from measure_memory(folder / "long-day", size.tickets, bare_mb)


def main(target: Path) -> None:
    """Measure at full size; the exit status tells nothing about goals, the table does."""
    begun, figures = monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        for figure in measure(Path(folder), Size()):
            figures.append(figure)
            sys.stdout.write(line(figure) + "\n")
            sys.stdout.flush()
    write(target, figures)
    sys.stdout.write(f"{len(figures)} figures in {monotonic() - begun:.0f} s: {target}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
