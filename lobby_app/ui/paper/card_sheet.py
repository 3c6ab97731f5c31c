"""The sheet of demo cards: A4 pages with a code to scan and the text to paste for each person.

Everything is measured before it is painted and flows from page to page, so nothing is cut. The unit
is a tenth of a millimetre.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
    QPen,
    QTextLayout,
    QTextOption,
)

from lobby_app.demo.cards import AppointmentCard, DemoCard, appointment_cards, demo_cards
from lobby_app.demo.listing import asked_for, booked_for, led_to
from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Text
from lobby_app.messages import bilingual
from lobby_app.ui.paper.blocks import QUIET_MODULES, qr_matrix
from lobby_app.ui.paper.fonts import chinese_family
from lobby_app.ui.theme import Palette

PAGE_WIDTH, PAGE_HEIGHT = 2100, 2970
_MARGIN, _GAP, _PAD = 120, 30, 24
_INNER = PAGE_WIDTH - 2 * _MARGIN
_FOOTER_TOP = PAGE_HEIGHT - 110
_CARD_QR, _SLOT_QR = 320, 190
_DPI = 600
_MONO = ("Noto Sans Mono CJK SC", "Consolas", "Menlo", "DejaVu Sans Mono")
_COLOURS = Palette()

_Paint = Callable[[QPainter, float, float], None]


@dataclass(frozen=True, slots=True)
class _Line:
    """One paragraph. `is_code`: the text to paste, on one line whatever its length."""

    text: str
    size: int
    colour: str = _COLOURS.text
    is_bold: bool = False
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something measured; `paint` draws it with its top left corner at a point."""

    height: float
    paint: _Paint


@dataclass(frozen=True, slots=True)
class CardSheet:
    """A laid-out sheet: for each page its pieces with their tops."""

    branch: Text
    pages: tuple[tuple[tuple[float, _Piece], ...], ...]

    def draw(self, painter: QPainter, place: int) -> None:
        """Paint page `place` (0 …) at the painter's origin, in tenths of a millimetre."""
        _banner(self.branch).paint(painter, _MARGIN, _MARGIN / 2)
        for top, piece in self.pages[place]:
            piece.paint(painter, _MARGIN, top)
        numbered = bilingual("demo.page", page=place + 1, pages=len(self.pages))
        footer = f"{_both('demo.banner')}  ·  {numbered.zh}  {numbered.en}"
        line = _text([_Line(footer, 26, _COLOURS.quiet)], _INNER, Qt.AlignmentFlag.AlignHCenter)
        line.paint(painter, _MARGIN, _FOOTER_TOP)


def card_sheet(branch: Text, policy: Policy) -> CardSheet:
    """Lay out the sheet of all demo cards. Needs a QGuiApplication."""
    cards = [_card(place, card, policy) for place, card in enumerate(demo_cards(), start=1)]
    slots = [_slot(slot, policy) for slot in appointment_cards()]
    first = _text(
        [
            _Line(bilingual("demo.how_to").zh, 30, is_bold=True),
            _Line(bilingual("demo.how_to").en, 26, _COLOURS.quiet),
        ],
        _INNER,
    )
    bookings = bilingual("demo.appointments")
    heading = _text(
        [_Line(bookings.zh, 34, is_bold=True), _Line(bookings.en, 26, _COLOURS.quiet)], _INNER
    )
    # The bookings stay together: one looks for a time among them.
    groups = [[first], *([row] for row in _rows(cards, 2)), [heading, *_rows(slots, 3)]]
    return CardSheet(branch, _paginated(groups))


def write_card_sheet(target: Path, branch: Text, policy: Policy) -> int:
    """Write the sheet as a PDF, whole or not at all; return how many pages it has.

    Raises:
        KnownError: `demo.cannot_write`.
    """
    # Fonts need an application object; an existing one (a window, a test) is as good.
    application = QGuiApplication.instance() or QGuiApplication(_arguments())
    sheet = card_sheet(branch, policy)
    document = sheet_pdf(sheet)
    temporary = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(document)
        temporary.replace(target)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise KnownError("demo.cannot_write", file=str(target), detail=detail) from error
    del application  # alive until here
    return len(sheet.pages)


def _arguments() -> list[str]:
    """Draw without a display: a sheet is made over ssh as often as at the desk."""
    return ["lobby", *(["-platform", "offscreen"] if sys.platform.startswith("linux") else [])]


def sheet_pdf(sheet: CardSheet) -> bytes:
    """Return the sheet as a PDF whose text can be selected. Needs a QGuiApplication."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(_both("demo.banner"))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter(writer)
    painter.scale(_DPI / 254, _DPI / 254)
    for place in range(len(sheet.pages)):
        if place:
            writer.newPage()
        sheet.draw(painter, place)
    painter.end()
    return bytes(buffer.data().data())


def _paginated(
    groups: Sequence[Sequence[_Piece]],
) -> tuple[tuple[tuple[float, _Piece], ...], ...]:
    """Place groups of pieces below each other; a group is never split between pages."""
    start = _MARGIN / 2 + _banner(Text("", "")).height + _GAP
    pages: list[list[tuple[float, _Piece]]] = [[]]
    y = start
    for group in groups:
        height = sum(piece.height + _GAP for piece in group)
        if pages[-1] and y + height > _FOOTER_TOP:
            pages.append([])
            y = start
        for piece in group:
            pages[-1].append((y, piece))
            y += piece.height + _GAP
    return tuple(map(tuple, pages))


def _rows(cells: Sequence[_Piece], columns: int) -> list[_Piece]:
    """Return cells side by side in frames of one height per row."""
    width = (_INNER - (columns - 1) * _GAP) / columns
    return [_row(cells[first : first + columns], width) for first in range(0, len(cells), columns)]


def _row(cells: Sequence[_Piece], width: float) -> _Piece:
    height = max(cell.height for cell in cells)

    def paint(painter: QPainter, x: float, y: float) -> None:
        for place, cell in enumerate(cells):
            left = x + place * (width + _GAP)
            painter.setPen(QPen(QColor(_COLOURS.line), 3))
            painter.drawRoundedRect(QRectF(left, y, width, height), 16, 16)
            cell.paint(painter, left, y)

    return _Piece(height, paint)


def _banner(branch: Text) -> _Piece:
    """Return the bar on top of each page: nobody may take this for real data."""
    height = 150.0
    title = _text([_Line(_both("demo.banner"), 54, _COLOURS.on_accent, is_bold=True)], 700)
    lines = [
        _Line(f"{branch.zh}  {branch.en}", 28, _COLOURS.on_accent, is_bold=True),
        _Line(bilingual("demo.invented").zh, 24, _COLOURS.on_accent),
        _Line(bilingual("demo.invented").en, 22, _COLOURS.on_accent),
    ]
    right = _text(lines, 1060, Qt.AlignmentFlag.AlignRight)

    def paint(painter: QPainter, x: float, y: float) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(x, y, _INNER, height), 16, 16)
        painter.fillPath(path, QColor(_COLOURS.accent))
        title.paint(painter, x + 40, y + (height - title.height) / 2)
        right.paint(painter, x + _INNER - 1060 - 40, y + (height - right.height) / 2)

    return _Piece(height, paint)


def _card(place: int, card: DemoCard, policy: Policy) -> _Piece:
    """Return one person: the code, who it is, what to choose, where it leads, what to paste."""
    asked, led = asked_for(card, policy), led_to(card, policy)
    name = card.name or _both("demo.unknown")
    ask = bilingual("demo.ask", asked=asked.zh).zh, bilingual("demo.ask", asked=asked.en).en
    lines = [
        _Line(f"{place}  {card.title.zh}", 34, is_bold=True),
        _Line(card.title.en, 25, _COLOURS.quiet),
        _Line(name, 27),
        _Line(f"{ask[0]}  →  {led.zh}", 29, _COLOURS.accent, is_bold=True),
        _Line(f"{ask[1]}  →  {led.en}", 24, _COLOURS.accent),
        *(_Line(line, 20, _COLOURS.quiet, is_code=True) for line in card.text.splitlines()),
    ]
    return _coded(card.text, lines, _CARD_QR, 2)


def _slot(slot: AppointmentCard, policy: Policy) -> _Piece:
    name = booked_for(slot, policy)
    lines = [
        _Line(f"{slot.starts_at:%H:%M}", 40, is_bold=True),
        _Line(name.zh, 28),
        _Line(name.en, 24, _COLOURS.quiet),
        _Line(slot.text, 22, _COLOURS.quiet, is_code=True),
    ]
    return _coded(slot.text, lines, _SLOT_QR, 3)


def _coded(payload: str, lines: Sequence[_Line], side: float, columns: int) -> _Piece:
    """Return a cell: the code on the left, the words beside it."""
    width = (_INNER - (columns - 1) * _GAP) / columns
    words = _text(lines, width - side - 2 * _PAD)
    height = max(side, words.height) + 2 * _PAD

    def paint(painter: QPainter, x: float, y: float) -> None:
        _paint_code(painter, payload, QRectF(x + _PAD / 2, y + (height - side) / 2, side, side))
        words.paint(painter, x + side + _PAD, y + (height - words.height) / 2)

    return _Piece(height, paint)


def _paint_code(painter: QPainter, payload: str, box: QRectF) -> None:
    """Paint a QR code with its quiet zone inside `box`, as one shape: no seams between modules."""
    matrix = qr_matrix(payload)
    module = box.width() / (len(matrix) + 2 * QUIET_MODULES)
    left, top = box.left() + QUIET_MODULES * module, box.top() + QUIET_MODULES * module
    path = QPainterPath()
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                path.addRect(QRectF(left + column * module, top + row * module, module, module))
    painter.fillPath(path.simplified(), QColor("black"))


def _text(
    lines: Sequence[_Line], width: float, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
) -> _Piece:
    """Return lines wrapped to `width`, one below the other."""
    layouts: list[tuple[float, QTextLayout, QColor]] = []
    y = 0.0
    for line in lines:
        layout, height = _laid_out(line, width, align)
        layouts.append((y, layout, QColor(line.colour)))
        y += height

    def paint(painter: QPainter, x: float, top: float) -> None:
        for offset, layout, colour in layouts:
            painter.setPen(colour)
            layout.draw(painter, QPointF(x, top + offset))

    return _Piece(ceil(y), paint)


def _laid_out(line: _Line, width: float, align: Qt.AlignmentFlag) -> tuple[QTextLayout, float]:
    layout = QTextLayout(line.text, _font(line, width))
    option = QTextOption(align)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (row := layout.createLine()).isValid():
        row.setLineWidth(width)
        row.setPosition(QPointF(0, y))
        y += row.height() * (1.0 if line.is_code else 1.04)
    layout.endLayout()
    return layout, y


def _font(line: _Line, width: float) -> QFont:
    """Return the line's font; a text to paste is made as small as one line asks for."""
    font = QFont(list(_MONO) if line.is_code else [chinese_family() or ""])
    font.setBold(line.is_bold)
    font.setPixelSize(line.size)
    for feature in ("locl", "liga"):
        # Their glyphs belong to no character: text copied out of the PDF would lose its digits.
        font.setFeature(QFont.Tag(feature), 0)
    if line.is_code:
        font.setStyleHint(QFont.StyleHint.Monospace)
        natural = QFontMetricsF(font).horizontalAdvance(line.text)
        font.setPixelSize(min(line.size, int(line.size * width / max(natural, 1))))
    return font


def _both(key: str) -> str:
    text = bilingual(key)
    return f"{text.zh} / {text.en}"
