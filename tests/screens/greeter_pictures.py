"""Every state of the greeter's window as PNG."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lobby_app.domain.text import Language
from lobby_app.ui.theme import ThemeName
from tests.helpers.desk_app import DeskPage, open_demo_desk
from tests.helpers.links import LINKS
from tests.screens.states import SettablePrinter, State, person_states, window_states

SMALL, LARGE = (1366, 768), (1920, 1080)
KEY_STATES = ("idle", "issued", "wishes", "busy-branch", "cash-short", "paper-out", "duplicate")
ELDER, KNOWN = "elder", "gold_maturity"


def shots() -> Iterator[tuple[str, State, Language, ThemeName, tuple[int, int], int]]:
    """Yield name, state, language, theme, size and zoom steps of every picture."""
    everything = {**window_states(ELDER, KNOWN), **person_states()}
    for language in Language:
        for name, state in everything.items():
            yield name, state, language, ThemeName.LIGHT, SMALL, 0
        for name in (*KEY_STATES, *LINKS):
            state = everything[name]
            yield name, state, language, ThemeName.LIGHT, LARGE, 0
            yield name, state, language, ThemeName.HIGH_CONTRAST, SMALL, 0
            yield name, state, language, ThemeName.LARGE_TYPE, SMALL, 0
            yield name, state, language, ThemeName.LARGE_TYPE, LARGE, 0
            yield name, state, language, ThemeName.LIGHT, SMALL, 3
    for name in ("sign-on", "opening"):
        for language in Language:
            yield name, _nothing, language, ThemeName.LIGHT, SMALL, 0


def _nothing(page: DeskPage) -> None:
    return


def render(folder: Path, wanted: set[str]) -> int:
    """Write the pictures and return how many."""
    count = 0
    ready = Path(tempfile.mkdtemp())
    open_demo_desk(ready).close()
    for name, state, language, theme, (width, height), zoom in shots():
        if wanted and name not in wanted:
            continue
        target = f"greeter-{name}-{language.value}-{theme.value}-{width}x{height}"
        target += f"-zoom{zoom}" if zoom else ""
        with tempfile.TemporaryDirectory() as data:
            shutil.copytree(ready, data, dirs_exist_ok=True)
            opened = open_demo_desk(Path(data))
            page = DeskPage(opened, SettablePrinter(), language)
            page.open(width, height)
            page.theme(theme)
            page.shown.zoom(zoom)
            if name not in ("sign-on", "opening"):
                page.sign_on()
                state(page)
            elif name == "opening":
                page.window.show_opening()
            # Layouts ask for room in turns: let them come to rest.
            for _ in range(8):
                QApplication.processEvents()
            page.window.grab().save(str(folder / f"{target}.png"))
            page.close()
            opened.close()
        count += 1
    shutil.rmtree(ready)
    return count
