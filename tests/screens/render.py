"""`python -m tests.screens.render FOLDER [NAME…]`: every window and state as PNG, offscreen."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from lobby_app.app.program import dress_application
from tests.screens import counter_pictures, greeter_pictures, supervisor_states, wall_pictures

WINDOWS = (greeter_pictures, counter_pictures, wall_pictures, supervisor_states)


def main(folder: Path, wanted: set[str]) -> int:
    """Write the pictures of every window, or of the states named, and return how many."""
    dress_application(QApplication([]))
    folder.mkdir(parents=True, exist_ok=True)
    return sum(window.render(folder, wanted) for window in WINDOWS)


if __name__ == "__main__":
    written = main(Path(sys.argv[1]), set(sys.argv[2:]))
    sys.stdout.write(f"{written} pictures in {sys.argv[1]}\n")
