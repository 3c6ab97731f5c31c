"""Layouts that take more lines instead of cutting words: a flow, and a grid of buttons."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QLayoutItem, QWidget
from typing_extensions import override


class FlowLayout(QLayout):
    """Left to right, then the next line; each line is as high as its highest item."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self.setContentsMargins(0, 0, 0, 0)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        """Take an item over."""
        self._items.append(item)

    @override
    def count(self) -> int:
        """Return the number of items."""
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return one item or None; Qt asks beyond the end on purpose."""
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        """Give one item away."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        """Wants no more room than its lines."""
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at this width."""
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    @override
    def setGeometry(self, rect: QRect) -> None:
        """Place all items."""
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    @override
    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        shown = [item for item in self._items if not item.isEmpty()]
        width = sum(item.sizeHint().width() for item in shown) + self._gap * max(0, len(shown) - 1)
        return QSize(width, max((item.sizeHint().height() for item in shown), default=0))

    @override
    def minimumSize(self) -> QSize:
        """Return the size of the widest item."""
        size = QSize()
        for item in self._items:
            if not item.isEmpty():
                size = size.expandedTo(item.minimumSize())
        return size

    def _place(self, rect: QRect, *, is_trial: bool) -> int:
        """Put items in lines, each line centred on its middle; return the height used."""
        y = rect.y()
        for line in self._lines(rect.width()):
            height = max(item.sizeHint().height() for item in line)
            x = rect.x()
            for item in line:
                size = item.sizeHint()
                if not is_trial:
                    top = y + (height - size.height()) // 2
                    item.setGeometry(QRect(QPoint(x, top), size))
                x += size.width() + self._gap
            y += height + self._gap
        return max(0, y - self._gap - rect.y())

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """Return the items that are shown, broken into lines."""
        lines: list[list[QLayoutItem]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = item.sizeHint().width()
            if not lines or used + self._gap + wanted > width:
                lines.append([item])
                used = wanted
            else:
                lines[-1].append(item)
                used += self._gap + wanted
        return lines


class FlowBox(QWidget):
    """A row of widgets that is as high as its lines: layouts around it never cut a line off."""

    def __init__(self, parent: QWidget, spacing: int = 8, least_height: int = 0) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self, spacing)
        self._least_height = least_height
        self.setMinimumHeight(least_height)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self.flow.addWidget(widget)

    def _grow(self) -> None:
        wanted = max(self._least_height, self.flow.heightForWidth(self.width()))
        if self.minimumHeight() != wanted:
            self.setMinimumHeight(wanted)

    @override
    def event(self, event: QEvent) -> bool:
        """Fit again when a widget came, went or changed its size."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._grow()
        return done

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again to the width."""
        super().resizeEvent(event)
        self._grow()


class ButtonGrid(QWidget):
    """Buttons in rows of at most `columns`; fewer stand in a row when their words need the room."""

    def __init__(self, parent: QWidget, columns: int, spacing: int = 8) -> None:
        super().__init__(parent)
        self._most = columns
        self._columns = columns
        self._widgets: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(spacing)
        # The grid must not dictate a width: how many columns it has follows from the width.
        self._grid.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def add(self, widget: QWidget) -> None:
        """Put a widget at the end."""
        self._widgets.append(widget)
        self._place()

    def width_of(self, columns: int) -> int:
        """Return the least width of so many columns."""
        wanted = [0] * columns
        for place, widget in enumerate(self._widgets):
            column = place % columns
            wanted[column] = max(wanted[column], widget.minimumSizeHint().width())
        return sum(wanted) + self._grid.spacing() * (columns - 1)

    def _fit(self) -> None:
        candidates = range(self._most, 0, -1)
        columns = next((c for c in candidates if self.width_of(c) <= self.width()), 1)
        if columns != self._columns:
            self._columns = columns
            self._place()
            self.updateGeometry()

    def _place(self) -> None:
        for place, widget in enumerate(self._widgets):
            self._grid.addWidget(widget, place // self._columns, place % self._columns)
        for column in range(self._most):
            self._grid.setColumnStretch(column, int(column < self._columns))

    @override
    def sizeHint(self) -> QSize:
        """Return the size of the rows as they are now, with all columns if there is room."""
        return QSize(self.width_of(self._most), self._grid.minimumSize().height())

    @override
    def minimumSizeHint(self) -> QSize:
        """Return the width of one column."""
        return QSize(self.width_of(1), self._grid.minimumSize().height())

    @override
    def event(self, event: QEvent) -> bool:
        """Fit again when a button changed its words or its type."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return done

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again to the width."""
        super().resizeEvent(event)
        self._fit()
