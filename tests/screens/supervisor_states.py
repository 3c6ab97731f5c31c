"""Every state of the supervisor's window, reached as a supervisor reaches it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from lobby_app.domain.floor import ChannelState
from lobby_app.domain.satisfaction import Answer, AnswerReason
from lobby_app.domain.text import Language
from lobby_app.services import hall, registers
from lobby_app.services.answers import record_answer
from lobby_app.services.floor import set_devices
from lobby_app.services.staffing import advise_counters
from lobby_app.ui.theme import ThemeName
from tests.helpers.calling_desk import session_of
from tests.helpers.links import LINKS
from tests.helpers.supervisor import Branch, SupervisorPage

State = Callable[[SupervisorPage], None]
SMALL, LARGE = (1366, 768), (1920, 1080)


def _press(*keys: Qt.Key) -> State:
    def reach(page: SupervisorPage) -> None:
        for key in keys:
            page.press(key)

    return reach


def _nobody(page: SupervisorPage) -> None:
    """Nobody has signed on."""


def _hall(page: SupervisorPage) -> None:
    return


def _trouble(page: SupervisorPage) -> None:
    """Scam at the door, machines down, a zone paused, a message on the wall, a long wait."""
    desk, session = page.branch.desk, session_of("0017")
    registers.call_supervisor(desk, session, None, "scam_signs")
    machines = [m.device_id for m in desk.branch.machines if m.channel == "cash_recycler"]
    set_devices(desk, "monitor", [(machine, ChannelState.DOWN) for machine in machines])
    hall.pause_zone(desk, session, "D", "long_wait")
    page.look()
    page.branch.later(2.5)
    page.look()


def _cash_short(page: SupervisorPage) -> None:
    """Cash is short: the tile and, after a while, the alarm say so."""
    hall.mark_cash(page.branch.desk, session_of("0017"), is_short=True, why="delivery_late")
    page.look()
    page.branch.later(2.5)
    page.look()
    bar = page.view.hall.alarms.verticalScrollBar()
    bar.setValue(bar.maximum())


def _answers(count: int) -> State:
    """Note so many answers, then look at what the figures make of them."""

    def reach(page: SupervisorPage) -> None:
        desk = page.branch.desk
        with desk.reader() as work:
            numbers = [ticket.number for ticket in work.tickets(desk.business_day())]
        for place, number in enumerate(numbers[:count]):
            answer = Answer(5 - place % 3, 10 - place % 6, list(AnswerReason)[place * place % 4])
            record_answer(desk, session_of("0017"), number, answer)
        page.press(Qt.Key.Key_F3)
        table, name = page.view.figures.table, page.window.hub.wording("figure_nps")
        model = table.model()
        rows = (model.index(row, 0) for row in range(model.rowCount()))
        table.setCurrentIndex(next(row for row in rows if row.data() == name))

    return reach


def _answer_given(page: SupervisorPage) -> None:
    """A slip half typed, after one that was refused."""
    page.press(Qt.Key.Key_A)
    sheet = page.window.answer
    sheet.ticket.setText("A9999")
    sheet.csat.choose("4")
    sheet.note.click()
    page.settle()
    sheet.nps.choose("9")
    sheet.reason.choose("waiting")


def _link(name: str) -> State:
    """Let replication do as `name` says."""

    def reach(page: SupervisorPage) -> None:
        page.link.status = LINKS[name](page.branch.desk.now())
        page.look()

    return reach


def link_states() -> dict[str, State]:
    """Return the hall with the link as it may be."""
    return {name: _link(name) for name in LINKS}


def states() -> dict[str, State]:
    """Return every state by its name."""
    key = Qt.Key
    return {
        "sign-on": _nobody,
        "hall": _hall,
        "trouble": _trouble,
        "figures": _press(key.Key_F3),
        "figures-queue": _press(key.Key_F3, key.Key_F6),
        "figures-hour": _press(key.Key_F3, key.Key_F6, key.Key_F6),
        "answers-few": _answers(12),
        "answers": _answers(40),
        "fairness": _press(key.Key_F4),
        "open": _press(key.Key_O),
        "queues": _press(key.Key_Q, key.Key_1),
        "reassign": _press(key.Key_R, key.Key_1),
        "confirm": _press(key.Key_C, key.Key_1),
        "pause": _press(key.Key_P),
        "broadcast": _press(key.Key_B),
        "devices": _press(key.Key_D),
        "cash": _press(key.Key_S),
        "cash-short": _cash_short,
        "answer": _answer_given,
        "help": _press(key.Key_F1),
        **link_states(),
    }


def shots() -> Iterator[tuple[str, Language, ThemeName, tuple[int, int], int]]:
    """Yield name, language, theme, size and zoom steps of every picture."""
    for language in Language:
        for name in states():
            yield name, language, ThemeName.LIGHT, SMALL, 0
        for name in ("trouble", "cash-short", "answer", "answers", "figures", "fairness", *LINKS):
            yield name, language, ThemeName.LIGHT, LARGE, 0
            yield name, language, ThemeName.HIGH_CONTRAST, SMALL, 0
            yield name, language, ThemeName.LARGE_TYPE, SMALL, 0
            yield name, language, ThemeName.LIGHT, SMALL, 3


def render(folder: Path, wanted: set[str]) -> int:
    """Write the pictures and return how many."""
    names = {name for name, *_ in shots()}
    if wanted and not {f"supervisor-{name}" for name in names} & wanted:
        return 0
    count = 0
    with tempfile.TemporaryDirectory() as ready:
        branch = Branch(Path(ready))
        branch.play_until(10, 20)
        branch.close()
        for name, language, theme, (width, height), zoom in shots():
            if wanted and f"supervisor-{name}" not in wanted:
                continue
            target = f"supervisor-{name}-{language.value}-{theme.value}-{width}x{height}"
            target += f"-zoom{zoom}" if zoom else ""
            _shoot(
                Path(ready),
                folder / f"{target}.png",
                states()[name],
                language,
                theme,
                (width, height),
                zoom,
            )
            count += 1
    return count


def _shoot(
    ready: Path,
    target: Path,
    state: State,
    language: Language,
    theme: ThemeName,
    size: tuple[int, int],
    zoom: int,
) -> None:
    with tempfile.TemporaryDirectory() as data:
        shutil.copytree(ready, data, dirs_exist_ok=True)
        branch = Branch(Path(data))
        branch.stand_at(10, 20)
        page = SupervisorPage(branch, language, advise_counters)
        page.open(*size)
        page.window.screen_parts.choose_theme(theme)
        page.window.screen_parts.zoom(zoom)
        if state is not _nobody:
            page.sign_on()
        state(page)
        # Layouts ask for room in turns: let them come to rest.
        for _ in range(8):
            QApplication.processEvents()
        page.window.grab().save(str(target))
        page.close()
        branch.close()
