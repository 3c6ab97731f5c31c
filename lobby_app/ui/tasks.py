"""Run a blocking call off the GUI thread and deliver its result on the GUI thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

_T = TypeVar("_T")


class TaskRunner(QObject):
    """Owns one worker thread; lives in the GUI thread and is never moved to another.

    Jobs run one after the other, in the order they were submitted. A signal emitted from the
    worker reaches the bound slot in the GUI thread, because the sender lives there (style 6.1).
    """

    _finished = Signal(object, object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._is_open = True
        self._under_way = 0
        self._finished.connect(self._deliver)

    def submit(
        self,
        job: Callable[[], _T],
        on_done: Callable[[_T], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        """Run `job` on the worker; exactly one callback follows, on the GUI thread.

        After `shutdown` nothing is run and nothing is called back: the window is going away.
        """
        if not self._is_open:
            return
        self._under_way += 1
        future = self._pool.submit(job)
        future.add_done_callback(lambda done: self._finished.emit(done, on_done, on_error))

    @property
    def is_busy(self) -> bool:
        """Whether a job waits, runs, or has not been delivered yet."""
        return self._under_way > 0

    @Slot(object, object, object)
    def _deliver(
        self,
        future: Future[Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[BaseException], None],
    ) -> None:
        self._under_way -= 1
        if not self._is_open:
            return
        error = future.exception()
        if error is None:
            on_done(future.result())
        else:
            on_error(error)

    def shutdown(self) -> None:
        """Refuse new jobs, drop waiting ones and wait for the one that runs."""
        self._is_open = False
        self._pool.shutdown(wait=True, cancel_futures=True)
