"""The one drawing of the ticket, in dots of a 203 dpi head (8 dots a millimetre).

Every piece is measured first, so nothing is cut and the paper is exactly as long as needed. The
caller scales the painter for other resolutions. An English visitor's ticket is bilingual: the staff
at the counter must be able to read it too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from lobby_app.domain.text import Language, Text
from lobby_app.messages import bilingual
from lobby_app.ui.paper.blocks import (
    MARGIN,
    Block,
    Page,
    Words,
    bar,
    checklist_item,
    columns,
    frame,
    number,
    page_of,
    qr,
    rule,
    text,
)

if TYPE_CHECKING:
    from lobby_app.domain.slip import TicketSlip

DOTS_PER_MM = 8
WIDTHS = {58: 384, 80: 576}
"""Paper width in mm → printable dots."""

_QR_MODULE = {384: 5, 576: 6}


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Type sizes in dots: body is at least 3.5 mm, the figures of the number at least 12 mm."""

    number: int = 148
    zone: int = 46
    strong: int = 38
    body: int = 32
    small: int = 28


_NORMAL = _Sizes()
_LARGE = _Sizes(number=184, zone=52, strong=46, body=40, small=34)


def slip_page(slip: TicketSlip, width: int) -> Page:
    """Lay the ticket out for paper of `width` dots (a value of `WIDTHS`)."""
    sizes = _LARGE if slip.large_type else _NORMAL
    blocks = _heading(slip, width, sizes)
    blocks += [rule(width), *_turn(slip, width, sizes), rule(width)]
    blocks += _documents(slip, width, sizes)
    blocks.append(qr(slip.qr_payload, width, _QR_MODULE[width]))
    blocks += _footer(slip, width, sizes)
    return page_of(blocks, width)


def slip_image(slip: TicketSlip, width: int) -> QImage:
    """Return the ticket as a picture, one pixel a dot. May run on any thread."""
    return page_image(slip_page(slip, width))


def page_image(page: Page) -> QImage:
    """Return a page as a grey picture on white, one pixel a dot."""
    image = QImage(page.width, page.height, QImage.Format.Format_Grayscale8)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    page.paint(painter)
    painter.end()
    return image


def _heading(slip: TicketSlip, width: int, sizes: _Sizes) -> list[Block]:
    """Who calls, which number, where."""
    blocks = _pair(slip, slip.branch, width, sizes.body, is_bold=True)
    if slip.copy:
        blocks.append(bar(_label(slip, "ticket.reprint", sizes.body, count=slip.copy), width))
    blocks.append(number(slip.number, width, sizes.number))
    zone = Text(f"{slip.zone}  {slip.zone_name.zh}", slip.zone_name.en)
    blocks += _pair(slip, zone, width, sizes.zone, is_bold=True)
    blocks += _pair(slip, slip.channel, width, sizes.body)
    if slip.is_priority:
        blocks.append(frame(_label(slip, "ticket.priority", sizes.body), width))
    return blocks


def _turn(slip: TicketSlip, width: int, sizes: _Sizes) -> list[Block]:
    """How many are ahead and how long it takes, side by side where they fit."""
    facts = [bilingual("ticket.ahead", count=slip.ahead)]
    if slip.wait is not None:
        facts.append(bilingual("ticket.wait", low=slip.wait.low, high=slip.wait.high))
    cells = [
        [Words(fact.zh, sizes.strong, is_bold=True)]
        + ([] if slip.language is Language.ZH else [Words(fact.en, sizes.small, is_bold=True)])
        for fact in facts
    ]
    return columns(cells, width)


def _documents(slip: TicketSlip, width: int, sizes: _Sizes) -> list[Block]:
    if not slip.documents:
        return []
    heading = bilingual("ticket.bring")
    blocks = _pair(slip, heading, width, sizes.body, is_bold=True, centred=False)
    for document in slip.documents:
        lines = [Words(document.zh, sizes.body)]
        if slip.language is not Language.ZH:
            lines.append(Words(document.en, sizes.small))
        blocks += checklist_item(lines, width)
    return [*blocks, rule(width)]


def _footer(slip: TicketSlip, width: int, sizes: _Sizes) -> list[Block]:
    """The rule everybody may read, when the ticket was taken, whom to call."""
    posted = [slip.posted_rule.zh]
    if slip.language is not Language.ZH:
        posted.append(slip.posted_rule.en)
    blocks = [text(Words(line, sizes.small), width, centred=False) for line in posted]
    blocks.append(rule(width))
    blocks += _fact(slip, "ticket.taken", f"{slip.issued_at:%Y-%m-%d %H:%M}", width, sizes.small)
    if slip.hotline:
        blocks += _fact(slip, "ticket.hotline", slip.hotline, width, sizes.small)
    if slip.is_demo:
        blocks.append(frame(_label(slip, "ticket.demo", sizes.body), width))
    return blocks


def _both(slip: TicketSlip, sentence: Text) -> list[str]:
    return [sentence.zh] if slip.language is Language.ZH else [sentence.zh, sentence.en]


def _label(slip: TicketSlip, key: str, size: int, **params: object) -> Words:
    """Return a few bold words in the customer's languages."""
    return Words("  ".join(_both(slip, bilingual(key, **params))), size, is_bold=True)


def _pair(
    slip: TicketSlip,
    words: Text,
    width: int,
    size: int,
    *,
    is_bold: bool = False,
    centred: bool = True,
) -> list[Block]:
    """Return a name in the customer's languages: on one line when it fits, else one below."""
    lines = _fitting([Words(line, size, is_bold) for line in _both(slip, words)], width)
    return [text(line, width, centred=centred) for line in lines]


def _fact(slip: TicketSlip, key: str, value: str, width: int, size: int) -> list[Block]:
    """Return a label and its value: on one line when it fits, else one below."""
    label = " ".join(_both(slip, bilingual(key)))
    return [text(line, width) for line in _fitting([Words(label, size), Words(value, size)], width)]


def _fitting(parts: list[Words], width: int) -> list[Words]:
    """Return words of one style joined to one line if that fits the paper, else as they are."""
    joined = replace(parts[0], text="  ".join(part.text for part in parts))
    return [joined] if joined.width <= width - 2 * MARGIN else parts
