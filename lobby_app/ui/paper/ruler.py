"""The test page of `lobby printer-test`: a ruler that shows what the head really prints."""

from datetime import datetime

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from lobby_app.domain.slip import Bitmap, TicketSlip, WaitRange
from lobby_app.domain.text import Language, Text
from lobby_app.messages import bilingual
from lobby_app.ui.paper.bitmap import to_bitmap
from lobby_app.ui.paper.drawing import DOTS_PER_MM
from lobby_app.ui.paper.fonts import ticket_font

_HEIGHT = 190


def ruler_bitmap(width: int) -> Bitmap:
    """Return a ruler over the full width: a tick each mm, numbers each cm, marks at both edges."""
    image = QImage(width, _HEIGHT, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setFont(ticket_font(24))
    black = QColor("black")
    for mm in range(width // DOTS_PER_MM + 1):
        height = 40 if mm % 10 == 0 else 26 if mm % 5 == 0 else 14
        painter.fillRect(QRect(min(mm * DOTS_PER_MM, width - 2), 0, 2, height), black)
        if mm % 10 == 0:
            painter.drawText(min(mm * DOTS_PER_MM, width - 40), 66, str(mm // 10))
    painter.fillRect(QRect(0, 74, width, 2), black)
    # The outermost dots: when one of the two bars is missing, the width is set wrong.
    painter.fillRect(QRect(0, 80, 2, _HEIGHT - 84), black)
    painter.fillRect(QRect(width - 2, 80, 2, _HEIGHT - 84), black)
    text = bilingual("printer.ruler", dots=width, mm=width // DOTS_PER_MM)
    centre = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(QRect(8, 80, width - 16, _HEIGHT - 84), centre, f"{text.zh}\n{text.en}")
    painter.end()
    return to_bitmap(image)


def trial_slip(branch: Text, at: datetime, qr_payload: str, *, is_demo: bool) -> TicketSlip:
    """Return a ticket that nobody can mistake for a real one: zone T, number T0000."""
    test = bilingual("printer.test")
    return TicketSlip(
        branch=branch,
        number="T0000",
        zone="T",
        zone_name=test,
        channel=test,
        issued_at=at,
        ahead=0,
        wait=WaitRange(0, 2),
        documents=(),
        posted_rule=bilingual("printer.test_rule"),
        hotline="",
        qr_payload=qr_payload,
        language=Language.EN,
        is_demo=is_demo,
    )
