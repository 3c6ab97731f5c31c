"""Every state of the counter's panel as PNG."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.domain.business import Need, Priority
from lobby_app.domain.text import Language
from lobby_app.services.advising import advise
from lobby_app.services.reception import identify
from lobby_app.services.ticketing import issue
from lobby_app.services.views import Identified, Wishes
from lobby_app.ui.theme import ThemeName
from tests.helpers.calling_desk import session_of, tickets_for
from tests.helpers.counter_app import CounterPage
from tests.helpers.desk_app import card_text
from tests.helpers.greeter import ready_desk
from tests.helpers.losses import cut_off, lose_call

State = Callable[[CounterPage], None]
KNOWN = "gold_maturity"
COUNTER = 1


def _keys(*keys: Qt.Key) -> State:
    def reach(page: CounterPage) -> None:
        page.sign_on()
        for key in keys:
            page.press(key)

    return reach


def _known_customer(page: CounterPage) -> None:
    """Somebody whom the bank knows is called and comes."""
    _known_ticket(page.opened)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_S)


def _known_ticket(opened: OpenDesk) -> None:
    desk, session = opened.desk, session_of("0017")
    found = identify(desk, session, card_text(KNOWN))
    assert isinstance(found, Identified)
    wishes = Wishes()
    advice = advise(desk, found.visit, Need("note_exchange"), wishes)
    issue(desk, session, found.visit, advice, wishes)


def _lost(page: CounterPage) -> None:
    """Another counter has won the call that was made while nobody answered."""
    _keys(_CALL)(page)
    lose_call(page.opened.desk, "A1001", 3)
    page.window.stepping.refresh()
    page.settle()


_CALL, _START = Qt.Key.Key_Return, Qt.Key.Key_S
_OFFLINE = {"called-offline": _keys(_CALL), "lost": _lost}
"""States of a desk that has partners and cannot reach them."""

STATES: Mapping[str, State] = {
    "sign-on": lambda page: None,
    "free": _keys(),
    "called": _keys(_CALL),
    "called-three-times": _keys(_CALL, Qt.Key.Key_R, Qt.Key.Key_R, Qt.Key.Key_R),
    "serving": _keys(_CALL, _START),
    "park": _keys(_CALL, _START, Qt.Key.Key_P),
    "parked": _keys(_CALL, _START, Qt.Key.Key_P, Qt.Key.Key_2),
    "transfer": _keys(_CALL, _START, Qt.Key.Key_T),
    "skip": _keys(_CALL, Qt.Key.Key_K),
    "small": _keys(_CALL, Qt.Key.Key_F9),
    "known": _known_customer,
    **_OFFLINE,
}


def render(folder: Path, wanted: set[str]) -> int:
    """Write the pictures, of all states when none is named, and return how many."""
    count = 0
    for name, state in STATES.items():
        if wanted and name not in wanted:
            continue
        for language in Language:
            for theme in ThemeName:
                _picture(folder, name, state, language, theme)
                count += 1
    return count


def _picture(folder: Path, name: str, state: State, language: Language, theme: ThemeName) -> None:
    with tempfile.TemporaryDirectory() as data, ready_desk(Path(data)) as opened:
        if name != "known":
            tickets_for(opened, 4, priority=Priority.ORDINARY)
        shown = cut_off(opened) if name in _OFFLINE else opened
        page = CounterPage(shown, COUNTER, language, theme)
        state(page)
        # Layouts ask for room in turns: let them come to rest.
        for _ in range(8):
            QApplication.processEvents()
        page.window.grab().save(str(folder / f"counter-{name}-{language}-{theme}.png"))
        page.close()
