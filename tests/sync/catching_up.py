"""A desk that was away for months catches up; run as a process, so that its memory is its own.

Usage: catching_up.py FOLDER EVENTS. Prints events held and by how many kB the process grew after
the first exchange.
"""

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from lobby_app.cache.replica import SqliteReplica
from lobby_app.domain.event import Event, encode, link
from lobby_app.domain.replication import Head, Heads, Page, Place
from lobby_app.sync.exchange import exchange
from tests.storage.desk import DAY, SetClock, cancelled, issued, open_desk


class Archive:
    """A partner with one long log, which it writes while it is read."""

    def __init__(self, count: int) -> None:
        self._count, self._log_id = count, str(uuid4())
        self.now_ms = round(SetClock().now().timestamp() * 1000)
        self._place = start = Place.start(self._log_id)
        for seq in range(1, count + 1):
            self._place = self._after(self._place, seq)[1]
        self._end, self._place = self._place, start

    def _after(self, place: Place, seq: int) -> tuple[Event, Place]:
        ticket = f"00000000-0000-4000-8000-{(seq + 1) // 2:012d}"
        number = f"A9{seq // 2 % 999:03d}"
        draft = issued(number, ticket, DAY) if seq % 2 else cancelled(ticket, DAY)
        hlc = (self.now_ms << 16) + seq
        body = encode(draft)
        event = Event(self._log_id, seq, hlc, link(place.chain, seq, hlc, body), body)
        return event, Place(self._log_id, seq, event.chain)

    def heads(self) -> Heads:
        return Heads({self._log_id: Head(self._end, Place.start(self._log_id))}, self.now_ms)

    def read(self, after: Sequence[Place], limit: int) -> Page:
        (place,) = after
        assert place == self._place, "it is read from its first event to its last"
        events = []
        while self._place.seq < self._count and len(events) < limit:
            event, self._place = self._after(self._place, self._place.seq + 1)
            events.append(event)
        return Page(events, frozenset(), is_last=self._place.seq == self._count)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    log = open_desk(folder)
    replica = SqliteReplica(log, 1)
    archive = Archive(count)
    grown_from, is_complete, rounds = 0, False, 0
    while not is_complete:
        done = exchange(replica, archive, clock_ms=lambda: archive.now_ms)  # type: ignore[arg-type]
        is_complete, rounds = done.is_complete, rounds + 1
        # What the first thousands of events need is there; more of them need no more.
        grown_from = grown_from or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown_from
    held = sum(head.end.seq for head in replica.heads().of.values())
    log.close()
    sys.stdout.write(json.dumps({"held": held, "grown_kb": grown, "exchanges": rounds}))


if __name__ == "__main__":
    main()
