"""The one drawing of the ticket, in dots of a 203 dpi head (8 dots a millimetre).

A layout pass measures every block, so nothing is cut and the paper is exactly as long as needed.
The caller scales the painter for other resolutions.
"""

from collections.abc import Callable
from dataclasses import dataclass

import qrcode
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from lobby_app.domain.slip import TicketSlip
from lobby_app.domain.text import Language, Text
from lobby_app.messages import bilingual
from lobby_app.ui.paper.fonts import ticket_font

DOTS_PER_MM = 8
WIDTHS = {58: 384, 80: 576}
"""Paper width in mm → printable dots."""

_MARGIN = 12
_QR_MODULE = {384: 5, 576: 6}
_QUIET_MODULES = 4
_NUMBER_PX = {False: 148, True: 184}
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, slots=True)
class _Block:
    """A measured piece of the ticket and how to paint it at a given height."""

    height: int
    paint: Callable[[QPainter, int], None]


def slip_height(slip: TicketSlip, width: int) -> int:
    """Return how many dots long the ticket is on paper of `width` dots."""
    return sum(block.height for block in _blocks(slip, width)) + 2 * _MARGIN


def draw_slip(painter: QPainter, slip: TicketSlip, width: int) -> None:
    """Paint the ticket at the painter's origin, black on whatever is below."""
    painter.setPen(QColor("black"))
    y = _MARGIN
    for block in _blocks(slip, width):
        block.paint(painter, y)
        y += block.height


def slip_image(slip: TicketSlip, width: int) -> QImage:
    """Return the ticket as a picture, one pixel a dot. May run on any thread."""
    image = QImage(width, slip_height(slip, width), QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_slip(painter, slip, width)
    painter.end()
    return image


def _blocks(slip: TicketSlip, width: int) -> list[_Block]:
    body = 36 if slip.large_type else 30
    small = 30 if slip.large_type else 25
    blocks = [_text(_both(slip, slip.branch), width, small + 3, bold=True)]
    if slip.copy:
        blocks.append(_bar(_line(slip, "ticket.reprint", count=slip.copy), width, body))
    blocks.append(_number(slip.number, width, _NUMBER_PX[slip.large_type]))
    zone = f"{slip.zone}  {_both(slip, slip.zone_name)}"
    blocks.append(_text(zone, width, body + 14, bold=True))
    if slip.is_priority:
        blocks.append(_bar(_line(slip, "ticket.priority"), width, body))
    blocks += [_text(_both(slip, slip.channel), width, body), _rule(width)]
    blocks.append(_text(_line(slip, "ticket.ahead", count=slip.ahead), width, body + 6, bold=True))
    if slip.wait is not None:
        wait = _line(slip, "ticket.wait", low=slip.wait.low, high=slip.wait.high)
        blocks.append(_text(wait, width, body + 6, bold=True))
    blocks.append(_text(f"{slip.issued_at:%Y-%m-%d %H:%M}", width, small))
    if slip.documents:
        documents = [_both(slip, document) for document in slip.documents]
        blocks.append(_rule(width))
        blocks.append(_text(_line(slip, "ticket.bring"), width, body, bold=True))
        blocks += [_text(document, width, body) for document in documents]
    blocks.append(_qr(slip.qr_payload, width))
    blocks.append(_text(_both(slip, slip.posted_rule), width, small))
    blocks.append(_text(_line(slip, "ticket.hotline", number=slip.hotline), width, small))
    if slip.is_demo:
        blocks.append(_text(_line(slip, "ticket.demo"), width, small, bold=True))
    return blocks


def _both(slip: TicketSlip, text: Text) -> str:
    """Return Chinese alone, or Chinese and English on an English visitor's ticket."""
    return text.zh if slip.language is Language.ZH else f"{text.zh} {text.en}"


def _line(slip: TicketSlip, key: str, **params: object) -> str:
    text = bilingual(key, **params)
    return text.zh if slip.language is Language.ZH else f"{text.zh}\n{text.en}"


def _text(text: str, width: int, size: int, *, bold: bool = False) -> _Block:
    font = ticket_font(size, bold=bold)
    inner = width - 2 * _MARGIN
    height = QFontMetrics(font).boundingRect(QRect(0, 0, inner, 10_000), _WRAP, text).height()

    def paint(painter: QPainter, y: int) -> None:
        painter.setFont(font)
        painter.drawText(QRect(_MARGIN, y, inner, height), _WRAP, text)

    return _Block(height + 6, paint)


def _bar(text: str, width: int, size: int) -> _Block:
    """White on black: what nobody may overlook."""
    font = ticket_font(size, bold=True)
    inner = width - 2 * _MARGIN
    bounds = QFontMetrics(font).boundingRect(QRect(0, 0, inner, 10_000), _WRAP, text)
    height = bounds.height() + 8

    def paint(painter: QPainter, y: int) -> None:
        box = QRect((width - bounds.width()) // 2 - 24, y + 4, bounds.width() + 48, height)
        painter.fillRect(box, QColor("black"))
        painter.save()
        painter.setPen(QColor("white"))
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()

    return _Block(height + 12, paint)


def _number(text: str, width: int, size: int) -> _Block:
    """The number, as high as asked and never wider than the paper: it is squeezed, not cut."""
    font: QFont = ticket_font(size, bold=True)
    metrics = QFontMetrics(font)
    natural = metrics.horizontalAdvance(text)
    squeeze = min(1.0, (width - 2 * _MARGIN) / natural)
    glyphs = metrics.tightBoundingRect(text)

    def paint(painter: QPainter, y: int) -> None:
        painter.save()
        painter.translate((width - natural * squeeze) / 2, y + 10)
        painter.scale(squeeze, 1.0)
        painter.setFont(font)
        painter.drawText(0, -glyphs.top(), text)
        painter.restore()

    return _Block(glyphs.height() + 24, paint)


def _rule(width: int) -> _Block:
    def paint(painter: QPainter, y: int) -> None:
        painter.fillRect(QRect(_MARGIN, y + 8, width - 2 * _MARGIN, 2), QColor("black"))

    return _Block(20, paint)


def qr_matrix(payload: str) -> list[list[bool]]:
    """Return the modules of a QR code at level Q, without quiet zone."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(payload)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def _qr(payload: str, width: int) -> _Block:
    matrix = qr_matrix(payload)
    module = _QR_MODULE.get(width, max(4, width // 96))
    side = (len(matrix) + 2 * _QUIET_MODULES) * module
    left = (width - side) // 2 + _QUIET_MODULES * module

    def paint(painter: QPainter, y: int) -> None:
        top = y + _QUIET_MODULES * module
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, yy = left + column * module, top + row * module
                    painter.fillRect(QRect(x, yy, module, module), QColor("black"))

    return _Block(side, paint)
