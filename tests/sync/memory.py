"""A replica in memory, written apart from the product's: what the contract says, nothing clever."""

import json
from collections.abc import Sequence
from copy import deepcopy
from uuid import UUID, uuid4

from lobby_app.domain.event import Event, genesis, link
from lobby_app.domain.replication import Appended, Head, Heads, Page, Place, Verdict

NOW_MS = 1_800_000_000_000


def chained(log_id: str, after: Place, count: int, word: str = "x") -> list[Event]:
    """Return `count` events that follow a place; other words, other events."""
    events, place = [], after
    for number in range(count):
        seq, hlc = place.seq + 1, (NOW_MS + place.seq + number) << 16
        body = json.dumps({"kind": "signed_on", "actor": "desk", "data": {"word": word, "n": seq}})
        chain = link(place.chain, seq, hlc, body)
        events.append(Event(log_id, seq, hlc, chain, body))
        place = Place(log_id, seq, chain)
    return events


class MemoryReplica:
    """ports.LocalReplica over dictionaries; also plays centre and relay."""

    def __init__(self) -> None:
        self.base: dict[str, Place] = {}
        self.logs: dict[str, list[Event]] = {}
        self.own: set[str] = set()
        self.confirmed: dict[str, Place] = {}
        self.set_aside_events: list[Event] = []
        self.largest_page = 0
        self.now_ms = NOW_MS
        self.unlisted: set[str] = set()
        self.current_log = self._opened()

    def _opened(self) -> str:
        self.current_log = str(uuid4())
        self.own.add(self.current_log)
        return self.current_log

    def write(self, count: int = 1, word: str = "x") -> list[Event]:
        """Write events of our own."""
        events = chained(self.current_log, self._end(self.current_log), count, word)
        self.logs.setdefault(self.current_log, []).extend(events)
        return events

    def copy(self) -> "MemoryReplica":
        """Return a backup, or a clone."""
        return deepcopy(self)

    def _end(self, log_id: str) -> Place:
        events = self.logs.get(log_id)
        if events:
            return Place(log_id, events[-1].seq, events[-1].chain)
        return self.base.get(log_id, Place.start(log_id))

    def _place_at(self, log_id: str, seq: int) -> Place | None:
        base = self.base.get(log_id, Place.start(log_id))
        if seq == base.seq:
            return base
        index = seq - base.seq - 1
        events = self.logs.get(log_id, [])
        if not 0 <= index < len(events):
            return None
        return Place(log_id, seq, events[index].chain)

    def heads(self) -> Heads:
        of = {
            log_id: Head(self._end(log_id), self.base.get(log_id, Place.start(log_id)))
            for log_id in self.logs.keys() | self.base.keys()
            if log_id not in self.unlisted
        }
        return Heads(of, self.now_ms)

    def read(self, after: Sequence[Place], limit: int) -> Page:
        events: list[Event] = []
        diverged = set()
        is_last = True
        for place in after:
            if self._place_at(place.log_id, place.seq) != place:
                diverged.add(place.log_id)
                continue
            start = place.seq - self.base.get(place.log_id, Place.start(place.log_id)).seq
            rest = self.logs.get(place.log_id, [])[start:]
            room = limit - len(events)
            is_last &= len(rest) <= room
            events += rest[:room]
        self.largest_page = max(self.largest_page, len(events))
        return Page(events, frozenset(diverged), is_last)

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        self.largest_page = max(self.largest_page, len(events))
        return Appended(self._append(after, events), self.heads())

    def _append(self, after: Place, events: Sequence[Event]) -> Verdict:
        place = after
        for event in events:
            chain = link(place.chain, event.seq, event.hlc, event.body)
            if (event.log_id, event.seq, event.chain) != (after.log_id, place.seq + 1, chain):
                return Verdict.BROKEN
            place = Place(event.log_id, event.seq, event.chain)
        end = self._end(after.log_id)
        if after.seq > end.seq:
            return Verdict.GAP
        for known in (after, *(Place(e.log_id, e.seq, e.chain) for e in events)):
            here = self._place_at(known.log_id, known.seq)
            if here is not None and here != known:
                return Verdict.FORK
        new = [event for event in events if event.seq > end.seq]
        if new:
            self.logs.setdefault(after.log_id, []).extend(new)
        return Verdict.TAKEN

    def own_logs(self) -> frozenset[str]:
        return frozenset(self.own)

    def confirm(self, place: Place) -> None:
        self.confirmed[place.log_id] = place

    def reissue(self, log_id: str, common: Place) -> None:
        moved = self._cut(log_id, common)
        self.own.discard(log_id)
        place = Place.start(self._opened())
        for event in moved:
            chain = link(place.chain, place.seq + 1, event.hlc, event.body)
            again = Event(place.log_id, place.seq + 1, event.hlc, chain, event.body)
            self.logs.setdefault(place.log_id, []).append(again)
            place = Place(place.log_id, again.seq, chain)

    def set_aside(self, log_id: str, common: Place) -> None:
        self.set_aside_events += self._cut(log_id, common)

    def _cut(self, log_id: str, common: Place) -> list[Event]:
        assert self._place_at(log_id, common.seq) == common
        kept = [event for event in self.logs[log_id] if event.seq <= common.seq]
        moved = [event for event in self.logs[log_id] if event.seq > common.seq]
        self.logs[log_id] = kept
        return moved

    def rebase(self, base: Place) -> None:
        assert base.log_id not in self.own
        self.logs.pop(base.log_id, None)
        self.base[base.log_id] = base

    def correct_clock(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    def prune(self, log_id: str, seq: int) -> None:
        """Forget what came up to `seq`."""
        base = self._place_at(log_id, seq)
        assert base is not None
        self.logs[log_id] = [event for event in self.logs[log_id] if event.seq > seq]
        self.base[log_id] = base

    def bodies(self) -> list[str]:
        """Return the text of every event, sorted."""
        return sorted(event.body for events in self.logs.values() for event in events)

    def verify(self) -> None:
        """Prove that every log is contiguous and chained."""
        for log_id, events in self.logs.items():
            place = self.base.get(log_id, Place.start(log_id))
            for event in events:
                chain = link(place.chain, event.seq, event.hlc, event.body)
                assert (event.log_id, event.seq, event.chain) == (log_id, place.seq + 1, chain)
                place = Place(log_id, event.seq, chain)


def ends(replica: MemoryReplica) -> dict[str, Place]:
    """Return where every log that holds anything ends."""
    return {log_id: head.end for log_id, head in replica.heads().of.items() if head.end.seq > 0}


def start_of(log_id: str) -> Place:
    """Return a log's start, from its bytes: not by the product's own shortcut."""
    return Place(str(UUID(log_id)), 0, genesis(log_id))
