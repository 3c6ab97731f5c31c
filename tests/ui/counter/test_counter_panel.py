"""A teller's morning at the panel: real desk, real window, keys only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from lobby_app.assembly import OpenDesk
from lobby_app.domain.text import Language
from lobby_app.services import calling
from lobby_app.ui.counter.keys import KEYS, CounterCommand
from lobby_app.ui.theme import ThemeName
from tests.bench.waiting import run_until
from tests.helpers.calling_desk import session_of, tickets_for
from tests.helpers.counter_app import CounterPage
from tests.helpers.greeter import MovedClock
from tests.unit.services.visits import issued


@pytest.fixture
def page(qapp: QApplication, opened: OpenDesk) -> Iterator[CounterPage]:
    shown = CounterPage(opened, 1)
    yield shown
    shown.close()


def test_the_demo_says_who_may_sign_on_in_both_languages(page: CounterPage) -> None:
    sheet = page.window.sign_on
    assert "0017" in sheet.check.text()
    assert "密码 2468" in sheet.check.text()
    QTest.keyClick(page.window, Qt.Key.Key_F11)
    assert "PIN 2468" in sheet.check.text()
    assert sheet.check.isVisible()


def test_one_key_calls_and_the_same_key_finishes_and_calls_on(
    page: CounterPage, opened: OpenDesk
) -> None:
    tickets_for(opened, 3)
    page.sign_on()
    for expected in ("A1001", "A1002", "A1003"):
        page.press(Qt.Key.Key_Return)
        assert page.number == expected
    page.press(Qt.Key.Key_Return)
    with opened.desk.reader() as work:
        states = [t.state.value for t in work.tickets(opened.desk.business_day())]
    assert states == ["served"] * 3


def _switch_to(window: QWidget) -> None:
    window.show()
    window.activateWindow()
    run_until(window.isActiveWindow)


def test_enter_is_the_big_key_when_the_teller_comes_back_from_another_program(
    page: CounterPage, opened: OpenDesk
) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    other = QWidget()
    _switch_to(other)
    _switch_to(page.window)
    other.close()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    page.settle()
    assert (page.number, page.window.panel.sign_off.isVisible()) == ("A1001", True)


def _press_where_the_focus_is(page: CounterPage, key: Qt.Key) -> None:
    """Press a key as a keyboard does: whoever has the focus gets it."""
    QTest.keyClick(QApplication.focusWidget() or page.window, key)
    page.settle()


def test_keys_work_on_when_a_sheet_has_gone(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    _switch_to(page.window)
    page.sign_on()
    _press_where_the_focus_is(page, Qt.Key.Key_Return)
    assert page.number == "A1001"
    _press_where_the_focus_is(page, Qt.Key.Key_S)
    for answer in (Qt.Key.Key_Escape, Qt.Key.Key_2):
        _press_where_the_focus_is(page, Qt.Key.Key_P)
        assert not page.window.choice.isHidden()
        _press_where_the_focus_is(page, answer)
    _press_where_the_focus_is(page, Qt.Key.Key_B)
    assert page.number == "A1001"


@pytest.mark.parametrize("answers", [(), (Qt.Key.Key_1,)], ids=["no counter", "no queues"])
def test_who_chooses_no_counter_or_queue_may_sign_on_again(
    page: CounterPage, opened: OpenDesk, answers: tuple[Qt.Key, ...]
) -> None:
    page.window.post.wanted = 99 if answers else None
    page.sign_on()
    for answer in answers:
        page.press(answer)
    page.press(Qt.Key.Key_Escape)
    assert page.window.sign_on.isVisible()
    assert page.window.post.session is None
    with opened.desk.reader() as work:
        assert not any(report.is_open for report in work.counters(opened.desk.business_day()))


def test_somebody_elses_counter_is_not_worked_at(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    calling.open_counter(opened.desk, session_of("0201"), 1, ["cash_counter"])
    page.sign_on()
    sheet = page.window.sign_on
    assert sheet.isVisible()
    assert "0201" in sheet.error.text()
    page.press(Qt.Key.Key_Return)
    with opened.desk.reader() as work:
        assert len(work.waiting(opened.desk.business_day())) == 1
    calling.close_counter(opened.desk, session_of("0201"), 1)
    sheet.number.clear()
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    assert page.number == "A1001"


def test_identity_comes_only_with_the_customer(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    assert page.window.post.view is not None
    assert page.window.post.view.current is not None
    assert page.window.post.view.current.person is None
    page.press(Qt.Key.Key_S)
    assert "办理中" in page.state


def test_three_calls_then_a_no_show(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_R)
    page.press(Qt.Key.Key_R)
    assert "已叫 3 次" in page.state
    page.press(Qt.Key.Key_R)
    assert "A1001" in page.notice
    page.press(Qt.Key.Key_N)
    assert page.window.post.view is not None
    assert page.window.post.view.current is None


def test_aside_and_back_without_queueing(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 2)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_S)
    page.press(Qt.Key.Key_P)
    page.press(Qt.Key.Key_2)
    assert page.window.post.view is not None
    assert [ticket.number for ticket in page.window.post.view.parked] == ["A1001"]
    page.press(Qt.Key.Key_B)
    assert page.number == "A1001"
    assert "办理中" in page.state


def test_a_skip_needs_a_reason_and_another_one_comes(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 2)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_K)
    assert not page.window.choice.isHidden()
    page.press(Qt.Key.Key_2)
    page.press(Qt.Key.Key_Return)
    assert page.number == "A1002"


def test_a_ticket_under_the_reader_goes_on_or_rejoins(page: CounterPage, opened: OpenDesk) -> None:
    code = issued(opened.desk, session_of("0018")).slip.qr_payload
    page.sign_on()

    def scan() -> None:
        page.window.scan(code)
        page.settle()
        page.settle()

    page.press(Qt.Key.Key_Return)
    scan()
    assert page.notice == "A1001：已叫号"
    page.press(Qt.Key.Key_S)
    page.press(Qt.Key.Key_P)
    page.press(Qt.Key.Key_1)
    scan()
    assert (page.number, "办理中" in page.state) == ("A1001", True)
    QTest.keyClick(page.window, Qt.Key.Key_T)
    page.press(Qt.Key.Key_1)
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_N)
    scan()
    page.press(Qt.Key.Key_1)
    assert page.notice == "A1001 已重新排入，请等候叫号。"
    page.press(Qt.Key.Key_Return)
    assert page.number == "A1001"
    page.press(Qt.Key.Key_N)
    scan()
    page.press(Qt.Key.Key_1)
    assert "A1001" in page.notice
    page.press(Qt.Key.Key_Return)
    assert page.number != "A1001"


def test_undo_puts_the_call_back(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    QTest.keyClick(page.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    page.settle()
    with opened.desk.reader() as work:
        assert len(work.waiting(opened.desk.business_day())) == 1


def test_signing_off_is_refused_while_somebody_is_there(
    page: CounterPage, opened: OpenDesk
) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    QTest.keyClick(page.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    page.settle()
    assert "A1001" in page.notice
    assert page.window.post.session is not None


def test_small_mode_keeps_number_and_big_key(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_F9)
    panel = page.window.panel
    assert panel.number.isVisible()
    assert panel.next.isVisible()
    assert not panel.step_grid.isVisible()
    assert page.window.windowFlags() & Qt.WindowType.WindowStaysOnTopHint


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize("language", list(Language))
def test_no_text_is_cut_and_everything_has_a_name(
    qapp: QApplication, opened: OpenDesk, language: Language, theme: ThemeName
) -> None:
    tickets_for(opened, 2)
    page = CounterPage(opened, 1, language, theme)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    panel = page.window.panel
    assert panel.area.viewport().width() >= panel.area.widget().minimumSizeHint().width()
    for button in panel.findChildren(QPushButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width(), button.text()
            assert button.text() or button.accessibleName()
            assert button.height() >= 56
    for shown in page.window.panel.findChildren(QLabel):
        if shown.isVisible() and shown.wordWrap():
            assert shown.heightForWidth(shown.width()) <= shown.height() + 1, shown.text()
    page.close()


def test_every_command_has_a_key_of_its_own() -> None:
    assert set(KEYS) == set(CounterCommand)
    assert len(set(KEYS.values())) == len(KEYS)


def test_a_session_ends_with_its_day(
    qapp: QApplication, opened: OpenDesk, clock: MovedClock
) -> None:
    tickets_for(opened, 1)
    timed = replace(opened, desk=replace(opened.desk, clock=clock))
    page = CounterPage(timed, 1)
    try:
        page.sign_on()
        page.press(Qt.Key.Key_Return)
        page.press(Qt.Key.Key_F)
        assert not page.window.choice.isHidden()
        clock.forward = timedelta(days=1)
        page.window.stepping.refresh()
        page.settle()
        sheet = page.window.sign_on
        assert sheet.isVisible()
        assert "新的营业日" in sheet.check.text()
        assert page.window.choice.isHidden()
        sheet.number.clear()
        page.sign_on()
        assert not sheet.isVisible()
        assert page.state == "可以叫下一位"
    finally:
        page.close()
