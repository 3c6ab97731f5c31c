"""The two pages of `lobby printer-test`: a ruler of the real print width, and a test ticket."""

from datetime import datetime

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from lobby_app.domain.slip import Bitmap, TicketSlip, WaitRange
from lobby_app.domain.text import Language
from lobby_app.messages import bilingual
from lobby_app.ui.paper.bitmap import to_bitmap
from lobby_app.ui.paper.blocks import Page
from lobby_app.ui.paper.drawing import DOTS_PER_MM, page_image
from lobby_app.ui.paper.fonts import ticket_font

_HEIGHT = 250
_BARS_TOP = 80
_EDGE = 4  # dots: thin enough to tell an edge, thick enough to see it


def ruler_page(width: int) -> Page:
    """Return a ruler over the full width: a tick each mm, numbers each cm, bars at both edges.

    When one of the two bars is missing on paper, the width in the settings is too large.
    """

    def paint(painter: QPainter) -> None:
        black = QColor("black")
        painter.setPen(black)
        painter.setFont(ticket_font(28))
        for mm in range(width // DOTS_PER_MM + 1):
            length = 40 if mm % 10 == 0 else 26 if mm % 5 == 0 else 14
            x = min(mm * DOTS_PER_MM, width - 2)
            painter.fillRect(QRect(x, 0, 2, length), black)
            if mm % 10 == 0:
                painter.drawText(min(x, width - 24), 66, str(mm // 10))
        painter.fillRect(QRect(0, _BARS_TOP - 6, width, 2), black)
        for left in (0, width - _EDGE):
            painter.fillRect(QRect(left, _BARS_TOP, _EDGE, _HEIGHT - _BARS_TOP), black)
        text = bilingual("printer.ruler", dots=width, mm=width // DOTS_PER_MM)
        box = QRect(12, _BARS_TOP, width - 24, _HEIGHT - _BARS_TOP)
        wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(box, wrapped, f"{text.zh}\n{text.en}")

    return Page(width, _HEIGHT, paint)


def ruler_bitmap(width: int) -> Bitmap:
    """Return the ruler for a head of `width` dots."""
    return to_bitmap(page_image(ruler_page(width)))


def trial_slip(at: datetime, qr_payload: str, *, is_demo: bool) -> TicketSlip:
    """Return a ticket that nobody can mistake for a real one: zone T, number T0000, bilingual."""
    return TicketSlip(
        branch=bilingual("printer.test"),
        number="T0000",
        zone="T",
        zone_name=bilingual("printer.test_zone"),
        channel=bilingual("printer.test_channel"),
        issued_at=at,
        ahead=0,
        wait=WaitRange(0, 2),
        documents=(bilingual("printer.test_document"),),
        posted_rule=bilingual("printer.test_rule"),
        hotline="",
        qr_payload=qr_payload,
        language=Language.EN,
        is_demo=is_demo,
    )
