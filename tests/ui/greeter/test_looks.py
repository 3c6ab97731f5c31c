"""Every state of the window, both languages, themes, sizes and zoom: nothing cut, lost or mute."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from lobby_app.app.program import dress_application
from lobby_app.assembly import OpenDesk
from lobby_app.domain.text import Language, Text
from lobby_app.domain.ticket import TicketState
from lobby_app.services.views import RecentTicket
from lobby_app.ui.theme import ThemeName
from tests.helpers.desk_app import DeskPage, greeter_page
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN, ready_desk
from tests.screens.states import SettablePrinter, person_states, window_states
from tests.ui.greeter import looks

SMALL, LARGE = (1366, 768), (1920, 1080)
LIGHT, STRONG, BIG = ThemeName.LIGHT, ThemeName.HIGH_CONTRAST, ThemeName.LARGE_TYPE
TWICE = 3
"""Steps of zoom to 200 %."""
LOOKS = (
    (LIGHT, SMALL, 0),
    (BIG, SMALL, 0),
    (LIGHT, SMALL, TWICE),
)
ALL_LOOKS = (
    *LOOKS,
    (LIGHT, LARGE, 0),
    (LIGHT, LARGE, TWICE),
    (STRONG, SMALL, 0),
    (STRONG, LARGE, 0),
    (BIG, LARGE, 0),
)
TWO_LOOKS = ((LIGHT, SMALL, 0), (LIGHT, SMALL, TWICE))
EVERY_LOOK = frozenset(
    {"idle", "issued", "wishes", "busy-branch", "help", "paper-out", "locked"}
    | {"link-offline-days", "link-not-enrolled", "link-clock-off"}
)
"""States that hold every kind of part: they are seen in all looks, the others in the hardest."""
WINDOW_STATES = window_states("elder", "gold_maturity")
PERSON_STATES = person_states()


@pytest.fixture(scope="module")
def desk(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    folder = tmp_path_factory.mktemp("looks") / "data"
    with ready_desk(Path(shutil.copytree(demo_folder, folder))) as opened:
        yield opened


@pytest.fixture(scope="module", params=list(Language), ids=lambda language: language.value)
def page(qapp: QApplication, desk: OpenDesk, request: pytest.FixtureRequest) -> Iterator[DeskPage]:
    """One window for all states: it is brought back to idle before each."""
    dress_application(qapp)
    with greeter_page(desk, SettablePrinter(), language=request.param) as shown:
        shown.sign_on(QUICK_NUMBER, QUICK_PIN)
        yield shown


@pytest.fixture
def idle(page: DeskPage) -> DeskPage:
    page.printer.__init__()
    if page.window.hub.desk.is_locked:
        page.sign_on(pin=QUICK_PIN)
    page.shown.sheets.close_passing()
    page.window.hub.desk.is_blurred = False
    page.window.printing.look()
    page.link.status = page.link.usual
    page.window.watching.refresh()
    page.press(Qt.Key.Key_Escape)
    page.press(Qt.Key.Key_Escape)
    _wear(page, LIGHT, SMALL, 0)
    return page


def _wear(page: DeskPage, theme: ThemeName, size: tuple[int, int], zoom: int) -> None:
    """Put everything on at once: step by step the window would be dressed four times."""
    page.shown._theme_name, page.shown._zoom = theme, zoom
    page.window.resize(*size)
    page.shown.dress()
    looks.settle_layout()


def _foreign(page: DeskPage) -> set[str]:
    """Return Chinese in the English window: only names and what is said to the customer may be."""
    if page.messages.language is not Language.EN:
        return set()
    card, words = page.shown.view.answer, page.messages
    allowed = {card.name.text(), card.say.text(), page.shown.view.strip.language.text()}
    both = (words("greeter.command_language"), words("greeter.spoken_zh_CN"))
    found = looks.chinese(page.window) - allowed
    return {text for text in found if not any(word in text for word in both)}


def _complaints(
    page: DeskPage, wears: Sequence[tuple[ThemeName, tuple[int, int], int]]
) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for theme, size, zoom in wears:
        _wear(page, theme, size, zoom)
        # While a sheet is open nobody sees or reaches what lies below it.
        root = page.sheet or page.window
        for look in (looks.cut_texts, looks.overlaps, looks.outside, looks.small_targets):
            found += [(theme.value, size, zoom, look.__name__, said) for said in look(root)]
    found += [("foreign", said) for said in _foreign(page)]
    for look in (looks.nameless, looks.boxes):
        found += [(look.__name__, said) for said in look(page.window)]
    return found


@pytest.mark.parametrize("name", WINDOW_STATES)
def test_state_looks_right_everywhere(idle: DeskPage, name: str) -> None:
    WINDOW_STATES[name](idle)
    assert _complaints(idle, ALL_LOOKS if name in EVERY_LOOK else LOOKS) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("link-not-enrolled", "sync.not_enrolled"),
        ("link-too-old", "sync.too_old"),
        ("link-trouble", "sync.out_of_reach"),
    ],
)
def test_the_strip_says_in_a_sentence_what_its_words_are_short_for(
    idle: DeskPage, name: str, key: str
) -> None:
    item = idle.shown.view.strip.items["network"]
    before = item.text.text()
    WINDOW_STATES[name](idle)
    assert item.text.text() != before
    assert (item.toolTip(), item.accessibleDescription()) == (idle.messages(key),) * 2
    WINDOW_STATES["link-offline"](idle)
    assert (item.toolTip(), item.accessibleDescription()) == ("", "")


@pytest.mark.parametrize("name", PERSON_STATES)
def test_every_recommendation_looks_right(idle: DeskPage, name: str) -> None:
    PERSON_STATES[name](idle)
    assert _complaints(idle, TWO_LOOKS) == []


@pytest.mark.parametrize("name", ["idle", "issued", "documents-missing", "paper-out"])
def test_tab_reaches_everything_that_can_be_used(idle: DeskPage, name: str) -> None:
    WINDOW_STATES[name](idle)
    root = idle.sheet or idle.window
    usable = {
        widget
        for widget in looks.shown(root)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled()
    }
    reached = set()
    for _ in range(2 * len(usable) + 2):
        root.focusNextPrevChild(True)
        reached.add(idle.window.focusWidget())
    assert usable - reached == set()
    assert len(usable) > 1


@pytest.mark.parametrize("state", [state.value for state in TicketState])
def test_every_line_of_the_last_tickets_fits(idle: DeskPage, state: str) -> None:
    desk = idle.window.hub.desk
    before = desk.floor
    assert before is not None
    zone = Text("理财贷款", "Appointments")
    at = before.at.replace(hour=20, minute=48)
    desk.floor = replace(
        before,
        recent=tuple(
            RecentTicket(f"t{place}", "E88888", zone, at, state, copies, outcome, False, False)
            for place, (copies, outcome) in enumerate(((0, "printed"), (12, "printed"), (1, "no")))
        ),
    )
    try:
        assert _complaints(idle, LOOKS) == []
    finally:
        desk.floor = before


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_full_list_of_last_tickets_does_not_make_the_window_scroll(
    idle: DeskPage, size: tuple[int, int]
) -> None:
    WINDOW_STATES["busy-branch"](idle)
    _wear(idle, LIGHT, size, 0)
    idle.shown.fit()
    looks.settle_layout()
    assert idle.shown.view.area.verticalScrollBar().maximum() == 0
    assert any(button.isVisible() for button in idle.shown.view.side.recent_buttons)
