"""Replicas in real files, and plain logs that somebody else wrote."""

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from lobby_app.cache.opening import OpenLog
from lobby_app.cache.replica import SqliteReplica
from lobby_app.domain.event import Draft, Event, encode, link
from lobby_app.domain.replication import Appended, Place
from tests.storage.desk import SetClock, open_desk

SLOT = 1
START_MS = round(SetClock().now().timestamp() * 1000)
PROJECTIONS = ("ticket", "occupancy", "call", "counter_state", "device_state", "quarantine")


class Desk:
    """A desk's file with its replica; keys beside it."""

    def __init__(self, folder: Path, clock: SetClock | None = None) -> None:
        folder.mkdir(exist_ok=True)
        self.clock = clock or SetClock()
        self.log: OpenLog = open_desk(folder, self.clock)
        self.replica = SqliteReplica(self.log, SLOT)

    def write(self, *drafts: Draft) -> None:
        with self.log.unit_of_work() as work:
            for draft in drafts:
                work.append(draft)
            work.commit()

    def rows(self, sql: str) -> list[tuple]:
        with self.log.reading.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).fetchall()]

    def tables(self) -> dict[str, list[tuple]]:
        return {name: self.rows(f"SELECT * FROM {name}") for name in PROJECTIONS}  # noqa: S608

    def end(self, log_id: str) -> Place:
        return self.replica.heads().of[log_id].end

    def tail(self, after: Place, limit: int = 10_000) -> list[Event]:
        return list(self.replica.read([after], limit).events)


def written(bodies: Sequence[tuple[int, str]], log_id: str | None = None) -> list[Event]:
    """Return the events of a log: clock and body of each."""
    name = log_id or str(uuid4())
    place, events = Place.start(name), []
    for seq, (hlc, body) in enumerate(bodies, start=1):
        chain = link(place.chain, seq, hlc, body)
        place = Place(name, seq, chain)
        events.append(Event(name, seq, hlc, chain, body))
    return events


def told(drafts: Sequence[Draft], *, at_ms: int = START_MS) -> list[Event]:
    """Return the log of a desk that said all this, a second apart."""
    return written([(at_ms + n * 1000 << 16, encode(draft)) for n, draft in enumerate(drafts)])


def place_of(event: Event) -> Place:
    return Place(event.log_id, event.seq, event.chain)


def give(desk: Desk, events: Sequence[Event], *, page: int = 500) -> list[Appended]:
    """Bring a log from its first event on, in pages."""
    place, answers = Place.start(events[0].log_id), []
    for start in range(0, len(events), page):
        part = events[start : start + page]
        answers.append(desk.replica.append(place, part))
        place = place_of(part[-1])
    return answers
