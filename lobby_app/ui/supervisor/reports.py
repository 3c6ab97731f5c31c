"""The figures on paper and in a table: CSV for a spreadsheet, a PDF to keep, a print."""

import csv
import html
import io
from collections.abc import Sequence

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrinter

from lobby_app.services.supervision_views import FiguresView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.figure_rows import FigureRow, Split, heading_of, rows_of, scopes_of
from lobby_app.ui.theme import FONT_FAMILIES

_MARGINS = QMarginsF(14, 14, 14, 14)


def csv_bytes(view: FiguresView, wording: Wording) -> bytes:
    """Return every figure by class, queue and hour, one value a line; UTF-8 that Excel knows.

    Shares are 0 to 1, times minutes; what rests on nothing is empty.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    titles = ("date", "figure", "name", "scope", "value", "unit", "shown", "definition")
    writer.writerow(wording(f"csv_{title}") for title in titles)
    written = set()
    for split in Split:
        scopes = [key for key, _ in scopes_of(view, split)]
        for row in rows_of(view, split, wording):
            for scope, cell in zip(scopes, row.cells, strict=True):
                place = (row.code, row.name, scope)
                if not cell.text or place in written:
                    continue
                written.add(place)
                value = "" if cell.value is None else f"{cell.value:.4f}".rstrip("0").rstrip(".")
                writer.writerow(
                    (
                        view.day.isoformat(), row.code, row.name, scope, value, row.unit,
                        cell.text, row.definition,
                    )
                )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def document_of(view: FiguresView, wording: Wording) -> QTextDocument:
    """Return the figures as a document for paper: three tables, then the definitions."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    families = ", ".join(f"'{family}'" for family in FONT_FAMILIES)
    document.setDefaultStyleSheet(
        f"body {{ font-family: {families}; font-size: 8pt; }} h1 {{ font-size: 15pt; }}"
        " h2 { font-size: 11pt; } th { background: #EAF2FB; text-align: left; }"
        " td, th { padding: 2px 6px; } .red { color: #B3261E; } .amber { color: #8A5A00; }"
    )
    document.setHtml("".join(_parts(view, wording)))
    return document


def _parts(view: FiguresView, wording: Wording) -> list[str]:
    at = wording.clock(view.at)
    title = wording("report_title", branch=wording.text(view.branch))
    parts = ["<body>", f"<h1>{html.escape(title)}</h1>"]
    parts.append(f"<p>{wording('figures_title', day=view.day.isoformat(), at=at)}")
    if view.is_demo:
        parts.append(f" · <b>{wording('demo')}</b>")
    parts.append("</p>")
    told: dict[str, FigureRow] = {}
    for split in Split:
        rows = rows_of(view, split, wording)
        told |= {row.code: row for row in rows}
        # What is told of the whole day only is told once.
        shown = (
            rows
            if split is Split.PRIORITY
            else [r for r in rows if any(c.text for c in r.cells[1:])]
        )
        parts.append(f"<h2>{html.escape(wording(f'by_{split.value}'))}</h2>")
        parts.append(_table(view, split, shown, wording))
    parts.append(f"<h2>{wording('definitions')}</h2>")
    for row in told.values():
        name = wording(f"figure_{row.code}")
        parts.append(f"<p><b>{html.escape(name)}</b>: {html.escape(row.definition)}</p>")
    return [*parts, "</body>"]


def _table(view: FiguresView, split: Split, rows: Sequence[FigureRow], wording: Wording) -> str:
    heads = [wording("column_figure")]
    heads += [heading_of(code, view, split, wording) for _, code in scopes_of(view, split)]
    cells = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    lines = [f"<tr>{cells}</tr>"]
    for row in rows:
        # A colour is said by a mark as well: paper may be black and white.
        values = "".join(
            f'<td class="{cell.level}">{html.escape(cell.text)}{_MARKS.get(cell.level, "")}</td>'
            for cell in row.cells
        )
        lines.append(f"<tr><td>{html.escape(row.name)}</td>{values}</tr>")
    return f'<table width="100%" cellspacing="0">{"".join(lines)}</table>'


_MARKS = {"amber": " !", "red": " !!"}


def write_pdf(view: FiguresView, wording: Wording, path: str) -> None:
    """Write the figures as a PDF. Thread: GUI. Raises OSError."""
    writer = QPdfWriter(path)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(_MARGINS, QPageLayout.Unit.Millimeter)
    writer.setResolution(150)
    writer.setTitle(wording("report_title", branch=wording.text(view.branch)))
    document_of(view, wording).print_(writer)


def print_figures(view: FiguresView, wording: Wording, printer: QPrinter) -> None:
    """Print the figures on a printer that somebody chose. Thread: GUI."""
    printer.setPageOrientation(QPageLayout.Orientation.Landscape)
    document_of(view, wording).print_(printer)
