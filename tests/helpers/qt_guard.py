"""The test that leaks a window, a timer or a thread fails, not a random later one."""

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _no_dangling_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    for thread in left:
        thread.join(5)
    alive = [t.name for t in left if t.is_alive()]
    if alive:
        pytest.fail(f"threads left running: {alive}")


@pytest.fixture(autouse=True)
def _no_dangling_qt(request: pytest.FixtureRequest) -> Iterator[None]:
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    app = request.getfixturevalue("qapp")
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    app.processEvents()
    shown = [
        type(widget).__name__
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and widget.isVisible()
    ]
    timers = [timer for timer in app.findChildren(QTimer) if timer.isActive()]
    if shown or timers:
        pytest.fail(f"windows left open: {shown}; timers left running: {len(timers)}")
