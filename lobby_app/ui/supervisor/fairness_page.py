"""Page 3: who was overtaken, what was promised and kept, and why a number came before another."""

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from lobby_app.domain.kpi_levels import level_of
from lobby_app.services.supervision_views import Decision, FairnessView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.supervisor.keys import KEYS, SupervisorCommand
from lobby_app.ui.supervisor.row_model import ROW_ROLE, RowModel, Setting
from lobby_app.ui.supervisor.table import Table
from lobby_app.ui.supervisor.tables import DECISIONS
from lobby_app.ui.supervisor.tile import Tile
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import card, label, set_text

TILES = ("overtaken", "most", "promise", "care", "range", "refused")
_ICONS = {"": "info", "ok": "check", "amber": "alert", "red": "stop"}


class FairnessPage(QWidget):
    """All parts of the page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tiles = {name: Tile(self) for name in TILES}
        self.rule = label(self, "quiet", wraps=True)
        self.list_card = card(self)
        self.title = label(self.list_card, "heading")
        self.search = QLineEdit(self.list_card)
        self.search.setMinimumHeight(40)
        self.search.setMaximumWidth(420)
        self.only_overtaken = CompactButton(self.list_card, "quiet")
        self.only_overtaken.setCheckable(True)
        self.table = Table(
            self.list_card, stretched=len(DECISIONS) - 1, shrunk=(len(DECISIONS) - 1,)
        )
        self.model: RowModel[Decision] = RowModel(DECISIONS, lambda d: d.ticket_id, self)
        self.table.setModel(self.model)
        self.why = label(self.list_card, "human", wraps=True)
        self._arrange()

    def _arrange(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(8)
        for tile in self.tiles.values():
            tiles.addWidget(tile)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.search, 1)
        head.addWidget(self.only_overtaken)
        inner = QVBoxLayout(self.list_card)
        inner.setContentsMargins(12, 6, 12, 10)
        inner.setSpacing(6)
        inner.addLayout(head)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.why)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 4, 12, 8)
        lines.setSpacing(8)
        lines.addLayout(tiles)
        lines.addWidget(self.list_card, 1)
        lines.addWidget(self.rule)


class FairnessPresenter:
    """Writes a FairnessView into the page, filtered by the number that is looked for."""

    def __init__(self, page: FairnessPage) -> None:
        self._page = page
        self._shown: tuple[FairnessView, Wording, Theme] | None = None
        page.table.selectionModel().currentChanged.connect(self._explain)
        page.search.textChanged.connect(self._filter)
        page.only_overtaken.toggled.connect(self._filter)

    def show(self, view: FairnessView, wording: Wording, theme: Theme) -> None:
        """Show the page."""
        page = self._page
        self._shown = (view, wording, theme)
        for name, (heading, value, more, level) in self._tiles(view, wording).items():
            shown = (heading, value, (more,) if more else (), _ICONS[level], level or "quiet")
            page.tiles[name].show_tile(shown, theme, wording("dot"))
        set_text(page.title, wording("decisions_title"))
        key = KEYS[SupervisorCommand.SEARCH]
        hint = wording("search_decision")
        page.search.setPlaceholderText(wording("with_key", label=hint, key=key))
        page.search.setAccessibleName(hint)
        page.table.setAccessibleName(wording("decisions_title"))
        set_text(page.only_overtaken, wording("only_overtaken"))
        set_text(page.rule, wording("fairness_rule"))
        self._filter()

    def _filter(self) -> None:
        if self._shown is None:
            return
        view, wording, theme = self._shown
        page, wanted = self._page, self._page.search.text().strip().upper()
        rows = [
            decision
            for decision in view.decisions
            if (not page.only_overtaken.isChecked() or decision.overtaken)
            and (not wanted or wanted in decision.number or wanted in decision.why.zh)
        ]
        page.model.show(rows, Setting(wording, theme, view.at))
        page.table.fit(theme, wording.language)
        self._explain(page.table.currentIndex())

    def _explain(self, index: QModelIndex, _: QModelIndex | None = None) -> None:
        """Say the whole sentence of the call that is chosen, or of the newest."""
        page = self._page
        if not index.isValid() and page.model.rowCount():
            index = page.model.index(0, 0)
        decision = index.data(ROW_ROLE) if index.isValid() else None
        wording = self._shown[1] if self._shown is not None else None
        said = wording.text(decision.why) if decision is not None and wording else ""
        if wording is not None and not page.model.rowCount():
            said = wording("no_decisions")
        set_text(page.why, said)

    def _tiles(self, view: FairnessView, wording: Wording) -> dict[str, tuple[str, str, str, str]]:
        figures, nothing = view.figures, wording("nothing")
        over, everyone = figures.overtaking, figures.waits.get("all")
        care, promise = figures.waits.get("priority:care"), figures.promise

        def percent(share: float | None) -> str:
            return nothing if share is None else wording.percent(share)

        def of(n: int) -> str:
            return wording("n_is", n=n)

        kept = everyone.in_promise if everyone else None
        care_p90 = care.p90 if care else None
        held = promise.below_upper if promise else None
        return {
            "overtaken": (
                wording("figure_overtaken"), percent(over.share.value), of(over.share.whole),
                level_of("overtaken", over.share.value),
            ),
            "most": (
                wording("figure_most_overtaken"), wording("times", count=over.most), "",
                level_of("most_overtaken", over.most),
            ),
            "promise": (
                wording("figure_in_promise"), percent(kept), of(everyone.count if everyone else 0),
                level_of("in_promise", kept),
            ),
            "care": (
                wording("tile_care_p90"),
                nothing if care_p90 is None
                else wording("minutes_exact", minutes=f"{care_p90:.1f}"),
                of(care.count if care else 0), level_of("care_p90", care_p90),
            ),
            "range": (
                wording("figure_promise_upper"), percent(held), of(promise.count if promise else 0),
                level_of("promise_upper", held),
            ),
            "refused": (
                wording("figure_elders_refused"), str(figures.elders_refused), "",
                level_of("elders_refused", figures.elders_refused),
            ),
        }  # fmt: skip
