"""The day's figures against days worked out by hand (domain 4.1)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.chronicle import tell
from lobby_app.domain.kpi import (
    DayFigures,
    PromiseError,
    figures,
    no_shows_in_a_row,
    quantile,
    times_overtaken,
)
from lobby_app.domain.kpi_levels import LIMITS, level_of, service_level
from lobby_app.domain.share import Share
from lobby_app.domain.stories import TicketStory
from tests.unit.domain.days import DayLog, hour_of, ms

MACHINES = frozenset({"cash_recycler", "smart_teller", "mobile_bank"})


def _figures(log: DayLog, now: str = "17:00") -> DayFigures:
    return figures(tell(log.moments, ms(now)), MACHINES, hour_of)


def test_waits_of_a_morning() -> None:
    """Four served: waits 4, 6, 10, 20 min; mean 10, median 8, p90 17 (10 + 0.7 x 10)."""
    log = DayLog()
    log.served("A1001", "09:00", "09:04", "09:10")
    log.served("A1002", "09:01", "09:07", "09:12")
    log.served("A1003", "10:00", "10:10", "10:20")
    log.served("A1004", "10:00", "10:20", "10:30")
    log.issued("10:30", "A1005")
    told = _figures(log, "10:45")
    waits = told.waits["all"]
    assert (waits.count, waits.mean, waits.median, waits.longest) == (4, 10.0, 8.0, 20.0)
    assert waits.p90 == pytest.approx(17.0)
    # 15 minutes are promised to ordinary tickets: three of four.
    assert waits.in_promise == 0.75
    assert told.waits["hour:09"].mean == 5.0
    assert told.waits["hour:10"].mean == 15.0
    assert (told.issued, told.served, told.waiting, told.longest_now) == (5, 4, 1, 15.0)


@pytest.mark.parametrize(
    ("priority", "kept", "missed"),
    [("care", "09:05", "09:06"), ("tier", "09:08", "09:09"), ("ordinary", "09:15", "09:16")],
)
def test_the_promise_of_each_class_ends_on_its_minute(
    priority: str, kept: str, missed: str
) -> None:
    log = DayLog()
    log.served("A1001", "09:00", kept, "09:30", priority=priority)
    log.served("A1002", "09:00", missed, "09:30", priority=priority, counter=2)
    assert _figures(log).waits[f"priority:{priority}"].in_promise == 0.5


def test_a_booking_is_promised_from_its_time_not_from_an_early_arrival() -> None:
    """Arrived 09:50 for 10:00 (offset -10): 10:04 is 4 minutes of 5, 10:06 is 6."""
    log = DayLog()
    booked = {"priority": "appointment", "queue": "wealth_room", "offset": -10}
    log.served("D1001", "09:50", "10:04", "10:30", **booked)
    log.served("D1002", "09:50", "10:06", "10:30", counter=2, **booked)
    waits = _figures(log).waits["priority:appointment"]
    assert waits.in_promise == 0.5
    assert waits.mean == 15.0


def test_abandonment_is_no_shows_and_leavers_of_wanted_tickets() -> None:
    """Ten issued by hand; one mistake and one duplicate do not count: 3 of 8 went away."""
    log = DayLog()
    for place in range(5):
        log.served(f"A{1001 + place}", "09:00", "09:05", "09:10", counter=place + 1)
    log.issued("09:00", "A1006")
    log.called("09:20", "A1006")
    log.no_show("09:22", "A1006")
    log.issued("09:00", "A1007")
    log.cancelled("09:20", "A1007", "left")
    log.issued("09:00", "A1008")
    log.called("09:20", "A1008")
    log.started("09:20", "A1008")
    log.finished("09:20", "A1008", outcome="left")
    log.issued("09:00", "A1009")
    log.cancelled("09:01", "A1009", "mistake")
    log.issued("09:00", "A1010")
    log.cancelled("09:01", "A1010", "duplicate")
    told = _figures(log)
    assert told.abandoned["all"] == Share(3, 8)
    assert (told.issued, told.served) == (8, 5)


def test_service_time_leaves_time_aside_out() -> None:
    """Ten minutes at the counter, fifteen aside, five at the counter: 15, not 30."""
    log = DayLog()
    log.issued("09:00", "B1001", queue="service_counter", business="card_opening")
    log.called("09:00", "B1001")
    log.started("09:00", "B1001")
    log.parked("09:10", "B1001")
    log.returned("09:25", "B1001", 1)
    log.finished("09:30", "B1001")
    assert _figures(log).service == {"card_opening": (15.0, 1)}


def test_utilisation_is_serving_by_open_time() -> None:
    """Open 09:00-11:00 and 13:00-15:00, serving 3 x 30 min of 240: 0.375; counter 2 none of 60."""
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter"])
    log.closed("11:00", 1)
    log.opened("13:00", 1, ["cash_counter"])
    log.closed("15:00", 1)
    log.opened("14:00", 2, ["cash_counter"])
    for number, begin, end in (
        ("A1001", "09:00", "09:30"),
        ("A1002", "10:00", "10:30"),
        ("A1003", "13:00", "13:30"),
    ):
        log.served(number, begin, begin, end)
    assert _figures(log, "15:00").utilisation == {1: 0.375, 2: 0.0}


def test_too_busy_is_the_last_half_hour_not_the_day() -> None:
    """At 12:00: counter 1 served 28 of the last 30 minutes, 38 of 180; 2 has opened just now."""
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter"])
    log.opened("11:50", 2, ["loan_desk"])
    log.served("A1001", "09:00", "09:00", "09:05")
    log.served("A1002", "11:20", "11:25", "11:40")
    log.served("A1003", "11:40", "11:42", "12:00")
    told = _figures(log, "12:00")
    assert told.busy_lately == {("cash_counter",): pytest.approx(28 / 30)}
    assert told.type_utilisation["cash_counter",] == pytest.approx(38 / 180)
    lately, day = told.busy_lately["cash_counter",], told.type_utilisation["cash_counter",]
    assert level_of("busy_lately", lately) == "red"
    assert level_of("utilisation", day) == "ok"
    assert level_of("utilisation", 0.95) == "amber"


def test_counters_of_one_kind_are_summed() -> None:
    """Cash: 30 of 60 and 0 of 180 minutes, whatever order their queues have: 0.125; loans: none."""
    log = DayLog()
    log.opened("09:00", 1, ["cash_counter", "service_counter"])
    log.closed("10:00", 1)
    log.opened("09:00", 2, ["service_counter", "cash_counter"])
    log.opened("11:00", 7, ["loan_desk"])
    log.served("A1001", "09:10", "09:20", "09:50")
    assert _figures(log, "12:00").type_utilisation == {
        ("cash_counter", "service_counter"): 0.125,
        ("loan_desk",): 0.0,
    }


def test_printed_ranges_against_the_calls() -> None:
    """Waits 8 (in 5-10), 12 (above 5-10), 2 (below 5-10): errors 0.5, 4.5, -5.5."""
    log = DayLog()
    for number, called in (("A1001", "09:08"), ("A1002", "09:12"), ("A1003", "09:02")):
        log.issued("09:00", number, promised=[5, 10])
        log.called(called, number)
    log.issued("09:00", "A1004")
    log.called("09:30", "A1004")
    promise = _figures(log).promise
    assert promise == PromiseError(
        3, pytest.approx(3.5), pytest.approx(-1 / 6), pytest.approx(1 / 3), pytest.approx(2 / 3)
    )


def test_overtaking_counts_later_tier_tickets_of_the_same_queue_called_before() -> None:
    """A1001 is overtaken by two of three tier tickets, A1002 by none; another queue is none."""
    log = DayLog()
    log.issued("09:00", "A1001")
    log.issued("09:00:30", "A1002")
    log.issued("08:50", "A1003", priority="tier")
    log.issued("09:01", "A1004", priority="tier")
    log.issued("09:02", "A1005", priority="tier")
    log.issued("09:03", "E1006", priority="tier", queue="vip_counter")
    log.issued("09:04", "A1007", priority="care")
    log.called("09:05", "A1002")
    for clock, number in (
        ("09:06", "A1003"), ("09:07", "A1004"), ("09:08", "A1005"), ("09:09", "E1006"),
        ("09:10", "A1007"), ("09:11", "A1001"),
    ):  # fmt: skip
        log.called(clock, number)
    over = _figures(log).overtaking
    assert (over.share, over.most) == (Share(1, 2), 2)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.integers(0, 20) | st.none(),
            st.sampled_from(["tier", "ordinary", "care"]),
            st.sampled_from(["a", "b"]),
        ),
        max_size=14,
    )
)
def test_overtaking_is_what_the_definition_says(
    rows: list[tuple[int, int | None, str, str]],
) -> None:
    tickets = [
        TicketStory(str(place), str(place), queue, priority, "", issued, None, None, None,
                    called=None if after is None else issued + after)
        for place, (issued, after, priority, queue) in enumerate(rows)
    ]  # fmt: skip
    for ticket, count in times_overtaken(tickets):
        if ticket.priority == "tier":
            continue
        assert count == sum(
            other.priority == "tier"
            and other.queue == ticket.queue
            and other.issued > ticket.issued
            and other.called is not None
            and ticket.called is not None
            and other.called < ticket.called
            for other in tickets
        )


def test_diversion_counts_only_visits_that_may_count() -> None:
    """Of four that count two went to a machine; one of them came back within half an hour."""
    log = DayLog()
    log.visit("09:00", "v1", "cash_recycler", customer="C-1")
    log.visit("09:00", "v2", "smart_teller", customer="C-2")
    log.visit("09:00", "v3", "cash_counter")
    log.visit("09:00", "v4", "service_counter")
    log.visit("09:00", "v5", "cash_recycler", counts=False)
    log.issued("09:29", "A1001", customer="C-1")
    log.issued("09:31", "A1002", customer="C-2")
    told = _figures(log).diversion
    assert (told.share, told.success) == (Share(2, 4), Share(1, 2))


def test_an_elder_moves_no_diversion_figure() -> None:
    def told(channel: str) -> object:
        log = DayLog()
        log.visit("09:00", "v1", "cash_recycler", customer="C-1")
        log.visit("09:00", "v2", "cash_counter")
        log.visit("09:05", "elder", channel, counts=False, rules=("R43",), customer="C-9")
        log.issued("09:06", "A1001", customer="C-9")
        return _figures(log).diversion

    assert told("cash_recycler") == told("mobile_bank") == told("cash_counter")


def test_repeats_are_visits_of_known_customers_for_the_same_business() -> None:
    """Of five known visits three are repeats: one since yesterday, one since this morning twice."""
    log = DayLog()
    log.visit("09:00", "v1", "cash_counter", customer="C-1")
    log.visit("09:10", "v2", "cash_counter", customer="C-2")
    log.visit("10:00", "v3", "cash_recycler", customer="C-2")
    log.visit("11:00", "v4", "cash_counter", customer="C-2")
    log.visit("12:00", "v5", "cash_counter", customer="C-1", business="transfer")
    log.visit("12:10", "v6", "cash_counter")
    log.visit("12:20", "v7", "cash_counter")
    earlier = frozenset({("C-1", "cash_withdrawal"), ("C-3", "transfer")})
    log.moments.reverse()
    story = tell(log.moments, ms("17:00"))
    assert figures(story, MACHINES, hour_of, earlier).repeats == Share(3, 5)
    assert figures(story, MACHINES, hour_of).repeats == Share(2, 5)


@pytest.mark.parametrize(
    ("rule", "channel", "reason", "refused"),
    [
        ("R20", "cash_recycler", None, 1),
        ("R21", "smart_teller", "machine_fault", 1),
        ("R22", "cash_recycler", "customer_wish", 0),
        ("R21", "cash_counter", None, 0),
        ("R43", "cash_recycler", None, 0),
    ],
)
def test_a_person_that_was_due_and_not_given(
    rule: str, channel: str, reason: str | None, refused: int
) -> None:
    log = DayLog()
    log.visit("09:00", "v1", channel, counts=False, rules=(rule,))
    if reason is not None:
        log.put(
            "09:00", "recommendation_overridden",
            data={"visit": "v1", "to": channel, "reason": reason},
        )  # fmt: skip
    assert _figures(log).elders_refused == refused


def test_papers_skips_transfers_complaints_and_help_are_counted() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    log.called("09:01", "A1001")
    log.started("09:01", "A1001")
    log.finished("09:05", "A1001", outcome="papers_missing")
    log.issued("09:00", "A1002")
    log.called("09:01", "A1002", 2)
    log.skipped("09:02", "A1002")
    log.transferred("09:03", "A1002", "service_counter")
    log.put("09:10", "complaint_registered", data={"number": "C1-1125-001"})
    log.put("09:11", "elder_assisted", data={"kind": "taught"})
    told = _figures(log)
    assert told.document_failure == Share(1, 2)
    counts = (told.skips, told.transfers, told.complaints, told.assistances)
    assert counts == (1, 1, 1, 1)


def test_nothing_is_no_figure() -> None:
    told = _figures(DayLog())
    assert (told.waits, told.promise, told.longest_now) == ({}, None, None)
    assert told.document_failure.value is None
    assert told.diversion.share.value is None


def test_no_shows_in_a_row_end_with_whoever_came() -> None:
    log = DayLog()
    log.served("A1001", "09:00", "09:05", "09:10", counter=1)
    for place, number in enumerate(("A1002", "A1003", "A1004")):
        log.issued("09:00", number)
        log.called(f"09:1{place + 1}", number, 1)
        log.no_show(f"09:1{place + 2}", number)
    log.served("A1005", "09:00", "09:20", "09:25", counter=2)
    tickets = tell(log.moments, ms("10:00")).tickets
    assert no_shows_in_a_row(tickets) == {1: 3, 2: 0}
    log.issued("09:30", "A1006")
    log.called("09:31", "A1006", 1)
    log.started("09:31", "A1006", 1)
    assert no_shows_in_a_row(tell(log.moments, ms("10:00")).tickets)[1] == 0


@given(
    st.lists(st.floats(0, 1e4), min_size=1, max_size=30).map(sorted),
    st.floats(0, 1),
)
def test_a_quantile_lies_between_its_values(ordered: list[float], share: float) -> None:
    value = quantile(ordered, share)
    assert ordered[0] <= value <= ordered[-1] or value == pytest.approx(ordered[0])


@pytest.mark.parametrize(
    ("figure", "value", "level"),
    [
        ("p90", 15.0, "ok"), ("p90", 20.0, "amber"), ("p90", 20.1, "red"),
        ("in_promise", 0.9, "ok"), ("in_promise", 0.8, "amber"), ("in_promise", 0.79, "red"),
        ("abandonment", 0.05, "ok"), ("abandonment", 0.1, "amber"), ("abandonment", 0.11, "red"),
        ("elders_refused", 0, "ok"), ("elders_refused", 1, "red"),
        ("most_overtaken", 2, "ok"), ("most_overtaken", 3, "red"),
        ("repeats", 0.03, "ok"), ("repeats", 0.031, "red"),
        ("oldest_unsent", 5, "ok"), ("oldest_unsent", 60, "amber"), ("oldest_unsent", 61, "red"),
        ("diversion", 0.1, ""), ("p90", None, ""),
    ],
)  # fmt: skip
def test_levels_turn_where_domain_4_1_says(figure: str, value: float | None, level: str) -> None:
    assert level_of(figure, value) == level


@pytest.mark.parametrize(
    ("minutes", "planned", "level"),
    [(10.0, 5.0, ""), (10.1, 5.0, "amber"), (50.0, None, "")],
)
def test_a_service_is_marked_above_twice_its_plan(
    minutes: float, planned: float | None, level: str
) -> None:
    assert service_level(minutes, planned) == level


def test_diversion_has_no_level_whatever_its_value() -> None:
    assert "diversion" not in LIMITS


Pick = Callable[[DayFigures], object]


@pytest.mark.parametrize("pick", [lambda f: f.waits, lambda f: f.abandoned, lambda f: f.service])
def test_the_order_in_which_events_are_heard_changes_no_figure(pick: Pick) -> None:
    log = DayLog()
    log.served("A1001", "09:00", "09:04", "09:10")
    log.served("A1002", "09:01", "09:17", "09:22")
    forward = pick(_figures(log))
    log.moments.reverse()
    assert pick(_figures(log)) == forward
