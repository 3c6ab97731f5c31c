"""From DayFigures to the rows of page 2 and of its exports: a figure, a value a column, its level.

Every row has a definition; n stands beside what rests on few.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lobby_app.domain.kpi import DayFigures, Waits
from lobby_app.domain.kpi_levels import level_of, service_level
from lobby_app.domain.satisfaction import LEAST_ANSWERS
from lobby_app.services.supervision_views import FiguresView
from lobby_app.ui.i18n import Wording

PRIORITIES = ("care", "appointment", "tier", "ordinary")


class Split(StrEnum):
    """What the columns are."""

    PRIORITY = "priority"
    QUEUE = "queue"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value: as people read it, as a number, and its level (ok, amber, red or empty)."""

    text: str = ""
    value: float | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure. `code`: of its name and definition. `cells`: the day first, then the split."""

    code: str
    name: str
    unit: str
    definition: str
    cells: tuple[Cell, ...]


def scopes_of(view: FiguresView, split: Split) -> list[tuple[str, str]]:
    """Return the columns as key of the figures and code of the name; the whole day first."""
    keys = view.figures.arrivals
    if split is Split.PRIORITY:
        names = [f"priority:{code}" for code in PRIORITIES]
    else:
        names = [key for key in keys if key.startswith(f"{split.value}:")]
    return [("all", "all"), *((name, name.partition(":")[2]) for name in names)]


def heading_of(code: str, view: FiguresView, split: Split, wording: Wording) -> str:
    """Return the heading of a column."""
    if code == "all":
        return wording("the_day")
    if split is Split.PRIORITY:
        return wording(f"class_{code}_short")
    if split is Split.QUEUE:
        return wording.text(view.queue_names[code]) if code in view.queue_names else code
    return wording("hour", hour=int(code))


def rows_of(view: FiguresView, split: Split, wording: Wording) -> list[FigureRow]:
    """Return all rows, in reading order."""
    make = _Maker(view, split, wording)
    return [
        *make.split_rows(),
        *make.day_rows(),
        *make.answer_rows(),
        *make.sync_rows(),
        *make.utilisation_rows(),
        *make.service_rows(),
    ]


class _Maker:
    """Makes the rows of one view."""

    def __init__(self, view: FiguresView, split: Split, wording: Wording) -> None:
        self._figures: DayFigures = view.figures
        self._view = view
        self._keys = [key for key, _ in scopes_of(view, split)]
        self._wording = wording

    def split_rows(self) -> list[FigureRow]:
        figures = self._figures
        rows = [
            self._row(
                "tickets",
                "",
                [self._count(figures.arrivals.get(key, 0)) for key in self._keys],
            )
        ]
        readings: Sequence[tuple[str, str, Callable[[Waits], float]]] = (
            ("served", "", lambda waits: waits.count),
            ("mean", "minutes", lambda waits: waits.mean),
            ("median", "minutes", lambda waits: waits.median),
            ("p90", "minutes", lambda waits: waits.p90),
            ("longest", "minutes", lambda waits: waits.longest),
            ("in_promise", "share", lambda waits: waits.in_promise),
        )
        for code, unit, read in readings:
            cells = []
            for key in self._keys:
                waits = figures.waits.get(key)
                value = read(waits) if waits is not None else None
                limit = "care_p90" if (code, key) == ("p90", "priority:care") else code
                cells.append(self._cell(value, unit, limit))
            rows.append(self._row(code, unit, cells))
        shares = [figures.abandoned.get(key) for key in self._keys]
        cells = [
            self._cell(share.value if share is not None else None, "share", "abandonment")
            for share in shares
        ]
        return [*rows, self._row("abandonment", "share", cells)]

    def day_rows(self) -> list[FigureRow]:
        figures = self._figures
        promise, diversion = figures.promise, figures.diversion
        over = figures.overtaking
        rows: list[tuple[str, str, float | None, int | None]] = [
            ("longest_now", "minutes", figures.longest_now, figures.waiting),
            ("overtaken", "share", over.share.value, over.share.whole),
            ("most_overtaken", "", float(over.most), None),
            ("elders_refused", "", float(figures.elders_refused), None),
        ]
        count = promise.count if promise is not None else 0
        rows += [
            ("promise_upper", "share", promise.below_upper if promise else None, count),
            ("promise_range", "share", promise.in_range if promise else None, count),
            ("promise_error", "minutes", promise.mean_absolute if promise else None, count),
            ("promise_bias", "minutes", promise.bias if promise else None, count),
            ("diversion", "share", diversion.share.value, diversion.share.whole),
            ("self_service_success", "share", diversion.success.value, diversion.success.whole),
            ("document_failure", "share", figures.document_failure.value, figures.issued),
            ("repeats", "share", figures.repeats.value, figures.repeats.whole),
            ("transfers", "", float(figures.transfers), None),
            ("skips", "", float(figures.skips), None),
            ("complaints", "", float(figures.complaints), None),
            ("assistances", "", float(figures.assistances), None),
        ]
        return [self._single(*row) for row in rows]

    def answer_rows(self) -> list[FigureRow]:
        told, words = self._figures.satisfaction, self._wording
        rows = []
        for code, unit, value, count in (
            ("satisfaction", "share", told.share, told.answers),
            ("nps", "points", told.nps, told.nps_answers),
        ):
            if value is None:
                cell = Cell(words("too_few", n=count, least=LEAST_ANSWERS))
            else:
                cell = self._with_n(value, unit, code, count)
            rows.append(self._row(code, unit, [cell]))
        for reason, count in told.reasons.items():
            label = words("figure_reason_of", reason=words(f"answer_{reason}"))
            rows.append(self._row("reason", "", [self._count(count)], label))
        return rows

    def sync_rows(self) -> list[FigureRow]:
        view = self._view
        return [
            self._single("unsent", "", float(view.unsent), None),
            self._single("oldest_unsent", "minutes", view.unsynced_minutes, None),
            self._single("data_age", "hours", view.data_age_hours, None),
        ]

    def utilisation_rows(self) -> list[FigureRow]:
        words, figures = self._wording, self._figures
        lately = [
            ("busy_lately", words("figure_busy_lately_of", queues=self._queues(queues)), share)
            for queues, share in figures.busy_lately.items()
        ]
        types = [
            ("utilisation", words("figure_type_utilisation_of", queues=self._queues(queues)), share)
            for queues, share in figures.type_utilisation.items()
        ]
        counters = [
            ("utilisation", words("figure_utilisation_of", counter=counter), share)
            for counter, share in figures.utilisation.items()
        ]
        return [
            self._row(code, "share", [self._cell(share, "share", code)], name)
            for code, name, share in (*lately, *types, *counters)
        ]

    def _queues(self, queues: Sequence[str]) -> str:
        words, names = self._wording, self._view.queue_names
        return words("dot").join(words.text(names[q]) if q in names else q for q in queues)

    def service_rows(self) -> list[FigureRow]:
        rows = []
        for business, (minutes, count) in self._figures.service.items():
            name = self._view.business_names.get(business)
            said = self._wording.text(name) if name is not None else business
            label = self._wording("figure_service_of", business=said)
            level = service_level(minutes, self._view.planned_minutes.get(business))
            cell = replace(self._with_n(minutes, "minutes", "", count), level=level)
            rows.append(self._row("service", "minutes", [cell], label))
        return rows

    def _single(self, code: str, unit: str, value: float | None, n: int | None) -> FigureRow:
        return self._row(code, unit, [self._with_n(value, unit, code, n)])

    def _row(self, code: str, unit: str, cells: Sequence[Cell], name: str = "") -> FigureRow:
        words = self._wording
        filled = (*cells, *(Cell() for _ in range(len(self._keys) - len(cells))))
        said = name or words(f"figure_{code}")
        return FigureRow(code, said, unit, words(f"define_{code}"), filled)

    def _with_n(self, value: float | None, unit: str, limit: str, n: int | None) -> Cell:
        cell = self._cell(value, unit, limit)
        if n is None or value is None:
            return cell
        return Cell(self._wording("with_n", value=cell.text, n=n), cell.value, cell.level)

    def _count(self, count: int) -> Cell:
        return Cell(str(count), float(count))

    def _cell(self, value: float | None, unit: str, limit: str) -> Cell:
        words = self._wording
        if value is None:
            return Cell(words("nothing"))
        if unit == "share":
            text = words.percent(value)
        elif unit == "minutes":
            text = words("minutes_exact", minutes=f"{value:.1f}")
        elif unit == "hours":
            text = words("hours_exact", hours=f"{value:.1f}")
        elif unit == "points":
            text = f"{value:+.0f}"
        else:
            text = f"{value:.0f}"
        return Cell(text, value, level_of(limit, value))
