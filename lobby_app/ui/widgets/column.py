"""A column of parts inside a scroll area, as tall as its wrapped texts need."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override


class Column(QWidget):
    """Asks for the height of the width it has.

    A scroll area wants a least height without a width; texts that wrap would be squeezed before
    anything scrolls.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines = QVBoxLayout(self)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height of the new width."""
        super().resizeEvent(event)
        self._ask()

    @override
    def event(self, event: QEvent) -> bool:
        """Ask again when a part wants another size."""
        handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._ask()
        return handled

    def _ask(self) -> None:
        height = self.lines.totalHeightForWidth(self.width())
        if height > 0 and height != self.minimumHeight():
            self.setMinimumHeight(height)
