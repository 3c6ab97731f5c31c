"""A played day: the same for the same seed, told by real use cases on a real store."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import Settings
from lobby_app.demo.arrivals import visitors_of
from lobby_app.demo.clock import read_clock, set_clock
from lobby_app.demo.live import first_moment, next_day
from lobby_app.demo.traffic import ScheduleClock, Traffic, seeded_ids
from lobby_app.domain.clock import wall_ms
from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.satisfaction import answer_of

DAY = date(2026, 11, 26)
ANSWERED = EventKind.SATISFACTION_ANSWERED
ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = datetime(2026, 11, 26, 9, 40, tzinfo=ZONE)


def _played(folder: Path, seed: int, until: datetime, kind: str = "normal") -> OpenDesk:
    clock = ScheduleClock(first_moment(DAY, "Asia/Shanghai"))
    opened = open_desk(Settings(data_dir=folder, demo=True), clock)
    new_id, new_token = seeded_ids(seed)
    desk = replace(opened.desk, clock=clock, new_id=new_id, new_ticket_token=new_token)
    Traffic(desk, clock, DAY, kind, seed).play(lambda at: at <= until)
    return opened


def _bodies(opened: OpenDesk) -> list[tuple[int, str]]:
    with opened.desk.reader() as work:
        events = work.events(DAY, [kind.value for kind in EventKind])
    return [(wall_ms(event.hlc), event.body) for event in events]


def test_the_same_seed_writes_the_same_day(tmp_path: Path) -> None:
    first, second = (_played(tmp_path / name, 7, UNTIL) for name in "ab")
    bodies = _bodies(first)
    assert len(bodies) > 60
    assert bodies == _bodies(second)
    for opened in (first, second):
        opened.close()


def test_another_seed_is_another_day(tmp_path: Path) -> None:
    first, second = _played(tmp_path / "a", 7, UNTIL), _played(tmp_path / "b", 8, UNTIL)
    assert _bodies(first) != _bodies(second)
    for opened in (first, second):
        opened.close()


def test_times_of_events_are_those_of_the_played_day(tmp_path: Path) -> None:
    opened = _played(tmp_path, 3, UNTIL)
    moments = [datetime.fromtimestamp(at / 1000, ZONE) for at, _ in _bodies(opened)]
    assert moments == sorted(moments)
    assert first_moment(DAY, "Asia/Shanghai") <= moments[0]
    assert moments[-1] <= UNTIL
    opened.close()


def test_the_recyclers_fail_in_the_afternoon(tmp_path: Path) -> None:
    clock = ScheduleClock(first_moment(DAY, "Asia/Shanghai"))
    opened = open_desk(Settings(data_dir=tmp_path, demo=True), clock)
    desk = replace(opened.desk, clock=clock)
    traffic = Traffic(desk, clock, DAY, "normal", 1)
    traffic._machines("cash_recycler", ChannelState.DOWN)
    with desk.reader() as work:
        reports = work.device_reports(DAY)
    assert {reports[f"crs-{n}"].state for n in (1, 2, 3)} == {ChannelState.DOWN}
    opened.close()


def test_no_ticket_is_called_twice_and_no_counter_serves_two(tmp_path: Path) -> None:
    opened = _played(tmp_path, 5, UNTIL, "pension")
    called = set()
    serving: dict[int, str] = {}
    for _, body in _bodies(opened):
        envelope = parse_body(body)
        assert envelope is not None
        if envelope.kind == EventKind.TICKET_CALLED:
            assert envelope.ticket not in called
            called.add(envelope.ticket)
            assert envelope.counter not in serving
            serving[envelope.counter] = envelope.ticket
        elif envelope.kind in (EventKind.SERVICE_FINISHED, EventKind.TICKET_NO_SHOW):
            serving = {c: t for c, t in serving.items() if t != envelope.ticket}
    assert len(called) > 10
    opened.close()


def test_slips_of_those_who_were_served_are_noted_when_the_box_is_emptied(tmp_path: Path) -> None:
    clock = ScheduleClock(first_moment(DAY, "Asia/Shanghai"))
    opened = open_desk(Settings(data_dir=tmp_path, demo=True), clock)
    traffic = Traffic(replace(opened.desk, clock=clock), clock, DAY, "normal", 1)
    traffic.play(lambda at: at <= UNTIL)
    slips = dict(traffic._box._slips)
    traffic._empty_the_box()
    with opened.desk.reader() as work:
        numbers = {ticket.ticket_id: ticket.number for ticket in work.tickets(DAY)}
    said = [e for _, b in _bodies(opened) if (e := parse_body(b)) and e.kind == ANSWERED]
    assert {numbers[one.data["ticket"]]: answer_of(one.data) for one in said} == slips
    assert slips
    opened.close()


@pytest.mark.parametrize(("kind", "least", "most"), [("normal", 250, 420), ("pension", 310, 520)])
def test_arrivals_follow_the_recipe(kind: str, least: int, most: int) -> None:
    counts = [len(visitors_of(DAY, kind, ZONE, seed)) for seed in range(12)]
    assert least < sum(counts) / len(counts) < most
    visitors = visitors_of(DAY, kind, ZONE, 1)
    assert visitors == sorted(visitors, key=lambda visitor: visitor.at)
    assert visitors[0].at.hour >= 9
    assert visitors[-1].at.hour < 17


def test_lunch_is_planned_on_a_played_day_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, demo=True)
    tried = open_desk(settings)
    assert not any(plan.breaks for plan in tried.desk.branch.counters)
    tried.close()
    set_clock(tmp_path, first_moment(DAY, "Asia/Shanghai"), 1.0)
    played = open_desk(settings)
    cash = [one for one in played.desk.branch.counters if "cash_counter" in one.queues]
    first, second = (plan.breaks[0] for plan in cash)
    assert first.end == second.start, "one after the other"
    alone = [one for one in played.desk.branch.counters if "loan_desk" in one.queues]
    assert alone[0].breaks == (), "nobody would be there"
    played.close()


def test_the_clock_runs_as_fast_as_it_was_told(tmp_path: Path) -> None:
    shown = first_moment(DAY, "Asia/Shanghai")
    clock = set_clock(tmp_path, shown, 60.0)
    assert read_clock(tmp_path, "Asia/Shanghai") == clock
    assert 118 < clock.real_seconds_until(shown.replace(hour=10)) <= 120
    assert clock.now() >= shown
    (tmp_path / "demo-clock.json").write_text("{", encoding="ascii")
    assert read_clock(tmp_path, "Asia/Shanghai") is None


def test_a_day_begun_by_hand_is_not_played_over(tmp_path: Path) -> None:
    opened = open_desk(Settings(data_dir=tmp_path, demo=True))
    with opened.desk.reader() as work:
        last = work.last_event_at()
    assert last is not None
    assert first_moment(next_day(opened.desk), "Asia/Shanghai") > last
    opened.close()
