"""Two minutes of the soak: real desks, a real server, every fault. By hand: `make soak-sync`."""

import subprocess
import sys
import time

import pytest

_SECONDS = 120


@pytest.mark.long
@pytest.mark.timeout(400)
def test_nothing_is_lost_doubled_or_in_doubt() -> None:
    # Polite: the other worker's tests have deadlines, the soak has not.
    told = subprocess.run(
        ["nice", "-n", "15", sys.executable, "-m", "tests.soak.sync",
         "--seconds", str(_SECONDS), "--seed", str(time.time_ns() % 1_000_000)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert told.stdout.splitlines()[-1].endswith("0 rules broken")
