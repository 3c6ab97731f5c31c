"""What makes the first paint early: nothing heavy is imported before it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "qrcode", "PIL", "sqlalchemy", "alembic", "sqlcipher3", "yaml", "jwt", "argon2", "keyring",
    "cryptography", "serial", "numpy", "secrets",
}  # fmt: skip
BELOW_THE_WINDOW = {
    "lobby_app.domain",
    "lobby_app.domain.customer",  # the themes' chips are named after the tiers
    "lobby_app.domain.errors",
    "lobby_app.domain.text",
}
LAYERS = (
    "assembly", "cache", "central", "demo", "devices", "domain", "partners", "policy", "printers",
    "scans", "services", "simulation", "sync",
)  # fmt: skip
UP_TO_THE_PAINT = """
import sys
from pathlib import Path

from lobby_app import cli
from lobby_app.app import greeter


class UpToThePaint(greeter.GreeterApp):
    def open_desk(self):
        print(*sys.modules)
        self.application.quit()


greeter.GreeterApp = UpToThePaint
sys.exit(cli.run(["greeter", "--demo", "--data-dir", sys.argv[1]]))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Names of all modules that `lobby greeter` has imported when its window is painted."""
    done = subprocess.run(
        [sys.executable, "-c", UP_TO_THE_PAINT, str(tmp_path_factory.mktemp("data"))],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(done.stdout.split())


def test_the_window_is_painted_before_anything_heavy_is_imported(imported: frozenset[str]) -> None:
    assert "lobby_app.ui.greeter.window" in imported
    assert imported & HEAVY == set()


def test_the_window_is_painted_before_anything_of_a_visit_is_imported(
    imported: frozenset[str],
) -> None:
    """A hundred data classes are a quarter of the start: what only an open desk needs waits."""
    below = {
        name for name in imported if name.startswith("lobby_app.") and name.split(".")[1] in LAYERS
    }
    assert below - BELOW_THE_WINDOW == set()
