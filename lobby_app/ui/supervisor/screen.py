"""What the window shows: page, theme, language, notice; all from the one shift."""

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.ui.hub import WindowHub
from lobby_app.ui.screen import WindowScreen
from lobby_app.ui.supervisor.fairness_page import FairnessPresenter
from lobby_app.ui.supervisor.figures_page import FiguresPresenter
from lobby_app.ui.supervisor.hall_page import HallPresenter
from lobby_app.ui.supervisor.keys import KEYS, SupervisorCommand
from lobby_app.ui.supervisor.state import Shift
from lobby_app.ui.supervisor.view import SupervisorView
from lobby_app.ui.widgets.basics import set_text

_LARGEST = 2.8
"""Beyond this not even the head of the window fits its screen."""


class SupervisorScreen(WindowScreen):
    """Shows the shift in the view; parts change only where something changed."""

    def __init__(
        self, window: QWidget, view: SupervisorView, hub: WindowHub, shift: Shift, theme: str
    ) -> None:
        super().__init__(window, hub.wording.messages, theme, _LARGEST)
        self._hub = hub
        self._shift = shift
        self.view = view
        self.hall = HallPresenter(view.hall)
        self.figures = FiguresPresenter(view.figures)
        self.fairness = FairnessPresenter(view.fairness)

    @override
    def render(self) -> None:
        """Show the page that is open."""
        shift, words = self._shift, self._hub.wording
        self._head()
        if shift.port is None or shift.hall is None:
            return
        if shift.page is SupervisorCommand.HALL:
            self.hall.show(shift.hall, shift.port.now(), words, self.theme)
        elif shift.page is SupervisorCommand.FIGURES and shift.figures is not None:
            self.figures.show(shift.figures, words, self.theme)
        elif shift.page is SupervisorCommand.FAIRNESS and shift.fairness is not None:
            self.fairness.show(shift.fairness, words, self.theme)

    def _head(self) -> None:
        view, shift, words = self.view, self._shift, self._hub.wording
        urgent = sum(not alarm.answered for alarm in shift.hall.alarms) if shift.hall else 0
        for page, button in view.page_buttons.items():
            said = words(f"command_{page.value}")
            if page is SupervisorCommand.HALL and urgent:
                said = words("page_with_alarms", page=said, count=urgent)
            set_text(button, words("key_first", label=said, key=KEYS[page]))
        help_text = words("command_help")
        set_text(view.help, words("key_first", label=help_text, key=KEYS[SupervisorCommand.HELP]))
        set_text(view.language, words("language_button"))
        view.language.setAccessibleName(words("command_language"))
        view.sign_off.setVisible(shift.session is not None)
        if shift.session is not None:
            set_text(view.sign_off, words("sign_off", number=shift.session.staff_number))
        set_text(view.demo, words("demo"))
        view.demo.setVisible(shift.hall is not None and shift.hall.is_demo)
        if shift.hall is not None:
            name = words("head", branch=words.text(shift.hall.branch))
            view.branch.show_text(name, self.theme.type.quiet)
        self._clock()
        view.head.fit(self._window.width(), view.branch.whole_width())

    def tick(self) -> None:
        """One more second."""
        shift = self._shift
        if shift.port is None:
            return
        self._clock()
        if shift.page is SupervisorCommand.HALL:
            self.hall.tick(shift.port.now())

    def _clock(self) -> None:
        if self._shift.port is not None:
            set_text(self.view.clock, self._hub.wording.clock(self._shift.port.now()))

    def show_page(self, page: SupervisorCommand) -> None:
        """Bring a page to the front."""
        self._shift.page = page
        self.view.show_page(page)
        self.render()

    def next_split(self) -> None:
        """Show the figures by something else."""
        self.figures.next_split()
        self.render()

    @override
    def arrange(self) -> None:
        self.view.hall.arrange_for(self.theme, self._window.width())

    def show_notice(self, text: str, level: str, seconds: float) -> None:
        """Show a notice at the foot; 0 seconds: until the next one."""
        self.view.notice.show_notice(text, level, self.theme)
        self.view.notice.expire_after(seconds)

    def clear_notice(self) -> None:
        """Take the notice away."""
        self.show_notice("", "info", 0)
