"""A table whose rows change in place: rows come, go and move one by one, nothing is rebuilt."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from lobby_app.ui.i18n import Wording
from lobby_app.ui.icons import pixmap
from lobby_app.ui.theme import Theme

_Row = TypeVar("_Row")
_Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
BAR_ROLE = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True, slots=True)
class Setting:
    """What a cell needs besides its row."""

    wording: Wording
    theme: Theme
    now: datetime


@dataclass(frozen=True, slots=True)
class Column(Generic[_Row]):
    """One column.

    Attributes:
        title: key of the heading, empty = none.
        text: what a cell says. icon: name and level (ok, amber, red, quiet, accent), or None.
        bar: filled share and level of a bar in the cell, or None.
        runs: it changes with the time alone. is_number: aligned right.
    """

    title: str
    text: Callable[[_Row, Setting], str]
    icon: Callable[[_Row, Setting], tuple[str, str] | None] | None = None
    bar: Callable[[_Row, Setting], tuple[float, str]] | None = None
    tip: Callable[[_Row, Setting], str] | None = None
    runs: bool = False
    is_number: bool = False


class RowModel(QAbstractTableModel, Generic[_Row]):
    """Rows of one kind, each with a key of its own. Thread: GUI."""

    def __init__(
        self, columns: Sequence[Column[_Row]], key_of: Callable[[_Row], Hashable], parent: Any
    ) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self._key_of = key_of
        self._rows: list[_Row] = []
        self._setting: Setting | None = None

    @property
    def rows(self) -> Sequence[_Row]:
        """The rows shown."""
        return self._rows

    def show(self, rows: Sequence[_Row], setting: Setting) -> None:
        """Show `rows`: what left is removed, what came is inserted, what changed is said."""
        is_new_look = self._setting is None or (
            self._setting.wording.language,
            self._setting.theme,
        ) != (setting.wording.language, setting.theme)
        self._setting = setting
        wanted = [self._key_of(row) for row in rows]
        self._remove_gone(set(wanted))
        for place, row in enumerate(rows):
            self._settle(place, row, wanted[place])
        if is_new_look:
            self.look_changed()

    def _remove_gone(self, wanted: set[Hashable]) -> None:
        place = len(self._rows) - 1
        while place >= 0:
            first = place
            while first >= 0 and self._key_of(self._rows[first]) not in wanted:
                first -= 1
            if first < place:
                self.beginRemoveRows(QModelIndex(), first + 1, place)
                del self._rows[first + 1 : place + 1]
                self.endRemoveRows()
            place = first - 1

    def _settle(self, place: int, row: _Row, key: Hashable) -> None:
        """Bring one row to its place: it is there, further down, or new."""
        here = place < len(self._rows) and self._key_of(self._rows[place]) == key
        if not here:
            keys = [self._key_of(shown) for shown in self._rows[place:]]
            if key in keys:
                source = place + keys.index(key)
                self.beginMoveRows(QModelIndex(), source, source, QModelIndex(), place)
                self._rows.insert(place, self._rows.pop(source))
                self.endMoveRows()
            else:
                self.beginInsertRows(QModelIndex(), place, place)
                self._rows.insert(place, row)
                self.endInsertRows()
        if self._rows[place] != row:
            self._rows[place] = row
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(place, 0), self.index(place, last))

    def tick(self, now: datetime) -> None:
        """Let running cells run on."""
        if self._setting is None or not self._rows:
            return
        self._setting = Setting(self._setting.wording, self._setting.theme, now)
        for place, column in enumerate(self.columns):
            if column.runs:
                last = self.index(len(self._rows) - 1, place)
                self.dataChanged.emit(self.index(0, place), last)

    def look_changed(self) -> None:
        """Language or theme changed: every cell says so, headings too."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        if self._rows:
            last = self.index(len(self._rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell shows, says, or means."""
        if not index.isValid() or self._setting is None:
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role == ROW_ROLE:
            return row
        return _cell(row, column, self._setting, role)

    def heading(self, section: int, title: str) -> str:
        """Return the words above a column; `title` is what its key says."""
        return title

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the heading of a column."""
        if orientation is not Qt.Orientation.Horizontal or self._setting is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            title = self.columns[section].title
            return self.heading(section, self._setting.wording(title) if title else "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None


def _cell(row: _Row, column: Column[_Row], setting: Setting, role: int) -> Any:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        return column.text(row, setting)
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return _alignment(column)
    if role == Qt.ItemDataRole.ToolTipRole and column.tip is not None:
        return column.tip(row, setting)
    if role == BAR_ROLE and column.bar is not None:
        return column.bar(row, setting)
    look = column.icon(row, setting) if column.icon is not None else None
    if look is None:
        return None
    colour = getattr(setting.theme.palette, look[1])
    if role == Qt.ItemDataRole.DecorationRole:
        return pixmap(look[0], colour, round(16 * setting.theme.factor))
    if role == Qt.ItemDataRole.ForegroundRole and look[1] in ("amber", "red"):
        return QColor(colour)
    return None


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
