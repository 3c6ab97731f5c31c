"""The program around the window: opened, read, settled, closed."""

import gc
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lobby_app.app.supervisor import SupervisorApp
from lobby_app.config import Settings
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from tests.helpers.supervisor import NUMBER, PIN


def test_the_program_opens_signs_on_reads_and_stops(
    qtbot: object, qapp: QApplication, tmp_path: Path
) -> None:
    program = SupervisorApp(qapp, Settings(data_dir=tmp_path, demo=True), Messages(Language.EN))
    program.start()
    window = program.window
    qtbot.waitUntil(lambda: window.sign_on.enter.isEnabled(), timeout=20_000)  # type: ignore[attr-defined]
    window.sign_on.answered.emit(NUMBER, PIN)
    qtbot.waitUntil(lambda: window.shift.hall is not None, timeout=20_000)  # type: ignore[attr-defined]
    assert gc.get_freeze_count() > 0
    program.stop()
    assert gc.get_freeze_count() == 0
    assert not window.isVisible()
