"""Serial line, device file and spooler: real ones, no stand-ins."""

import os
import sys
from pathlib import Path

import pytest

from lobby_app.config import PrinterKind, PrinterSettings, PrintMarker
from lobby_app.devices.printing.job import ask_status, run_job
from lobby_app.devices.printing.printer import Drawing, open_escpos
from lobby_app.devices.printing.transports import (
    FileTransport,
    SerialTransport,
    SpoolerTransport,
    TcpTransport,
    Transport,
)
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from tests.devices.printing.pictures import job, picture, shows
from tests.helpers.escpos_emulator import Faults, Paper, SerialPrinterEmulator

NO_FEEDBACK = (PrintOutcome.UNKNOWN, PrinterProblem.NO_FEEDBACK)
UNREACHABLE = (PrintOutcome.NOT_SENT, PrinterProblem.UNREACHABLE)
NOT_CONFIRMED = (PrintOutcome.UNKNOWN, PrinterProblem.NOT_CONFIRMED)
DRAWING = Drawing(slip=lambda slip, width: picture(), ruler=lambda width: picture(2, width))

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX device files")


def outcome(result: PrintResult) -> tuple[PrintOutcome, PrinterProblem | None]:
    return result.outcome, result.problem


def run(transport: Transport, data: bytes | None = None) -> PrintResult:
    return run_job(transport, data or job(), "A017", PrintMarker.GS_H)


@posix
def test_a_serial_printer_confirms() -> None:
    with SerialPrinterEmulator() as printer:
        assert outcome(run(SerialTransport(printer.address, 115200))) == (
            PrintOutcome.PRINTED,
            None,
        )
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]


@posix
def test_a_serial_printer_without_paper_is_held_and_finishes() -> None:
    with SerialPrinterEmulator(Faults(paper_left=50)) as printer:
        result = run(SerialTransport(printer.address, 115200))
        assert outcome(result) == (PrintOutcome.HELD, PrinterProblem.PAPER_OUT)
        printer.set(paper_out=False, paper_left=None)
        printer.wait_for_tickets(1)
        assert [shows(ticket, picture()) for ticket in printer.tickets] == [True]


@posix
def test_a_serial_printer_says_how_it_is() -> None:
    with SerialPrinterEmulator(Faults(near_end=True)) as printer:
        status = ask_status(SerialTransport(printer.address, 9600))
        assert status == PrinterStatus(near_end=True)


def test_a_missing_serial_port_is_unreachable(tmp_path: Path) -> None:
    transport = SerialTransport(str(tmp_path / "ttyUSB0"), 115200)
    assert outcome(run(transport)) == UNREACHABLE
    assert ask_status(transport).problems == (PrinterProblem.UNREACHABLE,)


@posix
def test_an_impossible_serial_speed_is_unreachable() -> None:
    with SerialPrinterEmulator() as printer:
        assert outcome(run(SerialTransport(printer.address, -1))) == UNREACHABLE


def test_jobs_are_appended_to_a_file(tmp_path: Path) -> None:
    transport = FileTransport(tmp_path / "paper.bin")
    assert [outcome(run(transport, job(seed))) for seed in (1, 2)] == [NO_FEEDBACK] * 2
    paper = Paper()
    paper.feed((tmp_path / "paper.bin").read_bytes())
    assert [shows(t, picture(n)) for n, t in enumerate(paper.tickets, 1)] == [True, True]
    assert paper.unexpected == []
    assert ask_status(transport) == PrinterStatus()


def test_a_missing_device_is_unreachable(tmp_path: Path) -> None:
    assert outcome(run(FileTransport(tmp_path / "usb" / "lp0"))) == UNREACHABLE


@posix
def test_a_device_nobody_serves_is_unreachable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    assert outcome(run(FileTransport(tmp_path / "lp0"))) == UNREACHABLE


@posix
def test_a_device_that_takes_no_more_does_not_block_the_desk(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lp0")
    reader = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
    transport = FileTransport(tmp_path / "lp0", send_timeout_s=0.1)
    assert outcome(run(transport, bytes(300_000))) == NOT_CONFIRMED
    # The pipe is full now: of the next job not one byte gets in, so it may be tried again.
    assert outcome(run(transport)) == UNREACHABLE
    os.close(reader)


@posix
def test_a_full_disk_is_not_called_printed() -> None:
    assert outcome(run(FileTransport(Path("/dev/full")))) == UNREACHABLE


@pytest.fixture
def spooler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a print system: `lp` keeps what it is given, per printer."""
    script = tmp_path / "lp"
    script.write_text(
        f"#!/bin/sh\ncd '{tmp_path}'\n"
        'case "$3" in\n'
        '  till) printf "%s " "$@" > arguments; cat >> till.bin ;;\n'
        "  stuck) exec tail -f /dev/null ;;\n"
        "  *) cat > /dev/null; echo 'lp: no such printer' >&2; exit 1 ;;\n"
        "esac\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return tmp_path


@posix
def test_the_spooler_gets_one_raw_job(spooler: Path) -> None:
    assert outcome(run(SpoolerTransport("till"))) == NO_FEEDBACK
    assert (spooler / "arguments").read_text() == "-s -d till -o raw "
    paper = Paper()
    paper.feed((spooler / "till.bin").read_bytes())
    assert [shows(ticket, picture()) for ticket in paper.tickets] == [True]


@posix
def test_a_queue_the_print_system_does_not_know_is_unreachable(spooler: Path) -> None:
    assert outcome(run(SpoolerTransport("nobody"))) == UNREACHABLE


@posix
def test_a_print_system_that_hangs_is_unknown(spooler: Path) -> None:
    assert outcome(run(SpoolerTransport("stuck", send_timeout_s=0.2))) == NOT_CONFIRMED


@posix
def test_no_print_system_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert outcome(run(SpoolerTransport("till"))) == UNREACHABLE
    assert ask_status(SpoolerTransport("till")).problems == (PrinterProblem.UNREACHABLE,)


@pytest.mark.parametrize("address", ["printer", "192.0.2.7", "192.0.2.7:9101", "[::1]:9100"])
def test_good_addresses_are_accepted(address: str) -> None:
    open_escpos(PrinterSettings(kind=PrinterKind.TCP, address=address), DRAWING)


@pytest.mark.parametrize(
    "address", ["", ":9100", "printer:tcp", "printer:99999", "a/b", "u@h:9100", "[::1"]
)
def test_a_bad_address_is_said_before_the_first_ticket(address: str) -> None:
    with pytest.raises(KnownError) as caught:
        open_escpos(PrinterSettings(kind=PrinterKind.TCP, address=address), DRAWING)
    assert caught.value.key == "printer.bad_address"


def test_a_host_name_that_cannot_be_one_is_unreachable() -> None:
    assert outcome(run(TcpTransport("a" * 70 + ".example:9100"))) == UNREACHABLE


@pytest.mark.parametrize("width", [0, 57, 72, 112])
def test_a_paper_nobody_makes_is_said_before_the_first_ticket(width: int) -> None:
    settings = PrinterSettings(kind=PrinterKind.TCP, address="printer", width_mm=width)
    with pytest.raises(KnownError) as caught:
        open_escpos(settings, DRAWING)
    assert caught.value.key == "printer.bad_width"
