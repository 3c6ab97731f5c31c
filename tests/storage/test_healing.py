"""Logs that differ: reissued, set aside, left, begun anew, pruned; killed in between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from lobby_app.cache.folding import refold
from lobby_app.cache.self_check import self_check
from lobby_app.domain.errors import BugError
from lobby_app.domain.event import Event
from lobby_app.domain.replication import Place, Verdict
from tests.storage.desk import DAY, cancelled, issue, issued
from tests.storage.processes import start
from tests.storage.replicas import START_MS, Desk, give, place_of, told, written

_KILLED_WHILE_REISSUING = """
import os, sys
from pathlib import Path
from lobby_app.cache import logs
from tests.storage.replicas import Desk, place_of
from lobby_app.domain.replication import Place
desk = Desk(Path(sys.argv[1]))
log_id = desk.replica.current_log
events = desk.tail(Place.start(log_id))
refold = logs.refold_since
def killed(connection, since):
    refold(connection, since)
    os.kill(os.getpid(), 9)
logs.refold_since = killed
desk.replica.reissue(log_id, place_of(events[2]))
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    yield made
    made.log.close()


def _is_what_the_log_says(desk: Desk) -> bool:
    shown = desk.tables()
    with desk.log.engine.begin() as connection:
        refold(connection, "")
    return desk.tables() == shown


def _own(desk: Desk, count: int) -> list[Event]:
    for _ in range(count):
        issue(desk.log)
    return desk.tail(Place.start(desk.replica.current_log))


def test_own_events_of_a_fork_move_to_a_new_log_with_clock_and_body(desk: Desk) -> None:
    events = _own(desk, 5)
    old, common = events[0].log_id, place_of(events[2])
    theirs = written(
        [
            *((e.hlc, e.body) for e in events[:3]),
            (START_MS + 1 << 16, told([issued("A1004")])[0].body),
        ],
        old,
    )
    for _ in range(2):  # repeating it changes nothing
        desk.replica.reissue(old, common)
        new = desk.replica.current_log
        assert desk.replica.own_logs() == {new} != {old}
        assert desk.end(old) == common
        moved = desk.tail(Place.start(new))
        assert [(e.hlc, e.body) for e in moved] == [(e.hlc, e.body) for e in events[3:]]
    assert desk.replica.append(common, theirs[3:]).verdict is Verdict.TAKEN
    assert desk.end(old) == place_of(theirs[3])
    assert len(desk.rows("SELECT 1 FROM ticket")) == 6
    assert _is_what_the_log_says(desk)
    assert self_check(desk.log, desk.clock.now()).problems == ()
    assert issue(desk.log) == "A1006"
    assert desk.end(new).seq == 3


def test_reissuing_tells_those_who_read_on(desk: Desk) -> None:
    events = _own(desk, 3)
    with desk.log.reader() as work:
        before = work.rewrites()
    desk.replica.reissue(events[0].log_id, place_of(events[0]))
    with desk.log.reader() as work:
        assert work.rewrites() > before
        assert [t.number for t in work.tickets(DAY)] == ["A1001", "A1002", "A1003"]


def test_a_kill_while_reissuing_leaves_the_old_log_whole(tmp_path: Path, desk: Desk) -> None:
    events = _own(desk, 5)
    before = desk.tables()
    process = start(_KILLED_WHILE_REISSUING, [str(tmp_path / "desk")])
    _, problems = process.communicate()
    assert (process.returncode, problems) == (-9, "")
    assert desk.replica.current_log == events[0].log_id
    assert desk.tail(Place.start(events[0].log_id)) == events
    assert desk.tables() == before
    desk.replica.reissue(events[0].log_id, place_of(events[2]))
    assert len(desk.tail(Place.start(desk.replica.current_log))) == 2


def test_somebody_elses_tail_is_kept_apart_byte_for_byte(desk: Desk) -> None:
    ticket = issued("A2001")
    events = told([ticket, cancelled(ticket.ticket or ""), issued("A2002")])
    give(desk, events)
    for _ in range(2):
        desk.replica.set_aside(events[0].log_id, place_of(events[0]))
    assert desk.rows("SELECT seq, chain, hlc, body FROM set_aside ORDER BY seq") == [
        (e.seq, e.chain, e.hlc, e.body) for e in events[1:]
    ]
    assert desk.replica.kept_apart() == (0, 2)
    with desk.log.reader() as work:
        assert [t.number for t in work.waiting(DAY)] == ["A2001"], "no longer cancelled"
    assert _is_what_the_log_says(desk)
    own = _own(desk, 1)
    with pytest.raises(BugError):
        desk.replica.set_aside(own[0].log_id, Place.start(own[0].log_id))


def test_what_another_history_calls_common_is_not_touched(desk: Desk) -> None:
    events = told([issued(f"A200{n}") for n in range(3)])
    give(desk, events)
    desk.replica.set_aside(events[0].log_id, Place(events[0].log_id, 1, b"x" * 32))
    assert desk.tail(Place.start(events[0].log_id)) == events


def test_a_log_of_which_somebody_holds_more_is_written_no_more(desk: Desk) -> None:
    events = _own(desk, 2)
    old = events[0].log_id
    more = told([issued("A1003")])[0]
    theirs = written([*((e.hlc, e.body) for e in events), (more.hlc, more.body)], old)
    assert desk.replica.append(place_of(events[-1]), theirs[2:]).verdict is Verdict.TAKEN
    assert issue(desk.log) == "A1004"
    assert desk.end(old).seq == 3
    assert desk.replica.own_logs() == {desk.replica.current_log} != {old}
    desk.log.close()
    again = Desk(desk.log.path.parent)
    assert again.log.notices == [], "the watermark knows the new log"
    again.log.close()


def test_a_log_begins_anew_where_the_partner_has_it_from(desk: Desk) -> None:
    events = told([issued(f"A20{n:02d}") for n in range(8)])
    give(desk, events[:2])
    base = place_of(events[4])
    for _ in range(2):
        desk.replica.rebase(base)
        head = desk.replica.heads().of[base.log_id]
        assert (head.base, head.end) == (base, base)
    assert desk.rows("SELECT * FROM ticket") == []
    assert desk.replica.append(base, events[5:]).verdict is Verdict.TAKEN
    assert desk.tail(base) == events[5:]
    assert desk.replica.read([place_of(events[0])], 9).diverged == {base.log_id}
    assert give(desk, events)[0].verdict is Verdict.TAKEN, "what was before cannot be compared"
    assert len(desk.rows("SELECT * FROM ticket")) == 3


def test_two_weeks_are_kept_and_nothing_that_is_not_confirmed(desk: Desk) -> None:
    def pruned_after(days: int) -> int:
        return desk.replica.prune(DAY + timedelta(days=days))

    theirs = told([issued("A2001"), issued("A2002"), issued("A2003", day=DAY + timedelta(days=3))])
    give(desk, theirs)
    own = _own(desk, 3)
    assert pruned_after(14) == 0
    assert pruned_after(15) == 2, "others' only: ours are not confirmed"
    head = desk.replica.heads().of[theirs[0].log_id]
    assert (head.base, head.end) == (place_of(theirs[1]), place_of(theirs[2]))
    assert len(desk.rows("SELECT * FROM ticket")) == 6, "the day is still needed"
    desk.replica.confirm(place_of(own[1]))
    assert pruned_after(15) == 2
    desk.replica.confirm(place_of(own[2]))
    assert pruned_after(15) == 1
    assert pruned_after(15) == 0
    assert desk.rows("SELECT number FROM ticket") == [("A2003",)]
    assert _is_what_the_log_says(desk)
    assert issue(desk.log) == "A1004"
    assert self_check(desk.log, desk.clock.now()).problems == ()
    with desk.log.reader() as work:
        assert work.unsent().count == 1
    assert desk.replica.append(place_of(theirs[2]), []).verdict is Verdict.TAKEN


def test_a_log_pruned_here_and_another_one_there_is_moved_whole(desk: Desk) -> None:
    own = _own(desk, 3)
    desk.replica.confirm(place_of(own[2]))
    later = desk.clock.at = desk.clock.at + timedelta(days=20)
    desk.replica.prune(later.date())
    desk.write(issued("A1009", day=later.date()))
    desk.replica.reissue(own[0].log_id, place_of(own[0]))
    assert own[0].log_id not in desk.replica.heads().of
    assert len(desk.tail(Place.start(desk.replica.current_log))) == 1
    assert _is_what_the_log_says(desk)
