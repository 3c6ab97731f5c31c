"""One place that makes every test honest: no display needed, no stray warning, no leaked thread."""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
# Compiled once for all tests and their child processes, in spite of each test's own home.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / "build" / "compiled"))

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.helpers.greeter",
    "tests.helpers.isolation",
    "tests.helpers.log_guard",
    "tests.helpers.postgres",
    "tests.helpers.qt_guard",
]

settings.register_profile(
    "default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# Last: any order by chance comes before it.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a QApplication; begin with what is long, while the other worker goes on."""
    for item in items:
        if {"qapp", "qtbot"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("gui")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
