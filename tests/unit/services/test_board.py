"""What the wall may show: rows, zones, messages; and nothing about anybody."""

import json
from dataclasses import asdict, fields, replace
from datetime import timedelta

import pytest

from lobby_app.assembly import OpenDesk
from lobby_app.domain.business import Priority
from lobby_app.domain.customer import Tier
from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.domain.text import Text
from lobby_app.domain.ticket_steps import ParkKind
from lobby_app.services import calling, hall
from lobby_app.services.board import board
from lobby_app.services.views import BoardCall, BoardView, BoardZone
from tests.helpers.calling_desk import session_of, tickets_for

TELLER = session_of("0017")


def _open(opened: OpenDesk, counter: int, *queues: str) -> None:
    calling.open_counter(opened.desk, TELLER, counter, queues or ["cash_counter"])


def _numbers(opened: OpenDesk) -> list[tuple[str, int]]:
    return [(call.number, call.counter) for call in board(opened.desk).calls]


def test_calls_stand_newest_first_and_those_that_are_over_say_so(opened: OpenDesk) -> None:
    tickets_for(opened, 8)
    _open(opened, 3)
    for _ in range(8):
        calling.call_next(opened.desk, TELLER, 3)
    assert _numbers(opened) == [(f"A100{n}", 3) for n in (8, 7, 6, 5, 4, 3, 2, 1)]
    assert [call.is_over for call in board(opened.desk).calls] == [False, *[True] * 7]
    calling.start_service(opened.desk, TELLER, 3)
    assert not board(opened.desk).calls[0].is_over


def test_a_recalled_ticket_has_one_row_on_top(opened: OpenDesk) -> None:
    tickets_for(opened, 2)
    _open(opened, 1)
    _open(opened, 2)
    calling.call_next(opened.desk, TELLER, 1)
    calling.call_next(opened.desk, TELLER, 2)
    calling.recall_current(opened.desk, TELLER, 1)
    first, second = board(opened.desk).calls
    assert (first.number, first.counter, first.times) == ("A1001", 1, 2)
    assert (second.number, second.times) == ("A1002", 1)


def test_a_ticket_that_waits_again_leaves_the_wall(opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    _open(opened, 1)
    calling.call_next(opened.desk, TELLER, 1)
    calling.start_service(opened.desk, TELLER, 1)
    calling.transfer_current(opened.desk, TELLER, 1, "service_counter")
    assert _numbers(opened) == []
    _open(opened, 4, "service_counter")
    calling.call_next(opened.desk, TELLER, 4)
    assert _numbers(opened) == [("A1001", 4)]


def test_a_parked_customer_keeps_the_row(opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    _open(opened, 1)
    calling.call_next(opened.desk, TELLER, 1)
    calling.start_service(opened.desk, TELLER, 1)
    calling.park_current(opened.desk, TELLER, 1, ParkKind.PAPERS_KEPT)
    assert _numbers(opened) == [("A1001", 1)]


def test_priority_shows_one_neutral_word_and_a_tier_nothing(opened: OpenDesk) -> None:
    shown = {}
    _open(opened, 1)
    for priority in Priority:
        (number,) = tickets_for(opened, 1, priority=priority)
        calling.call_next(opened.desk, TELLER, 1)
        top = board(opened.desk).calls[0]
        assert top.number == number
        shown[priority] = top.is_priority
    assert [priority for priority, is_shown in shown.items() if is_shown] == [
        Priority.CARE,
        Priority.APPOINTMENT,
    ]


def test_zones_count_waiting_tickets_and_open_counters(opened: OpenDesk) -> None:
    tickets_for(opened, 3)
    tickets_for(opened, 1, queue="wealth_room", business="wealth_product")
    tickets_for(opened, 2, queue="loan_desk", business="loan")
    _open(opened, 1)
    _open(opened, 2, "cash_counter", "service_counter")
    _open(opened, 8, "wealth_room", "loan_desk")
    zones = {zone.zone: zone for zone in board(opened.desk).zones}
    assert list(zones) == ["A", "B", "C", "D", "E"]
    assert (zones["A"].waiting, zones["A"].open_counters) == (3, 2)
    assert (zones["B"].waiting, zones["B"].open_counters) == (0, 1)
    # One counter that serves two queues of a zone is one counter.
    assert (zones["D"].waiting, zones["D"].open_counters) == (3, 1)
    assert (zones["C"].wait, zones["C"].open_counters) == (None, 0)
    assert zones["A"].name == Text("现金", "Cash")
    assert zones["D"].wait is not None
    assert zones["D"].wait.low <= zones["D"].wait.high


def test_messages_newest_first_until_they_end(opened: OpenDesk) -> None:
    hall.broadcast(opened.desk, TELLER, "现金区暂停十分钟", "Cash pauses for ten minutes", 10)
    hall.broadcast(opened.desk, TELLER, "  请到  二楼 ", "", 1)
    assert board(opened.desk).messages == (
        Text("请到 二楼", ""),
        Text("现金区暂停十分钟", "Cash pauses for ten minutes"),
    )
    hall.withdraw_messages(opened.desk, TELLER)
    assert board(opened.desk).messages == ()
    hall.broadcast(opened.desk, TELLER, "恢复", "Open again", 5)
    assert len(board(opened.desk).messages) == 1


@pytest.mark.parametrize(
    ("zh", "en", "minutes", "key"),
    [
        ("", "x", 5, "hall.message_empty"),
        (" ", "x", 5, "hall.message_empty"),
        ("字" * 33, "", 5, "hall.message_long"),
        ("字", "x" * 71, 5, "hall.message_long"),
        ("请 13800001111 回电", "", 5, "hall.message_number"),
        ("请回电", "call 138-0000 1111", 5, "hall.message_number"),
        ("字", "x", 0, "hall.message_minutes"),
        ("字", "x", 481, "hall.message_minutes"),
    ],
)
def test_what_the_public_must_not_read_is_refused(
    opened: OpenDesk, zh: str, en: str, minutes: int, key: str
) -> None:
    with pytest.raises(KnownError) as caught:
        hall.broadcast(opened.desk, TELLER, zh, en, minutes)
    assert caught.value.key == key
    assert board(opened.desk).messages == ()


def test_the_hotline_may_be_shown(opened: OpenDesk) -> None:
    hall.broadcast(opened.desk, TELLER, "请拨打95000", "Please call 95000", 5)
    assert len(board(opened.desk).messages) == 1


def test_zones_pause_and_resume(opened: OpenDesk) -> None:
    hall.pause_zone(opened.desk, TELLER, "B")
    hall.pause_zone(opened.desk, TELLER, "A")
    hall.pause_zone(opened.desk, TELLER, "A")
    assert board(opened.desk).paused == ("A", "B")
    hall.resume_zone(opened.desk, TELLER, "A")
    assert board(opened.desk).paused == ("B",)
    with pytest.raises(KnownError) as caught:
        hall.pause_zone(opened.desk, TELLER, "Q")
    assert caught.value.key == "hall.unknown_zone"


FORBIDDEN_FIELDS = {
    "name", "customer", "customer_ref", "tier", "priority", "business", "person", "staff",
    "reason", "why", "score", "contribution", "potential", "age", "mask", "token", "amount",
}  # fmt: skip


def test_the_view_model_has_no_place_for_a_person() -> None:
    # A zone has a name; a call has none.
    assert not FORBIDDEN_FIELDS & {field.name for field in fields(BoardCall)}
    assert not (FORBIDDEN_FIELDS - {"name"}) & {field.name for field in fields(BoardZone)}
    assert not FORBIDDEN_FIELDS & {field.name for field in fields(BoardView)}


def test_nothing_of_any_customer_reaches_the_board(opened: OpenDesk) -> None:
    tickets_for(opened, 2, priority=Priority.TIER, business="inheritance")
    _open(opened, 1)
    calling.call_next(opened.desk, TELLER, 1)
    text = json.dumps(asdict(board(opened.desk)), ensure_ascii=False, default=str)
    tiers = [str(tier) for tier in Tier if tier is not Tier.STANDARD] + ["VIP", "贵宾"]
    for word in (*tiers, "inheritance", "继承", "tier", "专属窗口", TELLER.name.zh):
        assert word not in text, word


def test_a_clock_that_is_off_makes_no_call_look_old(opened: OpenDesk) -> None:
    slow = LinkStatus(Link.CENTRE, skew_ms=185_000)
    read = board(replace(opened.desk, link=lambda: slow))
    assert timedelta(seconds=180) < read.at - opened.desk.now() < timedelta(seconds=190)
    assert read.data_as_of is None
