"""The wall over a real desk: lights, stale data, tips, night, keys, screens, memory."""

import gc
import tracemalloc
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.config import WallSettings
from lobby_app.domain.errors import KnownError
from lobby_app.messages import bilingual
from lobby_app.services import calling, hall
from lobby_app.services.views import BoardView
from lobby_app.ui.wall.highlight import Highlights
from lobby_app.ui.wall.placing import ScreenKeeper, chosen_screen
from lobby_app.ui.wall.rotation import Rotation
from lobby_app.ui.wall.watching import REFRESH_S
from tests.helpers.held_desk import HeldDesk
from tests.helpers.losses import lose_call
from tests.helpers.wall_app import (
    EARLIER,
    MORNING,
    WallPage,
    a_board,
    a_call,
    wall_page,
)
from tests.ui.wall.calls import TELLER, call_next, queue_up

# Rows and lights.


def test_a_call_appears_on_top_and_is_lit_for_ten_seconds(page: WallPage, opened: OpenDesk) -> None:
    queue_up(opened, 2, 1, 2)
    call_next(opened, 1)
    page.refresh()
    assert page.rows == [("A1001", "1")]
    assert page.lit == ["A1001"]
    page.pass_time(5)
    call_next(opened, 2)
    page.refresh()
    assert page.rows == [("A1002", "2"), ("A1001", "1")]
    assert page.lit == ["A1002", "A1001"]
    page.pass_time(4.9)
    assert page.lit == ["A1002", "A1001"]
    page.pass_time(0.2)
    assert page.lit == ["A1002"]
    page.pass_time(5)
    assert page.lit == []


def test_the_light_is_steady(page: WallPage, opened: OpenDesk) -> None:
    queue_up(opened, 1, 1)
    call_next(opened)
    page.refresh()
    for _ in range(99):
        page.pass_time(0.1)
        assert page.lit == ["A1001"]
        assert not page.view.veil.is_framed


def test_a_recall_is_lit_again_and_says_which_call_it_is(page: WallPage, opened: OpenDesk) -> None:
    queue_up(opened, 1, 1)
    call_next(opened)
    page.refresh()
    page.pass_time(60)
    calling.recall_current(opened.desk, TELLER, 1)
    page.refresh()
    assert page.lit == ["A1001"]
    assert bilingual("wall.again", times=2).zh in page.words()


def test_a_wall_that_starts_lights_and_says_only_what_was_called_just_now(qapp: object) -> None:
    board = a_board(a_call("A1042", 3, MORNING), a_call("A1041", 2, EARLIER))
    with wall_page(None) as page:
        page.open()
        page.window.show_board(board)
        page.settle()
        assert page.lit == ["A1042"]
        assert page.voice.numbers == ["A1042"] * 2


def test_an_older_row_that_comes_back_is_no_new_call() -> None:
    lights = Highlights()
    rows = [a_call(f"A10{n:02d}", 1, EARLIER.replace(second=n)) for n in range(7)]
    assert lights.update(a_board(*reversed(rows[1:])), 0.0) == []
    # The newest leaves (it waits again): a seventh row fills the gap.
    assert lights.update(a_board(*reversed(rows[:6])), 1.0) == []
    assert lights.lit(1.0) == frozenset()


def test_calls_between_two_looks_are_all_new_oldest_first() -> None:
    lights = Highlights()
    lights.update(a_board(a_call("A1001", 1)), 0.0)
    second, third = (a_call(f"A100{n}", n, MORNING - timedelta(seconds=5 - n)) for n in (2, 3))
    new = lights.update(a_board(third, second, a_call("A1001", 1)), 5.0)
    assert new == [second, third]
    assert lights.lit(14.9) == {"A1002", "A1003"}
    assert lights.lit(15.0) == frozenset()


def test_calls_that_came_while_the_wall_slept_are_history(qapp: object) -> None:
    with wall_page(None) as page:
        page.open()
        page.window.show_board(a_board(a_call("A1001", 1, MORNING), at=MORNING))
        page.settle()
        later = MORNING + timedelta(minutes=40)
        missed = [a_call(f"A100{n}", 1, later - timedelta(minutes=12 - n)) for n in range(6, 1, -1)]
        now = a_call("A1007", 2, later - timedelta(seconds=5))
        page.window.show_board(a_board(*missed, at=later))
        page.window.show_board(a_board(now, *missed, at=later))
        page.settle()
        assert page.voice.numbers == ["A1001"] * 2 + ["A1007"] * 2
        assert page.rows[:2] == [("A1007", "2"), ("A1006", "1")]


def test_highlights_forget(qapp: object) -> None:
    lights = Highlights()
    for n in range(2000):
        at = datetime.fromtimestamp(MORNING.timestamp() + 20 * n).astimezone()
        lights.update(a_board(a_call(f"A1{n % 999:03d}", 1, at), at=at), 20.0 * n)
    assert len(lights._seen or ()) < 10
    assert len(lights._until) < 10


# What the supervisor says.


def test_messages_show_at_once_and_the_rule_keeps_its_turn(
    page: WallPage, opened: OpenDesk
) -> None:
    rule = opened.desk.policy.posted_rule_short
    assert page.view.words.zh.text() == rule.zh
    hall.broadcast(opened.desk, TELLER, "现金区暂停十分钟", "Cash pauses for ten minutes", 10)
    page.refresh()
    assert page.view.words.zh.text() == "现金区暂停十分钟"
    page.pass_time(12)
    assert page.view.words.zh.text() == rule.zh
    page.pass_time(12)
    assert page.view.words.en.text() == "Cash pauses for ten minutes"
    page.pass_time(600)
    page.refresh()
    assert page.view.words.zh.text() == rule.zh


def test_a_paused_zone_says_so(page: WallPage, opened: OpenDesk) -> None:
    hall.pause_zone(opened.desk, TELLER, "A")
    page.refresh()
    assert bilingual("wall.paused").zh in page.view.zones[0].wait.text()
    hall.resume_zone(opened.desk, TELLER, "A")
    page.refresh()
    assert bilingual("wall.paused").zh not in page.view.zones[0].wait.text()


# Data that is late.


class FailingBoard:
    """A store that stops answering when the test says so."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.is_broken = False

    def changes(self) -> int:
        if self.is_broken:
            raise KnownError("cache.io")
        return self._inner.changes()  # type: ignore[attr-defined]

    def board(self) -> BoardView:
        return self._inner.board()  # type: ignore[attr-defined]

    def now(self) -> datetime:
        return self._inner.now()  # type: ignore[attr-defined]


def test_late_data_is_said_calls_stay_and_recovery_too(
    qapp: QApplication, opened: OpenDesk, expected_log: object
) -> None:
    expected_log("cache.io")  # type: ignore[operator]
    with wall_page(opened, wrap=FailingBoard) as page:
        page.open()
        page.window.stop()  # looks only when the test says so
        queue_up(opened, 1, 1)
        call_next(opened)
        page.refresh()
        page.port.is_broken = True
        for _ in range(10):
            page.pass_time(0.99)
        assert not page.view.stale.isVisible()
        page.pass_time(1)
        assert page.view.stale.isVisible()
        assert page.rows == [("A1001", "1")]
        assert "显示可能延迟 Display may be delayed" in page.words()
        page.port.is_broken = False
        page.refresh()
        page.pass_time(0)
        assert not page.view.stale.isVisible()


def test_a_store_that_hangs_makes_the_wall_stale_but_not_stiff(
    qapp: QApplication, opened: OpenDesk
) -> None:
    with wall_page(opened, wrap=HeldDesk) as page:
        page.port.now = lambda: page.time.at
        page.open()
        page.settle()
        gate = page.port.hold("changes")
        page.window.watch.look()
        for _ in range(11):
            page.time.seconds += 1
            page.window.tick()
        assert page.view.stale.isVisible()
        gate.set()
        page.settle()
        page.window.tick()
        assert not page.view.stale.isVisible()


def test_minutes_are_read_again_though_nobody_writes(page: WallPage, opened: OpenDesk) -> None:
    queue_up(opened, 3, 1)
    page.refresh()
    read: list[BoardView] = []
    page.window.watch.read.connect(read.append)
    page.pass_time(REFRESH_S - 0.1)
    assert read == []
    page.pass_time(0.2)
    assert len(read) == 1


def test_a_desk_that_cannot_be_opened_is_tried_again(
    qapp: QApplication, expected_log: object
) -> None:
    expected_log("config.no_branch")  # type: ignore[operator]
    with wall_page(None) as page:
        page.open()
        tried: list[bool] = []
        page.window.retried.connect(lambda: tried.append(True))
        page.window.opening_failed(KnownError("config.no_branch", file="lobby.toml"))
        words = " ".join(page.words())
        assert "lobby.toml" in words
        assert all(text.is_whole for text in page.shown_texts())
        page.pass_time(9)
        assert tried == []
        page.pass_time(2)
        page.pass_time(2)
        assert tried == [True]


# Tips, night, burn-in.


def test_tips_change_but_never_while_somebody_is_called(page: WallPage, opened: OpenDesk) -> None:
    first = page.view.tip.zh.text()
    page.pass_time(15)
    second = page.view.tip.zh.text()
    assert second != first
    queue_up(opened, 1, 1)
    call_next(opened)
    page.pass_time(14)
    page.refresh()
    for _ in range(9):
        page.pass_time(1)
        assert page.view.tip.zh.text() == second
    page.pass_time(1)
    page.pass_time(15)
    assert page.view.tip.zh.text() not in (first, second)


def test_tips_change_though_somebody_is_called_again_and_again(page: WallPage) -> None:
    tips = set()
    for n in range(20):
        at = MORNING + timedelta(seconds=15 * n)
        page.window.show_board(a_board(a_call(f"A10{n:02d}", 1, at), at=at))
        page.pass_time(9)
        page.pass_time(6)
        tips.add(page.view.tip.zh.text())
    assert len(tips) > 3


def test_space_lets_tips_stand_still(page: WallPage) -> None:
    first = page.view.tip.zh.text()
    QTest.keyClick(page.window, Qt.Key.Key_Space)
    for _ in range(5):
        page.pass_time(20)
    assert page.view.tip.zh.text() == first
    QTest.keyClick(page.window, Qt.Key.Key_Space)
    page.pass_time(16)
    assert page.view.tip.zh.text() != first


def test_a_wall_without_tips_shows_none(qapp: QApplication, opened: OpenDesk) -> None:
    with wall_page(opened, tip_s=0) as page:
        page.open()
        page.pass_time(60)
        assert page.view.tip.zh.text() == ""


def test_rotation_gives_each_its_turn() -> None:
    turns = Rotation(10)
    shown = [turns.place(3, float(second), is_held=False) for second in range(0, 60, 10)]
    assert shown == [0, 1, 2, 0, 1, 2]
    assert Rotation(10).place(0, 0.0, is_held=False) == 0


def test_the_wall_is_dim_at_night_and_wakes_for_a_call(
    qapp: QApplication, opened: OpenDesk
) -> None:
    evening = opened.desk.now().replace(hour=19, minute=59, second=30)
    with wall_page(opened, night="20:00-07:00", at=evening) as page:
        page.open()
        assert not page.view.veil.is_dim
        page.pass_time(31)
        assert page.view.veil.is_dim
        page.window.show_board(a_board(a_call("A1001", 1, page.time.at), at=page.time.at))
        assert page.lit == ["A1001"]
        assert not page.view.veil.is_dim
        page.pass_time(11)
        assert page.view.veil.is_dim


def test_everything_moves_by_a_few_pixels_in_time(page: WallPage) -> None:
    places = set()
    for _ in range(9):
        page.pass_time(180)
        places.add(page.view.panel.pos().toTuple())
        texts = page.shown_texts()
        assert all(text.is_whole for text in texts)
    assert len(places) == 9
    spread = [max(axis) - min(axis) for axis in zip(*places, strict=True)]
    assert spread == [6, 6]


# Keys, mouse, screens.


def test_escape_does_not_close_and_control_q_does(page: WallPage) -> None:
    QTest.keyClick(page.window, Qt.Key.Key_Escape)
    assert page.window.isVisible()
    QTest.keyClick(page.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not page.window.isVisible()


def test_there_is_no_mouse_pointer(page: WallPage) -> None:
    assert page.window.cursor().shape() is Qt.CursorShape.BlankCursor


def test_the_second_screen_is_taken_unless_another_is_wanted() -> None:
    screens = ["first", "second", "third"]
    assert chosen_screen(screens, "first", WallSettings().screen) == "second"
    assert chosen_screen(screens, "second", 0) == "first"
    assert chosen_screen(screens, "first", 3) == "third"
    assert chosen_screen(screens, "first", 4) == "second"
    assert chosen_screen(["only"], "only", 0) == "only"
    assert chosen_screen(["only"], "only", 2) == "only"


def test_the_wall_fills_its_screen_again_after_screens_went_and_came(
    qapp: QApplication, page: WallPage
) -> None:
    keeper = ScreenKeeper(page.window, qapp, 1)
    keeper.place()
    whole = qapp.primaryScreen().geometry()
    for signal in (qapp.screenRemoved, qapp.screenAdded, qapp.primaryScreenChanged):
        page.window.setGeometry(10, 10, 300, 200)
        signal.emit(qapp.primaryScreen())
        page.until(lambda: page.window.geometry() == whole)
        assert page.window.isFullScreen()
    assert page.view.geometry() == page.window.rect()


# All day.


def test_a_long_day_leaves_no_memory_behind(page: WallPage, opened: OpenDesk) -> None:
    queue_up(opened, 60, 1)

    def calls(count: int) -> None:
        for _ in range(count):
            call_next(opened)
            page.refresh()
            page.pass_time(20)

    calls(20)
    gc.collect()
    tracemalloc.start()
    try:
        before, objects = tracemalloc.get_traced_memory()[0], len(gc.get_objects())
        calls(40)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        assert len(gc.get_objects()) - objects < 2_000
    finally:
        tracemalloc.stop()
    assert grown < 400_000


# Several desks.


def test_a_wall_apart_from_the_other_desks_says_so_after_a_few_seconds(page: WallPage) -> None:
    heard = page.window.watch  # the store itself answers all the time
    page.window.show_board(a_board(data_as_of=page.window._now() - timedelta(seconds=4)))
    page.window.tick()
    assert page.view.stale.isHidden()
    page.window.show_board(a_board(data_as_of=page.window._now() - timedelta(seconds=6)))
    page.window.tick()
    assert not page.view.stale.isHidden()
    assert not heard.is_stale
    page.window.show_board(a_board())
    page.window.tick()
    assert page.view.stale.isHidden()


def test_a_corrected_call_is_lit_and_said_at_the_counter_that_has_it(
    page: WallPage, opened: OpenDesk
) -> None:
    queue_up(opened, 1, 1, 3)
    call_next(opened, 1)
    page.refresh()
    assert page.rows == [("A1001", "1")]
    page.pass_time(20)
    lose_call(opened.desk, "A1001", 3)
    page.refresh()
    assert page.rows == [("A1001", "3")]
    assert page.lit == ["A1001"]
