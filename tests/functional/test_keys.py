"""Every key of the window: domain 5.2, one test a promise."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lobby_app.domain.customer import Access, Preference
from lobby_app.domain.event import EventKind
from lobby_app.domain.text import Language
from lobby_app.ui.greeter.state import Phase
from lobby_app.ui.theme import ThemeName
from tests.helpers.desk_app import DeskPage
from tests.helpers.escpos_emulator import PrinterEmulator

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def _hold(page: DeskPage, key: Qt.Key, modifier: Qt.KeyboardModifier, text: str = "") -> None:
    """Hold a key down: one press, then repeats as the operating system sends them."""
    widget = page.window.focusWidget() or page.window
    for repeat in (False, True, True, True):
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifier, text, repeat)
        QApplication.sendEvent(widget, event)
        page.settle()


def test_f10_and_a_digit_give_a_ticket_in_two_keys(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    page.press(Qt.Key.Key_F10)
    page.press(Qt.Key.Key_1)
    emulator.wait_for_tickets(1)
    assert page.visit.phase is Phase.ISSUED
    assert page.events(EventKind.TICKET_ISSUED)[0].data["business"] == "cash_withdrawal"
    assert page.events(EventKind.VISIT_TRIAGED)[0].data["identified_by"] == "none"


def test_two_fast_keys_are_as_good_as_two_slow_ones(page: DeskPage) -> None:
    QTest.keyClick(page.window, Qt.Key.Key_F10)
    QTest.keyClick(page.window, Qt.Key.Key_5)
    page.settle()
    assert page.events(EventKind.TICKET_ISSUED)[0].data["business"] == "card_opening"


def test_digits_choose_the_tiles_as_numbered(page: DeskPage) -> None:
    page.scan_card("unknown_card")
    for digit in range(1, 9):
        code = page.shown.business.offered.codes[digit - 1]
        page.press(Qt.Key(Qt.Key.Key_0.value + digit))
        assert page.visit.need is not None
        assert page.visit.need.code == code


def test_nine_turns_the_page_until_every_business_was_offered(page: DeskPage) -> None:
    seen: set[str] = set()
    policy = page.opened.desk.policy
    for _ in range(-(-len(policy.businesses) // 8)):
        seen.update(page.shown.business.offered.codes)
        page.press(Qt.Key.Key_9)
    assert seen == set(policy.businesses)


def test_pinyin_initials_find_a_business_and_enter_chooses_it(page: DeskPage) -> None:
    page.scan_card("unknown_card")
    page.type("kk")
    assert page.shown.business.offered.codes[0] == "card_opening"
    page.press(Qt.Key.Key_Return)
    assert page.visit.need is not None
    assert page.visit.need.code == "card_opening"
    assert page.tickets() == [], "Enter chose, it did not print"
    assert page.shown.view.business.search.text() == ""


def test_english_names_are_searched_as_well(page: DeskPage) -> None:
    page.type("cash w")
    assert page.shown.business.offered.codes[0] == "cash_withdrawal"


def test_escape_empties_the_search_first_and_the_visit_then(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.type("qx")
    page.press(Qt.Key.Key_Escape)
    assert page.visit.phase is Phase.ADVISED
    page.press(Qt.Key.Key_Escape)
    assert page.visit.phase is Phase.IDLE


def test_f2_asks_for_a_person_and_takes_it_back(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_F2)
    assert page.visit.advice is not None
    assert page.visit.advice.option.is_human
    page.press(Qt.Key.Key_F2)
    assert page.visit.wishes.preference is Preference.NONE
    assert not page.visit.advice.option.is_human


def test_f3_gives_care_and_the_large_ticket_without_a_reason(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.press(Qt.Key.Key_F3)
    page.press(Qt.Key.Key_Return)
    issued = page.events(EventKind.TICKET_ISSUED)[0]
    assert (issued.priority, issued.data["large_type"]) == ("care", True)


def test_f3_before_anybody_is_scanned_opens_a_visit(page: DeskPage) -> None:
    page.press(Qt.Key.Key_F3)
    assert page.visit.phase is Phase.CHOOSING
    assert page.visit.wishes.care


def test_f3_after_a_care_ticket_is_meant_for_the_next_customer(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.press(Qt.Key.Key_F3)
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_F3)
    assert page.visit.phase is Phase.CHOOSING
    assert page.visit.wishes.care


def test_shift_f3_notes_what_to_prepare(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_F3, SHIFT)
    page.press(Qt.Key.Key_4)
    assert Access.HEARING in page.visit.wishes.access
    page.press(Qt.Key.Key_Return)
    assert page.events(EventKind.TICKET_ISSUED)[0].data["call_without_sound"] is True


def test_f4_says_that_somebody_acts_for_the_customer(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_F4)
    assert page.visit.advice is not None
    assert page.visit.advice.need.agent


@pytest.mark.parametrize(
    ("card", "said"), [(None, "check_in_scan"), ("cash_machine", "check_in_none")]
)
def test_f5_says_what_is_missing_to_check_in(page: DeskPage, card: str | None, said: str) -> None:
    if card:
        page.scan_card(card)
    page.press(Qt.Key.Key_F5)
    assert page.notice == page.messages(f"greeter.{said}")


def test_f6_takes_another_channel_with_a_reason_that_is_an_event(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_F6)
    page.press(Qt.Key.Key_1)
    page.press(Qt.Key.Key_2)
    assert page.visit.wishes.override_reason == "machine_fault"
    chosen = page.visit.wishes.override_channel
    page.press(Qt.Key.Key_Return)
    (event,) = page.events(EventKind.RECOMMENDATION_OVERRIDDEN)
    assert event.data["to"] == chosen
    assert event.data["reason"] == "machine_fault"
    assert page.events(EventKind.TICKET_ISSUED)[0].queue == chosen


def test_f6_cannot_raise_the_tier(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_F6)
    vip = page.opened.desk.policy.channels["vip_counter"].name.zh
    offered = [button.text() for button in page.shown.sheets.choice.buttons if button.isVisible()]
    assert offered
    assert not [text for text in offered if vip in text]


def test_f6_without_a_recommendation_says_so(page: DeskPage) -> None:
    page.press(Qt.Key.Key_F6)
    assert page.notice == page.messages("greeter.redirect_first")


def test_f7_calls_the_supervisor(page: DeskPage) -> None:
    page.press(Qt.Key.Key_F7)
    page.press(Qt.Key.Key_4)
    assert page.events(EventKind.HELP_CALLED)[0].data["reason"] == "help"
    assert page.notice == page.messages("greeter.supervisor_called")


def test_f7_danger_changes_the_recommendation_at_once(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.press(Qt.Key.Key_F7)
    page.press(Qt.Key.Key_1)
    assert page.visit.advice is not None
    assert page.visit.advice.recommendation.priority == "safety"
    assert page.events(EventKind.HELP_CALLED)[0].data["reason"] == "scam_signs"


def test_f8_registers_a_complaint_in_two_touches_and_keeps_the_place(page: DeskPage) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_F8)
    page.press(Qt.Key.Key_1)
    (event,) = page.events(EventKind.COMPLAINT_REGISTERED)
    assert event.data["category"] == "waiting"
    assert event.data["number"] in page.notice
    assert page.tickets() == ["A1001"]


def test_complaint_by_touch_takes_two_touches(page: DeskPage) -> None:
    from lobby_app.ui.shortcuts import Command

    page.touch(page.shown.view.answer.action_row.modifiers[Command.COMPLAINT])
    page.touch(page.shown.sheets.choice.buttons[3])
    assert page.events(EventKind.COMPLAINT_REGISTERED)[0].data["category"] == "fees"


def test_f9_hides_who_it_is_and_shows_it_again(page: DeskPage) -> None:
    page.scan_card("gold_maturity")
    card = page.shown.view.answer
    shown = card.name.text()
    page.press(Qt.Key.Key_F9)
    assert card.name.text() == page.messages("greeter.blurred_name")
    assert not any(chip.isVisible() for chip in card.chips)
    assert not card.age.isVisible()
    assert not card.reminder.isVisible()
    assert "*" not in "".join(page.texts())
    page.press(Qt.Key.Key_F9)
    assert card.name.text() == shown


def test_f12_notes_help_to_an_elder(page: DeskPage) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_F12)
    page.press(Qt.Key.Key_1)
    (event,) = page.events(EventKind.ELDER_ASSISTED)
    assert event.data["kind"] == "taught"
    assert page.notice == page.messages("greeter.assistance_noted")


def test_f1_lists_every_key(page: DeskPage) -> None:
    page.press(Qt.Key.Key_F1)
    assert page.sheet is page.shown.sheets.keys
    page.press(Qt.Key.Key_Escape)
    assert page.sheet is None


def test_ctrl_g_changes_the_language_of_this_visit_only(page: DeskPage) -> None:
    page.scan_card("platinum")
    page.press(Qt.Key.Key_G, CONTROL)
    assert page.visit.wishes.language is Language.EN
    assert page.window.hub.wording.language is Language.ZH
    page.scan_card("elder")
    assert page.visit.wishes.language is Language.ZH


def test_ctrl_digits_and_an_exact_amount_change_the_advice(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_3, CONTROL)
    assert page.visit.need is not None
    assert page.visit.need.amount == 200_000
    page.press(Qt.Key.Key_0, CONTROL)
    page.type("1234")
    page.press(Qt.Key.Key_Return)
    assert page.visit.need.amount == 1234
    assert page.visit.phase is Phase.ADVISED, "Enter confirmed the amount and printed nothing"
    assert page.window.focusWidget() is page.shown.view.business.search


def test_theme_and_type_size_have_keys(page: DeskPage) -> None:
    page.press(Qt.Key.Key_T, CONTROL)
    assert page.shown.theme.name is ThemeName.HIGH_CONTRAST
    page.press(Qt.Key.Key_Equal, CONTROL)
    assert page.shown.theme.factor == 1.25
    page.press(Qt.Key.Key_Minus, CONTROL)
    assert page.shown.theme.factor == 1.0


@pytest.mark.parametrize("first", ["search", "amount"])
def test_command_keys_win_over_the_field_that_has_the_focus(page: DeskPage, first: str) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    if first == "amount":
        page.scan_card("cash_machine")
        page.press(Qt.Key.Key_0, CONTROL)
        assert page.window.focusWidget() is page.shown.view.business.amount
    for key in (Qt.Key.Key_E, Qt.Key.Key_I):
        page.press(key, CONTROL)
        assert page.sheet is not None
        page.press(Qt.Key.Key_Escape)


def test_ctrl_z_held_down_cancels_one_ticket(page: DeskPage) -> None:
    for card in ("elder", "platinum", "company"):
        page.scan_card(card)
        page.press(Qt.Key.Key_Return)
    assert len(page.tickets()) == 3
    _hold(page, Qt.Key.Key_Z, CONTROL)
    assert len(page.tickets()) == 2


def test_enter_held_down_prints_once_and_leaves_the_ticket_on_screen(page: DeskPage) -> None:
    page.scan_card("elder")
    _hold(page, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r")
    assert page.tickets() == ["A1001"]
    assert page.visit.phase is Phase.ISSUED


@pytest.mark.parametrize(
    "open_and_close",
    [
        (Qt.Key.Key_F8, Qt.Key.Key_1),
        (Qt.Key.Key_F12, Qt.Key.Key_1),
        (Qt.Key.Key_F7, Qt.Key.Key_4),
        (Qt.Key.Key_F8, Qt.Key.Key_Escape),
        (Qt.Key.Key_F1, Qt.Key.Key_Escape),
        (Qt.Key.Key_F1, Qt.Key.Key_Return),
    ],
)
def test_after_a_sheet_enter_belongs_to_the_big_button_again(
    page: DeskPage, open_and_close: tuple[Qt.Key, Qt.Key]
) -> None:
    page.scan_card("elder")
    for key in open_and_close:
        page.press(key)
    assert page.sheet is None
    page.press(Qt.Key.Key_Return)
    assert page.tickets() == ["A1001"]


def test_typed_number_is_looked_up_and_leaves_the_field(page: DeskPage) -> None:
    page.press(Qt.Key.Key_I, CONTROL)
    field = page.shown.sheets.entry.field
    page.type("6212 3456 7890 0000 003")
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.CHOOSING
    field.undo()
    assert field.text() == ""


def test_typed_number_is_gone_when_the_sheet_is_closed(page: DeskPage) -> None:
    page.press(Qt.Key.Key_I, CONTROL)
    page.type("62123456")
    page.press(Qt.Key.Key_Escape)
    field = page.shown.sheets.entry.field
    field.undo()
    assert field.text() == ""


def test_scan_while_a_sheet_is_open_closes_it_and_counts(page: DeskPage) -> None:
    page.press(Qt.Key.Key_F8)
    page.scan_card("elder")
    assert page.sheet is None
    assert page.visit.phase is Phase.ADVISED
    assert page.events(EventKind.COMPLAINT_REGISTERED) == []


def test_paste_of_nothing_says_so(page: DeskPage) -> None:
    from PySide6.QtGui import QGuiApplication

    QGuiApplication.clipboard().clear()
    page.press(Qt.Key.Key_V, CONTROL)
    assert page.notice == page.messages("greeter.paste_empty")


def test_paste_into_the_amount_is_a_scan_and_no_digit_stays(page: DeskPage) -> None:
    from PySide6.QtGui import QGuiApplication

    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_0, CONTROL)
    QGuiApplication.clipboard().setText("6212345678900000003")
    page.press(Qt.Key.Key_V, CONTROL)
    assert page.shown.view.business.amount.text() == ""
    assert page.visit.phase is Phase.CHOOSING
    QGuiApplication.clipboard().clear()
