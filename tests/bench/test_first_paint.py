"""What makes the first paint early: nothing heavy is imported before it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
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
from lobby_app.ui.greeter import window

dressed = []


class Noted(window.Screen):
    def dress(self):
        dressed.append(self)
        super().dress()


class UpToThePaint(greeter.GreeterApp):
    def open_desk(self):
        print(len(dressed), *sys.modules)
        self.application.quit()


window.Screen = Noted
greeter.GreeterApp = UpToThePaint
sys.exit(cli.run(["greeter", "--demo", "--data-dir", sys.argv[1]]))
"""


@dataclass(frozen=True, slots=True)
class Painted:
    """What `lobby greeter` has done when its window is painted."""

    imported: frozenset[str]
    dressed: int


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Painted:
    """Start the program up to its first paint, on a screen so large that all type grows."""
    folder = tmp_path_factory.mktemp("data")
    screen = {"name": "desk", "x": 0, "y": 0, "width": 1920, "height": 1080}
    screens = folder / "screens.json"
    screens.write_text(json.dumps({"screens": [screen]}), encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-c", UP_TO_THE_PAINT, str(folder)],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": f"offscreen:configfile={screens}"},
        capture_output=True,
        text=True,
        check=True,
    )
    dressed, *imported = done.stdout.split()
    return Painted(frozenset(imported), int(dressed))


def test_the_window_is_painted_before_anything_heavy_is_imported(painted: Painted) -> None:
    assert "lobby_app.ui.greeter.window" in painted.imported
    assert painted.imported & HEAVY == set()


def test_the_window_is_painted_before_anything_of_a_visit_is_imported(painted: Painted) -> None:
    """A hundred data classes are a quarter of the start: what only an open desk needs waits."""
    below = {
        name
        for name in painted.imported
        if name.startswith("lobby_app.") and name.split(".")[1] in LAYERS
    }
    assert below - BELOW_THE_WINDOW == set()


def test_the_window_is_dressed_once_whatever_its_size(painted: Painted) -> None:
    assert painted.dressed == 1
