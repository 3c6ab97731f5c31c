"""How far this desk got, noted outside the log: in the key store and in a file beside the log.

The key store's note tells an older copy of the log from the newest one (it is not restored with
the file). The file's note, which names nobody, keeps numbers from coming twice when keys or log are
not to be had.
"""

import contextlib
import json
import logging
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from lobby_app.cache.errors import known_errors
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Clock, Secrets, SecretState

WATERMARK = "watermark"
EVERY = 50
"""A note is due after so many events, and after a second without one in any case."""
_PAUSE_S = 1.0
_MAX_DAYS = 6
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watermark:
    """A place in a log and the numbers given by then.

    Attributes:
        log_id: 32 hex digits. seq: last sequence number.
        series: ISO business day → zone → last number.
    """

    log_id: str
    seq: int
    series: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def text(self) -> str:
        """Return the note as JSON text; small, because Windows keeps at most 2.5 kB."""
        values = {"log_id": self.log_id, "seq": self.seq, "series": self.series}
        return json.dumps(values, separators=(",", ":"))


def watermark_from(text: str | bytes | None) -> Watermark | None:
    """Return the note of `Watermark.text`, None for anything else."""
    if text is None:
        return None
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        values = json.loads(text)
        series = {
            date.fromisoformat(day).isoformat(): {str(z): int(last) for z, last in zones.items()}
            for day, zones in values["series"].items()
        }
        return Watermark(bytes.fromhex(values["log_id"]).hex(), int(values["seq"]), series)
    return None


def watermark_of(connection: Connection, today: date) -> Watermark:
    """Return how far the log got and which numbers are given, from yesterday on.

    Days after today are there when the clock was wrong; they are noted like any other.
    """
    log_id, seq = connection.exec_driver_sql(
        "SELECT me.log_id, last_seq FROM me JOIN log_head ON log_head.log_id = me.log_id"
    ).one()
    rows = connection.exec_driver_sql(
        "SELECT business_day, zone, last_number FROM series WHERE business_day >= ?"
        " ORDER BY business_day, zone",
        ((today - timedelta(days=1)).isoformat(),),
    )
    series: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.business_day in series or len(series) < _MAX_DAYS:
            series.setdefault(row.business_day, {})[row.zone] = row.last_number
    return Watermark(log_id.hex(), seq, series)


def numbers_given(marks: Iterable[Watermark | None], day: date) -> dict[str, int] | None:
    """Return the largest number of each zone that any note knows of `day`; None = no note at all.

    A note that does not mention the day was written before its first ticket.
    """
    known = [mark for mark in marks if mark is not None]
    if not known:
        return None
    given: dict[str, int] = {}
    for mark in known:
        for zone, last in mark.series.get(day.isoformat(), {}).items():
            given[zone] = max(last, given.get(zone, 0))
    return given


@dataclass(frozen=True, slots=True)
class Notes:
    """Where watermarks are kept: the key store, and a file for when there is none."""

    secrets: Secrets
    file: Path

    def in_key_store(self) -> Watermark | None:
        """Return the key store's note.

        Raises:
            KnownError: `secrets.*`.
        """
        return watermark_from(self.secrets.get(WATERMARK))

    def in_file(self) -> Watermark | None:
        """Return the file's note."""
        with contextlib.suppress(OSError):
            return watermark_from(self.file.read_bytes())
        return None

    def write(self, mark: Watermark) -> None:
        """Keep a note in both places.

        Raises:
            KnownError: `secrets.*` or `cache.*`; the other place has it all the same if it can.
        """
        try:
            if self.secrets.state is not SecretState.NONE:
                self.secrets.put(WATERMARK, mark.text().encode())
        finally:
            with known_errors():
                # Two logs opened in one process note on two threads.
                writer = f"{os.getpid()}-{threading.get_ident()}"
                unfinished = self.file.with_name(f"{self.file.name}.{writer}")
                unfinished.write_text(mark.text(), encoding="ascii")
                unfinished.replace(self.file)


class WatermarkKeeper:
    """Notes progress on a thread of its own: a commit never waits for the key store."""

    def __init__(self, engine: Engine, clock: Clock, notes: Notes) -> None:
        self._engine = engine
        self._clock = clock
        self._notes = notes
        self._changed = threading.Condition()
        self._pending = 0
        self._is_closing = False
        self._has_complained = False
        self._thread = threading.Thread(target=self._run, name="watermark", daemon=True)
        self._thread.start()

    def heard(self, events: int) -> None:
        """Hear that so many events were committed; returns at once."""
        with self._changed:
            is_first = self._pending == 0
            self._pending += events
            # In between the thread would wake for nothing, and the desk would wait for it.
            if is_first or self._pending >= EVERY:
                self._changed.notify()

    def write(self) -> None:
        """Note now how far the log got. Blocking: never on the GUI thread.

        Raises:
            KnownError: `secrets.*` or `cache.*`.
        """
        with known_errors(), self._engine.connect() as connection:
            mark = watermark_of(connection, self._clock.now().date())
        self._notes.write(mark)

    def close(self) -> None:
        """Stop; a note that is due is written first, and one that cannot be is not waited for."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()
        self._try_to_write()

    def _run(self) -> None:
        while self._is_due():
            self._try_to_write()

    def _is_due(self) -> bool:
        """Wait for the next note's time; False when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending > 0 or self._is_closing)
            self._changed.wait_for(
                lambda: self._pending >= EVERY or self._is_closing, timeout=_PAUSE_S
            )
            self._pending = 0
            return not self._is_closing

    def _try_to_write(self) -> None:
        try:
            self.write()
        except KnownError as error:
            if not self._has_complained:
                _log.warning("the log's progress could not be noted: %s", error.key)
            self._has_complained = True
        else:
            self._has_complained = False
