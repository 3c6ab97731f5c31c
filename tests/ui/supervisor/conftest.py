"""A branch installed once, and windows over copies of it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lobby_app.domain.text import Language
from lobby_app.services.supervision import Advisor
from tests.helpers.supervisor import Branch, SupervisorPage

MakePage = Callable[..., SupervisorPage]


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a pension day played until 09:50."""
    folder = tmp_path_factory.mktemp("morning")
    branch = Branch(folder)
    branch.play_until(9, 50)
    branch.close()
    return folder


@pytest.fixture
def branch(tmp_path: Path, morning: Path) -> Iterator[Branch]:
    shutil.copytree(morning, tmp_path, dirs_exist_ok=True)
    made = Branch(tmp_path)
    made.stand_at(9, 50)
    yield made
    made.close()


@pytest.fixture
def open_page(qapp: object, branch: Branch) -> Iterator[MakePage]:
    """Open the window in a language and size; closed again whatever happens."""
    pages: list[SupervisorPage] = []

    def make(
        language: Language = Language.EN,
        size: tuple[int, int] = (1366, 768),
        advise: Advisor | None = None,
    ) -> SupervisorPage:
        page = SupervisorPage(branch, language, advise)
        pages.append(page)
        page.open(*size)
        return page

    yield make
    for page in pages:
        page.close()


@pytest.fixture
def page(open_page: MakePage) -> SupervisorPage:
    """A window of a supervisor who is signed on."""
    made = open_page()
    made.sign_on()
    return made
