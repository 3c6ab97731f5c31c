"""A process that starts a window, says at which moment it was painted, and leaves.

`python -m tests.bench.first_paint lobby FOLDER` is `lobby greeter --demo` up to the first paint;
`bare FOLDER [WIDTH HEIGHT]` is a window with one line of text, as large as the screen or as told.
One line on standard output: the moment (monotonic, the same clock in every process) and the
resident memory in MB.
"""

import sys
from time import monotonic


def main(kind: str, folder: str, *size: str) -> None:
    """Start one kind of window."""
    if kind == "lobby":
        _start_lobby(folder)
    else:
        _start_bare(*map(int, size))


def _start_lobby(folder: str) -> None:
    import lobby_app.app.greeter
    from lobby_app.cli import run

    class TimedApp(lobby_app.app.greeter.GreeterApp):
        """Stops where the desk would be opened: by then the window has to be painted."""

        def start(self) -> None:
            self.window.installEventFilter(_painted(self.window))
            super().start()

        def open_desk(self) -> None:
            _report_when_painted(self.window)

    lobby_app.app.greeter.GreeterApp = TimedApp  # type: ignore[misc]
    sys.exit(run(["greeter", "--demo", "--data-dir", folder]))


def _start_bare(*size: int) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    window = QLabel("Lobby")
    window.installEventFilter(_painted(window))
    if size:
        window.resize(*size)
        window.show()
    else:
        window.resize(application.primaryScreen().availableSize())
        window.showMaximized()
    QTimer.singleShot(0, lambda: _report_when_painted(window))
    sys.exit(application.exec())


def _painted(window):
    """Return an event filter that marks `window` as painted; Qt is imported late on purpose."""
    from PySide6.QtCore import QEvent, QObject

    class Painted(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                watched.setProperty("is_painted", True)
            return False

    return Painted(window)


def _report_when_painted(window) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from tests.bench.memory import resident_mb

    if not window.property("is_painted"):
        QTimer.singleShot(0, lambda: _report_when_painted(window))
        return
    sys.stdout.write(f"{monotonic()!r} {resident_mb()!r}\n")
    sys.stdout.flush()
    QApplication.quit()


if __name__ == "__main__":
    main(*sys.argv[1:])
