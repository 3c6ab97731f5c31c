"""Who stands at the desk: signing on, wrong PINs, locking, leaving, clearing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import time as wall_time

import pytest
from PySide6.QtCore import Qt

from lobby_app.assembly import OpenDesk
from lobby_app.config import GreeterSettings
from lobby_app.domain.event import EventKind
from lobby_app.services.pin_guard import MAX_ATTEMPTS
from lobby_app.ui.greeter import signing
from lobby_app.ui.greeter.state import Phase
from tests.helpers.desk_app import NUMBER, PIN, DeskPage, greeter_page
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN, MovedClock
from tests.screens.states import SettablePrinter

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qapp: object, opened: OpenDesk, clock: MovedClock) -> Iterator[DeskPage]:
    """A window that nobody has signed on to; clears after 20 s, locks after 60 s."""
    timed = replace(opened, desk=replace(opened.desk, clock=clock))
    settings = GreeterSettings(auto_clear_s=20, lock_after_s=60)
    with greeter_page(timed, SettablePrinter(), settings=settings) as page:
        yield page


def _idle(page: DeskPage, seconds: int) -> None:
    """Let seconds go by in which nobody touches anything."""
    for _ in range(seconds):
        page.window.signing.tick()
    page.settle()


def test_demo_greeter_signs_on_with_number_and_pin(desk: DeskPage) -> None:
    desk.sign_on(NUMBER, PIN)
    assert desk.sheet is None
    (event,) = desk.events(EventKind.SIGNED_ON)
    assert event.actor == NUMBER


@pytest.mark.parametrize(("number", "pin"), [(QUICK_NUMBER, "0000"), ("9999", QUICK_PIN)])
def test_wrong_number_and_wrong_pin_sound_the_same(desk: DeskPage, number: str, pin: str) -> None:
    desk.sign_on(number, pin)
    assert desk.sheet is desk.shown.sheets.sign_on
    assert desk.shown.sheets.sign_on.error.text() == desk.messages("signon.refused")
    assert desk.shown.sheets.sign_on.pin.text() == ""
    assert desk.events(EventKind.SIGNED_ON) == []


def test_five_wrong_pins_make_the_number_rest(desk: DeskPage, clock: MovedClock) -> None:
    for _ in range(MAX_ATTEMPTS):
        desk.sign_on(QUICK_NUMBER, "0000")
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    assert desk.sheet is desk.shown.sheets.sign_on, "not even the right PIN is looked at"
    assert "60" in desk.shown.sheets.sign_on.error.text()
    clock.forward = timedelta(seconds=61)
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    assert desk.sheet is None


def test_nothing_is_scanned_or_printed_before_signing_on(desk: DeskPage) -> None:
    desk.scan_card("elder")
    desk.press(Qt.Key.Key_F10)
    desk.press(Qt.Key.Key_1)
    assert desk.visit.phase is Phase.IDLE
    assert desk.tickets() == []
    assert desk.events(EventKind.PROFILE_VIEWED) == []


def test_lock_hides_the_visit_and_opens_with_the_pin_alone(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.scan_card("platinum")
    desk.press(Qt.Key.Key_L, CONTROL)
    sheet = desk.shown.sheets.sign_on
    assert desk.sheet is sheet
    assert desk.visit.phase is Phase.IDLE
    assert sheet.number.isReadOnly()
    desk.scan_card("elder")
    assert desk.visit.phase is Phase.IDLE
    desk.press(Qt.Key.Key_Escape)
    assert desk.sheet is sheet, "Esc does not unlock"
    desk.sign_on(pin="0000")
    assert desk.sheet is sheet
    desk.sign_on(pin=QUICK_PIN)
    assert desk.sheet is None


def test_somebody_else_takes_over_a_locked_desk(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.press(Qt.Key.Key_L, CONTROL)
    desk.touch(desk.shown.sheets.sign_on.other)
    assert not desk.shown.sheets.sign_on.number.isReadOnly()
    assert [event.actor for event in desk.events(EventKind.SIGNED_OFF)] == [QUICK_NUMBER]
    desk.sign_on(NUMBER, PIN)
    assert desk.window.hub.session.staff_number == NUMBER


def test_signing_off_from_the_strip(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.touch(desk.shown.view.strip.person)
    desk.press(Qt.Key.Key_2)
    assert desk.sheet is desk.shown.sheets.sign_on
    assert desk.window.hub.desk.session is None
    assert len(desk.events(EventKind.SIGNED_OFF)) == 1


def test_idle_desk_clears_then_locks(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.scan_card("platinum")
    _idle(desk, 15)
    assert desk.shown.view.answer.countdown.text() == desk.messages("greeter.clears_in", count=5)
    _idle(desk, 5)
    assert desk.visit.phase is Phase.IDLE
    assert desk.sheet is None
    _idle(desk, 40)
    assert desk.sheet is desk.shown.sheets.sign_on


def test_a_computer_that_slept_wakes_up_locked(
    desk: DeskPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.scan_card("platinum")
    _idle(desk, 1)
    morning = wall_time()
    monkeypatch.setattr(signing, "wall_time", lambda: morning + 3600)
    _idle(desk, 1)
    assert desk.sheet is desk.shown.sheets.sign_on
    assert desk.visit.phase is Phase.IDLE
    desk.sign_on(pin=QUICK_PIN)
    desk.scan_card("elder")
    _idle(desk, 1)
    assert desk.visit.phase is Phase.ADVISED, "the sleep is counted once"


def test_any_touch_keeps_the_visit(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.scan_card("platinum")
    _idle(desk, 19)
    desk.window.signing.touched()
    assert desk.shown.view.answer.countdown.text() == ""
    _idle(desk, 19)
    assert desk.visit.phase is Phase.ADVISED


def test_clearing_closes_what_was_asked_about_the_person(desk: DeskPage) -> None:
    desk.sign_on(QUICK_NUMBER, QUICK_PIN)
    desk.scan_card("elder")
    desk.press(Qt.Key.Key_Return)
    desk.scan_card("elder")
    desk.press(Qt.Key.Key_Return)
    assert desk.sheet is desk.shown.sheets.choice
    _idle(desk, 20)
    assert desk.sheet is None
    assert desk.visit.phase is Phase.IDLE


def test_desk_that_cannot_be_opened_says_why_and_offers_another_try(desk: DeskPage) -> None:
    from lobby_app.domain.errors import KnownError

    desk.window.opening_failed(KnownError("cache.disk_full"))
    sheet = desk.shown.sheets.sign_on
    assert sheet.error.text() == desk.messages("cache.disk_full")
    assert sheet.retry.isVisible()
    desk.press(Qt.Key.Key_F11)
    assert sheet.error.text() == desk.messages("cache.disk_full"), "in English now"
    assert sheet.retry.isVisible()
    with_signal = []
    desk.window.retried.connect(lambda: with_signal.append(1))
    desk.touch(sheet.retry)
    assert with_signal == [1]
