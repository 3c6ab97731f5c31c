"""`python -m tests.bench.sync build/bench-sync.json`: measure replication, print it, write it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.bench.figures import Figure, line, write
from tests.bench.sync.accepting import measure_accepting
from tests.bench.sync.bank import arithmetic
from tests.bench.sync.catch_up import measure_catch_up
from tests.bench.sync.centre import running_centre
from tests.bench.sync.claiming import measure_claiming
from tests.bench.sync.idle import measure_costs
from tests.bench.sync.visible import measure_visible


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. `accepting`: desks and batches of each in a round."""

    accepting: tuple[tuple[int, int], ...] = ((1, 40), (8, 10), (64, 2))
    rounds: int = 5
    claims: int = 150
    events: int = 100_000
    catch_ups: int = 2
    visible: int = 100
    idle_desks: int = 50
    polls: int = 40


def measure(folder: Path, size: Size) -> Iterator[Figure | str]:
    """Yield every figure as soon as it is known, and lines of arithmetic."""
    with running_centre() as centre:
        for desks, batches in size.accepting:
            yield from measure_accepting(centre, desks, batches, size.rounds)
        yield from measure_claiming(centre, folder / "claims", size.claims)
        yield from arithmetic(measure_costs(centre, size.idle_desks, size.polls))
        yield measure_catch_up(centre, folder / "catch-up", size.events, size.catch_ups)
    yield measure_visible(folder / "network", size.visible)


def main(target: Path) -> None:
    """Measure at full size; the exit status tells nothing about goals, the table does."""
    begun, figures = monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        for told in measure(Path(folder), Size()):
            if isinstance(told, Figure):
                figures.append(told)
            sys.stdout.write((line(told) if isinstance(told, Figure) else told) + "\n")
            sys.stdout.write(f"    load {os.getloadavg()[0]:.1f}\n" * isinstance(told, Figure))
            sys.stdout.flush()
    write(target, figures)
    sys.stdout.write(f"{len(figures)} figures in {monotonic() - begun:.0f} s: {target}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
