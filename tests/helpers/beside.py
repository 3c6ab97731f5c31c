"""The two-minute soak beside the suite: it is started first, on the idle core, and asked last."""

import subprocess
import sys
import time

import pytest

SECONDS = 120
_FIXTURE = "soak_beside"
_PROCESS = pytest.StashKey["subprocess.Popen[str]"]()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whoever waits for the soak behind all others; an order by chance comes before this."""
    items.sort(key=lambda item: _FIXTURE in getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the soak if somebody will ask for it."""
    wanted = any(_FIXTURE in getattr(item, "fixturenames", ()) for item in session.items)
    if wanted and not session.config.option.collectonly:
        seed = time.time_ns() % 1_000_000
        session.config.stash[_PROCESS] = subprocess.Popen(
            ["nice", "-n", "15", sys.executable, "-m", "tests.soak.sync",
             "--seconds", str(SECONDS), "--seed", str(seed)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running when the session ends early."""
    process = config.stash.get(_PROCESS, None)
    if process is not None and process.poll() is None:
        process.terminate()
        process.wait()


@pytest.fixture
def soak_beside(request: pytest.FixtureRequest) -> "subprocess.Popen[str]":
    """The soak that was started with the session."""
    return request.config.stash[_PROCESS]
