"""An unexpected log record from WARNING up fails the test that caused it."""

import logging
from collections.abc import Iterator

import pytest


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class ExpectedLog:
    """Lets a test say which records it means to cause; each must really come."""

    def __init__(self) -> None:
        self.needles: list[str] = []

    def __call__(self, needle: str) -> None:
        """Expect a record whose message contains `needle`."""
        self.needles.append(needle)


@pytest.fixture
def expected_log() -> ExpectedLog:
    return ExpectedLog()


@pytest.fixture(autouse=True)
def _fail_on_log(request: pytest.FixtureRequest, expected_log: ExpectedLog) -> Iterator[None]:
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    yield
    root.removeHandler(collector)
    messages = [record.getMessage() for record in collector.records]
    stray = [m for m in messages if not any(n in m for n in expected_log.needles)]
    missing = [n for n in expected_log.needles if not any(n in m for m in messages)]
    if stray:
        pytest.fail(f"unexpected log records: {stray}")
    if missing:
        pytest.fail(f"expected log records did not come: {missing}")
