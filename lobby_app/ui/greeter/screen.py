"""What the greeter's window shows: parts, sheets, theme, language, notice; all from one state."""

from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import PrintResult
from lobby_app.domain.slip import TicketSlip
from lobby_app.domain.text import Language
from lobby_app.services.views import Issued
from lobby_app.ui.greeter.answer import answer_text
from lobby_app.ui.greeter.answer_card import AnswerPresenter
from lobby_app.ui.greeter.business_panel import BusinessPresenter
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.looking import check_story
from lobby_app.ui.greeter.sheets.stack import SheetStack
from lobby_app.ui.greeter.side_panel import RECENT_ROWS, SidePresenter
from lobby_app.ui.greeter.status_strip import StripPresenter
from lobby_app.ui.greeter.view import GreeterView
from lobby_app.ui.greeter.wishing import WishController
from lobby_app.ui.hub import Question
from lobby_app.ui.theme import ThemeName, theme_named

SCALES = (1.0, 1.2, 1.4)
"""Type sizes that follow the size of the window."""
_BASE = (1366, 768)
ZOOMS = (1.0, 1.25, 1.5, 2.0)
"""Type sizes that Ctrl+= goes through."""


class Screen(QObject):
    """Shows the hub's state in the view; parts change only where something changed."""

    def __init__(
        self, window: QWidget, view: GreeterView, hub: Hub, wishing: WishController, theme: str
    ) -> None:
        super().__init__(window)
        self._window = window
        self._hub = hub
        self._wishing = wishing
        self.view = view
        self.sheets = SheetStack(window, hub.keys)
        self.last_scan: datetime | None = None
        self.business: BusinessPresenter | None = None
        self._answer = AnswerPresenter(view.answer, hub.keys)
        self._side = SidePresenter(view.side)
        self._strip = StripPresenter(view.strip)
        self._theme_name = ThemeName(theme)
        self._zoom = 0
        self._theme = theme_named(self._theme_name)
        self._scale = SCALES[0]
        self._notice = ""
        self._refusal: BaseException | None = None
        self._trouble: tuple[Issued, PrintResult] | None = None

    def attach(self, policy: Policy) -> BusinessPresenter:
        """Begin to show visits, by the words of this policy."""
        self.business = BusinessPresenter(self.view.business, policy, self._hub.keys)
        return self.business

    def render(self) -> None:
        """Show the state."""
        hub, wording, theme = self._hub, self._hub.wording, self._theme
        self._strip.show(hub.desk, self.last_scan, wording, theme)
        if self.business is None:
            return
        text = answer_text(hub.visit, wording, hub.keys, hub.policy, is_blurred=hub.desk.is_blurred)
        self._answer.show(text, wording, theme, self._notice)
        self._answer.show_modifiers(self._wishing.state(), wording)
        self._answer.show_corner(hub.visit, hub.desk, wording)
        identified = hub.visit.identified
        tiles = identified.tiles if identified is not None else ()
        self.business.show(tiles, hub.visit.need, wording)
        room = self.view.room_for_side()
        rows = RECENT_ROWS if self.view.is_compact else self.view.side.rows_that_fit(room)
        self._side.show(hub.desk.floor, rows, wording, theme)

    def dress(self) -> None:
        """Put on theme and type size; type grows with the window as well."""
        share = self._share()
        self._scale = _scale_for(share)
        self._theme = theme_named(self._theme_name, ZOOMS[self._zoom] * self._scale)
        self._window.setStyleSheet(self._theme.style_sheet())
        self.view.arrange_for(self._theme, share)
        self.render()
        if (sheet := self.sheets.open_sheet) is not None:
            sheet.relayout()

    def fit(self) -> None:
        """The window changed its size."""
        share = self._share()
        if _scale_for(share) != self._scale:
            self.dress()
            return
        self.view.arrange_for(self._theme, share)
        self.render()

    def _share(self) -> float:
        """Return how large the window is, measured by 1366 × 768."""
        return min(self._window.width() / _BASE[0], self._window.height() / _BASE[1])

    def zoom(self, steps: int) -> None:
        """Make all type larger or smaller."""
        self._zoom = max(0, min(self._zoom + steps, len(ZOOMS) - 1))
        self.dress()

    def choose_theme(self, name: ThemeName) -> None:
        """Take a theme."""
        self._theme_name = name
        self.dress()

    def next_theme(self) -> None:
        """Take the next theme."""
        names = list(ThemeName)
        self.choose_theme(names[(names.index(self._theme_name) + 1) % len(names)])

    def switch_language(self) -> None:
        """Speak the other language from now on."""
        messages = self._hub.wording.messages
        is_chinese = messages.language is Language.ZH
        messages.language = Language.EN if is_chinese else Language.ZH
        self.sheets.close_passing()
        self.say_sign_on_again()
        self.clear_notice()

    def say_sign_on_again(self) -> None:
        """Word the sheet anew; what was typed stays. A numbered error stays as it was told."""
        sheet, told = self.sheets.sign_on, self._refusal
        if not sheet.isVisible():
            return
        before = sheet.error.text()
        sheet.retranslate(self._hub.wording, is_locked=self._hub.desk.is_locked)
        sheet.show_check(self._sign_on_story())
        sheet.show_error(self._hub.sentence(told) if isinstance(told, KnownError) else before)

    def show_refusal(self, error: BaseException) -> None:
        """Say why number and PIN were not accepted."""
        self._refusal = error
        self.sheets.sign_on.show_error(self._hub.sentence(error))

    def show_failure(self, error: BaseException) -> None:
        """Say why the desk could not be opened."""
        self._refusal = error
        self.sheets.sign_on.show_failure(self._hub.sentence(error))

    def show_notice(self, text: str, level: str, seconds: float) -> None:
        """Show a notice in the place of the reason; 0 seconds: until the next visit."""
        self._notice = text
        self.view.answer.notice.show_notice(text, level, self._theme)
        self.view.answer.notice.expire_after(seconds)
        self.render()

    def clear_notice(self) -> None:
        """Take the notice away."""
        self.show_notice("", "info", 0)

    def ask(self, question: Question) -> None:
        """Ask a question over the window."""
        if self.sheets.sign_on.isVisible():
            return
        self.sheets.close_passing()
        self.sheets.choice.ask(question, self._hub.wording, self._theme)

    def ask_sign_on(self) -> None:
        """Ask who is there, or for the PIN of the one who locked the desk."""
        self.sheets.close_passing()
        self._refusal = None
        desk = self._hub.desk
        locked_by = desk.session.staff_number if desk.is_locked and desk.session else ""
        self.sheets.sign_on.ask(locked_by, self._sign_on_story(), self._hub.wording)

    def _sign_on_story(self) -> str:
        story, status, words = check_story(self._hub), self._hub.desk.status, self._hub.wording
        if status is not None and status.is_demo:
            story += f"\n{words('sign_on_demo')}\n{words('sign_on_demo_cards')}"
        return story.strip()

    def show_trouble(self, issued: Issued, result: PrintResult) -> None:
        """Show a number whose paper is not there; on a locked desk after it is unlocked."""
        if self.sheets.sign_on.isVisible():
            self._trouble = (issued, result)
            return
        self.sheets.close_passing()
        self.sheets.trouble.show_trouble(issued, result, self._hub.wording)

    def show_waiting_trouble(self) -> None:
        """Show what happened while the desk was locked."""
        if self._trouble is not None:
            waiting, self._trouble = self._trouble, None
            self.show_trouble(*waiting)

    def preview(self, slip: TicketSlip) -> None:
        """Show a ticket as on paper."""
        if self.sheets.sign_on.isVisible():
            return
        self.sheets.close_passing()
        self.sheets.preview.show_slip(slip, self._hub.wording)


def _scale_for(share: float) -> float:
    return max((scale for scale in SCALES if scale <= share), default=SCALES[0])
