"""Two minutes of the soak: real desks, a real server, every fault. By hand: `make soak-sync`.

It mostly waits, so it runs beside the other tests (tests/helpers/beside.py) and is asked last.
"""

import subprocess

import pytest


@pytest.mark.timeout(400)
def test_nothing_is_lost_doubled_or_in_doubt(soak_beside: "subprocess.Popen[str]") -> None:
    told, _ = soak_beside.communicate()
    assert soak_beside.returncode == 0, told
    assert told.splitlines()[-1].endswith("0 rules broken")
