"""Two replicas meet: each case of the contract once, with every death in between."""

from collections.abc import Callable, Sequence

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event
from lobby_app.domain.replication import Appended, Heads, Page, Place
from lobby_app.sync.exchange import Exchanged, exchange
from tests.sync.memory import MemoryReplica, chained, ends


class Killed(Exception):  # noqa: N818  # nothing is wrong
    """The process ends here."""


class Mortal:
    """Passes calls on to a replica and dies at one of them, before or after it took effect."""

    def __init__(self, replica: MemoryReplica, dies: Callable[[], str]) -> None:
        self._replica = replica
        self._dies = dies

    def __getattr__(self, name: str) -> object:
        attribute = getattr(self._replica, name)
        if not callable(attribute):
            return attribute

        def called(*arguments: object) -> object:
            when = self._dies()
            if when == "before":
                raise Killed
            answer = attribute(*arguments)
            if when == "after":
                raise Killed
            return answer

        return called


def countdown(calls: int, when: str) -> Callable[[], str]:
    left = [calls]

    def dies() -> str:
        left[0] -= 1
        return when if left[0] == -1 else ""

    return dies


def settle(*pairs: tuple[MemoryReplica, MemoryReplica]) -> list[Exchanged]:
    """Exchange every pair twice round; the last reports must say that nothing was left to do."""
    for _ in range(3):
        reports = [exchange(desk, centre) for desk, centre in pairs]
    for report in reports:
        assert (report.is_complete, report.pulled, report.pushed) == (True, 0, 0)
    return reports


def test_each_gets_what_it_lacks() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(1200)
    centre.write(1300)
    report = exchange(desk, centre)
    assert (report.pushed, report.pulled, report.is_complete) == (1200, 1300, True)
    assert ends(desk) == ends(centre)
    exchange(desk, centre)
    assert desk.confirmed[desk.current_log] == ends(centre)[desk.current_log]


def test_no_more_than_a_page_is_carried_at_a_time() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(5_000)
    centre.write(5_000)
    exchange(desk, centre)
    assert max(desk.largest_page, centre.largest_page) == 500


def test_a_long_catching_up_comes_in_parts() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    centre.write(30_000)
    first = exchange(desk, centre)
    assert (first.is_complete, first.pulled) == (False, 20_000)
    second = exchange(desk, centre)
    assert (second.is_complete, second.pulled) == (True, 10_000)


def test_an_own_log_that_went_two_ways_is_reissued() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(700)
    exchange(desk, centre)
    backup = desk.copy()
    old = desk.current_log
    desk.write(3, "first")
    exchange(desk, centre)
    backup.write(5, "second")
    report = exchange(backup, centre)
    assert report.reissued == (old,)
    settle((backup, centre), (desk, centre))
    assert ends(desk) == ends(backup) == ends(centre)
    words = "".join(centre.bodies())
    assert words.count("first") == 3
    assert words.count("second") == 5
    assert old not in backup.own
    centre.verify()


def test_a_restored_backup_writes_its_log_no_more() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(4)
    backup = desk.copy()
    old = desk.current_log
    desk.write(600)
    exchange(desk, centre)
    report = exchange(backup, centre)
    assert (report.left, report.pulled) == ((old,), 600)
    assert backup.current_log != old
    backup.write(2, "later")
    settle((backup, centre))
    assert ends(backup) == ends(centre)


def test_two_clones_that_go_on_writing_fork_once() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(4)
    clone = desk.copy()
    reissues = 0
    for number in range(6):
        desk.write(1, f"desk{number}")
        clone.write(1, f"clone{number}")
        reissues += len(exchange(desk, centre).reissued) + len(exchange(clone, centre).reissued)
    settle((desk, centre), (clone, centre))
    assert reissues == 1
    assert ends(desk) == ends(clone) == ends(centre)
    assert len(centre.bodies()) == 4 + 12


def test_somebody_elses_log_that_differs_is_set_aside() -> None:
    author, centre, reader = MemoryReplica(), MemoryReplica(), MemoryReplica()
    author.write(2)
    exchange(author, centre)
    lost = author.copy()
    author.write(3, "lost by the centre")
    before = centre.copy()
    exchange(author, centre)
    exchange(reader, centre)
    centre = before
    lost.write(4, "written again")
    exchange(lost, centre)
    report = exchange(reader, centre)
    assert report.set_aside == (lost.current_log,)
    assert len(reader.set_aside_events) == 3
    assert ends(reader)[lost.current_log] == ends(centre)[lost.current_log]


def test_a_centre_that_lost_its_tail_gets_it_back_also_from_others() -> None:
    author, centre, reader = MemoryReplica(), MemoryReplica(), MemoryReplica()
    author.write(900)
    exchange(author, centre)
    snapshot = centre.copy()
    author.write(700)
    exchange(author, centre)
    exchange(reader, centre)
    report = exchange(reader, snapshot)
    assert (report.pushed, report.set_aside) == (700, ())
    assert ends(snapshot)[author.current_log] == ends(author)[author.current_log]


def test_a_centre_that_forgot_a_whole_log_gets_it_back() -> None:
    author, reader = MemoryReplica(), MemoryReplica()
    centre = MemoryReplica()
    author.write(10)
    exchange(author, centre)
    exchange(reader, centre)
    empty = MemoryReplica()
    assert exchange(reader, empty).pushed == 10
    assert exchange(author, empty).pushed == 0


def test_what_a_partner_holds_but_does_not_list_is_not_sent_again() -> None:
    author, centre = MemoryReplica(), MemoryReplica()
    author.write(10)
    exchange(author, centre)
    centre.unlisted.add(author.current_log)
    report = exchange(author, centre)
    assert (report.pushed, report.is_complete) == (0, True)


def test_a_partner_that_pruned_beyond_us_gives_its_log_from_its_base() -> None:
    author, centre, reader = MemoryReplica(), MemoryReplica(), MemoryReplica()
    author.write(10)
    exchange(author, centre)
    exchange(reader, centre)
    author.write(20)
    exchange(author, centre)
    centre.prune(author.current_log, 15)
    report = exchange(reader, centre)
    assert (report.rebased, report.pulled) == ((author.current_log,), 15)
    settle((reader, centre))


def test_a_restored_backup_older_than_the_partners_base_starts_anew() -> None:
    author, centre = MemoryReplica(), MemoryReplica()
    author.write(3)
    backup, old = author.copy(), author.current_log
    author.write(20)
    exchange(author, centre)
    centre.prune(old, 10)
    report = exchange(backup, centre)
    assert (report.left, report.rebased) == ((old,), (old,))
    settle((backup, centre))


def test_what_nobody_holds_any_more_is_reported_not_sent() -> None:
    author, centre = MemoryReplica(), MemoryReplica()
    author.write(10)
    author.prune(author.current_log, 5)
    report = exchange(author, centre)
    assert (report.out_of_reach, report.pushed) == ((author.current_log,), 0)
    assert report.is_complete


def test_a_fork_above_a_pruned_beginning_is_found() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(600)
    exchange(desk, centre)
    backup = desk.copy()
    desk.write(700, "first")
    exchange(desk, centre)
    centre.prune(desk.current_log, 550)
    backup.write(2, "second")
    report = exchange(backup, centre)
    assert report.reissued == (desk.current_log,)
    settle((backup, centre))
    assert "".join(centre.bodies()).count("second") == 2


def test_a_fork_below_the_partners_base_loses_nothing_of_ours() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    desk.write(10)
    backup = desk.copy()
    desk.write(700, "first")
    exchange(desk, centre)
    centre.prune(desk.current_log, 650)
    backup.write(700, "second")
    report = exchange(backup, centre)
    assert report.reissued == (desk.current_log,)
    settle((backup, centre))
    assert "".join(centre.bodies()).count("second") == 700


class Careless(MemoryReplica):
    """A centre whose answers to `append` and pages are not what they should be."""

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        raise KnownError("sync.malformed")


def test_one_log_that_is_refused_does_not_stop_the_others() -> None:
    desk, centre = MemoryReplica(), Careless()
    desk.write(3)
    centre.write(4)
    report = exchange(desk, centre)
    assert (report.refused, report.pulled) == ((desk.current_log,), 4)
    assert report.is_complete


class Tampering(MemoryReplica):
    """A partner whose events do not chain."""

    def read(self, after: Sequence[Place], limit: int) -> Page:
        page = super().read(after, limit)
        events = [Event(e.log_id, e.seq, e.hlc + 1, e.chain, e.body) for e in page.events]
        return Page(events, page.diverged, page.is_last)


def test_events_that_do_not_chain_are_not_taken() -> None:
    desk, partner = MemoryReplica(), Tampering()
    partner.write(3)
    report = exchange(desk, partner)
    assert (report.broken, report.pulled) == ((partner.current_log,), 0)
    assert desk.bodies() == []


class PushedMeanwhile(MemoryReplica):
    """A centre to which another process of the desk pushes just before it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Callable[[], None] = lambda: None

    def heads(self) -> Heads:
        self.first()
        return super().heads()


def test_a_push_by_another_process_of_the_desk_is_no_second_writer() -> None:
    desk, centre = MemoryReplica(), PushedMeanwhile()
    desk.write(3)
    exchange(desk, centre)
    log_id = desk.current_log

    def push() -> None:
        centre.first = lambda: None
        centre.append(ends(desk)[log_id], desk.write(1))

    centre.first = push
    report = exchange(desk, centre)
    assert (report.left, report.reissued, desk.current_log) == ((), (), log_id)


def test_the_partners_clock_is_compared_at_half_the_round_trip() -> None:
    desk, centre = MemoryReplica(), MemoryReplica()
    times = iter((1_000, 1_400))
    centre.now_ms = 5_200
    report = exchange(desk, centre, clock_ms=lambda: next(times))
    assert (report.offset_ms, report.round_trip_ms) == (4_000, 400)


def test_what_a_relay_takes_does_not_count_as_sent() -> None:
    desk, relay = MemoryReplica(), MemoryReplica()
    desk.write(3)
    exchange(desk, relay, is_centre=False)
    exchange(desk, relay, is_centre=False)
    assert ends(desk) == ends(relay)
    assert desk.confirmed == {}


def _troubled() -> tuple[MemoryReplica, MemoryReplica]:
    """Return a desk and a centre that need every kind of healing in one exchange."""
    desk, centre, other = MemoryReplica(), MemoryReplica(), MemoryReplica()
    desk.write(3)
    other.write(3)
    exchange(desk, centre)
    exchange(other, centre)
    exchange(desk, centre)
    clone = desk.copy()
    clone.write(2, "clone")
    exchange(clone, centre)
    desk.write(4, "ours")
    lost = chained(other.current_log, ends(other)[other.current_log], 2, "aside")
    desk.append(ends(other)[other.current_log], lost)
    other.write(3, "stands")
    exchange(other, centre)
    old = MemoryReplica()
    old.write(9)
    exchange(old, centre)
    centre.prune(old.current_log, 4)
    forgotten = MemoryReplica()
    forgotten.write(2, "forgotten")
    desk.append(Place.start(forgotten.current_log), forgotten.logs[forgotten.current_log])
    return desk, centre


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("side", ["local", "partner"])
def test_it_may_die_anywhere(side: str, when: str) -> None:
    calls, deaths = 0, 0
    while True:
        desk, centre = _troubled()
        mortal = Mortal(desk if side == "local" else centre, countdown(calls, when))
        pair = (mortal, centre) if side == "local" else (desk, mortal)
        try:
            exchange(*pair)
            break
        except Killed:
            deaths += 1
        settle((desk, centre))
        _expect_healed(desk, centre)
        calls += 1
    assert deaths > 8


def _expect_healed(desk: MemoryReplica, centre: MemoryReplica) -> None:
    assert ends(desk) == ends(centre)
    desk.verify()
    centre.verify()
    words = "".join(centre.bodies())
    assert [words.count(w) for w in ("clone", "ours", "stands", "forgotten")] == [2, 4, 3, 2]
