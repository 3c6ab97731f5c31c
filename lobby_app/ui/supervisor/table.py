"""A table as all pages use it: rows for the eye and the keyboard, columns that fit their words."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from lobby_app.ui.supervisor.bar_delegate import CellDelegate
from lobby_app.ui.supervisor.row_model import RowModel
from lobby_app.ui.theme import Theme

_GAP = 4
_WIDEST, _LEAST = 420, 90
_LOOKED_AT = 30
_TEXT_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
              Qt.Key.Key_Home, Qt.Key.Key_End)  # fmt: skip


class Table(QTableView):
    """One row is chosen at a time; letters and Enter go to the window, not to a search.

    `stretched` takes the room that is left; `shrunk` columns give theirs where there is none.
    """

    def __init__(self, parent: QWidget, stretched: int, shrunk: tuple[int, ...] = ()) -> None:
        super().__init__(parent)
        self._stretched = stretched
        self._shrunk = shrunk
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(96)
        self.setItemDelegate(CellDelegate(self))
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self._fitted: tuple[object, ...] = ()

    def fit(self, theme: Theme, language: str) -> None:
        """Give every column the width of its words; look again when there are other words."""
        model = self.model()
        if not isinstance(model, RowModel):
            return
        rows = min(model.rowCount(), _LOOKED_AT)
        shown = (theme, language, tuple(model.rows[:rows]), self.size())
        if shown == self._fitted:
            return
        self._fitted = shown
        height = round(30 * theme.factor)
        self.verticalHeader().setDefaultSectionSize(height)
        widths = self._wanted(model, rows, theme)
        least = round(_LEAST * theme.factor)
        spare = self._room(model.rowCount() * height) - sum(widths)
        widths[self._stretched] += max(0, spare)
        for place in self._shrunk:
            given = min(max(0, -spare), max(0, widths[place] - least))
            widths[place] -= given
            spare += given
        for place, width in enumerate(widths):
            self.setColumnWidth(place, width)

    def _wanted(self, model: RowModel[Any], rows: int, theme: Theme) -> list[int]:
        """Return how wide the words of every column are, as the delegate would paint them."""
        header, most = self.horizontalHeader(), round(_WIDEST * theme.factor)
        return [
            min(
                most,
                max(
                    header.sectionSizeHint(place),
                    *(
                        self.sizeHintForIndex(model.index(row, place)).width() + _GAP
                        for row in range(rows)
                    ),
                    0,
                ),
            )
            for place in range(model.columnCount())
        ]

    def _room(self, content_height: int) -> int:
        """Return the width for columns, beside the scroll bar if there will be one."""
        room = self.width() - 2 * self.frameWidth() - 4
        if content_height > self.height() - self.horizontalHeader().height():
            room -= self.verticalScrollBar().sizeHint().width()
        return room

    def chosen(self) -> int | None:
        """Return the row that is chosen."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; every other key is the window's."""
        if event.key() in _TEXT_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()
