"""A lock between processes of this desk that dies with its holder, on every system."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RETRY_S = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold `path` (an empty file, made when missing) for the length of the block.

    Closing the descriptor is what releases it, so a killed process leaves nothing behind.

    Raises:
        TimeoutError: another process held it for `timeout_s`. OSError: it cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                _try_lock(descriptor)
                break
            except (BlockingIOError, PermissionError) as error:
                if time.monotonic() > deadline:
                    raise TimeoutError(str(path)) from error
            time.sleep(_RETRY_S)
        yield
    finally:
        os.close(descriptor)
