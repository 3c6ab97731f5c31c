"""A demo desk on real files at ten in the morning, for the use cases."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.demo.install import install_demo
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session
from tests.storage.desk import SetClock
from tests.unit.demo.desk import DAY, TOKEN, at, open_demo_desk


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("services")
    with open_demo_desk(folder, SetClock(at("09:00"))) as (desk, customers):
        install_demo(desk, customers, TOKEN, DAY)
    return folder


@pytest.fixture
def clock() -> SetClock:
    return SetClock(at("10:00"))


@pytest.fixture
def desk(installed: Path, tmp_path: Path, clock: SetClock) -> Iterator[Desk]:
    folder = Path(shutil.copytree(installed, tmp_path / "desk"))
    with open_demo_desk(folder, clock) as (opened, _):
        yield opened


@pytest.fixture
def session(clock: SetClock, desk: Desk) -> Session:
    return Session("0017", desk.branch.name, clock.now())
