"""Keeps the wall true: looks many times a second whether anything happened, reads only then."""

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.errors import KnownError
from lobby_app.services.views import BoardView
from lobby_app.ui.tasks import TaskRunner
from lobby_app.ui.wall.port import BoardPort

REFRESH_S = 5.0
"""Minutes go by and messages end without anybody writing."""
STALE_S = 10.0
_log = logging.getLogger(__name__)


class BoardWatch(QObject):
    """Looks at the desk on the db worker; at most one look is under way. GUI thread.

    Signals:
        read(object): a fresh BoardView.
    """

    read = Signal(object)

    def __init__(
        self, parent: QObject, database: TaskRunner, monotonic: Callable[[], float]
    ) -> None:
        super().__init__(parent)
        self._database = database
        self._monotonic = monotonic
        self._port: BoardPort | None = None
        self._is_looking = False
        self._seen: int | None = None
        self._read_at = self._looked_at = monotonic()
        self._is_failing = False

    def attach(self, port: BoardPort) -> None:
        """Begin to look at a desk."""
        self._port = port
        self._seen = None
        self._looked_at = self._monotonic()

    @property
    def is_stale(self) -> bool:
        """Whether the store has not answered for a while: the wall may be late."""
        return self._monotonic() - self._looked_at > STALE_S

    def look(self) -> None:
        """Look now, unless a look is still under way."""
        if self._port is None or self._is_looking:
            return
        self._is_looking = True
        port = self._port
        seen = None if self._monotonic() - self._read_at >= REFRESH_S else self._seen
        self._database.submit(lambda: _look(port, seen), self._looked, self._failed)

    def _looked(self, found: tuple[int, BoardView | None]) -> None:
        self._is_looking = self._is_failing = False
        self._looked_at = self._monotonic()
        self._seen, board = found
        if board is not None:
            self._read_at = self._looked_at
            self.read.emit(board)

    def _failed(self, error: BaseException) -> None:
        self._is_looking = False
        self._seen = None
        if self._is_failing:
            return  # once for each trouble, not ten times a second
        self._is_failing = True
        if isinstance(error, KnownError):
            _log.warning("the wall cannot read: %s", error.key)
        else:
            _log.error("the wall cannot read", exc_info=error)


def _look(port: BoardPort, seen: int | None) -> tuple[int, BoardView | None]:
    """Return the change count and, when it is another one, the board. On the db worker."""
    # Counted before it is read: what is written in between is read once more.
    count = port.changes()
    return count, None if count == seen else port.board()
