"""What an open desk shows in the view, all from one state; parts change only where it changed."""

from datetime import datetime

from lobby_app.domain.business import Policy
from lobby_app.ui.greeter.answer import answer_text
from lobby_app.ui.greeter.answer_presenter import AnswerPresenter
from lobby_app.ui.greeter.business_panel import BusinessPresenter
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.side_panel import RECENT_ROWS
from lobby_app.ui.greeter.side_presenter import SidePresenter
from lobby_app.ui.greeter.strip_presenter import StripPresenter
from lobby_app.ui.greeter.view import GreeterView
from lobby_app.ui.greeter.wishing import WishController
from lobby_app.ui.theme import Theme


class DeskPresenter:
    """Writes the hub's state into all parts of the view."""

    def __init__(
        self, view: GreeterView, hub: Hub, wishing: WishController, policy: Policy
    ) -> None:
        self._view = view
        self._hub = hub
        self._wishing = wishing
        self._policy = policy
        self.business = BusinessPresenter(view.business, policy, hub.keys)
        self._answer = AnswerPresenter(view.answer, hub.keys)
        self._side = SidePresenter(view.side)
        self._strip = StripPresenter(view.strip)

    def show(self, last_scan: datetime | None, notice: str, theme: Theme) -> None:
        """Show the state; `notice` is what the notice says now, empty for none."""
        hub, wording, view = self._hub, self._hub.wording, self._view
        visit, desk = hub.visit, hub.desk
        self._strip.show(desk, last_scan, wording, theme)
        text = answer_text(visit, wording, hub.keys, self._policy, is_blurred=desk.is_blurred)
        self._answer.show(text, wording, theme, notice)
        self._answer.show_modifiers(self._wishing.state(), wording)
        self._answer.show_corner(visit, desk, wording)
        tiles = visit.identified.tiles if visit.identified is not None else ()
        self.business.show(tiles, visit.need, wording)
        room = view.room_for_side()
        rows = RECENT_ROWS if view.is_compact else view.side.rows_that_fit(room)
        self._side.show(desk.floor, rows, wording, theme)
