"""No scanned number is anywhere afterwards: files, databases, logs, dumps, paper, windows."""

import os
import re
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Collection, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from lobby_app.assembly import open_desk, open_replica
from lobby_app.demo.cards import demo_cards
from lobby_app.scans.demo_numbers import build_td3
from tests.helpers.desk_app import DeskPage, demo_settings
from tests.helpers.escpos_emulator import PrinterEmulator

ROOT = Path(__file__).parents[2]
CARD, OTHER_CARD, RESIDENT = "6212345678900000003", "4761739001010010", "11010519491231002X"
WRONG_RESIDENT, PHONE, PASSPORT = "110105194912310021", "13912345678", "E98765432"
ZONE = build_td3("MUSTERFRAU", "ERIKA", PASSPORT, date(1964, 8, 12), "F", date(2031, 10, 31))
SCANS = (
    f";{CARD}=30122200000000000?",
    f"%B{OTHER_CARD}^MUSTERFRAU/ERIKA           ^30122010000000000000?"
    f";{OTHER_CARD}=30122010000000000?",
    f"%E?;{CARD}=30121010000000?",
    CARD,
    "6212 3456 7890 0000 003",
    RESIDENT,
    WRONG_RESIDENT,
    PHONE,
    f"{ZONE[:44]}\n{ZONE[44:]}",
    ZONE[:44],
    *(card.text for card in demo_cards()[:14]),
)


def _needles() -> set[bytes]:
    """Return every scanned number and every eight digits of it that follow each other."""
    found: set[str] = {PASSPORT, "MUSTERFRAU"}
    for scan in SCANS:
        for run in re.findall(r"\d{8,}", scan.replace(" ", "")):
            found.update(run[i : i + 8] for i in range(len(run) - 7))
    # Filler like 00010002 is nobody's number.
    return {needle.encode() for needle in found if len(set(needle)) > 3}


NEEDLES = _needles()
WHOLE = {run.encode() for scan in SCANS for run in re.findall(r"\d{11,}", scan.replace(" ", ""))}
"""Whole numbers: among thousands of random tokens eight digits in a row do come by chance."""


def _found(data: bytes, needles: Collection[bytes] = NEEDLES) -> list[bytes]:
    return sorted(needle for needle in needles if needle in data)


def _found_in_text(data: bytes) -> list[bytes]:
    """Search words for people, where a number may stand in groups of digits."""
    return _found(data + b"\n" + data.replace(b" ", b""))


def _streams(pdf: bytes) -> Iterator[bytes]:
    """Yield the streams of a PDF, unpacked."""
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            yield zlib.decompress(packed)
        except zlib.error:
            yield packed


def _environment(folder: Path) -> dict[str, str]:
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    home = {name: str(folder / "home") for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    return {**os.environ, **home, "TMPDIR": str(temporary), "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture(scope="module")
def crashed(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A desk that scanned everything, met errors and died; what it left, and what it said."""
    folder = Path(shutil.copytree(demo_folder, tmp_path_factory.mktemp("crashed") / "data"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.functional.child", "scan-and-crash", str(folder)],
        input="\n".join(scan.replace("\n", "\\n") for scan in SCANS).encode(),
        capture_output=True,
        cwd=ROOT,
        env=_environment(folder),
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGSEGV, done.stderr.decode()
    return folder, done.stdout + done.stderr


def test_search_finds_what_it_looks_for() -> None:
    assert len(NEEDLES) > 100
    assert _found(f"x{CARD}x".encode())
    assert _found_in_text(b"6212 3456 7890")
    assert _found(b"C1-1124-003 A1001 2026-11-25T12:30:00") == []


def test_program_died_in_the_middle_of_its_work(crashed: tuple[Path, bytes]) -> None:
    folder, _ = crashed
    assert b"Segmentation fault" in (folder / "crash.txt").read_bytes()
    log = (folder / "log" / "lobby.log").read_text(encoding="utf-8")
    assert log.count("ValueError") >= len(SCANS), "the errors are in the log"
    shown = (folder / "shown.txt").read_text(encoding="utf-8")
    assert "MUSTERFRAU" not in shown
    assert "**** 0003" in shown, "masks are shown"
    assert shown.endswith("untouched")
    assert list((folder / "tickets").glob("*.pdf"))
    assert list(folder.glob("*.db-wal"))


def test_no_file_holds_a_number(crashed: tuple[Path, bytes]) -> None:
    folder, said = crashed
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 8
    assert {path.name: found for path in files if (found := _found(path.read_bytes()))} == {}
    assert _found_in_text(said) == []
    for name in ("shown.txt", "crash.txt", "log/lobby.log"):
        assert _found_in_text((folder / name).read_bytes()) == []


def test_no_pdf_holds_a_number_in_its_streams(crashed: tuple[Path, bytes]) -> None:
    folder, _ = crashed
    papers = sorted((folder / "tickets").glob("*.pdf"))
    streams = [stream for paper in papers for stream in _streams(paper.read_bytes())]
    assert len(streams) > len(papers)
    assert [found for stream in streams if (found := _found(stream))] == []


def test_no_row_of_either_database_holds_a_number(
    crashed: tuple[Path, bytes], tmp_path: Path
) -> None:
    # A copy: opening changes the files that the other tests look at.
    folder = Path(shutil.copytree(crashed[0], tmp_path / "data"))
    opened = open_desk(demo_settings(folder))
    try:
        with (
            closing(open_replica(demo_settings(folder))) as desk,
            desk.log.reading.connect() as connection,
        ):
            log = list(_rows(connection))
        with opened.customers.engine.connect() as connection:
            customers = list(_rows(connection))
    finally:
        opened.close()
    assert any(b"ticket_issued" in row for row in log)
    assert len(customers) > 8_000
    assert _found(b"\n".join(log)) == []
    assert _found(b"\n".join(customers), WHOLE) == []


def _rows(connection) -> Iterator[bytes]:
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (name,) in tables.all():
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"'):  # noqa: S608
            yield b"|".join(
                value if isinstance(value, bytes) else str(value).encode() for value in row
            )


def test_printer_hears_no_number(page: DeskPage, emulator: PrinterEmulator) -> None:
    sent: list[bytes] = []
    take = emulator._take
    emulator._take = lambda data: (sent.append(data), take(data))[1]  # type: ignore[method-assign]
    for scan in SCANS[:9]:
        page.scan(scan)
        page.window.visiting.choose("note_exchange")
        page.settle()
        page.window.visiting.act()
        page.settle()
        page.window.visiting.clear()
    heard = b"".join(sent)
    assert len(heard) > 50_000
    assert _found(heard) == []


def test_scan_command_never_says_a_number() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lobby_app", "scan"],
        input="\n".join(SCANS).encode(),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.count(b'"kind"') >= len(SCANS)
    assert done.stderr == b""
    assert _found_in_text(done.stdout) == []
