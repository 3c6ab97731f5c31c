"""F11: the whole window speaks the other language at once, and back, and nothing is forgotten."""

import pytest
from PySide6.QtCore import Qt

from lobby_app.domain.text import Language
from lobby_app.ui.greeter.state import Phase
from tests.helpers.desk_app import DeskPage
from tests.screens.states import window_states

STATES = window_states("elder", "gold_maturity")
STAYING = (
    "idle",
    "unreadable",
    "choosing",
    "search",
    "busy-branch",
    "issued",
    "wishes",
    "blurred",
    "documents-missing",
    "safety",
)
"""States without a sheet: sheets close when the language changes."""


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("name", STAYING)
def test_every_word_changes_and_comes_back(page: DeskPage, name: str) -> None:
    STATES[name](page)
    page.shown.clear_notice()
    phase, before = page.visit.phase, page.texts()
    page.press(Qt.Key.Key_F11)
    english = page.texts()
    page.press(Qt.Key.Key_F11)
    assert page.texts() == before
    assert page.visit.phase is phase
    card = page.shown.view.answer
    said = {card.name.text(), card.say.text()}
    kept = {text for text in english if _is_chinese(text) and text in before} - said
    assert kept == set(), "only names and what is said to the customer stay"


def test_locked_sheet_speaks_the_other_language_and_keeps_its_error(page: DeskPage) -> None:
    page.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    page.sign_on(pin="0000")
    sheet = page.shown.sheets.sign_on
    page.press(Qt.Key.Key_F11)
    assert page.messages.language is Language.EN
    words = [sheet.title, sheet.text, sheet.pin_label, sheet.enter, sheet.error, sheet.check]
    assert [part.text() for part in words if _is_chinese(part.text())] == []
    assert sheet.error.text() == page.messages("signon.refused")
    assert sheet.pin.accessibleName() == sheet.pin_label.text()


def test_visit_keeps_the_customers_language(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.press(Qt.Key.Key_F11)
    assert page.visit.phase is Phase.ADVISED
    assert page.visit.wishes.language is Language.ZH


def test_strip_button_does_the_same_as_the_key(page: DeskPage) -> None:
    page.touch(page.shown.view.strip.language)
    assert page.messages.language is Language.EN
