"""`python -m tests.soak.calls [COUNTERS] [TICKETS]`: a race for the tickets of one queue."""

import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests.helpers.calling_race import race

COUNTERS, TICKETS = 20, 10_000


def main(arguments: list[str]) -> None:
    """Race in a folder that is removed afterwards."""
    counters, tickets = map(int, arguments or (COUNTERS, TICKETS))
    begun = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        race(Path(folder), counters, tickets)
    sys.stdout.write(
        f"{tickets} tickets, {counters} processes, {monotonic() - begun:.0f} s:"
        " each called once, in order\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
