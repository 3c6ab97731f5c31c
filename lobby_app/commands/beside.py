"""Processes without a window: how they are told to end, and the exchange that runs beside them."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import DEVNULL, PIPE, Popen

from lobby_app.config import Settings

AGAIN_S = 30.0
"""An exchange that ended by itself is started again, not at once: its trouble may last."""
_STDIN, _PIECE = 0, 4096
_END_S = 5.0
_LOOK_S = 0.5


class Ending:
    """Tells when the process shall end: interrupt, terminate, or the end of a pipe it reads.

    A program that starts us holds the pipe, so that we do not outlive it; a service manager and a
    terminal send a signal. Made before anything slow, so that an early signal ends us in order too.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._over.set())
        if sys.stdin is not None and stat.S_ISFIFO(os.fstat(_STDIN).st_mode):
            threading.Thread(target=self._wait_for_input, daemon=True).start()

    def _wait_for_input(self) -> None:
        # Not through sys.stdin: its lock, held by this thread, would be the interpreter's last.
        while os.read(_STDIN, _PIECE):
            pass
        self._over.set()

    def wait(self) -> None:
        """Return when it is time."""
        # In short waits: a long one cannot be interrupted on every system.
        while not self._over.wait(_LOOK_S):
            pass

    def is_over(self, seconds: float) -> bool:
        """Wait so long at most; tell whether it is time."""
        return self._over.wait(seconds)


@contextmanager
def exchange_beside(settings: Settings) -> Iterator[None]:
    """Run `lobby sync` of the same data folder for the length of the block.

    A window of this desk may run it as well: the second one ends at once and is tried again, so
    that there is one whichever program ends first.
    """
    over = threading.Event()
    keeper = threading.Thread(target=_keep_running, args=(settings, over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep_running(settings: Settings, over: threading.Event) -> None:
    arguments = ["-m", "lobby_app", "sync", "--data-dir", str(settings.data_dir)]
    if settings.demo:
        arguments.append("--demo")
    while not over.is_set():
        process = Popen(  # noqa: S603  # our own program
            [sys.executable, *arguments], stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL
        )
        while process.poll() is None and not over.wait(_LOOK_S):
            pass
        _end(process)
        over.wait(AGAIN_S)


def _end(process: "Popen[bytes]") -> None:
    """Let the process end with its input, by force if it does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
