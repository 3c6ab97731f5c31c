"""Two replicas exchange what they lack; the partner is the authority (docs/adr/0019).

Every step is one transaction on one side and may be repeated: whatever dies, the next exchange
compares heads anew and goes on from there. Two pages are held in memory at most: one that is being
stored and the next, which is read meanwhile.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import time

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event
from lobby_app.domain.ports import LocalReplica, Replica
from lobby_app.domain.replication import PAGE, Head, Heads, Page, Place, Verdict
from lobby_app.sync.common import common_place
from lobby_app.sync.reading import MakeReader, ReadAhead, one_thread

_ROUNDS = 6
"""Comparisons of heads in one exchange: after a fork, a gap, a base; more is left for the next."""
_MOST_PAGES = 40
"""Pages and batches of one exchange: with more to do, own events must get their turn between."""
_BATCH_BYTES = 2_000_000
"""Text of one batch: escaped twice it stays below what a partner takes."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one exchange did.

    Attributes:
        pulled: events taken over. pushed: events given away.
        reissued, set_aside, rebased, left: logs that needed it.
        refused: logs that the partner does not take. broken: logs of it that do not chain.
        out_of_reach: logs of which the partner lacks what we no longer hold.
        is_complete: both hold the same now, but for the logs just named.
        now_ms: the partner's clock. offset_ms: it minus ours. round_trip_ms: how sure that is.
    """

    pulled: int
    pushed: int
    reissued: tuple[str, ...]
    set_aside: tuple[str, ...]
    rebased: tuple[str, ...]
    left: tuple[str, ...]
    refused: tuple[str, ...]
    broken: tuple[str, ...]
    out_of_reach: tuple[str, ...]
    is_complete: bool
    now_ms: int
    offset_ms: int
    round_trip_ms: int


def wall_clock_ms() -> int:
    """Return this computer's time, ms since the epoch, as it is set."""
    return int(time() * 1000)


def exchange(
    local: LocalReplica,
    partner: Replica,
    *,
    is_centre: bool = True,
    clock_ms: Callable[[], int] = wall_clock_ms,
    make_reader: MakeReader = one_thread,
) -> Exchanged:
    """Give the partner what it lacks, take what we lack, heal what differs. Blocking.

    Args:
        local: the desk's file.
        partner: centre, relay or another desk.
        is_centre: what the partner holds is safe: own events count as sent. What only a relay
            holds may be lost with it.
        clock_ms: this computer's time.
        make_reader: who reads the partner's next page while one is stored.

    Raises:
        KnownError: `sync.*` from the partner, `cache.*` from the file; what was done stays done.
    """
    running = _Exchange(
        local, partner, is_centre=is_centre, clock_ms=clock_ms, make_reader=make_reader
    )
    is_complete = False
    for _ in range(_ROUNDS):
        is_complete = running.round()
        if is_complete or running.pages >= _MOST_PAGES:
            break
    return running.report(is_complete)


class _Exchange:
    """State of one exchange. `pages`: what was carried so far."""

    def __init__(
        self,
        local: LocalReplica,
        partner: Replica,
        *,
        is_centre: bool,
        clock_ms: Callable[[], int],
        make_reader: MakeReader,
    ) -> None:
        self._local, self._partner = local, partner
        self._is_centre = is_centre
        self._clock_ms = clock_ms
        self._make_reader = make_reader
        self.pages = self._pulled = self._pushed = 0
        self._reissued: list[str] = []
        self._set_aside: list[str] = []
        self._rebased: list[str] = []
        self._left: list[str] = []
        self._refused: set[str] = set()
        self._broken: set[str] = set()
        self._out_of_reach: set[str] = set()
        self._own: frozenset[str] = frozenset()
        self._current = ""
        self._theirs = Heads({}, 0)
        self._now_ms = self._offset_ms = self._round_trip_ms = 0

    def report(self, is_complete: bool) -> Exchanged:
        """Return what was done."""
        return Exchanged(
            pulled=self._pulled,
            pushed=self._pushed,
            reissued=tuple(self._reissued),
            set_aside=tuple(self._set_aside),
            rebased=tuple(self._rebased),
            left=tuple(self._left),
            refused=tuple(sorted(self._refused)),
            broken=tuple(sorted(self._broken)),
            out_of_reach=tuple(sorted(self._out_of_reach)),
            is_complete=is_complete,
            now_ms=self._now_ms,
            offset_ms=self._offset_ms,
            round_trip_ms=self._round_trip_ms,
        )

    def round(self) -> bool:
        """Compare heads and do what they ask for; tell whether nothing is left to do."""
        # The partner first: whatever it holds of our own logs we held before it did. The other
        # way round, a push by another process of this desk would look like a second writer.
        theirs = self._theirs = self._their_heads()
        mine = self._local.heads()
        self._own, self._current = self._local.own_logs(), self._local.current_log
        is_settled = True
        behind: dict[str, Place] = {}
        for log_id in sorted(mine.of.keys() | theirs.of.keys()):
            if log_id not in self._broken | self._refused:
                head = theirs.of.get(log_id)
                is_settled &= self._compare(log_id, mine.of.get(log_id), head, behind)
        is_settled &= self._push_unlisted(mine, theirs)
        return self._pull(behind) and is_settled

    def _their_heads(self) -> Heads:
        asked = self._clock_ms()
        theirs = self._partner.heads()
        answered = self._clock_ms()
        self._now_ms = theirs.now_ms
        self._round_trip_ms = answered - asked
        self._offset_ms = theirs.now_ms - (asked + answered) // 2
        return theirs

    def _compare(
        self, log_id: str, mine: Head | None, theirs: Head | None, behind: dict[str, Place]
    ) -> bool:
        """Give what they lack, note in `behind` what we lack; tell whether this log is settled."""
        if theirs is None:
            return True  # later, all of them with one question
        start = Place.start(log_id)
        mine = mine or Head(start, start)
        if theirs.end.seq > mine.end.seq:
            behind[log_id] = self._place_to_read_from(mine, theirs)
            return True
        if theirs.end.seq < mine.end.seq:
            return self._push(mine, theirs.end)
        if theirs.end.chain != mine.end.chain:
            return self._heal(mine)
        self._confirm(theirs.end)
        return True

    def _place_to_read_from(self, mine: Head, theirs: Head) -> Place:
        log_id = mine.end.log_id
        if theirs.base.seq <= mine.end.seq:
            return mine.end
        if log_id in self._own:
            self._leave(mine.end)
        self._local.rebase(theirs.base)
        self._rebased.append(log_id)
        return theirs.base

    def _leave(self, end: Place) -> None:
        """Write an own log no more, of which somebody else holds what follows `end`.

        What a window wrote there in this very moment moves on with the desk.
        """
        self._local.reissue(end.log_id, end)
        self._left.append(end.log_id)
        self._current = self._local.current_log

    # ------------------------------------------------------------------------------- giving

    def _push_unlisted(self, mine: Heads, theirs: Heads) -> bool:
        """Give the logs that the partner did not name: it lacks them, or they are old to it."""
        unlisted = [
            head
            for log_id, head in sorted(mine.of.items())
            if log_id not in theirs.of and head.end.seq > 0 and log_id not in self._refused
        ]
        if not unlisted:
            return True
        lacking = self._partner.read([head.end for head in unlisted], 1).diverged
        is_settled = True
        for head in unlisted:
            if head.end.log_id in lacking:
                is_settled &= self._push(head, head.base)
            else:
                self._confirm(head.end)
        return is_settled

    def _push(self, mine: Head, after: Place) -> bool:
        """Give the partner what follows `after`, batch by batch; tell whether it has it all."""
        log_id = mine.end.log_id
        while True:
            if after.seq < mine.base.seq:
                self._out_of_reach.add(log_id)
                return True
            if self.pages >= _MOST_PAGES:
                return False
            page = self._local.read([after], PAGE)
            if log_id in page.diverged:
                return self._heal(mine)
            self._confirm(after)
            batch = _first_of(page.events)
            if not batch:
                return True
            self.pages += 1
            next_after = self._give(mine, after, batch)
            if next_after is None:
                return log_id in self._refused
            after = next_after

    def _give(self, mine: Head, after: Place, batch: Sequence[Event]) -> Place | None:
        """Give one batch; return where to go on, None when that is not known."""
        log_id = after.log_id
        try:
            answer = self._partner.append(after, batch)
        except KnownError as error:
            if error.key not in ("sync.malformed", "sync.too_big"):
                raise
            self._refused.add(log_id)
            return None
        if answer.verdict is Verdict.TAKEN:
            self._pushed += len(batch)
            return _end_of(batch)
        if answer.verdict is Verdict.GAP:
            head = answer.heads.of.get(log_id)
            end = head.end if head else Place.start(log_id)
            # Never forward: whoever says "gap" stands before what it was given.
            return end if end.seq < after.seq else None
        if answer.verdict is Verdict.FORK:
            self._theirs = replace(self._theirs, of={**self._theirs.of, **answer.heads.of})
            self._heal(mine)
            return None
        self._refused.add(log_id)
        return None

    def _confirm(self, place: Place) -> None:
        if self._is_centre and place.log_id in self._own:
            self._local.confirm(place)

    # ------------------------------------------------------------------------------- taking

    def _pull(self, behind: Mapping[str, Place]) -> bool:
        """Take what follows these places, page by page; tell whether that was all."""
        if not behind:
            return True
        with ReadAhead(self._partner, self._make_reader()) as pages:
            return self._take_pages(dict(behind), pages)

    def _take_pages(self, places: dict[str, Place], pages: ReadAhead) -> bool:
        is_settled = True
        while places:
            if self.pages >= _MOST_PAGES:
                return False
            page = pages.read(list(places.values()))
            self.pages += 1
            by_log = _by_log(page.events)
            if self._is_followed(page):
                ends = {log_id: _end_of(events) for log_id, events in by_log.items()}
                pages.ask(list({**places, **ends}.values()))
            for log_id in page.diverged & places.keys():
                is_settled = False
                self._heal_before(places.pop(log_id))
            for log_id, events in by_log.items():
                # After a fork its place is out of date: the next round asks anew.
                if log_id in places and not self._take(places, events):
                    is_settled = False
                    del places[log_id]
            if page.is_last or not (page.events or page.diverged):
                return is_settled and page.is_last
        return is_settled

    def _is_followed(self, page: Page) -> bool:
        """Tell whether the next page is wanted; not before healing, which asks the partner."""
        has_more = bool(page.events) and not page.is_last
        return has_more and not page.diverged and self.pages < _MOST_PAGES

    def _take(self, places: dict[str, Place], events: Sequence[Event]) -> bool:
        log_id = events[0].log_id
        if log_id == self._current:
            # A restored backup or a clone; which one, nobody can know.
            self._leave(places[log_id])
        verdict = self._local.append(places[log_id], events).verdict
        if verdict is Verdict.TAKEN:
            self._pulled += len(events)
            places[log_id] = _end_of(events)
            return True
        if verdict in (Verdict.BROKEN, Verdict.FOREIGN):
            self._broken.add(log_id)
        return False

    # ------------------------------------------------------------------------------ healing

    def _heal_before(self, place: Place) -> None:
        """Heal a log whose last event here the partner does not know."""
        mine = self._local.heads().of.get(place.log_id)
        if mine is not None:
            self._heal(mine)

    def _heal(self, mine: Head) -> bool:
        """Let the partner's version of a log stand, if it really is another; never settled."""
        log_id = mine.end.log_id
        common = common_place(self._local, self._partner, mine, self._theirs.of.get(log_id))
        if common is None:
            return False  # one of us moved meanwhile: the next round compares anew
        if log_id in self._local.own_logs():
            self._local.reissue(log_id, common)
            self._reissued.append(log_id)
        else:
            self._local.set_aside(log_id, common)
            self._set_aside.append(log_id)
        return False


def _end_of(events: Sequence[Event]) -> Place:
    last = events[-1]
    return Place(last.log_id, last.seq, last.chain)


def _first_of(events: Sequence[Event]) -> Sequence[Event]:
    """Return the longest beginning that fits into one batch, one event at least."""
    size = 0
    for index, event in enumerate(events):
        size += len(event.body)
        if index and size > _BATCH_BYTES:
            return events[:index]
    return events


def _by_log(events: Sequence[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.log_id, []).append(event)
    return found
