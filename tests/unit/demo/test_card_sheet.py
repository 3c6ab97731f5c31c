"""The printed sheet: every code decodes from the picture, nothing is cut, everything is marked."""

import re
from itertools import pairwise

import pytest
import zxingcpp
from PIL import Image
from PySide6.QtGui import QImage, QPainter

from lobby_app.demo.branches import demo_branch
from lobby_app.demo.cards import appointment_cards, demo_cards
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.ui.paper.card_sheet import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    CardSheet,
    card_sheet,
    sheet_pdf,
)


@pytest.fixture
def sheet(qapp: object) -> CardSheet:
    return card_sheet(demo_branch().name, load_policy(resource("policy")))


def _picture(sheet: CardSheet, place: int, scale: float = 0.8) -> Image.Image:
    """Draw one page at about 203 dpi: what a cheap office printer leaves of it."""
    image = QImage(
        round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale), QImage.Format.Format_Grayscale8
    )
    image.fill(255)
    painter = QPainter(image)
    painter.scale(scale, scale)
    sheet.draw(painter, place)
    painter.end()
    size = (image.width(), image.height())
    raw = bytes(image.constBits())
    return Image.frombuffer("L", size, raw, "raw", "L", image.bytesPerLine(), 1)


def test_every_code_decodes_from_the_rendered_pages(sheet: CardSheet) -> None:
    found = [
        code.text
        for place in range(len(sheet.pages))
        for code in zxingcpp.read_barcodes(_picture(sheet, place))
    ]
    wanted = [card.text for card in demo_cards()] + [slot.text for slot in appointment_cards()]
    assert sorted(found) == sorted(wanted)


def test_nothing_runs_over_an_edge(sheet: CardSheet) -> None:
    for place in range(len(sheet.pages)):
        picture = _picture(sheet, place)
        left, top, right, bottom = picture.point(lambda grey: 255 if grey < 250 else 0).getbbox()
        margin = 0.8 * 55
        assert left >= margin
        assert top >= margin
        assert picture.width - right >= margin
        assert picture.height - bottom >= margin / 2


def test_pieces_do_not_overlap(sheet: CardSheet) -> None:
    for page in sheet.pages:
        edges = [(top, top + piece.height) for top, piece in page]
        assert all(above[1] <= below[0] for above, below in pairwise(edges))
        assert edges[-1][1] < PAGE_HEIGHT - 110


def test_the_pdf_has_all_pages_and_text_to_copy(sheet: CardSheet) -> None:
    document = sheet_pdf(sheet)
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == len(sheet.pages) >= 2
    maps = b"".join(re.findall(rb"begincmap(.*?)endcmap", document, re.S))
    mapped = {chr(int(code, 16)) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", maps)}
    texts = [card.text for card in demo_cards()] + [slot.text for slot in appointment_cards()]
    assert set("".join(texts)) - {"\n"} <= mapped
    assert not any(" " in text or "\t" in text for text in texts)
