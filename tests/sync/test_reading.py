"""The next page is read while one is stored: that it is, and that nothing is lost by it."""

import threading
from collections.abc import Callable, Sequence

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event
from lobby_app.domain.replication import Appended, Page, Place
from lobby_app.sync.exchange import exchange
from tests.sync.memory import MemoryReplica, chained, ends

LONG_S = 20.0


class Watched(MemoryReplica):
    """Tells of every page that is read here or stored here, before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.begins: Callable[[int], None] = lambda number: None
        """Hears the number of a read or of an append, from 1, before it is carried out."""
        self.reads = self.appends = 0

    def read(self, after: Sequence[Place], limit: int) -> Page:
        self.reads += 1
        self.begins(self.reads)
        return super().read(after, limit)

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        self.begins(self.appends + 1)
        answer = super().append(after, events)
        self.appends += 1
        return answer


def settled(desk: MemoryReplica, centre: MemoryReplica) -> None:
    """Exchange until nothing is left to do."""
    for _ in range(3):
        report = exchange(desk, centre)
    assert report.is_complete
    assert ends(desk) == ends(centre)
    desk.verify()


def no_reader_is_left() -> bool:
    return not any(thread.name.startswith("read-ahead") for thread in threading.enumerate())


def test_a_page_is_stored_while_the_next_is_read() -> None:
    desk, centre, is_asked = Watched(), Watched(), threading.Event()
    centre.write(1_200)
    centre.begins = lambda number: is_asked.set() if number == 2 else None
    waits: list[bool] = []
    desk.begins = lambda number: waits.append(is_asked.wait(LONG_S)) if number == 1 else None
    assert exchange(desk, centre).pulled == 1_200
    assert waits == [True]
    assert ends(desk) == ends(centre)
    assert no_reader_is_left()


def test_two_pages_are_held_at_most() -> None:
    desk, centre, held = Watched(), Watched(), []
    centre.write(9_000)
    centre.begins = lambda number: held.append(number - desk.appends)
    assert exchange(desk, centre).pulled == 9_000
    assert max(held) <= 2
    assert centre.largest_page == 500


def test_a_partner_that_falls_silent_costs_nothing_that_was_read() -> None:
    desk, centre = MemoryReplica(), Watched()
    centre.write(2_000)

    def falls_silent(number: int) -> None:
        if number == 3:
            raise KnownError("sync.no_answer")

    centre.begins = falls_silent
    with pytest.raises(KnownError, match=r"sync\.no_answer"):
        exchange(desk, centre)
    assert [place.seq for place in ends(desk).values()] == [1_000]
    assert no_reader_is_left()
    centre.begins = lambda number: None
    settled(desk, centre)


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_a_desk_that_dies_while_the_next_page_comes_goes_on_from_there(page: int) -> None:
    class Killed(Exception):  # noqa: N818  # nothing is wrong
        pass

    desk, centre = Watched(), MemoryReplica()
    centre.write(2_000)

    def dies(number: int) -> None:
        if number == page:
            raise Killed

    desk.begins = dies
    with pytest.raises(Killed):
        exchange(desk, centre)
    assert sum(place.seq for place in ends(desk).values()) == (page - 1) * 500
    assert no_reader_is_left()
    desk.begins = lambda number: None
    settled(desk, centre)


@pytest.mark.parametrize("page", [2, 3])
def test_a_log_that_becomes_another_between_two_pages_is_healed(page: int) -> None:
    desk, centre = MemoryReplica(), Watched()
    log_id = centre.current_log
    events = centre.write(1_700)
    common = Place(log_id, 300, events[299].chain)

    def is_restored(number: int) -> None:
        if number == page:
            centre.logs[log_id] = events[:300] + chained(log_id, common, 1_500, "restored")

    centre.begins = is_restored
    exchange(desk, centre)
    settled(desk, centre)
    assert len(desk.set_aside_events) == (page - 1) * 500 - 300
    assert desk.logs[log_id] == centre.logs[log_id]


def test_a_page_read_for_a_log_that_does_not_chain_is_dropped() -> None:
    desk, centre, other = MemoryReplica(), MemoryReplica(), MemoryReplica()
    # The logs are read in the order of their ids: the broken one comes first.
    broken, whole = sorted((centre.current_log, other.current_log))
    for log_id in (broken, whole):
        centre.logs[log_id] = chained(log_id, Place.start(log_id), 1_200)
    first = centre.logs[broken][0]
    centre.logs[broken][0] = Event(broken, 1, first.hlc + 1, first.chain, first.body)
    report = exchange(desk, centre)
    assert (report.broken, report.pulled) == ((broken,), 1_200)
    assert ends(desk)[whole] == ends(centre)[whole]
    assert broken not in desk.logs
