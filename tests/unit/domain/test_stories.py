"""Stories: what became of a ticket, whatever happened on the way, in whatever order it is heard."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.chronicle import Chronicle, tell
from lobby_app.domain.event import RANK_CALLED, RANK_SERVING, RANK_WAITING
from lobby_app.domain.stories import DayStory, Moment, Service, TicketStory
from tests.unit.domain.days import DayLog, ms


def _only(log: DayLog, now: str = "12:00") -> TicketStory:
    (ticket,) = tell(log.moments, ms(now)).tickets
    return ticket


def test_a_plain_service_is_told() -> None:
    log = DayLog()
    log.issued("09:00", "A1001", promised=[5, 10], customer="C-1")
    log.called("09:06", "A1001", 2, "ratio/A1002/0.40/0.10")
    log.started("09:07", "A1001", 2)
    log.finished("09:15", "A1001", 2, "done")
    ticket = _only(log)
    assert (ticket.number, ticket.queue, ticket.promised) == ("A1001", "cash_counter", (5, 10))
    assert (ticket.called, ticket.called_by) == (ms("09:06"), 2)
    assert (ticket.started, ticket.ended) == (ms("09:07"), ms("09:15"))
    assert (ticket.state, ticket.outcome, ticket.why) == ("served", "done", "ratio/A1002/0.40/0.10")
    assert ticket.services == (Service(2, ms("09:07"), ms("09:15")),)


def test_time_aside_is_in_no_service_and_the_start_stays() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1)
    log.started("09:05", "A1001", 1)
    log.parked("09:10", "A1001")
    log.returned("09:20", "A1001", 3)
    log.finished("09:24", "A1001", 3)
    ticket = _only(log)
    assert ticket.started == ms("09:05")
    assert ticket.services == (
        Service(1, ms("09:05"), ms("09:10")),
        Service(3, ms("09:20"), ms("09:24")),
    )


def test_a_transfer_ends_the_stay_and_the_wait_stays_with_the_first_queue() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1)
    log.started("09:05", "A1001", 1)
    log.transferred("09:08", "A1001", "service_counter")
    waits = _only(log)
    assert (waits.state, waits.queue, waits.transfers) == ("waiting", "cash_counter", 1)
    log.called("09:30", "A1001", 4)
    log.started("09:31", "A1001", 4)
    log.finished("09:40", "A1001", 4)
    ticket = _only(log)
    assert (ticket.called, ticket.called_by, ticket.started) == (ms("09:05"), 1, ms("09:05"))
    assert [service.counter for service in ticket.services] == [1, 4]


def test_a_ticket_moved_before_its_call_waits_in_the_new_queue() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.transferred("09:05", "A1001", "service_counter")
    log.called("09:10", "A1001", 4)
    assert _only(log).queue == "service_counter"


def test_a_no_show_that_comes_back_is_served_after_all() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001")
    log.no_show("09:07", "A1001")
    assert _only(log).state == "no_show"
    log.rejoined("09:15", "A1001")
    log.called("09:20", "A1001")
    log.started("09:20", "A1001")
    log.finished("09:25", "A1001")
    ticket = _only(log)
    assert (ticket.state, ticket.called, ticket.started) == ("served", ms("09:05"), ms("09:20"))
    assert ticket.calls == 2


def test_an_undone_call_never_happened() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1)
    log.undone("09:06", "A1001", RANK_WAITING)
    ticket = _only(log)
    assert (ticket.state, ticket.called, ticket.called_by, ticket.calls) == (
        "waiting",
        None,
        None,
        0,
    )


CLAIM, OTHER_CLAIM = (f"1f5e8a4c-0000-4000-8000-00000000000{n}" for n in (1, 2))


def test_what_one_claim_called_is_one_call_whenever_the_other_is_heard() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1, claim=CLAIM)
    log.called("09:06", "A1001", 1, claim=CLAIM)
    log.started("09:06:30", "A1001", 1)
    log.called("09:07", "A1001", 1, claim=CLAIM)
    log.finished("09:15", "A1001", 1)
    ticket = _only(log)
    assert (ticket.calls, ticket.called) == (1, ms("09:05"))
    assert ticket.services == (Service(1, ms("09:06:30"), ms("09:15")),), "it interrupts nothing"


def test_two_claims_and_calls_without_one_are_each_a_call() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1, claim=CLAIM)
    log.called("09:05", "A1001", 2, claim=OTHER_CLAIM)
    log.called("09:06", "A1001", 1)
    log.called("09:07", "A1001", 1)
    assert _only(log).calls == 4


def test_an_undone_call_stays_undone_though_its_claim_is_told_again() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1, claim=CLAIM)
    log.undone("09:06", "A1001", RANK_WAITING)
    log.called("09:07", "A1001", 1, claim=CLAIM)
    assert (_only(log).state, _only(log).calls) == ("waiting", 0)


def test_a_claim_told_before_the_birth_is_still_heard_afterwards() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("08:59", "A1001", 1, claim=CLAIM)
    log.called("09:05", "A1001", 1, claim=CLAIM)
    assert (_only(log).state, _only(log).calls) == ("called", 1)


def test_an_undone_finish_goes_on_serving() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001")
    log.started("09:05", "A1001")
    log.finished("09:10", "A1001", outcome="papers_missing")
    log.undone("09:11", "A1001", RANK_SERVING, 1)
    ticket = _only(log)
    assert (ticket.state, ticket.outcome, ticket.ended) == ("serving", "", None)
    assert ticket.services == (Service(1, ms("09:05")),)


def test_an_undone_start_is_called_again() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001")
    log.started("09:06", "A1001")
    log.undone("09:07", "A1001", RANK_CALLED, 1)
    ticket = _only(log)
    assert (ticket.state, ticket.started, ticket.services) == ("called", None, ())


def test_skips_are_counted_and_the_first_call_stays() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:05", "A1001", 1)
    log.skipped("09:06", "A1001")
    log.called("09:08", "A1001", 2)
    ticket = _only(log)
    assert (ticket.skips, ticket.called, ticket.called_by) == (1, ms("09:05"), 1)


def test_counters_are_open_between_sign_on_and_sign_off() -> None:
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter"])
    log.opened("10:00", 1, ["cash_counter", "service_counter"], for_staff="0201")
    log.closed("11:30", 1)
    log.opened("13:00", 1, ["cash_counter"])
    (counter,) = tell(log.moments, ms("14:00")).counters
    assert counter.open_spans == (
        (ms("09:00"), ms("10:00")),
        (ms("10:00"), ms("11:30")),
        (ms("13:00"), None),
    )
    log.closed("15:00", 1)
    (closed,) = tell(log.moments, ms("15:30")).counters
    assert closed.open_spans[-1] == (ms("13:00"), ms("15:00"))


def test_who_a_counter_was_opened_for_is_its_staff() -> None:
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter"])
    assert tell(log.moments, ms("10:00")).counters[0].staff == "0017"
    log.opened("09:30", 1, ["cash_counter"], for_staff="0201")
    assert tell(log.moments, ms("10:00")).counters[0].staff == "0201"


@pytest.mark.parametrize("promised", [[5], [1, 2, 3], ["5", "6"], [True, False], None])
def test_a_range_of_another_form_is_no_promise(promised: list[int] | None) -> None:
    log = DayLog()
    log.issued("09:00", "A1001", promised=promised)
    assert _only(log).promised is None


def _busy_day() -> list[Moment]:
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter"])
    log.visit("09:00", "v1", "cash_recycler")
    for place in range(8):
        number = f"A{1001 + place}"
        log.issued(f"09:{place:02d}", number)
        log.called(f"09:{10 + 5 * place}", number)
        log.started(f"09:{11 + 5 * place}", number)
        if place % 3 == 0:
            log.parked(f"09:{12 + 5 * place}", number)
            log.returned(f"09:{13 + 5 * place}", number, 1)
        log.finished(f"09:{14 + 5 * place}", number)
    log.closed("10:30", 1)
    return log.moments


def _told(story: DayStory) -> tuple[object, ...]:
    return (
        sorted(story.tickets, key=lambda one: one.number),
        sorted(story.visits, key=lambda one: one.visit),
        list(story.counters),
    )


@given(seed=st.integers(0, 10_000), parts=st.integers(1, 9))
def test_however_the_log_is_heard_the_story_is_the_same(seed: int, parts: int) -> None:
    moments = _busy_day()
    expected = _told(tell(moments, ms("11:00")))
    rng = Random(seed)
    rng.shuffle(moments)
    chronicle = Chronicle()
    for part in range(parts):
        chronicle.hear(moments[part::parts])
        chronicle.day(ms("11:00"))
    assert _told(chronicle.day(ms("11:00"))) == expected
