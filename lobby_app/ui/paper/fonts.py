"""Fonts that hold Chinese, by preference; what to do when there is none."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
_PROBE = "".join(map(chr, (0x53F7, 0x7968, 0x4F18, 0x5148)))


@cache
def chinese_family() -> str | None:
    """Return the first installed family that has Chinese glyphs, or None."""
    installed = set(QFontDatabase.families())
    for family in FAMILIES:
        if family in installed:
            return family
    metrics = QFontMetrics(QFont())
    return QFont().family() if all(metrics.inFont(c) for c in _PROBE) else None


def ticket_font(size: int, *, bold: bool = False) -> QFont:
    """Return the ticket's font at `size` dots, without grey edges: a thermal head has no grey."""
    font = QFont(chinese_family() or "")
    font.setPixelSize(size)
    font.setBold(bold)
    font.setStyleStrategy(QFont.StyleStrategy.NoAntialias)
    return font
