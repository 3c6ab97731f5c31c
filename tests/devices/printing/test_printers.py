"""`lobby printer-test` and the choice of the printer, on real printers of every kind."""

import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from lobby_app.cli import run
from lobby_app.config import PrinterKind, PrinterSettings, Settings
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.printers import open_printer
from tests.helpers.escpos_emulator import Faults, Paper, PrinterEmulator, read_codes
from tests.helpers.slips import a_slip

pytestmark = pytest.mark.usefixtures("qapp")
TRIAL_CODE = "HTTPS://Q.EXAMPLE.COM/T/TEST0000000000000000000000"
english = Messages(Language.EN)


def settings_for(folder: Path, **printer: object) -> Path:
    """Write lobby.toml with a [printer] table and return its folder."""
    lines = [f"{k} = {v}" if isinstance(v, int) else f"{k} = '{v}'" for k, v in printer.items()]
    (folder / "lobby.toml").write_text("\n".join(["[printer]", *lines]) + "\n")
    return folder


def printer_test(folder: Path, language: str = "en") -> int:
    return run(["printer-test", "--data-dir", str(folder), "--language", language])


@pytest.mark.parametrize(("width_mm", "dots"), [(58, 384), (80, 576)])
def test_ruler_and_ticket_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], width_mm: int, dots: int
) -> None:
    with PrinterEmulator(dots=dots) as printer:
        folder = settings_for(tmp_path, kind="tcp", address=printer.address, width_mm=width_mm)
        assert printer_test(folder) == 0
        ruler, ticket = printer.tickets
        assert printer.unexpected == []
    bars = numpy.array(ruler)[100:240] == 0
    assert bars[:, 0].all()
    assert bars[:, -1].all()
    assert read_codes(ticket) == [TRIAL_CODE]
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Ruler: printed in ")
    assert second.startswith("Test ticket: printed in ")


def test_a_ruler_too_wide_for_the_head_loses_its_right_bar() -> None:
    from lobby_app.devices.printing.escpos import raster_job
    from lobby_app.ui.paper.ruler import ruler_bitmap

    narrow = Paper(384)
    narrow.feed(raster_job(ruler_bitmap(576)))
    assert not (numpy.array(narrow.tickets[0])[100:240, -1] == 0).all()


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Faults(cover_open=True), PrinterProblem.COVER_OPEN),
        (Faults(paper_left=40), PrinterProblem.PAPER_OUT),
        (Faults(refuse=True), PrinterProblem.UNREACHABLE),
    ],
    ids=lambda value: value.value if isinstance(value, PrinterProblem) else "",
)
@pytest.mark.parametrize("language", Language)
def test_a_printer_that_says_no_is_reported_in_words(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    fault: Faults,
    problem: PrinterProblem,
    language: Language,
) -> None:
    with PrinterEmulator(fault) as printer:
        folder = settings_for(tmp_path, kind="tcp", address=printer.address)
        assert printer_test(folder, language) == 1
        assert printer.tickets == []
    (line,) = capsys.readouterr().out.splitlines()
    assert Messages(language)(f"printer.status_{problem}") in line


def test_one_way_printers_are_as_good_as_they_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = settings_for(tmp_path, kind="raw_file", address=str(tmp_path / "paper.bin"))
    assert printer_test(folder) == 0
    paper = Paper()
    paper.feed((tmp_path / "paper.bin").read_bytes())
    assert len(paper.tickets) == 2
    assert read_codes(paper.tickets[1]) == [TRIAL_CODE]
    assert english("printer.status_no_feedback") in capsys.readouterr().out


def test_the_pdf_printer_says_where_its_files_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printer_test(tmp_path) == 0
    files = sorted(path.name for path in (tmp_path / "tickets").iterdir())
    assert len(files) == 2
    assert files[0].endswith("-T0000.pdf")
    assert files[1] == "ruler.pdf"
    assert str(tmp_path / "tickets") in capsys.readouterr().out


def test_a_desk_without_a_printer_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printer_test(settings_for(tmp_path, kind="none")) == 1
    assert english("printer.status_no_printer") in capsys.readouterr().out


@pytest.mark.parametrize(
    "printer",
    [
        {"kind": "tcp", "address": "printer:port"},
        {"kind": "tcp"},
        {"kind": "system"},
        {"kind": "pdf", "width_mm": 72},
    ],
    ids=str,
)
def test_wrong_settings_are_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], printer: dict[str, object]
) -> None:
    assert printer_test(settings_for(tmp_path, **printer)) == 2
    assert "lobby.toml" in capsys.readouterr().err


def test_no_printer_never_claims_anything(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, printer=PrinterSettings(kind=PrinterKind.NONE))
    printer = open_printer(settings)
    result = printer.print(a_slip(), "A017")
    assert (result.outcome, result.problem) == (PrintOutcome.NOT_SENT, PrinterProblem.NO_PRINTER)
    assert printer.status() == PrinterStatus((PrinterProblem.NO_PRINTER,))


@pytest.mark.parametrize("kind", set(PrinterKind) - {PrinterKind.PDF, PrinterKind.NONE})
def test_every_kind_but_pdf_needs_an_address(tmp_path: Path, kind: PrinterKind) -> None:
    with pytest.raises(KnownError):
        open_printer(Settings(data_dir=tmp_path, printer=PrinterSettings(kind=kind)))


def bare_process(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as over ssh: no display, no Qt settings."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LANG")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "lobby_app", "printer-test", "--data-dir", folder],
        env=kept | {"LANG": "en_US.UTF-8"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fontconfig and displays")
def test_it_works_without_a_display_and_tells_when_there_is_no_chinese_font(
    tmp_path: Path,
) -> None:
    assert bare_process(tmp_path).stderr == ""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text("<fontconfig></fontconfig>")
    assert english("printer.no_font") in bare_process(tmp_path, FONTCONFIG_FILE=str(fonts)).stderr
