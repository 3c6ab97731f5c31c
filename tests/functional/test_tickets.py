"""Tickets at the desk: second thoughts, second tickets, missing papers."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from lobby_app.assembly import OpenDesk
from lobby_app.domain.event import EventKind
from lobby_app.services import calling
from lobby_app.ui.greeter.state import Phase
from tests.helpers.calling_desk import session_of
from tests.helpers.desk_app import DeskPage
from tests.helpers.greeter import MovedClock

CONTROL = Qt.KeyboardModifier.ControlModifier


def _issue(page: DeskPage, card: str = "elder") -> None:
    page.scan_card(card)
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.ISSUED


def _last_ticket(page: DeskPage) -> None:
    page.touch(page.shown.view.side.recent_buttons[0])


def test_undo_cancels_the_last_ticket_and_takes_it_off_the_screen(page: DeskPage) -> None:
    _issue(page)
    page.press(Qt.Key.Key_Z, CONTROL)
    assert page.tickets() == []
    (event,) = page.events(EventKind.TICKET_CANCELLED)
    assert event.data["reason"] == "mistake"
    assert page.visit.phase is Phase.IDLE, "a void number and its code must not stay on screen"
    assert page.notice == page.messages("greeter.undone", number="A1001")


@pytest.mark.parametrize(("seconds", "left"), [(59, []), (61, ["A1001"])])
def test_undo_is_for_sixty_seconds(
    page: DeskPage, clock: MovedClock, seconds: int, left: list[str]
) -> None:
    _issue(page)
    clock.forward = timedelta(seconds=seconds)
    page.press(Qt.Key.Key_Z, CONTROL)
    assert page.tickets() == left
    if left:
        assert page.notice == page.messages("greeter.undo_none")


def test_undo_of_nothing_says_so(page: DeskPage) -> None:
    page.press(Qt.Key.Key_Z, CONTROL)
    assert page.notice == page.messages("greeter.undo_none")


def test_number_of_an_undone_ticket_is_never_given_again(page: DeskPage) -> None:
    _issue(page)
    page.press(Qt.Key.Key_Z, CONTROL)
    _issue(page)
    assert page.tickets() == ["A1002"]


def test_cancelling_from_the_list_asks_why(page: DeskPage) -> None:
    _issue(page)
    page.press(Qt.Key.Key_Return)
    _last_ticket(page)
    page.press(Qt.Key.Key_3)
    page.press(Qt.Key.Key_1)
    assert page.events(EventKind.TICKET_CANCELLED)[0].data["reason"] == "left"
    assert page.tickets() == []
    _last_ticket(page)
    assert not any(button.isVisible() for button in page.shown.sheets.choice.buttons)


def test_who_missed_the_call_waits_again_by_showing_the_ticket(
    page: DeskPage, opened: OpenDesk
) -> None:
    _issue(page)
    assert page.visit.issued is not None
    payload = page.visit.issued.slip.qr_payload
    page.press(Qt.Key.Key_Return)
    (made,) = page.events(EventKind.TICKET_ISSUED)
    teller = session_of("0018")
    assert made.queue is not None
    calling.open_counter(opened.desk, teller, 2, [made.queue])
    calling.call_next(opened.desk, teller, 2)
    calling.no_show_current(opened.desk, teller, 2)
    page.scan(payload)
    page.press(Qt.Key.Key_1)
    assert page.notice == page.messages("greeter.brought_back", number="A1001")
    assert page.events(EventKind.TICKET_REJOINED)[0].ticket == made.ticket
    assert calling.call_next(opened.desk, teller, 2) == "A1001"


def test_customer_who_holds_a_ticket_keeps_it_on_enter(page: DeskPage) -> None:
    _issue(page)
    page.press(Qt.Key.Key_Return)
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    assert "A1001" in page.shown.sheets.choice.text.text()
    page.press(Qt.Key.Key_Return)
    assert page.tickets() == ["A1001"]
    assert page.visit.phase is Phase.IDLE


def test_second_ticket_is_given_when_it_is_meant(page: DeskPage) -> None:
    _issue(page)
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_2)
    assert page.tickets() == ["A1001", "A1002"]


def test_missing_document_changes_the_answer_and_insisting_gives_the_ticket(
    page: DeskPage,
) -> None:
    page.scan_card("company")
    card = page.shown.view.answer
    page.touch(card.documents[0])
    assert page.visit.wishes.missing_documents
    assert card.action_row.insist.isVisible()
    page.press(Qt.Key.Key_Return, CONTROL)
    assert page.visit.phase is Phase.ISSUED
    issued = page.events(EventKind.TICKET_ISSUED)
    assert [event.data["documents_incomplete"] for event in issued] == [True]


def test_document_that_was_there_after_all(page: DeskPage) -> None:
    page.scan_card("company")
    before = page.answer
    for _ in range(2):
        page.touch(page.shown.view.answer.documents[0])
    assert page.answer == before
    assert not page.visit.wishes.missing_documents


@pytest.mark.parametrize("times", [2, 3])
def test_insisting_twice_gives_one_ticket(page: DeskPage, times: int) -> None:
    page.press(Qt.Key.Key_F10)
    page.window.visiting.clear()
    page.choose("corporate")
    page.touch(page.shown.view.answer.documents[0])
    for _ in range(times):
        page.window.visiting.insist()
    page.settle()
    page.window.visiting.insist()
    page.settle()
    assert len(page.tickets()) == 1


def test_printed_ticket_cannot_be_changed_from_its_own_screen(page: DeskPage) -> None:
    page.choose("corporate")
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.ISSUED
    page.touch(page.shown.view.answer.documents[0])
    page.press(Qt.Key.Key_1, CONTROL)
    assert page.visit.phase is Phase.ISSUED
    page.press(Qt.Key.Key_Return)
    assert len(page.tickets()) == 1


def test_reminder_is_dismissed_for_this_visit(page: DeskPage) -> None:
    page.scan_card("gold_maturity")
    reminder = page.shown.view.answer.reminder
    page.touch(reminder)
    assert not reminder.isVisible()
    page.press(Qt.Key.Key_F2)
    assert not reminder.isVisible()


def test_machine_state_is_set_by_the_greeter_and_counts_at_once(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    assert page.visit.advice is not None
    assert page.visit.advice.recommendation.channel == "cash_recycler"
    devices = page.window.hub.desk.floor.devices
    recyclers = [device for device in devices if device.channel == "cash_recycler"]
    for place in range(len(recyclers)):
        page.touch(page.shown.view.side.device_buttons["cash_recycler"])
        page.press(Qt.Key(Qt.Key.Key_1.value + place))
        page.touch(_answer(page, page.messages("greeter.device_down")))
    page.scan_card("cash_machine")
    assert page.visit.advice.recommendation.channel != "cash_recycler"
    assert len(page.events(EventKind.DEVICE_STATE_SET)) >= len(recyclers)


def _answer(page: DeskPage, text: str):
    buttons = page.shown.sheets.choice.buttons
    return next(button for button in buttons if button.isVisible() and text in button.text())
