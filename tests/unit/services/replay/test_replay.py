"""Hand-made days with known answers, and what holds for every day."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.demo.branches import demo_branch
from lobby_app.domain.errors import KnownError
from lobby_app.domain.hours import DayHours
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.replay.csv_days import read_csv_days
from lobby_app.services.replay.days import ReplayDay, ReplayDays
from lobby_app.services.replay.plans import counters_for, read_lines, told
from lobby_app.services.replay.report import report
from lobby_app.services.replay.running import choose_days, run_days
from lobby_app.simulation.model import arrivals, rule_of
from tests.unit.domain.worlds import POLICY
from tests.unit.services.replay.files import busy_month, calls, days_in, figures, replayed

HEAD = "arrival,class,service_min"


def test_three_customers_and_one_counter(tmp_path: Path) -> None:
    days = days_in(tmp_path, HEAD, "9:00,ordinary,10", "9:02,ordinary,5", "9:04,ordinary,5")
    (day,) = replayed(days, "1")
    assert calls(day) == [540.0, 550.0, 555.0]
    shown = figures(days, "1")
    assert shown["waits"]["all"] == {
        "count": 3, "mean": 6.333, "median": 8.0, "p90": 10.4, "p95": 10.7, "longest": 11.0,
    }  # fmt: skip
    assert shown["attainment"]["all"] == 1.0
    assert (shown["served"], shown["abandoned"], shown["open"]) == (3, 0, 0)
    # The second has nobody ahead in the queue and the third one: 0 and 6.67 against 8 and 11.
    assert shown["forecast"]["count"] == 2
    assert shown["forecast"]["naive_mae"] == pytest.approx((8 + 11 - 20 / 3) / 2, abs=1e-3)


def test_two_counters_take_two_at_a_time(tmp_path: Path) -> None:
    days = days_in(tmp_path, HEAD, *["9:00,ordinary,10"] * 4)
    (day,) = replayed(days, "2")
    assert calls(day) == [540.0, 540.0, 550.0, 550.0]


def test_a_tier_customer_overtakes_once_and_is_counted(tmp_path: Path) -> None:
    rows = ("9:00,ordinary,10", "9:04,ordinary,5", "9:05,tier,5")
    days = days_in(tmp_path, HEAD, *rows)
    (day,) = replayed(days, "1")
    # At 9:10: 6/15 for the ordinary ticket, 5/8 for the tier's.
    assert calls(day) == [540.0, 555.0, 550.0]
    shown = figures(days, "1")
    assert shown["overtaking"] == {
        "count": 2, "share": 0.5, "three_times": 0.0, "mean": 0.5, "most": 1,
    }  # fmt: skip
    assert shown["waits"]["priority:tier"]["mean"] == 5.0


def test_impatient_people_are_called_in_vain_and_count_as_abandoned(tmp_path: Path) -> None:
    rows = ("9:00,ordinary,10,60", "9:01,ordinary,5,3", "9:02,ordinary,5,60")
    days = days_in(tmp_path, f"{HEAD},patience_min", *rows)
    (day,) = replayed(days, "1")
    # The call of the second at 9:10 is in vain and takes two minutes.
    assert calls(day) == [540.0, 550.0, 552.0]
    shown = figures(days, "1")
    assert shown["abandonment"]["all"] == pytest.approx(1 / 3, abs=1e-4)
    assert shown["waits"]["all"]["count"] == 2


def test_an_early_booking_waits_from_its_time(tmp_path: Path) -> None:
    days = days_in(tmp_path, f"{HEAD},booked", "9:00,ordinary,10,", "9:01,appointment,5,9:08")
    shown = figures(days, "1")
    assert shown["waits"]["priority:appointment"]["mean"] == 2.0


def test_queues_are_served_by_their_own_counters(tmp_path: Path) -> None:
    rows = ("9:00,ordinary,10,cash_withdrawal", "9:00,ordinary,10,transfer",
            "9:01,ordinary,10,cash_withdrawal")  # fmt: skip
    days = days_in(tmp_path, f"{HEAD},business", *rows)
    (day,) = replayed(days, "cash_counter*1,service_counter*1")
    assert calls(day) == [540.0, 540.0, 550.0]
    assert set(figures(days, "2")["waits"]) >= {"queue:cash_counter", "queue:service_counter"}


def test_opening_hours_of_a_counter_file(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[counters]]\nopen = ["09:00-09:05", "09:30-17:00"]\nspeed = 2\n')
    days = days_in(tmp_path, HEAD, "9:00,ordinary,10", "9:01,ordinary,10")
    (day,) = replayed(days, str(plan))
    assert calls(day) == [540.0, 570.0]
    assert day.outcome.finished_at.tolist() == [560.0, 590.0]


def test_counters_are_those_seen_at_work(tmp_path: Path) -> None:
    rows = ("9:00,5,0,a", "9:01,5,0,b", "9:02,5,3,a")
    days = days_in(tmp_path, "arrival,service_min,wait_min,counter", *rows)
    source = counters_for(days, POLICY, None, None)
    assert source.origin == "replay.counters_seen"
    assert len(source.plan_of(days.days[0]).serves) == 2


def test_the_branch_own_counters_take_their_breaks(tmp_path: Path) -> None:
    rows = (f"9:{minute},cash_counter,5" for minute in (40, 50, 59))
    days = days_in(tmp_path, "arrival,queue,service_min", *rows, "15:00,cash_counter,5")
    lunch = DayHours(time(9, 45), time(10, 30))
    branch = demo_branch()
    first, *others = branch.counters
    # Without the second cash counter and the dedicated one, which would help.
    at_work = [one for one in others if one.shared and "cash_counter" not in one.queues]
    branch = replace(branch, counters=(replace(first, breaks=(lunch,)), *at_work))
    source = counters_for(days, POLICY, None, branch)
    assert source.origin == "replay.counters_branch_breaks"
    for language in Language:
        assert source.text in Messages(language)(source.origin, counters=source.text)
    (day,) = run_days(days.days, source.plan_of, rule_of(POLICY.thresholds))
    assert calls(day) == [580.0, 630.0, 635.0, 900.0]


def test_without_any_word_of_counters_there_are_enough(tmp_path: Path) -> None:
    days = days_in(tmp_path, HEAD, *[f"9:{minute:02d},ordinary,12" for minute in range(0, 60, 4)])
    source = counters_for(days, POLICY, None, None)
    # Fifteen services of twelve minutes in the hour: a load of 3, and its root.
    assert (source.origin, source.text) == ("replay.counters_assumed", "hall*5")


@pytest.mark.parametrize(
    "text", ["", "cash_counter*", "cash_counter**2", "0", "a,,b", "a*501", "+"]
)
def test_counters_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(KnownError) as wrong:
        read_lines(text)
    assert wrong.value.key == "replay.counters_form"


def test_counters_are_written_as_they_are_read() -> None:
    lines = read_lines("cash_counter*2, service_counter+corporate_counter, vip_counter!*1")
    assert read_lines(told(lines)) == lines
    assert [line.shared for line in lines] == [True, True, False]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("[[counters]]\nqueue = ['a']\n", "replay.unknown_key"),
        ("[[counters]]\nopen = ['9-10']\n", "replay.wrong_value"),
        ("[[counters]]\ncount = 0\n", "replay.wrong_value"),
        ("counters = 3\n", "replay.wrong_value"),
        ("", "replay.wrong_value"),
        ("[[", "replay.unreadable"),
    ],
)
def test_a_counter_file_with_a_mistake_is_refused(tmp_path, content, key) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(content)
    with pytest.raises(KnownError) as wrong:
        read_lines(str(path))
    assert wrong.value.key == key


def test_a_queue_that_nobody_serves_is_named(tmp_path: Path) -> None:
    days = days_in(tmp_path, f"{HEAD},queue", "9:00,ordinary,5,gold")
    with pytest.raises(KnownError) as unserved:
        counters_for(days, POLICY, "cash_counter*2", None)
    assert unserved.value.params["queues"] == "gold"


def test_days_are_chosen_by_place_and_by_date(tmp_path: Path) -> None:
    days = read_csv_days(busy_month(tmp_path, days=4, visitors=3), POLICY, 1)
    assert choose_days(days, None) == range(4)
    assert choose_days(days, "2") == range(2)
    assert choose_days(days, "9") == range(4)
    assert choose_days(days, "2-3") == range(1, 3)
    assert choose_days(days, "3-") == range(2, 4)
    assert choose_days(days, "2026-11-02") == range(1, 2)
    assert choose_days(days, "2026-11-02..2026-11-04") == range(1, 4)
    for wrong in ("0", "0-2", "5-", "3-2", "2026-12-01", "first", ".."):
        with pytest.raises(KnownError):
            choose_days(days, wrong)


def test_the_forecast_learns_from_the_days_before_and_beats_the_formula(tmp_path: Path) -> None:
    days = read_csv_days(busy_month(tmp_path), POLICY, 1)
    source = counters_for(days, POLICY, "2", None)
    later = report(replayed(days, "2", "4-"), days.queues)["forecast"]
    assert later["count"] > 300
    assert later["mae"] < 0.9 * later["naive_mae"]
    assert 0.65 < later["coverage_80"] < 0.95
    assert source.origin == "replay.counters_given"


def test_the_same_seed_gives_the_same_figures(tmp_path: Path) -> None:
    days = read_csv_days(busy_month(tmp_path, days=2), POLICY, 1)
    assert figures(days, "2") == figures(days, "2")


visits = st.lists(
    st.tuples(
        st.floats(540, 700),
        st.integers(0, 4),
        st.integers(0, 2),
        st.floats(0.5, 40),
        st.floats(0, 60) | st.just(np.inf),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=80)
@given(visits, st.integers(1, 4), st.booleans())
def test_every_ticket_is_served_abandoned_or_open(rows, counters, leavers_stay) -> None:
    rows = sorted(rows)
    at, priority, queue, service, patience = map(np.array, zip(*rows, strict=True))
    day = arrivals(at, priority, queue, service, leaves_at=at + patience)
    one = ReplayDay("", day, queue)
    days = ReplayDays("", (one,), ("a", "b", "c"), ("x", "y", "z"), {}, leavers_stay)
    source = counters_for(days, POLICY, str(counters), None)
    shown = report(run_days(days.days, source.plan_of, rule_of(POLICY.thresholds)), days.queues)
    assert shown["served"] + shown["abandoned"] + shown["open"] == len(rows)
    assert shown["open"] == 0
    assert shown["waits"]["all"]["count"] == shown["served"]
    by_queue = [one["count"] for name, one in shown["waits"].items() if name.startswith("queue:")]
    assert sum(by_queue) == shown["served"]
