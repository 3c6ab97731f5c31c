"""From a picture to the rows of a printer head."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from lobby_app.domain.slip import Bitmap, TicketSlip
from lobby_app.ui.paper.drawing import slip_image


def to_bitmap(image: QImage) -> Bitmap:
    """Return a picture as 1-bit rows, 1 = black, threshold at half."""
    mono = image.convertToFormat(QImage.Format.Format_Mono, Qt.ImageConversionFlag.ThresholdDither)
    row_bytes, stride = (mono.width() + 7) // 8, mono.bytesPerLine()
    raw = bytes(mono.constBits())
    rows = b"".join(raw[y * stride : y * stride + row_bytes] for y in range(mono.height()))
    if mono.color(1) & 0xFFFFFF == 0xFFFFFF:
        rows = bytes(byte ^ 0xFF for byte in rows)
    return Bitmap(mono.width(), mono.height(), _without_padding(rows, mono.width(), row_bytes))


def _without_padding(rows: bytes, width: int, row_bytes: int) -> bytes:
    """Clear the bits beyond the width: whatever they hold would be printed."""
    if width % 8 == 0:
        return rows
    keep = 0xFF << (8 - width % 8) & 0xFF
    cleared = bytearray(rows)
    for end in range(row_bytes - 1, len(cleared), row_bytes):
        cleared[end] &= keep
    return bytes(cleared)


def slip_bitmap(slip: TicketSlip, width: int) -> Bitmap:
    """Draw a ticket for a head of `width` dots. May run on any thread."""
    return to_bitmap(slip_image(slip, width))
