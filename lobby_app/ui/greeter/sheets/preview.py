"""The ticket on screen, exactly as on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.ui.i18n import Wording
from lobby_app.ui.paper.drawing import slip_image
from lobby_app.ui.widgets.basics import set_text
from lobby_app.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from lobby_app.domain.slip import TicketSlip

_PAPER_DOTS = 576


class SlipPicture(QWidget):
    """A slip drawn by the one drawing of the ticket, scaled to the width it is given."""

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self._width = width
        self._slip: TicketSlip | None = None
        self._image = QImage()
        self.setFixedSize(width, 0)

    def show_slip(self, slip: TicketSlip) -> None:
        """Show a slip; the height follows."""
        if slip != self._slip:
            self._slip = slip
            self._image = slip_image(slip, _PAPER_DOTS)
        self.setFixedSize(self.sizeHint())
        self.update()

    @override
    def sizeHint(self) -> QSize:
        """Return the size of the scaled paper."""
        if self._image.isNull():
            return QSize(self._width, 0)
        return QSize(self._width, round(self._image.height() * self._width / self._image.width()))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the paper."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        painter.end()


class PreviewSheet(Sheet):
    """Shows one slip."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, width=520)
        self.picture = SlipPicture(self.content, width=432)
        self.body.addWidget(self.picture)

    def show_slip(self, slip: TicketSlip, wording: Wording) -> None:
        """Show a slip over the window."""
        set_text(self.title, wording("preview_title", number=slip.number))
        set_text(self.close_button, wording("close_sheet"))
        self.picture.show_slip(slip)
        self.picture.setAccessibleName(wording("preview_title", number=slip.number))
        self.open_over(self.close_button)
