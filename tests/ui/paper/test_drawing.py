"""The one drawing of the ticket: complete, large enough, readable by a telephone, about nobody."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta
from typing import Any

import numpy
import pytest
import zxingcpp
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from lobby_app.devices.printing.escpos import raster_job
from lobby_app.domain.slip import TicketSlip, WaitRange
from lobby_app.domain.text import Language, Text
from lobby_app.ui.paper.bitmap import slip_bitmap
from lobby_app.ui.paper.drawing import DOTS_PER_MM, WIDTHS, slip_image, slip_page
from lobby_app.ui.paper.fonts import chinese_family
from tests.helpers.escpos_emulator import Paper, read_codes
from tests.helpers.slips import PAYLOAD, VARIANTS, a_slip, widest_slip

pytestmark = pytest.mark.usefixtures("qapp")
DOTS = sorted(WIDTHS.values())
QUIET = 4


def dots_of(image: QImage) -> numpy.ndarray:
    """Return a picture as rows of booleans, True = black."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    flat = numpy.frombuffer(grey.constBits(), numpy.uint8).reshape(grey.height(), -1)
    return flat[:, : grey.width()] < 128


def printed(slip: TicketSlip, width: int) -> Image.Image:
    """Return the ticket as the printer puts it on paper."""
    paper = Paper(width)
    paper.feed(raster_job(slip_bitmap(slip, width)))
    assert paper.unexpected == []
    (ticket,) = paper.tickets
    return ticket


def changed_area(one: TicketSlip, other: TicketSlip, width: int) -> tuple[int, int]:
    """Return height and width of where two tickets of the same size differ."""
    first, second = dots_of(slip_image(one, width)), dots_of(slip_image(other, width))
    rows, columns = numpy.nonzero(first != second)
    return int(numpy.ptp(rows)) + 1, int(numpy.ptp(columns)) + 1


def test_a_chinese_font_is_installed() -> None:
    assert chinese_family() is not None


@pytest.mark.parametrize("width", DOTS)
@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_ticket_is_readable_by_a_telephone(variant: dict[str, Any], width: int) -> None:
    assert read_codes(printed(a_slip(**variant), width)) == [PAYLOAD]


@pytest.mark.parametrize("width", DOTS)
@pytest.mark.parametrize("language", Language)
def test_the_longest_ticket_is_readable(language: Language, width: int) -> None:
    slip = widest_slip(language=language, large_type=True)
    assert read_codes(printed(slip, width)) == [PAYLOAD]


@pytest.mark.parametrize("width", DOTS)
def test_the_code_survives_a_smear_and_dead_dots(width: int) -> None:
    ticket = numpy.array(printed(a_slip(), width))
    (code,) = zxingcpp.read_barcodes(ticket)
    corner = code.position
    top, bottom, middle = corner.top_left.y, corner.bottom_left.y, width // 2
    half_way = (top + bottom) // 2
    for column in range(corner.top_left.x + 60, corner.top_right.x - 60, 12):
        smeared, dead = ticket.copy(), ticket.copy()
        smeared[top:bottom, column : column + 6] = 0
        dead[:, column : column + 6] = 255
        assert read_codes(Image.fromarray(smeared)) == [PAYLOAD]
        assert read_codes(Image.fromarray(dead)) == [PAYLOAD]
    across = ticket.copy()
    across[half_way : half_way + 6, :] = 0
    across[:, [middle - 40, middle, middle + 40]] = 255
    assert read_codes(Image.fromarray(across)) == [PAYLOAD]


@pytest.mark.parametrize(("width", "module"), [(384, 5), (576, 6)])
def test_the_code_has_level_q_its_size_and_its_quiet_zone(width: int, module: int) -> None:
    ticket = numpy.array(printed(a_slip(), width))
    (code,) = zxingcpp.read_barcodes(ticket)
    assert code.ec_level == "Q"
    left, right = code.position.top_left.x, code.position.top_right.x
    top, bottom = code.position.top_left.y, code.position.bottom_left.y
    assert right - left == pytest.approx(33 * module, abs=3)  # version 4: upper case pays
    quiet = QUIET * module - 2
    beside = ticket[top:bottom, :] == 0
    beside[:, left - 2 : right + 3] = False
    assert not beside.any()
    assert not (ticket[top - quiet : top - 2, left:right] == 0).any()
    assert not (ticket[bottom + 3 : bottom + quiet, left:right] == 0).any()


@pytest.mark.parametrize("width", DOTS)
@pytest.mark.parametrize("large", [False, True])
def test_the_number_is_at_least_twelve_millimetres_high(large: bool, width: int) -> None:
    one, other = (a_slip(number=n, large_type=large) for n in ("A2018", "A2011"))
    height, _ = changed_area(one, other, width)
    assert height >= 12 * DOTS_PER_MM


def test_large_type_is_larger() -> None:
    heights = [
        changed_area(a_slip(large_type=large), a_slip(large_type=large, number="A2018"), 576)[0]
        for large in (False, True)
    ]
    assert heights[1] > heights[0] * 1.2
    assert slip_page(a_slip(large_type=True), 576).height > slip_page(a_slip(), 576).height


@pytest.mark.parametrize("width", DOTS)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_cut_at_any_edge(language: Language, large: bool, width: int) -> None:
    """Drawn on a larger sheet, no dot falls outside the paper: so none is lost on it."""
    slip = widest_slip(language=language, large_type=large)
    page = slip_page(slip, width)
    sheet = QImage(width + 400, page.height + 400, QImage.Format.Format_Grayscale8)
    sheet.fill(255)
    painter = QPainter(sheet)
    painter.translate(QPoint(200, 200))
    page.paint(painter)
    painter.end()
    ink = dots_of(sheet)
    inside = ink[200 : 200 + page.height, 200 : 200 + width].copy()
    assert ink.sum() == inside.sum()
    assert (inside == dots_of(slip_image(slip, width))).all()
    assert not inside[:, :4].any()
    assert not inside[:, -4:].any()


def test_a_word_without_spaces_is_broken_not_cut() -> None:
    slip = a_slip(documents=(Text("件" * 60, "W" * 90),), language=Language.EN)
    for width in DOTS:
        ink = dots_of(slip_image(slip, width))
        assert not ink[:, :4].any()
        assert not ink[:, -4:].any()
    longer = a_slip(documents=(Text("件" * 61, "W" * 90),), language=Language.EN)
    assert (slip_bitmap(slip, 384)) != slip_bitmap(longer, 384)


SHOWN = {
    "branch": Text("书院支行", "Jiangbin Branch"),
    "number": "A2018",
    "zone": "B",
    "zone_name": Text("综合", "Cash"),
    "channel": Text("综合柜台", "Cash counter"),
    "issued_at": a_slip().issued_at + timedelta(minutes=1),
    "ahead": 7,
    "wait": WaitRange(10, 25),
    "documents": (Text("护照", "Passport"),),
    "posted_rule": Text("先来先办。", "First come, first served."),
    "hotline": "95001",
    "qr_payload": PAYLOAD[:-1] + "Z",
    "language": Language.EN,
    "large_type": True,
    "is_priority": True,
    "copy": 1,
    "is_demo": True,
}
ENGLISH = {
    "branch": Text("江滨支行", "Riverside"),
    "zone_name": Text("现金", "Money"),
    "channel": Text("现金柜台", "Money counter"),
    "documents": (Text("本人身份证件", "Passport"), a_slip().documents[1]),
    "posted_rule": Text(a_slip().posted_rule.zh, "First come, first served."),
}


@pytest.mark.parametrize("width", DOTS)
@pytest.mark.parametrize("name", [field.name for field in fields(TicketSlip)])
def test_everything_on_a_slip_is_on_the_paper(name: str, width: int) -> None:
    assert slip_bitmap(a_slip(), width) != slip_bitmap(a_slip(**{name: SHOWN[name]}), width)


@pytest.mark.parametrize("name", ENGLISH)
def test_an_english_visitor_reads_both_languages_a_chinese_customer_one(name: str) -> None:
    changed = {name: ENGLISH[name]}
    assert slip_bitmap(a_slip(), 576) == slip_bitmap(a_slip(**changed), 576)
    english = a_slip(language=Language.EN)
    assert slip_bitmap(english, 576) != slip_bitmap(a_slip(language=Language.EN, **changed), 576)
    chinese = {name: SHOWN[name]}
    assert slip_bitmap(english, 576) != slip_bitmap(a_slip(language=Language.EN, **chinese), 576)


def test_each_copy_tells_which_it_is() -> None:
    copies = [slip_bitmap(a_slip(copy=count), 576) for count in range(4)]
    assert len({copy.data for copy in copies}) == 4


def test_a_slip_has_no_place_for_a_person() -> None:
    assert {field.name for field in fields(TicketSlip)} == SHOWN.keys()


def test_a_worker_thread_draws_the_same(qapp: QApplication) -> None:
    slip = widest_slip(language=Language.EN)
    with ThreadPoolExecutor(1) as worker:
        assert worker.submit(slip_bitmap, slip, 384).result() == slip_bitmap(slip, 384)
