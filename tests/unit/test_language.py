"""The language a newcomer meets follows the locale; without one it is Chinese."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOBBY = Path(sys.executable).with_name("lobby")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its locale elsewhere")
@pytest.mark.parametrize(
    ("environment", "is_english"),
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8"}, False),
        ({"LANG": "en_GB.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, False),
    ],
)
def test_help_follows_the_locale(environment: dict[str, str], is_english: bool) -> None:
    kept = {k: v for k, v in os.environ.items() if k != "LANG" and not k.startswith("LC_")}
    done = subprocess.run(
        [LOBBY, "--help"],
        env=kept | {"PYTHONUTF8": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.isascii() is is_english
