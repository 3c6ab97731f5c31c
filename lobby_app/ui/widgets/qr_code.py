"""A QR code on screen, painted from its modules; dark on white in every theme."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_QUIET_MODULES = 4


class QrCode(QWidget):
    """Shows one code as large as fits; the quiet zone belongs to it."""

    def __init__(self, parent: QWidget, side: int) -> None:
        super().__init__(parent)
        self._side = side
        self._matrix: list[list[bool]] = []
        self.setMinimumSize(side, side)

    def show_matrix(self, matrix: list[list[bool]]) -> None:
        """Show other modules; none clears the picture."""
        if matrix != self._matrix:
            self._matrix = matrix
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Return the wanted side."""
        return QSize(self._side, self._side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint whole pixels a module, so that every edge is sharp."""
        if not self._matrix:
            return
        modules = len(self._matrix) + 2 * _QUIET_MODULES
        module = min(self.width(), self.height()) // modules
        side = module * modules
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter = QPainter(self)
        painter.fillRect(QRectF(left, top, side, side), QColor("white"))
        for row, cells in enumerate(self._matrix):
            for column, dark in enumerate(cells):
                if dark:
                    x = left + (column + _QUIET_MODULES) * module
                    y = top + (row + _QUIET_MODULES) * module
                    painter.fillRect(QRectF(x, y, module, module), QColor("black"))
        painter.end()
