"""How cells are drawn: icons beside their words, and the promise bar below them."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from lobby_app.ui.supervisor.row_model import BAR_ROLE
from lobby_app.ui.theme import Theme

_HEIGHT = 5
_SIDE = 6


class CellDelegate(QStyledItemDelegate):
    """The icon stands beside its word: to the right of what is aligned right."""

    @override
    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if option.displayAlignment & Qt.AlignmentFlag.AlignRight:
            option.decorationPosition = QStyleOptionViewItem.Position.Right


class BarDelegate(QStyledItemDelegate):
    """Text and icon as usual, a bar at the foot of the cell. `theme` gives its colours."""

    theme: Theme | None = None

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), size.height() + _HEIGHT)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        found = index.data(BAR_ROLE)
        if found is None or self.theme is None:
            return
        share, level = found
        rect = option.rect
        track = QRectF(
            rect.left() + _SIDE, rect.bottom() - _HEIGHT, rect.width() - 2 * _SIDE, _HEIGHT - 1
        )
        palette = self.theme.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.track))
        painter.drawRoundedRect(track, 2, 2)
        track.setWidth(track.width() * min(1.0, share))
        painter.setBrush(QColor(getattr(palette, level)))
        painter.drawRoundedRect(track, 2, 2)
        painter.restore()
