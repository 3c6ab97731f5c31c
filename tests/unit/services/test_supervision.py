"""The supervisor over a real branch: figures from the log alone, actions that say who and why."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest

from lobby_app.domain.alarms import AlarmAction, AlarmKind
from lobby_app.domain.business import Need
from lobby_app.domain.chronicle import tell
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.hours import DayHours
from lobby_app.domain.kpi import abandonment, figures, wanted
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.domain.share import Share
from lobby_app.domain.stories import Moment
from lobby_app.domain.ticket import TicketState
from lobby_app.services import calling, hall, hall_actions, reception, registers, ticketing
from lobby_app.services.advising import advise
from lobby_app.services.expecting import Usual
from lobby_app.services.floor import set_devices
from lobby_app.services.hall_actions import ForcedEnd
from lobby_app.services.staffing import advise_counters
from lobby_app.services.supervision import Supervision
from lobby_app.services.supervision_views import CounterLine, HallView
from lobby_app.services.views import Wishes
from tests.helpers.calling_desk import session_of, tickets_for
from tests.helpers.supervisor import DAY, ZONE, Branch
from tests.unit.services.visits import issued, person

BOSS = session_of("0017")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo branch on files: installed once, copied for every test."""
    folder = tmp_path_factory.mktemp("installed")
    Branch(folder).close()
    return folder


@pytest.fixture
def branch(tmp_path: Path, installed: Path) -> Iterator[Branch]:
    shutil.copytree(installed, tmp_path, dirs_exist_ok=True)
    made = Branch(tmp_path)
    made.stand_at(10, 0)
    yield made
    made.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    """A morning with machines down: read by several tests, changed by none."""
    made = Branch(tmp_path_factory.mktemp("played"), kind="pension")
    made.play_until(10, 0)
    yield made
    made.close()


def _line(view: HallView, counter: int) -> CounterLine:
    return next(line for line in view.counters if line.number == counter)


def _last(branch: Branch, kind: EventKind) -> dict[str, object]:
    with branch.desk.reader() as work:
        event = work.events(DAY, [kind])[-1]
    envelope = parse_body(event.body)
    assert envelope is not None
    return {"actor": envelope.actor, "counter": envelope.counter, **envelope.data}


# --- figures


def test_figures_recomputed_from_the_log_are_those_of_the_dashboard(played: Branch) -> None:
    desk, supervision = played.desk, Supervision(played.desk)
    supervision.hall()
    with desk.reader() as work:
        events = work.events_after(DAY, {})
    moments = [
        Moment(event.hlc, event.log_id, envelope)
        for event in events
        if (envelope := parse_body(event.body)) is not None
    ]
    story = tell(moments, round(desk.now().timestamp() * 1000))
    machines = frozenset(c for c, entry in desk.policy.channels.items() if entry.self_service)
    recomputed = figures(story, machines, lambda at: datetime.fromtimestamp(at / 1000, ZONE).hour)
    assert supervision.figures().figures == recomputed
    assert recomputed.issued > 50
    assert supervision.hall().abandoned == abandonment(wanted(story.tickets))


def test_figures_agree_with_the_projections(played: Branch) -> None:
    """Two roads from the same log: the story of each ticket and the row of each ticket."""
    with played.desk.reader() as work:
        tickets = work.tickets(DAY)
    told = Supervision(played.desk).figures().figures
    states = [ticket.state for ticket in tickets]
    assert told.issued == len(tickets)
    assert told.served == states.count(TicketState.SERVED)
    assert told.waiting == states.count(TicketState.WAITING)
    gone = states.count(TicketState.NO_SHOW) + states.count(TicketState.CANCELLED)
    assert told.abandoned["all"].part == gone


def test_reading_on_gives_what_reading_at_once_gives(tmp_path: Path) -> None:
    branch = Branch(tmp_path)
    early = Supervision(branch.desk)
    for minute in (5, 20, 40):
        branch.play_until(9, minute)
        early.hall()
    late = Supervision(branch.desk)
    assert early.figures() == late.figures()
    assert early.fairness() == late.fairness()
    branch.close()


def test_every_decision_has_its_reason_and_its_runner_up(played: Branch) -> None:
    fairness = Supervision(played.desk).fairness()
    assert len(fairness.decisions) > 30
    times = [decision.called_at for decision in fairness.decisions]
    assert times == sorted(times, reverse=True)
    for decision in fairness.decisions:
        assert decision.why.zh.startswith(decision.number)
        assert decision.why.en.startswith(decision.number)
    assert any(" before " in decision.why.en for decision in fairness.decisions)


def test_who_came_again_within_a_week_is_counted(branch: Branch) -> None:
    """Eight days ago is too long, seven days ago is not; another business is another errand."""
    desk, greeter = branch.desk, session_of("0018")
    branch.later(-8 * 24 * 60)
    issued(desk, greeter, "note_exchange", visit=person(desk, greeter, "elder"))
    branch.later(24 * 60)
    issued(desk, greeter, "transfer", visit=person(desk, greeter, "elder"))
    branch.later(7 * 24 * 60)
    for business in ("note_exchange", "transfer"):
        issued(desk, greeter, business, visit=person(desk, greeter, "elder"))
    issued(desk, greeter, "note_exchange")
    supervision = Supervision(desk)
    assert supervision.figures().figures.repeats == Share(1, 2)
    assert supervision.fairness().figures.repeats == Share(1, 2)
    branch.later(24 * 60)
    issued(desk, greeter, "note_exchange", visit=person(desk, greeter, "elder"))
    assert supervision.figures().figures.repeats == Share(1, 1), "a new day, other days before it"


def test_how_exchanging_goes_is_among_the_figures(branch: Branch) -> None:
    linked = replace(branch.desk, link=lambda: LinkStatus(Link.OFFLINE))
    branch.later(90)
    seen, told = Supervision(linked).hall(), Supervision(linked).figures()
    assert seen.oldest_unsent is not None
    late = (linked.now() - seen.oldest_unsent).total_seconds() / 60
    assert (told.unsent, told.unsynced_minutes) == (seen.unsent, late)
    assert late >= 90
    assert Supervision(branch.desk).figures().unsynced_minutes is None, "alone nothing is late"
    assert told.data_age_hours is not None


# --- the hall


def test_who_serves_whom(branch: Branch) -> None:
    desk, teller = branch.desk, session_of("0201")
    calling.open_counter(desk, teller, 1, ["cash_counter"])
    (number,) = tickets_for(branch.opened, 1)
    calling.call_next(desk, teller, 1)
    supervision = Supervision(desk)
    line = _line(supervision.hall(), 1)
    assert (line.state, line.ticket_number, line.staff) == ("called", number, "0201")
    assert line.since == desk.now()
    calling.start_service(desk, teller, 1)
    branch.later(4)
    assert _line(supervision.hall(), 1).state == "serving"
    calling.finish_current(desk, teller, 1, hall_actions.FinishOutcome.DONE)
    free = _line(supervision.hall(), 1)
    assert (free.state, free.since, free.ticket_number) == ("free", desk.now(), "")
    assert _line(supervision.hall(), 2).state == "closed"


def test_halves_count_tickets_and_scale_a_usual_day_to_today(branch: Branch) -> None:
    tickets_for(branch.opened, 6)
    branch.stand_at(10, 30)
    tickets_for(branch.opened, 3)
    view = Supervision(branch.desk).hall()
    counts = {f"{half.starts_at:%H:%M}": half.arrived for half in view.halves}
    assert (counts["10:00"], counts["10:30"], counts["11:00"]) == (6, 3, None)
    # Usual shares until 10:30 are 9.5 + 9 + 9 of 100: nine tickets make the day of about 33.
    expected = sum(half.expected or 0 for half in view.halves)
    assert expected == pytest.approx(9 / 0.275, rel=0.02)


def test_counters_are_advised_by_the_simulator(branch: Branch) -> None:
    desk = branch.desk
    for counter in (1, 3):
        queue = "cash_counter" if counter == 1 else "service_counter"
        calling.open_counter(desk, session_of(f"020{counter}"), counter, [queue])
    tickets_for(branch.opened, 40)
    supervision = Supervision(desk, advise_counters)
    assert supervision.advise(supervision.hall())
    halves = supervision.hall().halves
    now = next(half for half in halves if f"{half.starts_at:%H:%M}" == "10:00")
    assert now.advised == 3, "forty people wait for one cash counter"
    assert not supervision.advise(supervision.hall()), "the same floor, the same advice"


def test_a_planned_break_is_staffed_for(branch: Branch) -> None:
    calling.open_counter(branch.desk, session_of("0201"), 1, ["cash_counter"])
    tickets_for(branch.opened, 4)
    first, *others = branch.desk.branch.counters
    first = replace(first, breaks=(DayHours(time(10), time(11)),))
    rests = replace(branch.desk, branch=replace(branch.desk.branch, counters=(first, *others)))
    usual = Usual(0, {}, Counter({("cash_counter", "ordinary", "note_exchange"): 30}))
    plain, staffed = (
        {
            f"{half:%H:%M}": counters
            for half, counters in advise_counters(desk, usual, Supervision(desk).hall()).items()
        }
        for desk in (branch.desk, rests)
    )
    assert plain["10:30"] == 1
    assert staffed["10:30"] == 2, "somebody has to be there in the break"
    assert plain["15:00"] == staffed["15:00"]


def test_nothing_is_advised_while_nothing_is_known(branch: Branch) -> None:
    supervision = Supervision(branch.desk, advise_counters)
    supervision.hall()
    assert supervision.advise(supervision.hall()) is False
    assert {half.advised for half in supervision.hall().halves} == {None}


# --- alarms


def _kinds(view: HallView) -> list[AlarmKind]:
    return [alarm.sign.kind for alarm in view.alarms]


def test_machine_down_and_a_queue_raises_the_playbook_and_its_action_ends_it(
    branch: Branch,
) -> None:
    desk = branch.desk
    calling.open_counter(desk, session_of("0201"), 1, ["cash_counter"])
    tickets_for(branch.opened, 12)
    set_devices(desk, "monitor", [("crs-1", ChannelState.DOWN)])
    supervision = Supervision(desk)
    assert AlarmKind.MACHINE_DOWN not in _kinds(supervision.hall())
    branch.later(2.1)
    view = supervision.hall()
    alarm = next(a for a in view.alarms if a.sign.kind is AlarmKind.MACHINE_DOWN)
    assert (alarm.sign.action, alarm.sign.queue) == (AlarmAction.OPEN_COUNTER, "cash_counter")
    assert alarm.sign.counter == 2
    hall_actions.open_counter_for(desk, BOSS, 2, ["cash_counter"], "alarm:machine_down")
    hall_actions.answer_alarm(desk, BOSS, alarm.sign.cause, alarm.sign.action.value)
    answered = next(a for a in supervision.hall().alarms if a.sign.kind is AlarmKind.MACHINE_DOWN)
    assert answered.answered == "0017"
    assert _last(branch, EventKind.ALARM_ANSWERED) == {
        "actor": "0017", "counter": None, "cause": "machine_down:machines",
        "action": "open_counter",
    }  # fmt: skip


def test_a_call_for_help_is_loud_at_once_and_quiet_when_answered(branch: Branch) -> None:
    supervision = Supervision(branch.desk)
    registers.call_supervisor(branch.desk, session_of("0018"), None, "scam_signs")
    (alarm,) = supervision.hall().alarms
    assert (alarm.sign.kind, alarm.is_loud) == (AlarmKind.SCAM, True)
    hall_actions.answer_alarm(branch.desk, BOSS, alarm.sign.cause, "go_there")
    (answered,) = supervision.hall().alarms
    assert (answered.answered, answered.is_loud) == ("0017", False)
    branch.later(1)
    supervision.hall()
    branch.later(3.1)
    assert supervision.hall().alarms == ()


def test_answers_before_the_start_of_the_program_count(branch: Branch) -> None:
    registers.call_supervisor(branch.desk, session_of("0018"), None, "security")
    (alarm,) = Supervision(branch.desk).hall().alarms
    hall_actions.answer_alarm(branch.desk, BOSS, alarm.sign.cause, "go_there")
    assert Supervision(branch.desk).hall().alarms == ()


def test_three_vain_calls_in_a_row_at_one_counter(branch: Branch) -> None:
    desk, teller = branch.desk, session_of("0201")
    calling.open_counter(desk, teller, 1, ["cash_counter"])
    tickets_for(branch.opened, 3)
    supervision = Supervision(desk)
    for _ in range(3):
        assert AlarmKind.NO_SHOWS not in _kinds(supervision.hall())
        calling.call_next(desk, teller, 1)
        calling.no_show_current(desk, teller, 1)
    assert AlarmKind.NO_SHOWS in _kinds(supervision.hall())


def test_a_desk_alone_is_never_late_with_its_records(branch: Branch) -> None:
    tickets_for(branch.opened, 1)
    supervision = Supervision(branch.desk)
    branch.later(90)
    supervision.hall()
    branch.later(5)
    assert AlarmKind.UNSYNCED not in _kinds(supervision.hall())


# --- actions


def test_a_desk_cut_off_is_late_after_an_hour_and_says_what_was_kept_apart(branch: Branch) -> None:
    status = LinkStatus(Link.OFFLINE, branch.desk.now(), set_aside=2)
    supervision = Supervision(replace(branch.desk, link=lambda: status))
    branch.later(70)
    supervision.hall()
    branch.later(3)
    hall = supervision.hall()
    assert {AlarmKind.UNSYNCED, AlarmKind.KEPT_APART} <= set(_kinds(hall))
    assert hall.link is status


def test_a_counter_opened_on_behalf_belongs_to_whoever_sits_down(branch: Branch) -> None:
    desk = branch.desk
    hall_actions.open_counter_for(desk, BOSS, 2, ["cash_counter"], "long_wait")
    line = _line(Supervision(desk).hall(), 2)
    assert (line.state, line.staff) == ("free", "")
    said = _last(branch, EventKind.COUNTER_OPENED)
    assert (said["actor"], said["why"]) == ("0017", "long_wait")
    calling.open_counter(desk, session_of("0202"), 2, ["cash_counter"])
    with pytest.raises(KnownError, match="counter_taken"):
        calling.open_counter(desk, session_of("0203"), 2, ["cash_counter"])


def test_changed_queues_leave_the_teller_at_the_counter(branch: Branch) -> None:
    desk, teller = branch.desk, session_of("0203")
    calling.open_counter(desk, teller, 3, ["service_counter"])
    both = ["service_counter", "cash_counter"]
    hall_actions.open_counter_for(desk, BOSS, 3, both, "long_wait")
    line = _line(Supervision(desk).hall(), 3)
    assert (line.staff, line.queues) == ("0203", tuple(both))
    (number,) = tickets_for(branch.opened, 1)
    assert calling.call_next(desk, teller, 3) == number


@pytest.mark.parametrize("queues", [[], ["cash_recycler"], ["nothing"]])
def test_a_counter_serves_queues_that_exist(branch: Branch, queues: list[str]) -> None:
    with pytest.raises(KnownError, match=r"no_queues|unknown_queue"):
        hall_actions.open_counter_for(branch.desk, BOSS, 2, queues, "other")


def test_closing_needs_an_open_and_empty_counter(branch: Branch) -> None:
    desk, teller = branch.desk, session_of("0201")
    with pytest.raises(KnownError, match="counter_closed"):
        hall_actions.close_counter_for(desk, BOSS, 1, "staffing")
    calling.open_counter(desk, teller, 1, ["cash_counter"])
    tickets_for(branch.opened, 1)
    calling.call_next(desk, teller, 1)
    with pytest.raises(KnownError, match="still_serving"):
        hall_actions.close_counter_for(desk, BOSS, 1, "staffing")
    hall_actions.force_finish(desk, BOSS, 1, ForcedEnd.NO_SHOW, "staffing")
    hall_actions.close_counter_for(desk, BOSS, 1, "staffing")
    assert _line(Supervision(desk).hall(), 1).state == "closed"
    assert _last(branch, EventKind.COUNTER_CLOSED)["why"] == "staffing"


def test_a_reassigned_ticket_is_called_next_at_its_counter_and_keeps_its_time(
    branch: Branch,
) -> None:
    desk, teller = branch.desk, session_of("0202")
    calling.open_counter(desk, teller, 2, ["cash_counter"])
    numbers = tickets_for(branch.opened, 3)
    last = Supervision(desk).hall().waiting[-1]
    branch.later(5)
    hall_actions.reassign(desk, BOSS, last.ticket_id, "cash_counter", 2, "customer_wish")
    moved = next(
        line for line in Supervision(desk).hall().waiting if line.ticket_id == last.ticket_id
    )
    assert (moved.counter, moved.issued_at) == (2, last.issued_at)
    said = _last(branch, EventKind.TICKET_TRANSFERRED)
    assert (said["actor"], said["by"], said["why"]) == ("0017", "supervisor", "customer_wish")
    assert calling.call_next(desk, teller, 2) == numbers[-1]


def test_force_finish_ends_a_service_and_says_who(branch: Branch) -> None:
    desk, teller = branch.desk, session_of("0201")
    calling.open_counter(desk, teller, 1, ["cash_counter"])
    tickets_for(branch.opened, 1)
    with pytest.raises(KnownError, match="nobody_here"):
        hall_actions.force_finish(desk, BOSS, 1, ForcedEnd.DONE, "mistake")
    calling.call_next(desk, teller, 1)
    calling.start_service(desk, teller, 1)
    with pytest.raises(KnownError, match="is_serving"):
        hall_actions.force_finish(desk, BOSS, 1, ForcedEnd.NO_SHOW, "mistake")
    hall_actions.force_finish(desk, BOSS, 1, ForcedEnd.LEFT, "mistake")
    said = _last(branch, EventKind.SERVICE_FINISHED)
    assert (said["actor"], said["outcome"], said["why"]) == ("0017", "left", "mistake")
    assert Supervision(desk).hall().abandoned.part == 1


def test_a_paused_zone_issues_no_ticket_until_it_is_resumed(branch: Branch) -> None:
    desk, greeter = branch.desk, session_of("0018")
    hall.pause_zone(desk, BOSS, "A", "long_wait")
    assert Supervision(desk).hall().paused == ("A",)
    assert _last(branch, EventKind.QUEUE_PAUSED)["why"] == "long_wait"
    visit = reception.anonymous(desk).visit
    advice = advise(desk, visit, Need("note_exchange"), Wishes())
    assert advice.recommendation.queue == "cash_counter"
    with pytest.raises(KnownError) as refused:
        ticketing.issue(desk, greeter, visit, advice, Wishes())
    assert refused.value.key == "ticketing.zone_paused"
    with desk.reader() as work:
        assert not work.tickets(DAY)
        assert not work.events(DAY, [EventKind.VISIT_TRIAGED]), "a refused ticket leaves no visit"
    hall.resume_zone(desk, BOSS, "A", "long_wait")
    issued = ticketing.issue(desk, greeter, visit, advice, Wishes())
    assert issued.slip.number == "A1001", "the refused ticket took no number"


def test_short_cash_is_an_alarm_until_it_has_been_enough_for_a_while(branch: Branch) -> None:
    desk, supervision = branch.desk, Supervision(branch.desk)
    hall.mark_cash(desk, BOSS, is_short=True, why="delivery_late")
    assert supervision.hall().is_cash_short
    assert AlarmKind.CASH_SHORT not in _kinds(supervision.hall())
    branch.later(2.1)
    (alarm,) = supervision.hall().alarms
    assert (alarm.sign.kind, alarm.sign.action) == (AlarmKind.CASH_SHORT, AlarmAction.ORDER_CASH)
    hall_actions.answer_alarm(desk, BOSS, alarm.sign.cause, alarm.sign.action.value)
    assert supervision.hall().alarms[0].answered == "0017"
    hall.mark_cash(desk, BOSS, is_short=False, why="delivered")
    assert not supervision.hall().is_cash_short
    branch.later(2.9)
    assert _kinds(supervision.hall()) == [AlarmKind.CASH_SHORT]
    branch.later(0.2)
    assert _kinds(supervision.hall()) == []


def test_a_device_is_marked_with_who_and_why(branch: Branch) -> None:
    hall_actions.mark_device(branch.desk, BOSS, "crs-1", ChannelState.DOWN, "machine_fault")
    view = Supervision(branch.desk).hall()
    assert {d.device_id for d in view.devices if d.state is ChannelState.DOWN} == {"crs-1"}
    said = _last(branch, EventKind.DEVICE_STATE_SET)
    assert (said["actor"], said["why"]) == ("0017", "machine_fault")
    with pytest.raises(KnownError, match="unknown_device"):
        hall_actions.mark_device(branch.desk, BOSS, "crs-99", ChannelState.DOWN, "other")


def test_a_new_day_begins_with_nothing(branch: Branch) -> None:
    tickets_for(branch.opened, 2)
    supervision = Supervision(branch.desk)
    assert len(supervision.hall().waiting) == 2
    branch.later(24 * 60)
    view = supervision.hall()
    assert (view.waiting, view.abandoned.whole) == ((), 0)
    assert supervision.figures().figures.issued == 0


def test_what_days_like_this_one_were_like_is_expected(branch: Branch) -> None:
    """Eight tickets at ten a week ago: eight are expected at ten today, scaled by today so far."""
    tickets_for(branch.opened, 8)
    branch.later(7 * 24 * 60 - 60)
    view = Supervision(branch.desk).hall()
    expected = {f"{half.starts_at:%H:%M}": half.expected for half in view.halves}
    assert expected["10:00"] == pytest.approx(8.0)
    assert expected["11:00"] == 0.0
