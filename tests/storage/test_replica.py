"""The desk's file as a replica: what it gives, takes and refuses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lobby_app.domain.clock import wall_ms
from lobby_app.domain.event import Draft, EventKind, encode
from lobby_app.domain.replication import ClaimIntent, Place, Verdict
from tests.storage.desk import DAY, issue, issued
from tests.storage.replicas import START_MS, Desk, give, place_of, told, written


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    yield made
    made.log.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "other")
    yield made
    made.log.close()


def test_a_log_read_here_is_taken_there_and_shows_the_same(desk: Desk, other: Desk) -> None:
    for _ in range(5):
        issue(desk.log)
    start = Place.start(desk.replica.current_log)
    events = desk.tail(start)
    assert other.replica.append(start, events).verdict is Verdict.TAKEN
    assert other.tail(start) == events
    assert other.end(start.log_id) == desk.end(start.log_id) == place_of(events[-1])
    assert other.tables() == desk.tables()
    assert other.replica.own_logs() == {other.replica.current_log}


def test_pages_end_where_the_limit_is_and_say_so(desk: Desk) -> None:
    events = told([issued(f"A2{n:03d}") for n in range(7)])
    more = told([issued(f"A3{n:03d}") for n in range(4)])
    give(desk, events)
    give(desk, more)
    starts = [Place.start(events[0].log_id), Place.start(more[0].log_id)]
    page = desk.replica.read(starts, 9)
    assert list(page.events) == [*events, *more[:2]]
    assert not page.is_last
    rest = desk.replica.read([place_of(events[-1]), place_of(more[1])], 2)
    assert list(rest.events) == more[2:]
    assert rest.is_last


def test_what_is_held_is_compared_and_not_written_again(desk: Desk) -> None:
    events = told([issued(f"A2{n:03d}") for n in range(6)])
    give(desk, events[:4])
    changes = desk.log.changes()
    assert give(desk, events[:3])[0].verdict is Verdict.TAKEN
    assert desk.log.changes() == changes, "what is repeated writes nothing"
    overlap = desk.replica.append(place_of(events[1]), events[2:])
    assert overlap.verdict is Verdict.TAKEN
    assert overlap.heads.of[events[0].log_id].end == place_of(events[-1])
    assert desk.log.changes() > changes
    assert desk.tail(Place.start(events[0].log_id)) == events


def test_gap_fork_and_broken_write_nothing(desk: Desk) -> None:
    events = told([issued(f"A2{n:03d}") for n in range(6)])
    give(desk, events[:3])
    fork = written(
        [(e.hlc, e.body) for e in events[:2]] + [(9 << 16, events[2].body)], events[0].log_id
    )
    before = desk.tables()
    append = desk.replica.append
    assert append(place_of(events[4]), events[5:]).verdict is Verdict.GAP
    assert append(Place.start(fork[0].log_id), fork).verdict is Verdict.FORK
    assert append(place_of(fork[2]), []).verdict is Verdict.FORK
    assert append(place_of(events[2]), [events[4]]).verdict is Verdict.BROKEN
    wrong = replace(events[3], body=events[3].body.replace("A2003", "A2004"))
    assert append(place_of(events[2]), [wrong]).verdict is Verdict.BROKEN
    assert append(place_of(events[2]), [replace(wrong, body="\ud800")]).verdict is Verdict.BROKEN
    assert append(place_of(events[2]), [replace(wrong, hlc=2**63)]).verdict is Verdict.BROKEN
    assert desk.tables() == before
    assert desk.tail(Place.start(events[0].log_id)) == events[:3]


def test_who_asks_after_another_history_is_told(desk: Desk) -> None:
    events = told([issued(f"A2{n:03d}") for n in range(3)])
    give(desk, events)
    log_id = events[0].log_id
    read = desk.replica.read
    assert read([Place(log_id, 2, b"x" * 32)], 9).diverged == {log_id}
    assert read([Place(log_id, 7, b"x" * 32)], 9).diverged == {log_id}
    assert read([place_of(events[-1])], 9).diverged == frozenset()
    unknown = told([issued()])
    assert read([Place.start(unknown[0].log_id)], 9).diverged == frozenset()
    assert read([place_of(unknown[0])], 9).diverged == {unknown[0].log_id}


def test_poison_is_kept_passed_on_and_folded_nowhere(desk: Desk, other: Desk) -> None:
    good = encode(issued("A2001"))
    bodies = [good, "not json", good.replace('"rank":0', '"rank":" 0"'), '{"kind":"x"}', good]
    events = written([(START_MS + n << 16, body) for n, body in enumerate(bodies)])
    assert give(desk, events, page=2)[-1].verdict is Verdict.TAKEN
    assert desk.rows("SELECT seq, reason FROM quarantine ORDER BY seq") == [
        (2, "grammar"), (3, "grammar"), (4, "grammar"),
    ]  # fmt: skip
    assert len(desk.rows("SELECT 1 FROM ticket")) == 1
    assert desk.tail(Place.start(events[0].log_id)) == events
    give(other, desk.tail(Place.start(events[0].log_id)))
    assert other.tables() == desk.tables()


def test_the_clock_follows_the_others_but_nobody_who_is_minutes_ahead(desk: Desk) -> None:
    def last() -> int:
        ((hlc,),) = desk.rows("SELECT last_hlc FROM me")
        return hlc

    near, far = START_MS + 200_000, START_MS + 400_000
    give(desk, told([issued("A2001")], at_ms=far))
    assert last() == 0
    give(desk, told([issued("A2002")], at_ms=near))
    assert wall_ms(last()) == near
    desk.write(issued("A1001"))
    own = desk.tail(Place.start(desk.replica.current_log))
    assert own[0].hlc > near << 16
    assert wall_ms(own[0].hlc) == near
    desk.replica.correct_clock(250_000)
    give(desk, told([issued("A2003")], at_ms=far))
    assert wall_ms(last()) == far
    assert desk.replica.heads().now_ms == START_MS + 250_000


def test_own_numbers_that_come_back_are_never_given_again(desk: Desk) -> None:
    numbers = ("A1007", "A1005", "B1002", "A2009", "A11009", "A1xyz")
    give(desk, told([issued(number) for number in numbers]))
    assert desk.rows("SELECT zone, last_number FROM series ORDER BY 1") == [("A", 7), ("B", 2)]
    assert issue(desk.log) == "A1008"


def test_only_own_logs_wait_to_be_sent(desk: Desk) -> None:
    give(desk, told([issued("A2001"), issued("A2002")]))
    for _ in range(3):
        issue(desk.log)
    end = desk.end(desk.replica.current_log)
    first = desk.tail(Place.start(end.log_id))[0]
    for place, count in ((first, 2), (end, 0), (Place(end.log_id, 3, b"other"), 0), (first, 2)):
        desk.replica.confirm(place if isinstance(place, Place) else place_of(place))
        with desk.log.reader() as work:
            assert work.unsent().count == count
    changes = desk.log.changes()
    desk.replica.confirm(place_of(first))
    assert desk.log.changes() == changes, "a confirmation that says nothing new writes nothing"


def test_an_intent_outlives_its_process_and_comes_back_as_it_was(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "desk")
    draft = Draft(
        kind=EventKind.TICKET_CALLED, actor="0017", ticket=issued().ticket, business_day=DAY,
        generation=1, rank=10, queue="cash_counter", priority="care", eligible_at=5, counter=3,
        claim_id=issued().ticket, data={"course": {"calls": 1, "why": "first"}},
    )  # fmt: skip
    intents = [ClaimIntent(name, draft) for name in ("b", "a")]
    for intent in intents:
        with desk.log.unit_of_work() as work:
            work.put_intent(intent)
            work.commit()
        desk.clock.at = desk.clock.at.replace(second=desk.clock.at.second + 1)
    desk.log.close()
    again = Desk(tmp_path / "desk")
    with again.log.unit_of_work() as work:
        assert list(work.intents()) == intents
        work.drop_intent("b")
        work.commit()
        assert list(work.intents()) == intents[1:]
    again.log.close()
