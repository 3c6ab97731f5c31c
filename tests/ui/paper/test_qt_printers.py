"""PDF and system printers: right size, whole files, honest answers."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest
from PIL import Image
from PySide6.QtGui import QImage, QPainter

from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from lobby_app.domain.text import Language
from lobby_app.ui.paper.drawing import DOTS_PER_MM, WIDTHS, slip_image, slip_page
from lobby_app.ui.paper.qt_printers import PdfPrinter, SystemPrinter, paint_scaled
from tests.helpers.escpos_emulator import read_codes
from tests.helpers.slips import PAYLOAD, a_slip, widest_slip

pytestmark = pytest.mark.usefixtures("qapp")
POINTS_PER_MM = 72 / 25.4
needs_poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm")


def outcome(result: PrintResult) -> tuple[PrintOutcome, PrinterProblem | None]:
    return result.outcome, result.problem


def page_size_mm(pdf: Path) -> tuple[float, float]:
    (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    return float(box[0]) / POINTS_PER_MM, float(box[1]) / POINTS_PER_MM


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("language", Language)
def test_a_pdf_is_one_page_of_the_ticket_size(
    tmp_path: Path, width_mm: int, language: Language
) -> None:
    slip = widest_slip(language=language)
    result = PdfPrinter(tmp_path / "tickets", width_mm).print(slip, "e999")
    assert outcome(result) == (PrintOutcome.PRINTED, None)
    (pdf,) = (tmp_path / "tickets").iterdir()
    assert pdf.name == "20261123-E99999-12.pdf"
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.read_bytes().rstrip().endswith(b"%%EOF")
    width, height = page_size_mm(pdf)
    assert width == pytest.approx(width_mm, abs=0.5)
    long = slip_page(slip, WIDTHS[width_mm]).height / DOTS_PER_MM
    assert height == pytest.approx(long, abs=0.5)


@needs_poppler
@pytest.mark.parametrize("width_mm", WIDTHS)
def test_a_pdf_shows_the_ticket_in_its_true_size(tmp_path: Path, width_mm: int) -> None:
    slip = a_slip(language=Language.EN, is_demo=True)
    PdfPrinter(tmp_path, width_mm).print(slip, "A017")
    pdf, png = tmp_path / "20261123-A2017.pdf", tmp_path / "page"
    subprocess.run(["pdftoppm", "-r", "203", "-gray", "-png", "-singlefile", pdf, png], check=True)
    page = Image.open(tmp_path / "page.png").convert("L")
    assert read_codes(page) == [PAYLOAD]
    ink = numpy.array(page) < 128
    rows, columns = numpy.nonzero(ink)
    drawn = slip_image(slip, WIDTHS[width_mm])
    expected = numpy.frombuffer(drawn.constBits(), numpy.uint8).reshape(drawn.height(), -1) < 128
    wanted_rows, wanted_columns = numpy.nonzero(expected)
    assert numpy.ptp(rows) == pytest.approx(numpy.ptp(wanted_rows), abs=8)
    assert numpy.ptp(columns) == pytest.approx(numpy.ptp(wanted_columns), abs=8)
    assert ink.sum() == pytest.approx(expected.sum(), rel=0.1)


def test_copies_and_other_days_are_other_files(tmp_path: Path) -> None:
    printer = PdfPrinter(tmp_path, 80)
    slips = [a_slip(), a_slip(copy=1), a_slip(issued_at=a_slip().issued_at.replace(day=24))]
    for slip in slips:
        printer.print(slip, "A017")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"20261123-A2017.pdf", "20261123-A2017-1.pdf", "20261124-A2017.pdf"}


def test_a_pdf_is_described_by_its_number_alone(tmp_path: Path) -> None:
    PdfPrinter(tmp_path, 80).print(a_slip(), "A017")
    described = (tmp_path / "20261123-A2017.pdf").read_bytes()
    assert b"/Title (" + "\ufeff20261123-A2017".encode("utf-16-be") + b")" in described
    assert b"/Creator ()" in described
    assert b"/Author ()" in described


def test_a_folder_that_cannot_be_made_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    printer = PdfPrinter(tmp_path / "file" / "tickets", 80)
    not_sent = (PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
    assert outcome(printer.print(a_slip(), "A017")) == not_sent
    assert printer.status() == PrinterStatus((PrinterProblem.UNREACHABLE,))


def test_a_pdf_that_cannot_take_its_name_leaves_no_ticket(tmp_path: Path) -> None:
    (tmp_path / "20261123-A2017.pdf").mkdir()
    result = PdfPrinter(tmp_path, 80).print(a_slip(), "A017")
    assert outcome(result) == (PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)


def test_a_folder_not_yet_made_is_ready(tmp_path: Path) -> None:
    assert PdfPrinter(tmp_path / "a" / "b", 80).status() == PrinterStatus()


def test_a_worker_thread_writes_pdfs(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as worker:
        result = worker.submit(PdfPrinter(tmp_path, 58).print, a_slip(), "A017").result()
    assert outcome(result) == (PrintOutcome.PRINTED, None)


def test_a_system_printer_nobody_knows_is_not_sent() -> None:
    printer = SystemPrinter("no such printer", 80)
    not_sent = (PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
    assert outcome(printer.print(a_slip(), "A017")) == not_sent
    assert outcome(printer.print_ruler("TRUL")) == not_sent
    assert printer.status() == PrinterStatus((PrinterProblem.UNREACHABLE,))


@pytest.mark.parametrize(
    ("size", "dpi", "scale"),
    [
        ((1680, 2376), 203, 1.0),  # office paper: true size, not blown up to the sheet
        ((5040, 7128), 609, 3.0),
        ((400, 2376), 203, 400 / 576),  # paper too narrow
        ((1680, 600), 203, None),  # paper too short
    ],
)
def test_a_driver_with_paper_of_its_own_gets_the_whole_ticket(
    size: tuple[int, int], dpi: int, scale: float | None
) -> None:
    page = slip_page(a_slip(), 576)
    sheet = QImage(*size, QImage.Format.Format_Grayscale8)
    sheet.setDotsPerMeterX(round(dpi / 0.0254))
    sheet.setDotsPerMeterY(round(dpi / 0.0254))
    sheet.fill(255)
    painter = QPainter(sheet)
    paint_scaled(painter, page, sheet)
    painter.end()
    pixels = numpy.frombuffer(sheet.constBits(), numpy.uint8).reshape(sheet.height(), -1)
    picture = Image.fromarray(pixels[:, : sheet.width()].copy())
    assert read_codes(picture) == [PAYLOAD]
    _, columns = numpy.nonzero(numpy.array(picture) < 128)
    scale = scale or size[1] / page.height
    assert numpy.ptp(columns) == pytest.approx((576 - 2 * 12) * scale, rel=0.03)
    assert (columns.min() + columns.max()) / 2 == pytest.approx(size[0] / 2, abs=8 * scale)
