"""Any CSV a bank may bring: names, forms, units and encodings; and what is wrong is named."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.replay.csv_days import read_csv_days
from lobby_app.simulation.model import PRIORITIES
from tests.unit.domain.worlds import POLICY
from tests.unit.services.replay.files import days_in


def classes(days) -> list[str]:
    return [PRIORITIES[place].value for place in days.days[0].visits.priority]


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9:05", 545.0),
        ("09:05:30", 545.5),
        ("2026-11-26T09:05:00+08:00", 545.0),
        ("2026/11/26 9:05", 545.0),
        ("2026-11-26 09:05:15", 545.25),
        ("9:05 AM", 545.0),
        ("12:30:15 a.m.", 30.25),
        ("12:05pm", 725.0),
        ("上午9:05", 545.0),
        ("2026/11/26 下午 3:05:30", 905.5),
        ("2026-11-26 3:05 PM", 905.0),
    ],
)
def test_arrivals_are_read_in_every_form(tmp_path: Path, text: str, minute: float) -> None:
    days = days_in(tmp_path, "arrival,class,minutes", f"{text},ordinary,5")
    assert days.days[0].visits.arrives_at.tolist() == [minute]


@pytest.mark.parametrize(
    ("header", "values", "minutes"),
    [
        ("arrival", ("545", "546"), [545.0, 546.0]),
        ("arrival", ("32700", "32760"), [545.0, 546.0]),
        ("arrival_s", ("0", "60"), [0.0, 1.0]),
        ("arrival (min)", ("2", "2.5"), [2.0, 2.5]),
    ],
)
def test_plain_numbers_are_minutes_or_seconds(tmp_path, header, values, minutes) -> None:
    days = days_in(tmp_path, f"{header},service (min)", *(f"{value},5" for value in values))
    assert days.days[0].visits.arrives_at.tolist() == minutes


@pytest.mark.parametrize(
    ("header", "value", "minutes"),
    [
        ("service_minutes", "4.5", 4.5),
        ("ser_time", "270", 4.5),
        ("duration", "4.5", 4.5),
        ("duration", "0:04:30", 4.5),
        ("duration", "4:30", 4.5),
        ("服务时长（秒）", "27", 0.45),
        ("办理时长", "12", 12.0),
    ],
)
def test_services_are_minutes_or_seconds(tmp_path, header, value, minutes) -> None:
    days = days_in(tmp_path, f"arrival,{header}", f"9:00,{value}")
    assert days.days[0].visits.service_minutes.tolist() == pytest.approx([minutes])


def test_a_decimal_comma_is_no_thousand(tmp_path: Path) -> None:
    days = days_in(tmp_path, "arrival;service_s", '9:00;"1,200"', "9:01;90,6")
    assert days.days[0].visits.service_minutes.tolist() == pytest.approx([20.0, 1.51])


def test_services_may_be_told_by_start_and_end(tmp_path: Path) -> None:
    days = days_in(tmp_path, "arrival,started,finished", "9:00,9:02,9:08:30")
    assert days.days[0].visits.service_minutes.tolist() == [6.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_chinese_file_is_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [
        ("日期", "取号时间", "客户等级", "业务", "服务时长(分钟)"),
        ("2026年11月26日", "9:00", "普通", "取现", "4"),
        ("2026年11月26日", "9:01", "爱心", "取现", "5"),
        ("2026年11月26日", "9:02", "贵宾", "定期存款", "9"),
    ]
    days = days_in(tmp_path, *(delimiter.join(row) for row in rows), encoding=encoding)
    assert [day.name for day in days.days] == ["2026-11-26"]
    assert classes(days) == ["ordinary", "care", "tier"]
    assert days.businesses == ("cash_withdrawal", "term_deposit")
    assert days.queues == ("cash_counter", "service_counter")


def test_a_packed_file_is_read_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "day.csv.gz"
    content = gzip.compress(b"arrival,minutes\n" + b"9:00,5\n" * 50)
    path.write_bytes(content)
    assert read_csv_days(path, POLICY, 1).visitors == 50
    path.write_bytes(content[:-12])
    with pytest.raises(KnownError) as broken:
        read_csv_days(path, POLICY, 1)
    assert broken.value.key == "replay.unreadable"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("P1", "p4", "3"), ["care", "ordinary", "tier"]),
        (("2", "0", "1"), ["tier", "ordinary", "ordinary"]),
        (("2.0", "1.0", "0.0"), ["tier", "ordinary", "ordinary"]),
        (("0", "1", "4"), ["safety", "care", "ordinary"]),
        (("VIP", "Gold", ""), ["tier", "ordinary", "ordinary"]),
        (("Walk-in", "Elder", "booked"), ["ordinary", "care", "appointment"]),
    ],
)
def test_classes_are_read_as_banks_write_them(tmp_path, words, expected) -> None:
    days = days_in(tmp_path, "arrival,tier,minutes", *(f"9:00,{word},5" for word in words))
    assert classes(days) == expected


def test_the_banks_own_words_come_first(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text("arrival,class,minutes\n9:00,Blue,5\n9:01,1,5\n", encoding="utf-8")
    own = {"blue": Priority.CARE, "1": Priority.TIER}
    assert classes(read_csv_days(path, POLICY, 1, own)) == ["care", "tier"]


def test_several_dates_are_several_days_in_order(tmp_path: Path) -> None:
    rows = ("20261127,9:00,5", "2026-11-26,9:30,5", "2026/11/26,9:10,5")
    days = days_in(tmp_path, "date,arrival,minutes", *rows)
    assert [day.name for day in days.days] == ["2026-11-26", "2026-11-27"]
    assert days.days[0].visits.arrives_at.tolist() == [550.0, 570.0]


def test_a_missing_service_is_drawn_by_the_seed(tmp_path: Path) -> None:
    rows = ("arrival,business,minutes", *["9:00,cash_withdrawal,"] * 300)
    first, again, other = (days_in(tmp_path, *rows, seed=seed) for seed in (1, 1, 2))
    minutes = [days.days[0].visits.service_minutes for days in (first, again, other)]
    assert np.array_equal(minutes[0], minutes[1])
    assert not np.array_equal(minutes[0], minutes[2])
    assert minutes[0].mean() == pytest.approx(4.5, rel=0.15)
    assert first.remarks["drawn_services"] == 300


def test_an_absurd_service_is_drawn_anew_and_counted(tmp_path: Path) -> None:
    days = days_in(tmp_path, "arrival,service_min", "9:00,5", "9:01,0", "9:02,600")
    assert days.remarks["faulty_services"] == 2
    assert days.days[0].visits.service_minutes.max() < 180


def test_who_left_knows_his_patience_and_others_have_at_least_their_wait(tmp_path: Path) -> None:
    days = days_in(
        tmp_path,
        "arrival,wait_min,outcome,service_min",
        "9:00,3,abandoned,",
        "9:00,8,abandoned,",
        "9:00,5,served,4",
        "9:00,9,served,4",
        "9:00,0,abandoned,",
    )
    stays = days.days[0].visits.leaves_at - 540
    assert days.remarks["left_out"] == 1
    assert stays[:2].tolist() == [3.0, 8.0]
    # Kaplan and Meier: after five minutes half may leave at eight, and after nine nobody does.
    assert stays[2] in (8.0, np.inf)
    assert stays[3] == np.inf
    assert days.leavers_stay


def test_hanging_up_makes_it_a_telephone_queue(tmp_path: Path) -> None:
    days = days_in(
        tmp_path, "arrival,q_time,outcome,ser_time", "32400,90,HANG,0", "32460,30,AGENT,120"
    )
    assert not days.leavers_stay
    assert days.days[0].visits.leaves_at[0] == pytest.approx(541.5)


BAD = [
    (("arrival,minutes", "9:00,5", "soon,5"), "bad_value", (3, "arrival", "soon")),
    (("arrival,minutes", "25:99,5"), "bad_value", (2, "arrival", "25:99")),
    (("arrival,minutes", "13:05 PM,5"), "bad_value", (2, "arrival", "13:05 PM")),
    (("arrival,minutes", "9:05 tea,5"), "bad_value", (2, "arrival", "9:05 tea")),
    (("arrival,minutes", "9:00,-3"), "bad_value", (2, "minutes", "-3")),
    (("arrival,minutes", "9:00,5", "", "9:05"), "bad_value", (4, "minutes", "")),
    (("arrival,class,minutes", "9:00,purple,5"), "bad_value", (2, "class", "purple")),
    (("date,arrival,minutes", "2026-13-01,9:00,5"), "bad_value", (2, "date", "2026-13-01")),
    (("arrival,minutes,patience", "9:00,5,long"), "bad_value", (2, "patience", "long")),
    (("when,minutes", "9:00,5"), "no_column", None),
    (("arrival,class", "9:00,tier"), "no_column", None),
    (("arrival,minutes",), "empty", None),
    (("",), "empty", None),
]


@pytest.mark.parametrize(("lines", "key", "place"), BAD, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("language", list(Language))
def test_what_is_wrong_is_said_in_one_sentence(tmp_path, lines, key, place, language) -> None:
    with pytest.raises(KnownError) as wrong:
        days_in(tmp_path, *lines)
    assert wrong.value.key == f"replay.{key}"
    if place is not None:
        assert tuple(wrong.value.params[name] for name in ("row", "column", "value")) == place
    sentence = Messages(language).error(wrong.value)
    assert "day.csv" in sentence
    assert "\n" not in sentence


def test_a_business_nobody_knows_is_answered_with_those_of_the_policy(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as wrong:
        days_in(tmp_path, "arrival,business", "9:00,tea")
    assert wrong.value.key == "replay.unknown_business"
    assert (wrong.value.params["row"], wrong.value.params["value"]) == (2, "tea")
    for language, column in ((Language.EN, "service_minutes"), (Language.ZH, "办理分钟")):
        sentence = Messages(language).error(wrong.value)
        assert "day.csv" in sentence
        assert ", ".join(POLICY.businesses) in sentence
        rows = (f"arrival,business,{column}", "9:00,tea,5")
        assert column in sentence
        assert days_in(tmp_path, *rows).businesses == ("tea",)


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as missing:
        read_csv_days(tmp_path / "none.csv", POLICY, 1)
    assert missing.value.key == "replay.unreadable"
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 4)
    with pytest.raises(KnownError) as garbage:
        read_csv_days(tmp_path / "picture.csv", POLICY, 1)
    assert garbage.value.key == "replay.encoding"
