"""Layout of the greeter's window: answer and tiles at the left, the branch at the right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from lobby_app.ui.greeter.answer_card import AnswerCard
from lobby_app.ui.greeter.business_panel import BusinessPanel
from lobby_app.ui.greeter.side_panel import SidePanel
from lobby_app.ui.greeter.status_strip import StatusStrip
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import card

SIDE_WIDTH = 346
_NO_LIMIT = 16_777_215
COMPACT_FROM = 1.3
"""From this type size on (for the size of the window), side panel and strip go below the tiles and
the actions stay at the bottom edge."""


class GreeterView(QWidget):
    """All parts of the window in their places; rearranges itself for large type."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.content = QWidget(self)
        self.answer = AnswerCard(self.content)
        self.business = BusinessPanel(self.content)
        self.side = SidePanel(self.content)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.answer, 1)
        left.addWidget(self.business)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.content)
        self._columns.setContentsMargins(16, 10, 16, 10)
        self._columns.setSpacing(16)
        self._columns.addLayout(left, 1)
        self._columns.addWidget(self.side)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.content)
        self.footer = card(self, "strip")
        self._footer_line = QVBoxLayout(self.footer)
        self._footer_line.setContentsMargins(16, 8, 16, 8)
        self.strip = StatusStrip(self)
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._lines.addWidget(self.area, 1)
        self._lines.addWidget(self.footer)
        self._lines.addWidget(self.strip)
        self.footer.hide()
        self.is_compact = False
        self._arrangement: tuple[bool, int] | None = None

    def room_for_side(self) -> int:
        """Return how high the side panel may be before the window begins to scroll."""
        margins = self._columns.contentsMargins()
        return self.area.height() - margins.top() - margins.bottom()

    def arrange_for(self, theme: Theme, share: float) -> None:
        """Put the parts where they fit. `share`: how large the window is by 1366 × 768."""
        side = round(SIDE_WIDTH * theme.factor)
        arrangement = (theme.factor / share >= COMPACT_FROM, side)
        if arrangement == self._arrangement:
            return
        self._arrangement, self.is_compact = arrangement, arrangement[0]
        direction = QBoxLayout.Direction
        down, right = direction.TopToBottom, direction.LeftToRight
        self._columns.setDirection(down if self.is_compact else right)
        self.side.setMinimumWidth(0 if self.is_compact else side)
        self.side.setMaximumWidth(_NO_LIMIT if self.is_compact else side)
        home = self._footer_line if self.is_compact else self.answer.layout_lines
        home.addWidget(self.answer.action_row)
        (self._columns if self.is_compact else self._lines).addWidget(self.strip)
        self.footer.setVisible(self.is_compact)
