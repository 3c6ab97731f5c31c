"""The tile about replication in every state of the link: nothing is cut, nothing loses room."""

import pytest

from lobby_app.app.program import dress_application
from lobby_app.domain.text import Language
from lobby_app.ui.theme import ThemeName
from tests.helpers.supervisor import SupervisorPage
from tests.screens.supervisor_states import link_states
from tests.ui.greeter import looks
from tests.ui.supervisor.conftest import MakePage

SMALL, LARGE = (1366, 768), (1920, 1080)
TWICE = 3
"""Steps of zoom to 200 %."""
LOOKS = (
    *((theme, SMALL, 0) for theme in ThemeName),
    (ThemeName.LIGHT, SMALL, TWICE),
    (ThemeName.LARGE_TYPE, SMALL, TWICE),
    (ThemeName.LIGHT, LARGE, 0),
)


@pytest.fixture(params=list(Language), ids=lambda language: language.value)
def page(qapp, open_page: MakePage, request: pytest.FixtureRequest) -> SupervisorPage:
    dress_application(qapp)
    made = open_page(language=request.param)
    made.sign_on()
    return made


def _wear(page: SupervisorPage, theme: ThemeName, size: tuple[int, int], zoom: int) -> None:
    parts = page.window.screen_parts
    parts.zoom(-TWICE)
    page.window.resize(*size)
    parts.choose_theme(theme)
    parts.zoom(zoom)
    looks.settle_layout()


def _complaints(page: SupervisorPage) -> list[str]:
    """Return what does not fit. Dots say that words were cut: a label that cuts fits always."""
    hall = page.view.hall
    found = [
        said for look in (looks.cut_texts, looks.overlaps, looks.outside) for said in look(hall)
    ]
    found += [said for look in (looks.nameless, looks.boxes) for said in look(page.window)]
    tile = hall.tiles["sync"]
    shown = [label.text() for label in (tile.heading, tile.value, tile.more)]
    return found + [text for text in shown if not text or "\N{HORIZONTAL ELLIPSIS}" in text]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_is_known_of_the_link_is_read_in_full(
    page: SupervisorPage, look: tuple[ThemeName, tuple[int, int], int]
) -> None:
    _wear(page, *look)
    usual = set(_complaints(page))
    for name, reach in link_states().items():
        reach(page)
        looks.settle_layout()
        assert [(name, said) for said in _complaints(page) if said not in usual] == []


def test_the_tile_says_in_a_sentence_what_is_wrong(page: SupervisorPage) -> None:
    tile, said = page.view.hall.tiles["sync"], page.window.hub.wording.messages
    for name, key in (
        ("link-not-enrolled", "sync.not_enrolled"), ("link-too-old", "sync.too_old"),
        ("link-trouble", "sync.out_of_reach"),
    ):  # fmt: skip
        link_states()[name](page)
        assert (tile.toolTip(), tile.accessibleDescription()) == (said(key), said(key))
        assert tile.picture.icon_name == "alert"
    link_states()["link-offline"](page)
    assert (tile.toolTip(), tile.accessibleDescription()) == ("", "")
    link_states()["link-kept-apart"](page)
    words = page.window.hub.wording
    assert words("kept_apart", count=46) in tile.accessibleName()
    link_states()["link-clock-off"](page)
    assert words("clock_off", minutes=3) in tile.accessibleName()
