"""Pieces of paper: measured first, painted afterwards, in dots of a 203 dpi head.

Text goes through `QTextLayout` once: the lines that were measured are the lines that are painted,
on a thermal head, in a PDF and on any printer. Nothing is elided, nothing is clipped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QTextLayout, QTextOption

from lobby_app.ui.paper.fonts import ticket_font

MARGIN = 12
QUIET_MODULES = 4
_GAP = 6
_CENTRE = Qt.AlignmentFlag.AlignHCenter
_LEFT = Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Block:
    """A measured piece and how to paint it with its top at a given height."""

    height: int
    paint: Callable[[QPainter, int], None]


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one size and weight."""

    text: str
    size: int
    is_bold: bool = False

    @property
    def width(self) -> int:
        """Return how wide the text is on one line, in dots."""
        return QFontMetrics(ticket_font(self.size, bold=self.is_bold)).horizontalAdvance(self.text)


@dataclass(frozen=True, slots=True)
class Page:
    """A finished picture of known size; `paint` draws it at the painter's origin."""

    width: int
    height: int
    paint: Callable[[QPainter], None]


def page_of(blocks: list[Block], width: int) -> Page:
    """Return blocks one below the other as a page."""

    def paint(painter: QPainter) -> None:
        painter.setPen(QColor("black"))
        y = MARGIN
        for block in blocks:
            block.paint(painter, y)
            y += block.height

    return Page(width, sum(block.height for block in blocks) + 2 * MARGIN, paint)


def text(words: Words, width: int, *, left: int = MARGIN, centred: bool = True) -> Block:
    """Return text wrapped between `left` and the right margin."""
    return _text_in(words, left, width - left - MARGIN, _CENTRE if centred else _LEFT)


def _text_in(words: Words, left: int, inner: int, align: Qt.AlignmentFlag) -> Block:
    layout, height = _laid_out(words, inner, align)

    def paint(painter: QPainter, y: int) -> None:
        layout.draw(painter, QPointF(left, y))

    return Block(height + _GAP, paint)


def _laid_out(words: Words, width: int, align: Qt.AlignmentFlag) -> tuple[QTextLayout, int]:
    """Break text into lines of `width` dots; a word longer than a line is broken, never cut."""
    layout = QTextLayout(words.text, ticket_font(words.size, bold=words.is_bold))
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout, ceil(y)


def columns(cells: list[list[Words]], width: int) -> list[Block]:
    """Return cells side by side with a line between them, or stacked when one does not fit."""
    share = (width - 2 * MARGIN) // len(cells)
    if len(cells) == 1 or any(words.width > share - MARGIN for cell in cells for words in cell):
        return [text(words, width) for cell in cells for words in cell]
    stacks = [
        [_text_in(words, MARGIN + place * share, share, _CENTRE) for words in cell]
        for place, cell in enumerate(cells)
    ]
    height = max(sum(block.height for block in stack) for stack in stacks)

    def paint(painter: QPainter, y: int) -> None:
        for place, stack in enumerate(stacks):
            top = y
            if place:
                painter.fillRect(QRect(MARGIN + place * share - 1, y, 2, height), QColor("black"))
            for block in stack:
                block.paint(painter, top)
                top += block.height

    return [Block(height, paint)]


def bar(words: Words, width: int) -> Block:
    """Return white words on a black bar across the paper: what nobody may overlook."""
    layout, height = _laid_out(words, width - 4 * MARGIN, _CENTRE)

    def paint(painter: QPainter, y: int) -> None:
        box = QRect(MARGIN, y + _GAP, width - 2 * MARGIN, height + 2 * _GAP)
        painter.fillRect(box, QColor("black"))
        painter.save()
        painter.setPen(QColor("white"))
        layout.draw(painter, QPointF(2 * MARGIN, y + 2 * _GAP))
        painter.restore()

    return Block(height + 4 * _GAP, paint)


def frame(words: Words, width: int) -> Block:
    """Return words in a frame of their own width."""
    layout, height = _laid_out(words, width - 6 * MARGIN, _CENTRE)
    half = ceil(layout.boundingRect().width() if layout.lineCount() > 1 else words.width) / 2
    half = min(half + 2 * MARGIN, width / 2 - MARGIN)

    def paint(painter: QPainter, y: int) -> None:
        painter.save()
        painter.setPen(QPen(QColor("black"), 3))
        box = QRectF(width / 2 - half, y + _GAP, 2 * half, height + 2 * _GAP)
        painter.drawRoundedRect(box, 10, 10)
        layout.draw(painter, QPointF(3 * MARGIN, y + 2 * _GAP))
        painter.restore()

    return Block(height + 5 * _GAP, paint)


def number(label: str, width: int, size: int) -> Block:
    """Return the ticket's number: as high as asked and squeezed to the paper, never cut."""
    font: QFont = ticket_font(size, bold=True)
    metrics = QFontMetrics(font)
    glyphs = metrics.tightBoundingRect(label)
    squeeze = min(1.0, (width - 2 * MARGIN) / glyphs.width())

    def paint(painter: QPainter, y: int) -> None:
        painter.save()
        painter.translate(width / 2, y + 2 * _GAP)
        painter.scale(squeeze, 1.0)
        painter.setFont(font)
        painter.drawText(QPointF(-glyphs.left() - glyphs.width() / 2, -glyphs.top()), label)
        painter.restore()

    return Block(glyphs.height() + 4 * _GAP, paint)


def rule(width: int) -> Block:
    """Return a thin line across the paper with air around it."""

    def paint(painter: QPainter, y: int) -> None:
        painter.fillRect(QRect(MARGIN, y + 8, width - 2 * MARGIN, 2), QColor("black"))

    return Block(20, paint)


def checklist_item(lines: list[Words], width: int) -> list[Block]:
    """Return lines beside a box to tick."""
    side = lines[0].size * 2 // 3
    left = MARGIN + side + 14
    first, *others = [text(words, width, left=left, centred=False) for words in lines]

    def paint(painter: QPainter, y: int) -> None:
        painter.save()
        painter.setPen(QPen(QColor("black"), 3))
        painter.drawRect(QRect(MARGIN + 2, y + (lines[0].size * 3 // 2 - side) // 2, side, side))
        painter.restore()
        first.paint(painter, y)

    return [Block(first.height, paint), *others]


@lru_cache(maxsize=2)  # screen and paper show the same code, the screen again and again
def qr_matrix(payload: str) -> list[list[bool]]:
    """Return the modules of a QR code at level Q, without quiet zone. Not to be changed."""
    import qrcode  # with Pillow behind it: not before the first paint

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, border=0)
    code.add_data(payload)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def qr(payload: str, width: int, module: int) -> Block:
    """Return a QR code with modules of `module` dots and its quiet zone."""
    matrix = qr_matrix(payload)
    side = (len(matrix) + 2 * QUIET_MODULES) * module
    left = (width - side) // 2 + QUIET_MODULES * module

    def paint(painter: QPainter, y: int) -> None:
        top = y + QUIET_MODULES * module
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, yy = left + column * module, top + row * module
                    painter.fillRect(QRect(x, yy, module, module), QColor("black"))

    return Block(side, paint)
