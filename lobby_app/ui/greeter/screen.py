"""What the greeter's window shows: parts, sheets, theme, language, notice; all from one state."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from lobby_app.domain.errors import KnownError
from lobby_app.ui.greeter.check_story import check_story
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.sheets.stack import SheetStack
from lobby_app.ui.greeter.view import GreeterView
from lobby_app.ui.hub import Question
from lobby_app.ui.screen import WindowScreen

if TYPE_CHECKING:
    from lobby_app.domain.business import Policy
    from lobby_app.domain.ports import PrintResult
    from lobby_app.domain.slip import TicketSlip
    from lobby_app.services.views import Issued
    from lobby_app.ui.greeter.business_panel import BusinessPresenter
    from lobby_app.ui.greeter.desk_presenter import DeskPresenter
    from lobby_app.ui.greeter.wishing import WishController


class Screen(WindowScreen):
    """Shows the hub's state in the view. Before `attach`: the empty parts and signing on."""

    def __init__(self, window: QWidget, view: GreeterView, hub: Hub, theme: str) -> None:
        super().__init__(window, hub.wording.messages, theme)
        self._hub = hub
        self.view = view
        self.sheets = SheetStack(window)
        self.last_scan: datetime | None = None
        self.business: BusinessPresenter | None = None
        self._presenter: DeskPresenter | None = None
        self._notice = ""
        self._refusal: BaseException | None = None
        self._trouble: tuple[Issued, PrintResult] | None = None

    def attach(self, policy: Policy, wishing: WishController) -> BusinessPresenter:
        """Begin to show visits, by the words of this policy."""
        from lobby_app.ui.greeter.desk_presenter import DeskPresenter

        self.sheets.attach(self._hub.keys)
        self._presenter = DeskPresenter(self.view, self._hub, wishing, policy)
        self.business = self._presenter.business
        return self.business

    @override
    def render(self) -> None:
        """Show the state."""
        if self._presenter is None:
            self.view.strip.show_language(self._hub.wording)
        else:
            self._presenter.show(self.last_scan, self._notice, self.theme)

    @override
    def arrange(self) -> None:
        self.view.arrange_for(self.theme, self.share)

    @override
    def dress(self) -> None:
        super().dress()
        if (sheet := self.sheets.open_sheet) is not None:
            sheet.relayout()

    @override
    def switch_language(self) -> None:
        self.sheets.close_passing()
        super().switch_language()
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
        self.view.answer.notice.show_notice(text, level, self.theme)
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
        self.sheets.choice.ask(question, self._hub.wording, self.theme)

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
