"""A button for a desk with keyboard and mouse: lower than one for fingers in a crowd."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.ui.widgets.basics import Button

HEIGHT = 44
"""WCAG 2.5.5, the enhanced target size."""


class CompactButton(Button):
    """As wide as its words, HEIGHT high at least."""

    def __init__(self, parent: QWidget, role: str = "") -> None:
        super().__init__(parent, role)
        # None of its own: it would let a layout cut large type, see minimumSizeHint.
        self.setMinimumHeight(0)

    @override
    def minimumSizeHint(self) -> QSize:
        """Never narrower than the text: nothing is cut."""
        return self.sizeHint().expandedTo(QSize(HEIGHT, HEIGHT))
