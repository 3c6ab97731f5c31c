"""Which monitor the wall hangs on; follows it when it is unplugged, plugged in or turned."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget


def chosen_screen(screens: Sequence[QScreen], primary: QScreen, wanted: int) -> QScreen:
    """Return the wanted monitor, counted from 1; else the first beside the primary one; else it."""
    if 1 <= wanted <= len(screens):
        return screens[wanted - 1]
    return next((screen for screen in screens if screen != primary), primary)


class ScreenKeeper(QObject):
    """Keeps a window full screen on its monitor, whatever happens to monitors."""

    def __init__(self, window: QWidget, application: QGuiApplication, wanted: int) -> None:
        super().__init__(window)
        self._window, self._application, self._wanted = window, application, wanted
        self._followed: QScreen | None = None
        application.screenAdded.connect(self._later)
        application.screenRemoved.connect(self._later)
        application.primaryScreenChanged.connect(self._later)

    @Slot()
    def place(self) -> None:
        """Fill the chosen monitor."""
        screens = self._application.screens()
        primary = self._application.primaryScreen()
        if not screens or primary is None:
            return  # the last monitor is gone: one will come back
        screen = chosen_screen(screens, primary, self._wanted)
        if screen is not self._followed:
            self._followed = screen
            screen.geometryChanged.connect(self._later)
        if self._window.isFullScreen() and self._window.geometry() != screen.geometry():
            # Some window managers (xfwm4) move nothing that is full screen.
            self._window.showNormal()
        self._window.setScreen(screen)
        self._window.setGeometry(screen.geometry())
        self._window.showFullScreen()

    @Slot()
    def _later(self) -> None:
        # Qt moves windows itself while a monitor goes: ours is placed after that.
        QTimer.singleShot(0, self._window, self.place)
