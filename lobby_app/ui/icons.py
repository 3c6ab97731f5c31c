"""The icon set: our own line drawings (24 × 24, stroke 2), tinted at run time."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from lobby_app.resources import resource


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int, ratio: float = 2.0) -> QPixmap:
    """Return icon `name` drawn in `colour`, `size` logical pixels wide.

    Thread: GUI.
    """
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, picture.width(), picture.height()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, colour: str, size: int) -> QIcon:
    """Return `pixmap` as a QIcon for buttons."""
    return QIcon(pixmap(name, colour, size))
