"""The greeter's desk in a process of its own, for tests: `python -m tests.functional.child …`."""

import faulthandler
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from lobby_app.app.greeter import GreeterApp
from lobby_app.app.program import new_application
from lobby_app.assembly import open_desk
from lobby_app.config import Settings
from lobby_app.domain.text import Language
from lobby_app.logsetup import set_up_logging
from lobby_app.messages import Messages
from lobby_app.printers import open_printer
from lobby_app.ui.greeter.state import Phase
from tests.helpers.desk_app import DeskPage, demo_settings, greeter_page
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN, ready_desk
from tests.helpers.held_desk import HeldDesk


class CarelessDesk(HeldDesk):
    """The real use cases; one of them breaks with the scan in its hands, as a bug might."""

    broken = False

    def __getattr__(self, name: str):
        if name == "identify" and self.broken:
            return self._fail
        return super().__getattr__(name)

    def _fail(self, _session: object, raw_text: str) -> None:
        raise ValueError(f"cannot use {raw_text}")


def start_and_stop(folder: Path, times: int) -> None:
    """Start and stop the whole program again and again in one process."""
    application = new_application()
    for _ in range(times):
        greeter = GreeterApp(application, demo_settings(folder), Messages(Language.EN))
        greeter.start()
        while not greeter.window.hub.is_open or greeter.window.hub.desk.status is None:
            application.processEvents()
        greeter.stop()
        greeter.deleteLater()
        application.processEvents()
    left = [thread.name for thread in threading.enumerate() if thread is not _main()]
    sys.stdout.write(f"threads left: {left}\n")


def _main() -> threading.Thread:
    return threading.main_thread()


def issue(folder: Path, count: int) -> None:
    """Sign on as one of the demo's staff and issue tickets; print their numbers.

    Whoever opens the folder writes the demo's list of staff anew: nobody else could be on it.
    """
    new_application()
    settings = demo_settings(folder)
    with (
        closing(open_desk(settings)) as opened,
        greeter_page(opened, open_printer(settings)) as page,
    ):
        page.sign_on()
        for _ in range(count):
            page.window.visiting.open_anonymous()
            page.window.visiting.choose("note_exchange")
            page.settle()
            assert page.visit.issued is not None
            sys.stdout.write(f"{page.visit.issued.slip.number}\n")
            page.window.visiting.clear()


def scan_and_crash(folder: Path) -> None:
    """Scan every line of standard input in every way there is, then die of a bad pointer."""
    with (folder / "crash.txt").open("w") as dump:
        faulthandler.enable(dump)
        set_up_logging(folder / "log")
        new_application()
        settings = Settings(data_dir=folder, demo=True)
        with (
            ready_desk(folder) as opened,
            greeter_page(opened, open_printer(settings), wrap=CarelessDesk) as page,
        ):
            page.sign_on(QUICK_NUMBER, QUICK_PIN)
            _scan_all(page, [line.replace("\\n", "\n").rstrip() for line in sys.stdin], folder)
            os.kill(os.getpid(), signal.SIGSEGV)


def _scan_all(page: DeskPage, texts: list[str], folder: Path) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("untouched")
    with (folder / "shown.txt").open("w", encoding="utf-8") as shown:
        for text in texts:
            page.scan(text)
            _note(page, shown)
            if page.visit.phase is Phase.CHOOSING:
                page.window.visiting.choose("note_exchange")
                page.settle()
            page.window.visiting.act()
            page.settle()
            _note(page, shown)
            page.shown.sheets.entry.ask(page.window.hub.wording)
            page.shown.sheets.entry.field.insert(text.replace("\n", ""))
            page.shown.sheets.entry.enter.click()
            page.settle()
            _note(page, shown)
        desk = page.reception
        assert isinstance(desk, CarelessDesk)
        desk.broken = True
        for text in texts:
            page.scan(text)
            _note(page, shown)
        shown.write(clipboard.text())


def _note(page: DeskPage, target) -> None:
    """Write down everything the window holds that could be read, heard or undone."""
    for widget in (page.window, *page.window.findChildren(QWidget)):
        texts = [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        texts += [widget.windowTitle(), widget.statusTip(), widget.whatsThis()]
        if isinstance(widget, QLineEdit):
            texts.append(widget.placeholderText())
            while widget.isUndoAvailable():
                widget.undo()
                texts.append(widget.text())
            widget.setText("")
        if hasattr(widget, "text") and callable(widget.text):
            texts.append(str(widget.text()))
        target.writelines(f"{text}\n" for text in texts if text)


if __name__ == "__main__":
    name, target, *rest = sys.argv[1:]
    if name == "start-and-stop":
        start_and_stop(Path(target), int(rest[0]))
    elif name == "issue":
        issue(Path(target), int(rest[0]))
    else:
        scan_and_crash(Path(target))
