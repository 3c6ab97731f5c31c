"""Interrupt and terminate close a program in order, whatever Qt is doing at that moment."""

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals(QObject):
    """Turns the system's stop signals into an orderly quit of the application.

    Python runs a signal's handler between two of its own instructions: raised as an exception it
    could come up inside a virtual method that Qt called and be lost there. The interpreter
    therefore only writes a byte to a socket, which wakes the event loop.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._wake = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._wake.activated.connect(self._quit)
        self._before = {number: signal.signal(number, _noted) for number in _SIGNALS}
        self._wakeup_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)

    def _quit(self) -> None:
        self._read.recv(64)
        QCoreApplication.quit()

    def remove(self) -> None:
        """Give the signals back."""
        signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._wake.setEnabled(False)
        self._read.close()
        self._write.close()


def _noted(_number: int, _frame: object) -> None:
    """Keep the default handler from raising; the byte on the socket says the rest."""
