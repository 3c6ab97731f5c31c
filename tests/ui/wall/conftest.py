from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from tests.helpers.wall_app import WallPage, wall_page


@pytest.fixture
def page(qapp: QApplication, opened: OpenDesk) -> Iterator[WallPage]:
    with wall_page(opened) as wall:
        wall.open()
        yield wall
