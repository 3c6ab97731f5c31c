"""Page 2: the day's figures with their definitions, two pictures, and the ways to take them out."""

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from lobby_app.services.supervision_views import FiguresView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.charts import BarChart
from lobby_app.ui.supervisor.compact_button import CompactButton
from lobby_app.ui.supervisor.figure_rows import (
    PRIORITIES,
    FigureRow,
    Split,
    heading_of,
    rows_of,
    scopes_of,
)
from lobby_app.ui.supervisor.keys import KEYS, REPORTS, SupervisorCommand
from lobby_app.ui.supervisor.row_model import ROW_ROLE, Column, RowModel, Setting
from lobby_app.ui.supervisor.table import Table
from lobby_app.ui.supervisor.tables import CLASSES
from lobby_app.ui.theme import Theme
from lobby_app.ui.widgets.basics import card, label, set_text
from lobby_app.ui.widgets.flow import ButtonGrid

_LEVEL_ICONS = {"ok": "check", "amber": "alert", "red": "stop"}
_AMBER_WAIT = 15.0


class FiguresPage(QWidget):
    """All parts of the page. The table's columns follow the split.

    Signals:
        split_wanted(): the next split.
    """

    split_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = label(self, "heading")
        self.split_button = CompactButton(self, "quiet")
        self.split_button.clicked.connect(self.split_wanted)
        self.table_card = card(self)
        self.table = Table(self.table_card, stretched=0)
        self.definition_title = label(self.table_card, "value")
        self.definition = label(self.table_card, "body_quiet", wraps=True)
        self.wait_card, self.wait_title, self.waits = self._chart()
        self.promise_card, self.promise_title, self.promises = self._chart()
        self.report_row = ButtonGrid(self, len(REPORTS))
        self.reports = {command: CompactButton(self.report_row) for command in REPORTS}
        for button in self.reports.values():
            self.report_row.add(button)
        self._arrange()

    def _chart(self) -> tuple[QWidget, QLabel, BarChart]:
        made = card(self)
        title, chart = label(made, "heading"), BarChart(made)
        lines = QVBoxLayout(made)
        lines.setContentsMargins(12, 6, 12, 8)
        lines.setSpacing(2)
        lines.addWidget(title)
        lines.addWidget(chart, 1)
        return made, title, chart

    def _arrange(self) -> None:
        inner = QVBoxLayout(self.table_card)
        inner.setContentsMargins(12, 4, 12, 8)
        inner.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.split_button)
        inner.addLayout(head)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.definition_title)
        inner.addWidget(self.definition)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.wait_card, 1)
        right.addWidget(self.promise_card, 1)
        middle = QHBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self.table_card, 74)
        middle.addLayout(right, 26)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(12, 4, 12, 6)
        lines.setSpacing(8)
        lines.addLayout(middle, 1)
        lines.addWidget(self.report_row)


class FiguresPresenter:
    """Writes a FiguresView into the page."""

    def __init__(self, page: FiguresPage) -> None:
        self._page = page
        self.split = Split.PRIORITY
        self._model: RowModel[FigureRow] | None = None
        self._columns: tuple[str, ...] = ()
        page.table.entered.connect(self._point)
        page.table.setMouseTracking(True)

    def next_split(self) -> None:
        """Take the next split."""
        splits = list(Split)
        self.split = splits[(splits.index(self.split) + 1) % len(splits)]

    def show(self, view: FiguresView, wording: Wording, theme: Theme) -> None:
        """Show the figures."""
        page = self._page
        self.show_words(view, wording)
        scopes = [code for _, code in scopes_of(view, self.split)]
        model = self._table(tuple(scopes), view, wording)
        model.show(rows_of(view, self.split, wording), Setting(wording, theme, view.at))
        page.table.fit(theme, f"{wording.language}{self.split}")
        self._define(page.table.currentIndex())
        self._charts(view, wording, theme)

    def show_words(self, view: FiguresView, wording: Wording) -> None:
        """Write headings and buttons."""
        page = self._page
        at = wording.clock(view.at)
        set_text(page.title, wording("figures_title", day=view.day.isoformat(), at=at))
        split = wording(f"split_{self.split.value}")
        key = KEYS[SupervisorCommand.SPLIT]
        set_text(page.split_button, wording("key_first", label=split, key=key))
        for command, button in page.reports.items():
            said = wording(f"command_{command.value}")
            set_text(button, wording("key_first", label=said, key=KEYS[command]))
        page.table.setAccessibleName(page.title.text())

    def _table(
        self, scopes: tuple[str, ...], view: FiguresView, wording: Wording
    ) -> RowModel[FigureRow]:
        """Return the model; other columns are another model."""
        headings = tuple(heading_of(code, view, self.split, wording) for code in scopes)
        if self._model is not None and self._columns == headings:
            return self._model
        self._columns = headings
        columns = [Column("column_figure", _name, tip=lambda row, _: row.definition)]
        columns += [_value_column(place) for place in range(len(headings))]
        old, table = self._model, self._page.table
        self._model = _FigureModel(columns, headings, self._page)
        table.setModel(self._model)
        table.selectionModel().currentChanged.connect(self._define)
        if old is not None:
            old.deleteLater()
        return self._model

    @Slot(QModelIndex)
    def _point(self, index: QModelIndex) -> None:
        self._define(index)

    def _define(self, index: QModelIndex, _: QModelIndex | None = None) -> None:
        """Say what the figure under the hand or the focus means."""
        page = self._page
        if not index.isValid() and self._model is not None and self._model.rowCount():
            index = self._model.index(0, 0)
        row = index.data(ROW_ROLE) if index.isValid() else None
        set_text(page.definition_title, row.name if row is not None else "")
        set_text(page.definition, row.definition if row is not None else "")

    def _charts(self, view: FiguresView, wording: Wording, theme: Theme) -> None:
        page, figures = self._page, view.figures
        hours = [key for key in figures.arrivals if key.startswith("hour:")]
        waits = [figures.waits.get(key) for key in hours]
        series = [
            [(one.median if one else 0.0, _short(one.median) if one else "", "") for one in waits],
            [(one.p90 if one else 0.0, _short(one.p90) if one else "", "") for one in waits],
        ]
        names = [wording("hour", hour=int(key.partition(":")[2])) for key in hours]
        page.waits.show_bars(names, series, theme, _AMBER_WAIT)
        page.waits.setAccessibleName(wording("chart_waits"))
        set_text(page.wait_title, wording("chart_waits"))
        kept = [(code, figures.waits.get(f"priority:{code}")) for code in PRIORITIES]
        rows = {row.code: row for row in rows_of(view, Split.PRIORITY, wording)}
        cells = rows["in_promise"].cells[1:]
        bars = [
            (
                one.in_promise if one else 0.0,
                f"{cell.text}\n{wording('n_is', n=one.count)}" if one else wording("nothing"),
                cell.level,
            )
            for (_, one), cell in zip(kept, cells, strict=True)
        ]
        names = [CLASSES[code] for code in PRIORITIES]
        page.promises.show_bars(names, [bars], theme, 0.9)
        page.promises.setAccessibleName(wording("chart_promises"))
        set_text(page.promise_title, wording("chart_promises"))


class _FigureModel(RowModel[FigureRow]):
    """Headings are names of queues or hours, not keys."""

    def __init__(
        self, columns: list[Column[FigureRow]], headings: tuple[str, ...], parent: QWidget
    ) -> None:
        super().__init__(columns, lambda row: (row.code, row.name), parent)
        self.headings = headings

    @override
    def heading(self, section: int, title: str) -> str:
        return self.headings[section - 1] if section else title


def _name(row: FigureRow, _: Setting) -> str:
    return row.name


def _value_column(place: int) -> Column[FigureRow]:
    def icon(row: FigureRow, _: Setting) -> tuple[str, str] | None:
        level = row.cells[place].level
        return (_LEVEL_ICONS[level], level) if level else None

    return Column(
        "",
        lambda row, _: row.cells[place].text,
        icon=icon,
        tip=lambda row, _: row.definition,
        is_number=True,
    )


def _short(minutes: float) -> str:
    return f"{minutes:.0f}"
