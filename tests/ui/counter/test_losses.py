"""The panel says once that a call was lost, follows it while it stands, and lets it begin here."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.domain.replication import ClaimAnswer, ClaimIntent, ClaimVerdict
from lobby_app.domain.text import Language
from lobby_app.services import calling
from lobby_app.ui.counter.keys import CounterCommand
from lobby_app.ui.theme import ThemeName
from tests.helpers.calling_desk import tickets_for
from tests.helpers.counter_app import CounterPage
from tests.helpers.losses import WINNER, cut_off, lose_call


class _Taken:
    """ports.Claims: somebody else was always faster."""

    def claim(self, intent: ClaimIntent) -> ClaimAnswer:
        return ClaimAnswer(ClaimVerdict.TAKEN, 3)


@pytest.fixture
def page(qapp: QApplication, opened: OpenDesk) -> Iterator[CounterPage]:
    shown = CounterPage(cut_off(opened), 1)
    shown.sign_on()
    yield shown
    shown.close()


def _lose(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 2)
    page.press(Qt.Key.Key_Return)
    assert page.number == "A1001"
    lose_call(opened.desk, "A1001", 3)
    page.window.stepping.refresh()
    page.settle()


def test_a_lost_call_is_told_with_what_to_do_next(page: CounterPage, opened: OpenDesk) -> None:
    _lose(page, opened)
    assert page.number == "空闲"
    assert page.notice == "A1001 已在 3 号窗口。客户若在您面前，请按 S；否则请叫下一位。"


def test_it_is_told_once(page: CounterPage, opened: OpenDesk) -> None:
    _lose(page, opened)
    page.press(Qt.Key.Key_Return)
    assert page.number == "A1002"
    assert page.notice == ""
    page.window.stepping.refresh()
    page.settle()
    assert page.notice == ""


def test_a_notice_that_stands_follows_the_ticket(page: CounterPage, opened: OpenDesk) -> None:
    _lose(page, opened)
    calling.start_service(opened.desk, WINNER, 3)
    page.window.stepping.refresh()
    page.settle()
    assert page.notice == "A1001 已在 3 号窗口办理。请叫下一位。"
    start = page.window.panel.button(CounterCommand.START)
    assert start is not None
    assert not start.isEnabled()


def test_who_stands_here_is_served_here(page: CounterPage, opened: OpenDesk) -> None:
    _lose(page, opened)
    page.press(Qt.Key.Key_S)
    assert page.number == "A1001"
    assert "办理中" in page.state


def test_a_call_made_offline_wears_a_mark(page: CounterPage, opened: OpenDesk) -> None:
    tickets_for(opened, 1)
    page.press(Qt.Key.Key_Return)
    marks = [mark.text() for mark in page.window.panel.mark_labels if mark.isVisible()]
    assert marks == ["离线叫号，尚未确认"]


def test_nobody_left_because_another_counter_was_faster_is_said(
    qapp: QApplication, opened: OpenDesk
) -> None:
    tickets_for(opened, 1)
    page = CounterPage(replace(opened, desk=replace(opened.desk, claims=_Taken())), 1)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    assert page.notice == "A1001 刚被 3 号窗口叫走，本窗口暂时没有别的客户。"
    page.close()


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize("language", list(Language))
def test_the_notice_and_the_mark_are_whole_in_every_theme(
    qapp: QApplication, opened: OpenDesk, language: Language, theme: ThemeName
) -> None:
    tickets_for(opened, 2)
    page = CounterPage(cut_off(opened), 1, language, theme)
    page.sign_on()
    page.press(Qt.Key.Key_Return)
    lose_call(opened.desk, "A1001", 3)
    page.window.stepping.refresh()
    page.settle()
    panel = page.window.panel
    notice = panel.notice.text
    assert notice.heightForWidth(notice.width()) <= notice.height() + 1
    assert panel.area.viewport().width() >= panel.area.widget().minimumSizeHint().width()
    page.press(Qt.Key.Key_Return)
    (mark,) = (mark for mark in panel.mark_labels if mark.isVisible())
    assert mark.width() >= mark.sizeHint().width() or mark.wordWrap()
    page.close()
