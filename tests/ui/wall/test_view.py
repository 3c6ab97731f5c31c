"""What is drawn: large enough, strong enough, whole, bilingual; on walls of any size."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtWidgets import QApplication

from lobby_app.app.program import dress_application
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.text import Language, Text
from lobby_app.messages import Messages, bilingual
from lobby_app.services.hall import MESSAGE_EN, MESSAGE_ZH
from lobby_app.services.views import BoardView, BoardZone
from lobby_app.ui.wall.colours import GROUND, LIT, MAIN, ON_LIT
from lobby_app.ui.wall.text import WallText
from lobby_app.ui.wall.view import CALLS_SHARE
from lobby_app.ui.wall.window import _TIPS, PAGE_S
from tests.helpers.wall_app import MORNING, WallPage, a_board, a_call, wall_page

SIZES = [(1920, 1080), (1366, 768), (3840, 2160), (1280, 1024), (1080, 1920)]
CALLS = (
    a_call("A1042", 3, MORNING),
    a_call("B1017", 5, times=2),
    a_call("C1004", 8, is_priority=True),
    a_call("A12041", 12),
    a_call("B99999", 99, times=3),
    a_call("A1040", 3),
)
FULL = a_board(
    *CALLS,
    zones=(
        BoardZone("A", Text("现金", "Cash"), 188, WaitRange(120, 180), 12),
        BoardZone("B", Text("综合", "Service"), 11, WaitRange(3, 3), 2),
        BoardZone("C", Text("对公", "Corporate"), 2, WaitRange(5, 8), 1),
        BoardZone("D", Text("理财贷款", "Advice"), 1, WaitRange(0, 0), 3),
        BoardZone("E", Text("专属预约", "Appointments"), 0, None, 0),
    ),
    paused=("C",),
    messages=(Text("字" * MESSAGE_ZH, "Ten letter " * (MESSAGE_EN // 11)),),
)


@pytest.fixture
def page(qapp: QApplication) -> Iterator[WallPage]:
    dress_application(qapp)
    with wall_page(None) as wall:
        yield wall


def _show(page: WallPage, board: BoardView, size: tuple[int, int] = (1920, 1080)) -> QImage:
    page.open(*size)
    page.window.show_board(board)
    page.window.stop()
    page.view.stale.show()
    QApplication.processEvents()
    return page.window.grab().toImage()


def _area(page: WallPage, text: WallText) -> QRect:
    return QRect(text.mapTo(page.window, text.rect().topLeft()), text.size())


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_cut_and_nothing_is_smaller_than_clear(
    page: WallPage, size: tuple[int, int]
) -> None:
    picture = _show(page, FULL, size)
    assert len(page.shown_texts()) > 60
    for text in page.shown_texts():
        assert text.is_whole, text.text()
        assert text.is_above_floor, (text.text(), text.shown_font.pixelSize())
        area = _area(page, text)
        assert page.window.rect().contains(area), text.text()
        # No ink on the edge: where a letter is cut, it is cut there.
        ground = picture.pixel(area.left(), area.center().y())
        for y in (area.top(), area.bottom()):
            row = {picture.pixel(x, y) for x in range(area.left(), area.right() + 1)}
            assert row == {ground}, text.text()


@pytest.mark.parametrize("size", SIZES)
def test_parts_do_not_overlap(page: WallPage, size: tuple[int, int]) -> None:
    _show(page, FULL, size)
    areas = [(text.text(), _area(page, text)) for text in page.shown_texts()]
    for place, (word, area) in enumerate(areas):
        for other, another in areas[place + 1 :]:
            assert not area.intersects(another), (word, other)


@pytest.mark.parametrize("tip", _TIPS)
def test_every_tip_is_readable(page: WallPage, tip: str) -> None:
    page.open()
    page.window.show_board(FULL)
    page.view.tip.show_tip(bilingual(f"wall.tip_{tip}"))
    for text in (page.view.tip.zh, page.view.tip.en):
        assert text.is_whole
        assert text.is_above_floor
    # The wall's font draws a curly quotation mark as wide as a Chinese character.
    assert page.view.tip.en.text().isascii()


def test_called_digits_are_76_mm_high_on_a_55_inch_wall(page: WallPage) -> None:
    _show(page, a_board(*CALLS))
    for row in page.view.rows:
        for text in (row.number, row.counter):
            ink = QFontMetrics(text.shown_font).tightBoundingRect("0")
            assert ink.height() >= 120, text.text()


def test_whatever_is_searched_for_is_twice_the_clear_size(page: WallPage) -> None:
    _show(page, a_board(*CALLS))
    for zone in page.view.zones:
        assert zone.letter.shown_font.pixelSize() >= 63
        assert zone.waiting.shown_font.pixelSize() >= 63
    texts = [page.view.title_zh, *(row.label_zh for row in page.view.rows)]
    assert {text.shown_font.pixelSize() for text in texts} == {MAIN}


def test_calls_have_seven_tenths_of_the_width(page: WallPage) -> None:
    _show(page, a_board(*CALLS))
    assert page.view.panel.geometry().left() >= CALLS_SHARE * page.window.width() - 1
    assert CALLS_SHARE >= 0.7


def _contrast(one: QColor, other: QColor) -> float:
    def luminance(colour: QColor) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (colour.redF(), colour.greenF(), colour.blueF())
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_every_text_stands_out_seven_to_one(page: WallPage) -> None:
    picture = _show(page, FULL)
    for text in page.shown_texts():
        area = _area(page, text)
        ground = picture.pixelColor(area.left(), area.center().y())
        assert _contrast(QColor(text.colour), ground) >= 7, text.text()


def test_the_called_row_wears_the_colours_of_the_rule(page: WallPage) -> None:
    picture = _show(page, a_board(*CALLS))
    first, second = page.view.rows[:2]
    middle = first.geometry().center()
    assert picture.pixelColor(middle) == QColor(LIT)
    assert first.number.colour == first.label_en.colour == ON_LIT
    assert picture.pixelColor(second.geometry().center()) == QColor(GROUND)


def test_both_languages_are_there_at_once(page: WallPage) -> None:
    _show(page, a_board(*CALLS))
    page.window.tick()
    words = " ".join(page.words())
    keys = ("now_serving", "window", "open", "waiting", "stale", "demo", "priority", "minutes")
    for key in keys:
        for language in Language:
            assert Messages(language)(f"wall.{key}") in words, (key, language)
    for zone in a_board().zones:
        assert zone.name.zh in words
        assert zone.name.en in words
    rule = a_board().posted_rule
    assert rule.zh in words
    assert rule.en in words


def test_nothing_but_what_the_board_holds_is_said(page: WallPage) -> None:
    _show(page, a_board(*CALLS))
    words = " ".join(page.words())
    for word in ("VIP", "贵宾", "金卡", "tier", "Tier", "先生", "女士", "0017"):
        assert word not in words


def test_without_calls_people_are_told_what_to_do(page: WallPage) -> None:
    page.open()
    page.window.show_board(a_board())
    assert page.rows == []
    words = page.words()
    assert bilingual("wall.welcome").zh in words
    assert bilingual("wall.welcome").en in words
    assert bilingual("wall.window").zh not in [t.text() for t in page.shown_texts()]
    page.window.show_board(a_board(*CALLS))
    assert bilingual("wall.welcome").zh not in [t.text() for t in page.shown_texts()]


@pytest.mark.parametrize(
    ("count", "size", "pages"),
    [
        (1, (1920, 1080), ["A"]),
        (6, (1366, 768), ["ABCDEF"]),
        (7, (1920, 1080), ["ABCD", "EFG"]),
        (10, (3840, 2160), ["ABCDE", "FGHJK"]),
        (10, (1080, 1920), ["ABCDEFGHJK"]),
    ],
)
def test_any_number_of_zones_is_large_enough_if_need_be_on_pages(
    page: WallPage, count: int, size: tuple[int, int], pages: list[str]
) -> None:
    zones = tuple(
        BoardZone(letter, Text("综合业务", "Service"), 12, WaitRange(20, 30), 2)
        for letter in "ABCDEFGHJK"[:count]
    )
    _show(page, a_board(*CALLS[1:], zones=zones), size)
    for letters in [*pages, pages[0]]:
        assert "".join(zone.letter.text() for zone in page.view.zones) == letters
        for text in page.shown_texts():
            assert text.is_whole, text.text()
            assert text.is_above_floor, text.text()
        page.pass_time(PAGE_S)
    # Fewer zones again: no line is left behind.
    page.window.show_board(a_board(*CALLS))
    assert len(page.view.zones) == len(page.view.lines) == 5


def test_the_wall_asks_for_no_size_of_its_own(page: WallPage) -> None:
    page.open(640, 360)
    page.window.show_board(FULL)
    assert page.window.size() == QSize(640, 360)
    assert all(text.is_whole for text in page.shown_texts())
