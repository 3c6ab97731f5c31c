"""Layout of the supervisor's window: head with pages, the page, a line for notices."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.supervisor.fairness_page import FairnessPage
from lobby_app.ui.supervisor.figures_page import FiguresPage
from lobby_app.ui.supervisor.hall_page import HallPage
from lobby_app.ui.supervisor.keys import PAGES, SupervisorCommand
from lobby_app.ui.widgets.basics import FittedLabel, label
from lobby_app.ui.widgets.notice import Notice

_MARGINS = 36


class Head(QFrame):
    """The line at the top; its two parts stand beside each other, or below where they must."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "strip")
        self.left, self.right = QHBoxLayout(), QHBoxLayout()
        for part in (self.left, self.right):
            part.setSpacing(6)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(16, 2, 8, 2)
        self._line.setSpacing(6)
        self._line.addLayout(self.left, 1)
        self._line.addLayout(self.right)
        # The head must not dictate a width to the window: see `fit`.
        self._line.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)

    def fit(self, width: int, branch_width: int) -> None:
        """Put the parts beside or below each other; `branch_width`: what the name asks for."""
        parts = 0
        for part in (self.left, self.right):
            part.invalidate()  # words or type have just changed
            parts += part.minimumSize().width()
        wanted = parts + branch_width + _MARGINS
        direction = QBoxLayout.Direction
        self._line.setDirection(direction.LeftToRight if wanted <= width else direction.TopToBottom)
        self.updateGeometry()

    @override
    def minimumSizeHint(self) -> QSize:
        """As wide as the wider part, as high as the parts as they are now."""
        widths = (self.left.minimumSize().width(), self.right.minimumSize().width())
        return QSize(max(widths) + _MARGINS, self._line.minimumSize().height())


class SupervisorView(QWidget):
    """All parts in their places."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head = Head(self)
        self.branch = FittedLabel(self.head, "heading")
        self.demo = label(self.head, "chip")
        self.demo.setProperty("chip", "demo")
        self.page_buttons = {page: CompactButton(self.head, "tab") for page in PAGES}
        for button in self.page_buttons.values():
            button.setCheckable(True)
        self.clock = label(self.head, "value")
        self.help = CompactButton(self.head, "quiet")
        self.language = CompactButton(self.head, "quiet")
        self.sign_off = CompactButton(self.head, "quiet")
        self.notice = Notice(self)
        self.hall = HallPage(self)
        self.figures = FiguresPage(self)
        self.fairness = FairnessPage(self)
        self.areas = {
            page: self._area(widget)
            for page, widget in zip(PAGES, (self.hall, self.figures, self.fairness), strict=True)
        }
        self._arrange()

    def _area(self, page: QWidget) -> QScrollArea:
        """Pages scroll where type is large: nothing is cut."""
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        return area

    def _arrange(self) -> None:
        for button in self.page_buttons.values():
            self.head.left.addWidget(button)
        self.head.left.addWidget(self.branch, 1)
        self.head.right.addStretch(1)
        for widget in (self.demo, self.clock, self.help, self.language, self.sign_off):
            self.head.right.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self._pages = QStackedLayout()
        for area in self.areas.values():
            self._pages.addWidget(area)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(4)
        lines.addWidget(self.head)
        lines.addLayout(self._pages, 1)
        notice = QHBoxLayout()
        notice.setContentsMargins(12, 0, 12, 6)
        notice.addWidget(self.notice)
        lines.addLayout(notice)

    def show_page(self, page: SupervisorCommand) -> None:
        """Bring a page to the front."""
        self._pages.setCurrentWidget(self.areas[page])
        for name, button in self.page_buttons.items():
            button.setChecked(name is page)

    def button(self, command: SupervisorCommand) -> CompactButton | None:
        """Return the button of a command, None for one that only has a key."""
        others = {
            SupervisorCommand.HELP: self.help,
            SupervisorCommand.LANGUAGE: self.language,
            SupervisorCommand.SIGN_OFF: self.sign_off,
        }
        return (
            self.page_buttons.get(command)
            or self.hall.action_buttons.get(command)
            or self.figures.reports.get(command)
            or others.get(command)
        )
