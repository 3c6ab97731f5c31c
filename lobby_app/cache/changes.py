"""Notices that somebody committed to log.db, this process or another, without reading it."""

from typing import Any

from sqlalchemy import Engine

from lobby_app.cache.errors import known_errors


class ChangeWatch:
    """ports.ChangeCounter over SQLite's own counter: microseconds a look, no table is touched.

    It keeps a connection of its own, because the counter tells what *other* connections did.
    Thread: one at a time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._version = -1
        self._count = 0

    def __call__(self) -> int:
        """Return a number that rises with every commit, or with a doubt whether there was one."""
        try:
            with known_errors():
                if self._connection is None:
                    self._connection = self._engine.raw_connection()
                    # Versions of two connections do not compare.
                    self._version = -1
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except Exception:
            # A connection that failed once is not asked again.
            if self._connection is not None:
                self._connection.invalidate()
                self._connection = None
            raise
        if version != self._version:
            self._version = version
            self._count += 1
        return self._count

    def close(self) -> None:
        """Let go of the file; the next look opens it again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
