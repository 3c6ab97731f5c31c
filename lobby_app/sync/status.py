"""How replication is doing, said by the one process that exchanges to all windows of the desk.

A small file beside the log: nothing durable depends on it, and a commit for every poll would wake
every window.
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lobby_app.domain.replication import Link, LinkStatus

FILE = "sync-status.json"
STALE_AFTER = timedelta(seconds=20)
"""Whoever exchanges says so every few seconds; silent for this long, it does not run."""


class StatusFile:
    """`sync-status.json` of the data folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """`now`: aware."""
        self._path = folder / FILE
        self._now = now

    def write(self, status: LinkStatus) -> None:
        """Say it to whoever reads; a full disk only makes it stale.

        Raises:
            OSError: nothing was written.
        """
        values = {**asdict(status), "said_at": self._now()}
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            new.write_text(json.dumps(values, default=datetime.isoformat), encoding="ascii")
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)
            raise

    def read(self) -> LinkStatus:
        """Return what was said last: OFFLINE when nobody says anything any more."""
        try:
            values = json.loads(self._path.read_bytes())
            said_at = _time(values.pop("said_at"))
            status = _status(values)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return LinkStatus(Link.OFFLINE)
        if said_at is not None and abs(self._now() - said_at) <= STALE_AFTER:
            return status
        return LinkStatus(Link.OFFLINE, said_at, status.last_exchange, status.skew_ms)


def _status(values: dict[str, Any]) -> LinkStatus:
    """Return the status of a document; raises ValueError, TypeError or KeyError."""
    problem = values["problem"]
    if problem is not None and not isinstance(problem, str):
        raise TypeError("problem")
    return LinkStatus(
        link=Link(values["link"]),
        since=_time(values["since"]),
        last_exchange=_time(values["last_exchange"]),
        skew_ms=int(values["skew_ms"]),
        quarantined=int(values["quarantined"]),
        set_aside=int(values["set_aside"]),
        problem=problem,
    )


def _time(text: str | None) -> datetime | None:
    time = None if text is None else datetime.fromisoformat(text)
    if time is not None and time.tzinfo is None:
        raise ValueError("a naive time")
    return time
