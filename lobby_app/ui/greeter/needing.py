"""What the visitor came for: tiles, search, details, exact amounts."""

from dataclasses import replace

from PySide6.QtCore import QObject

from lobby_app.ui.greeter.business_panel import BANDS, BusinessPanel, BusinessPresenter
from lobby_app.ui.greeter.hub import Hub
from lobby_app.ui.greeter.visiting import VisitController


class NeedController(QObject):
    """Turns tiles, letters and details into a Need."""

    def __init__(
        self,
        hub: Hub,
        panel: BusinessPanel,
        presenter: BusinessPresenter,
        visiting: VisitController,
    ) -> None:
        super().__init__(hub)
        self._hub = hub
        self._panel = panel
        self._presenter = presenter
        self._visiting = visiting
        panel.tile_clicked.connect(self.tile)
        panel.detail_clicked.connect(self.detail)
        panel.anonymous.clicked.connect(visiting.open_anonymous)
        panel.amount.returnPressed.connect(self._amount_entered)
        panel.search.textChanged.connect(self._searched)

    def tile(self, place: int) -> None:
        """Choose the tile at a place; the last one turns the page."""
        if not self._hub.is_working:
            return
        offered = self._presenter.offered
        if place < len(offered.codes):
            code = offered.codes[place]
            self.reset_search()
            self._visiting.choose(code)
        elif offered.has_more:
            self._presenter.turn_page()
            self._hub.changed.emit()

    def first_match(self) -> bool:
        """Enter while searching: choose the first match. Returns whether a search was open."""
        if not self._panel.search.text():
            return False
        if self._presenter.offered.codes:
            self.tile(0)
        return True

    def reset_search(self) -> None:
        """Empty the search field and go back to the first page."""
        self._panel.search.setText("")
        self._presenter.first_page()

    def _searched(self) -> None:
        self._hub.changed.emit()

    def detail(self, code: str) -> None:
        """Take a detail: amount band, currency, new payee, cash in hand, product risk."""
        need = self._hub.visit.need
        if need is None:
            return
        kind, _, value = code.partition(":")
        if kind == "band":
            amount = BANDS[int(value)]
            need = replace(need, amount=0 if need.amount == amount else amount)
        elif kind == "currency":
            need = replace(need, currency=value)
        elif kind == "risk":
            risk = int(value)
            need = replace(need, product_risk=None if need.product_risk == risk else risk)
        elif kind == "new_payee":
            need = replace(need, new_payee=not need.new_payee)
        else:
            need = replace(need, cash_funded=not need.cash_funded)
        self._visiting.change_need(need)

    def band(self, place: int) -> None:
        """Ctrl+1 … Ctrl+4."""
        if self._panel.details[f"band:{place}"].isVisible():
            self.detail(f"band:{place}")

    def focus_amount(self) -> None:
        """Ctrl+0: type an exact amount."""
        if self._panel.amount.isVisible():
            self._panel.amount.selectAll()
            self._panel.amount.setFocus()

    def _amount_entered(self) -> None:
        need, text = self._hub.visit.need, self._panel.amount.text()
        self._panel.amount.setText("")
        self._panel.search.setFocus()
        if need is not None and text.isdigit():
            self._visiting.change_need(replace(need, amount=int(text)))
