"""Alarms: what is a sign, what lasts long enough to be an alarm, and what it suggests."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.alarms import (
    CLEAR_AFTER,
    RAISE_AFTER,
    Alarm,
    AlarmAction,
    AlarmBook,
    AlarmKind,
    CallFact,
    CounterFact,
    Hall,
    Latch,
    Level,
    Sign,
    WaitingFact,
    signs,
)
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource

LIMITS = load_policy(resource("policy")).thresholds
OPEN = CounterFact(1, ("cash_counter",), is_open=True)
CLOSED = CounterFact(2, ("cash_counter",), is_open=False)
LONG = Sign(AlarmKind.LONGEST_WAIT, "hall", Level.AMBER, AlarmAction.OPEN_COUNTER)


def _waiting(waited: float, queue: str = "cash_counter", priority: str = "ordinary") -> WaitingFact:
    return WaitingFact("t1", "A1001", queue, priority, waited)


def _only(hall: Hall) -> Sign:
    (sign,) = signs(hall, LIMITS)
    return sign


def test_a_calm_hall_has_no_sign() -> None:
    calm = Hall([_waiting(5)], {"cash_counter": 8.0}, [OPEN, CLOSED], unsynced_minutes=5)
    assert signs(calm, LIMITS) == ()


@pytest.mark.parametrize(
    ("waited", "level"), [(19.9, None), (20, Level.AMBER), (30, Level.AMBER), (30.1, Level.RED)]
)
def test_the_longest_wait_is_amber_from_20_and_red_beyond_30(
    waited: float, level: Level | None
) -> None:
    found = signs(Hall([_waiting(waited)], counters=[OPEN, CLOSED]), LIMITS)
    assert [sign.level for sign in found] == ([level] if level else [])
    if found:
        assert (found[0].action, found[0].counter) == (AlarmAction.OPEN_COUNTER, 2)


@pytest.mark.parametrize(
    ("minutes", "level"), [(20.0, None), (20.1, Level.AMBER), (30.1, Level.RED)]
)
def test_a_queue_that_is_too_long(minutes: float, level: Level | None) -> None:
    found = signs(Hall(queue_minutes={"cash_counter": minutes}, counters=[CLOSED]), LIMITS)
    assert [sign.level for sign in found] == ([level] if level else [])


def test_people_at_a_queue_without_a_counter_are_a_red_sign() -> None:
    hall = Hall([_waiting(1)], {"cash_counter": None, "loan_desk": None}, [CLOSED])
    sign = _only(hall)
    assert (sign.kind, sign.level, sign.queue) == (
        AlarmKind.QUEUE_WAIT, Level.RED, "cash_counter",
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "raised"), [(15.0, False), (15.1, True)])
def test_machine_down_and_a_queue_means_open_a_counter(minutes: float, raised: bool) -> None:
    """The playbook of the scandal: not just another route, a counter (domain 0.7)."""
    hall = Hall(
        queue_minutes={"cash_counter": minutes, "loan_desk": 2.0},
        counters=[OPEN, CLOSED],
        machines_down=["crs-2", "crs-1"],
    )
    found = signs(hall, LIMITS)
    assert bool(found) is raised
    if raised:
        sign = found[0]
        assert (sign.kind, sign.action, sign.counter, sign.queue) == (
            AlarmKind.MACHINE_DOWN, AlarmAction.OPEN_COUNTER, 2, "cash_counter",
        )  # fmt: skip
        assert sign.label == "crs-1, crs-2"


def test_machine_down_without_a_queue_is_no_alarm() -> None:
    assert signs(Hall(queue_minutes={"cash_counter": 3.0}, machines_down=["crs-1"]), LIMITS) == ()


@pytest.mark.parametrize(("waited", "raised"), [(10.0, False), (10.1, True)])
def test_care_is_not_left_waiting_over_ten_minutes(waited: float, raised: bool) -> None:
    found = signs(Hall([_waiting(waited, priority="care")]), LIMITS)
    assert bool(found) is raised
    if raised:
        assert (found[0].action, found[0].ticket) == (AlarmAction.ASSIGN_TICKET, "t1")


@pytest.mark.parametrize(("in_a_row", "raised"), [(2, False), (3, True), (4, True)])
def test_three_no_shows_in_a_row(in_a_row: int, raised: bool) -> None:
    found = signs(Hall(counters=[replace(OPEN, no_shows=in_a_row)]), LIMITS)
    assert [sign.kind for sign in found] == ([AlarmKind.NO_SHOWS] if raised else [])


def test_an_idle_counter_is_asked_to_help_a_long_queue_it_does_not_serve() -> None:
    idle = CounterFact(4, ("loan_desk",), is_open=True, idle_minutes=6)
    hall = Hall([_waiting(5)], {"cash_counter": 25.0}, [OPEN, idle])
    kinds = {sign.kind: sign for sign in signs(hall, LIMITS)}
    sign = kinds[AlarmKind.IDLE_COUNTER]
    assert (sign.action, sign.counter, sign.queue) == (AlarmAction.ADD_QUEUE, 4, "cash_counter")
    busy = replace(idle, idle_minutes=None)
    fresh = replace(idle, idle_minutes=1)
    own = replace(idle, queues=("cash_counter",))
    for other in (busy, fresh, own):
        found = signs(replace(hall, counters=[OPEN, other]), LIMITS)
        assert AlarmKind.IDLE_COUNTER not in {sign.kind for sign in found}
    nobody = signs(replace(hall, waiting=()), LIMITS)
    assert AlarmKind.IDLE_COUNTER not in {sign.kind for sign in nobody}


def test_many_idle_counters_are_one_alarm_about_the_one_free_longest() -> None:
    idle = [
        CounterFact(number, ("loan_desk",), is_open=True, idle_minutes=minutes)
        for number, minutes in ((3, 4.0), (4, 9.0), (5, 6.0))
    ]
    hall = Hall([_waiting(5)], {"cash_counter": 25.0}, [OPEN, *idle])
    found = [sign for sign in signs(hall, LIMITS) if sign.kind is AlarmKind.IDLE_COUNTER]
    assert [(sign.subject, sign.counter, sign.value) for sign in found] == [("cash_counter", 4, 9)]


def test_without_a_counter_to_open_or_to_ask_the_hall_is_told() -> None:
    sign = _only(Hall([_waiting(25)], counters=[OPEN]))
    assert sign.action is AlarmAction.BROADCAST


@pytest.mark.parametrize(("minutes", "raised"), [(2.9, False), (3, True), (30, True), (31, False)])
def test_an_arrival_nobody_answered_for_three_minutes(minutes: float, raised: bool) -> None:
    found = signs(Hall(arrivals=[CallFact("v1", "wealth_room", minutes)]), LIMITS)
    assert [sign.kind for sign in found] == ([AlarmKind.ARRIVAL] if raised else [])


@pytest.mark.parametrize(
    ("reason", "loud"),
    [("scam_signs", True), ("medical", True), ("security", True), ("supervisor", False)],
)
def test_calls_for_help_ring_at_once_where_somebody_is_in_danger(reason: str, loud: bool) -> None:
    book = AlarmBook()
    book.look(signs(Hall(help_calls=[CallFact("v1", reason, 0.1)]), LIMITS), 100.0)
    (alarm,) = book.alarms()
    assert alarm.level is Level.RED
    assert alarm.is_loud is loud


@pytest.mark.parametrize(("minutes", "raised"), [(60, False), (60.1, True), (None, False)])
def test_records_that_do_not_go_out_for_an_hour(minutes: float | None, raised: bool) -> None:
    found = signs(Hall(unsynced_minutes=minutes), LIMITS)
    assert [sign.kind for sign in found] == ([AlarmKind.UNSYNCED] if raised else [])


def test_records_that_were_kept_apart_are_for_operations() -> None:
    (sign,) = signs(Hall(kept_apart=2), LIMITS)
    assert (sign.kind, sign.action) == (AlarmKind.KEPT_APART, AlarmAction.TELL_OPERATIONS)
    assert sign.value == 2
    assert signs(Hall(kept_apart=0), LIMITS) == ()


def test_a_printer_without_paper() -> None:
    assert _only(Hall(printers_out=["0017"])).action is AlarmAction.REFILL_PAPER


def test_short_cash_asks_for_more() -> None:
    sign = _only(Hall(is_cash_short=True))
    assert (sign.kind, sign.level) == (AlarmKind.CASH_SHORT, Level.AMBER)
    assert sign.action is AlarmAction.ORDER_CASH


# --- hysteresis


def _book(*looks: tuple[float, tuple[Sign, ...]]) -> AlarmBook:
    book = AlarmBook()
    for now, found in looks:
        book.look(found, now)
    return book


def test_raised_after_two_minutes_cleared_after_three_without() -> None:
    book = _book((0, (LONG,)), (1.9, (LONG,)))
    assert book.alarms() == ()
    book.look((LONG,), 2.0)
    assert [alarm.sign for alarm in book.alarms()] == [LONG]
    assert book.alarms()[0].since == 2.0
    book.look((), 10.0)
    book.look((), 12.9)
    assert book.alarms()
    book.look((), 13.0)
    assert book.alarms() == ()


def test_a_moment_without_the_cause_neither_clears_nor_counts() -> None:
    book = _book((0, (LONG,)), (1.5, ()), (2.0, (LONG,)), (3.9, (LONG,)))
    assert book.alarms() == ()
    book.look((LONG,), 4.0)
    assert book.alarms()
    book.look((), 5.0)
    book.look((LONG,), 7.5)
    book.look((), 8.0)
    book.look((), 10.9)
    assert book.alarms()


def test_red_needs_its_own_two_minutes() -> None:
    red = replace(LONG, level=Level.RED)
    book = _book((0, (LONG,)), (2, (LONG,)), (3, (red,)))
    assert book.alarms()[0].level is Level.AMBER
    book.look((red,), 5)
    assert book.alarms()[0].level is Level.RED


def test_an_answered_alarm_is_quiet_until_it_gets_worse() -> None:
    book = _book((0, (LONG,)), (2, (LONG,)))
    book.answer(LONG.cause, "0017")
    assert book.alarms()[0].answered == "0017"
    red = replace(LONG, level=Level.RED)
    book.look((red,), 3)
    book.look((red,), 5)
    assert (book.alarms()[0].answered, book.alarms()[0].level) == ("", Level.RED)
    book.answer(LONG.cause, "0018")
    assert book.alarms()[0].answered == "0018"


def test_an_answer_to_what_is_no_alarm_is_nothing() -> None:
    book = _book((0, (LONG,)))
    book.answer(LONG.cause, "0017")
    book.answer("unknown:x", "0017")
    book.look((LONG,), 2)
    assert [alarm.answered for alarm in book.alarms()] == [""]


def test_unanswered_first_then_red_then_the_more_urgent_kind() -> None:
    care = replace(LONG, kind=AlarmKind.CARE_WAITING, level=Level.RED)
    queue = replace(LONG, kind=AlarmKind.QUEUE_WAIT, subject="cash_counter")
    found = (queue, LONG, care)
    book = _book((0, found), (2, found))
    assert [alarm.sign for alarm in book.alarms()] == [care, LONG, queue]
    book.answer(care.cause, "0017")
    assert [alarm.sign for alarm in book.alarms()] == [LONG, queue, care]


looks = st.lists(st.tuples(st.floats(0.05, 4), st.booleans()), max_size=40)


@given(looks)
def test_a_latch_turns_only_after_the_opposite_has_lasted(steps: list[tuple[float, bool]]) -> None:
    latch, now, opposite_since = Latch(), 0.0, None
    for gap, is_true in steps:
        now += gap
        before = latch.is_on
        if is_true == before:
            opposite_since = None
        elif opposite_since is None:
            opposite_since = now
        latch = latch.step(is_true, now, RAISE_AFTER)
        wanted = CLEAR_AFTER if before else RAISE_AFTER
        lasted = opposite_since is not None and now - opposite_since >= wanted
        assert latch.is_on is (before ^ lasted)
        if lasted:
            opposite_since = None


KINDS = st.sampled_from([AlarmKind.LONGEST_WAIT, AlarmKind.SCAM, AlarmKind.UNSYNCED])
found_signs = st.lists(
    st.builds(
        Sign, KINDS, st.sampled_from("ab"), st.sampled_from(Level), st.sampled_from(AlarmAction)
    ),
    max_size=6,
)


@given(st.lists(st.tuples(st.floats(0.1, 5), found_signs), max_size=25))
def test_one_alarm_a_cause_and_none_without_a_sign(
    steps: list[tuple[float, list[Sign]]],
) -> None:
    book, now = AlarmBook(), 0.0
    seen: dict[str, float] = {}
    for gap, found in steps:
        now += gap
        book.look(found, now)
        seen |= {sign.cause: now for sign in found}
        alarms: tuple[Alarm, ...] = book.alarms()
        causes = [alarm.sign.cause for alarm in alarms]
        assert len(causes) == len(set(causes))
        assert set(causes) <= set(seen)
        assert {sign.cause for sign in found if sign.kind is AlarmKind.SCAM} <= set(causes)


@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.sampled_from(["care", "tier", "ordinary"])), max_size=8
    ),
    st.dictionaries(
        st.sampled_from(["cash_counter", "loan_desk"]), st.none() | st.floats(0, 60), max_size=2
    ),
    st.lists(st.sampled_from(["crs-1", "crs-2"]), max_size=2),
)
def test_every_sign_names_one_action_that_can_be_done(
    waits: list[tuple[float, str]], queues: dict[str, float | None], down: list[str]
) -> None:
    idle = CounterFact(3, ("loan_desk",), is_open=True, idle_minutes=9)
    hall = Hall(
        [replace(_waiting(waited, priority=priority), ticket_id=str(place))
         for place, (waited, priority) in enumerate(waits)],
        queues, [OPEN, CLOSED, idle], down,
    )  # fmt: skip
    found = signs(hall, LIMITS)
    assert len({sign.cause for sign in found}) == len(found)
    for sign in found:
        if sign.action in (AlarmAction.OPEN_COUNTER, AlarmAction.ADD_QUEUE):
            assert sign.counter in (2, 3)
            assert sign.queue in ("cash_counter", "loan_desk")
