"""Random histories over real files and the real PostgreSQL.

More with `LOBBY_SEEDS=from:to`, or `python -m tests.sync.simulation FROM TO`.
"""

import os
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.helpers.postgres import Central, Server, fresh_central
from tests.sync.branch import Branch
from tests.sync.simulation import check, meet, simulate

_FIRST, _LAST = (int(part) for part in os.environ.get("LOBBY_SEEDS", "1:6").split(":"))


@pytest.mark.parametrize("seed", range(_FIRST, _LAST + 1))
def test_a_history_ends_in_one_truth(
    seed: int, tmp_path: Path, central: Central, record_property
) -> None:
    happened: Counter[str] = simulate(seed, tmp_path, central)
    record_property("happened", dict(happened))


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(seed=st.integers(1_000, 2**32))
def test_histories_that_nobody_chose(postgres: Server, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, fresh_central(postgres) as central:
        simulate(seed, Path(folder), central)


def test_a_restored_centre_writes_on_in_a_log_of_its_own(tmp_path: Path, central: Central) -> None:
    """Too rare for chance: it grants again before any desk has returned what it lost."""
    dice = random.Random(1)
    branch = Branch(tmp_path, central, dice, desks=2)
    branch.loss = 0.0
    for line in branch.lines.values():
        line.loss = 0.0
    one, two = branch.desks
    for _ in range(3):
        one.issue(branch.time.day, dice)
    branch.exchange(one)
    branch.claim(one)
    branch.exchange(one)
    branch.snapshot()
    branch.claim(one)
    for desk in (one, two):
        branch.exchange(desk)
    branch.restore_centre()
    assert len(branch.rescued) == 2
    branch.claim(two)
    assert branch.counts["granted"] == 3
    meet(branch)
    check(branch, dice)
    branch.close()
