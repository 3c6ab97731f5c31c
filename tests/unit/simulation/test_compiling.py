"""Where compiled code is kept, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

_WORK = """
import numpy as np
from lobby_app.simulation.line import waits_in
from lobby_app.simulation.compiling import cache_folder
print(waits_in(np.array([0, 0, 0, 0, 2]), 2), cache_folder())
"""


def _run(cache: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, "-W", "error", "-c", _WORK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_compiled_code_is_kept_in_the_named_folder_by_the_version_of_the_sources(
    tmp_path: Path,
) -> None:
    answer, folder = _run(tmp_path).split(" ", 1)
    assert answer == "True"
    assert Path(folder).parent == tmp_path
    assert list(Path(folder).rglob("*.nbi"))


def test_where_nothing_can_be_kept_the_forecast_still_works(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    assert _run(blocked).startswith("True")
