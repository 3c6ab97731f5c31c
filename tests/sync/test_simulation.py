"""Random histories over real files and the real PostgreSQL; more with LOBBY_SEEDS=from:to."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.helpers.postgres import Central
from tests.sync.simulation import simulate

_FIRST, _LAST = (int(part) for part in os.environ.get("LOBBY_SEEDS", "1:8").split(":"))


@pytest.mark.parametrize("seed", range(_FIRST, _LAST + 1))
def test_a_history_ends_in_one_truth(
    seed: int, tmp_path: Path, central: Central, record_property
) -> None:
    happened: Counter[str] = simulate(seed, tmp_path, central)
    record_property("happened", dict(happened))
