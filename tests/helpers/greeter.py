"""Fixtures of the greeter's window: a demo desk on real files, a TCP printer, a window."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import PrinterKind, PrinterSettings
from lobby_app.demo.staff import demo_staff
from lobby_app.domain.branch import StaffMember
from lobby_app.domain.text import Text
from lobby_app.printers import open_printer
from tests.helpers.desk_app import DeskPage, demo_settings, greeter_page, open_demo_desk
from tests.helpers.escpos_emulator import PrinterEmulator

QUICK_NUMBER, QUICK_PIN = "0099", "9753"
"""Somebody whose PIN is hashed at the smallest cost: most tests are not about signing on."""


class MovedClock:
    """ports.Clock: the desk's real clock, moved forward by a test."""

    def __init__(self, desk_clock: object) -> None:
        self._clock = desk_clock
        self.forward = timedelta(0)

    def now(self) -> datetime:
        return self._clock.now() + self.forward  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed demo branch, made once; copy it."""
    folder = tmp_path_factory.mktemp("installed")
    open_demo_desk(folder).close()
    return folder


@pytest.fixture
def data(demo_folder: Path, tmp_path: Path) -> Path:
    """A data folder with the demo branch, of this test alone."""
    return Path(shutil.copytree(demo_folder, tmp_path / "data"))


@contextmanager
def ready_desk(folder: Path, **settings: object) -> Iterator[OpenDesk]:
    """Open the desk of a folder; one more greeter, who signs on quickly, is on its list."""
    opened = open_desk(demo_settings(folder, **settings))
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    quick = StaffMember(QUICK_NUMBER, Text("测试（演示）", "Test (demo)"), hasher.hash(QUICK_PIN))
    with opened.desk.unit_of_work() as work:
        work.put_staff((*demo_staff(), quick))
        work.commit()
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def opened(data: Path) -> Iterator[OpenDesk]:
    with ready_desk(data) as desk:
        yield desk


@pytest.fixture
def clock(opened: OpenDesk) -> MovedClock:
    """The clock of `page`, to be moved forward."""
    return MovedClock(opened.desk.clock)


@pytest.fixture
def emulator() -> Iterator[PrinterEmulator]:
    with PrinterEmulator() as printer:
        yield printer


@pytest.fixture
def page(
    qapp: object, data: Path, opened: OpenDesk, clock: MovedClock, emulator: PrinterEmulator
) -> Iterator[DeskPage]:
    """A greeter is signed on at a real desk with a real window and a TCP printer."""
    settings = PrinterSettings(kind=PrinterKind.TCP, address=emulator.address)
    printer = open_printer(demo_settings(data, printer=settings))
    timed = replace(opened, desk=replace(opened.desk, clock=clock))
    with greeter_page(timed, printer) as shown:
        shown.sign_on(QUICK_NUMBER, QUICK_PIN)
        yield shown
