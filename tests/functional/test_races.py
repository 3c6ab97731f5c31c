"""Nothing waits in the GUI thread; in whatever order things come, the newest visit counts."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.domain.event import EventKind
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import PrinterProblem, PrintOutcome, PrintResult
from lobby_app.services import calling
from lobby_app.ui.greeter.port import Reception
from lobby_app.ui.greeter.state import Phase
from tests.helpers.calling_desk import session_of
from tests.helpers.desk_app import DeskPage, card_text, greeter_page
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN
from tests.helpers.held_desk import HeldDesk
from tests.screens.states import SettablePrinter, window_states

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def held(qapp: object, opened: OpenDesk) -> Iterator[tuple[DeskPage, HeldDesk]]:
    with greeter_page(opened, SettablePrinter(), wrap=HeldDesk) as page:
        page.sign_on(QUICK_NUMBER, QUICK_PIN)
        desk = page.reception
        assert isinstance(desk, HeldDesk)
        yield page, desk


def _key(page: DeskPage, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key without waiting for anything."""
    target = page.window.focusWidget() or page.window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
    QApplication.processEvents()


def _reached(page: DeskPage, desk: HeldDesk, name: str, count: int = 1) -> None:
    page.until(lambda: desk.count(name) >= count)


def _name(page: DeskPage) -> str:
    return page.shown.view.answer.name.text()


def _missed(page: DeskPage) -> str:
    """Let a counter call a cash ticket for which nobody comes; return its id."""
    page.press(Qt.Key.Key_F10)
    page.choose("note_exchange")
    desk, teller = page.opened.desk, session_of("0018")
    calling.open_counter(desk, teller, 2, ["cash_counter"])
    calling.call_next(desk, teller, 2)
    calling.no_show_current(desk, teller, 2)
    page.window.watching.refresh()
    page.settle()
    floor = page.window.hub.desk.floor
    assert floor is not None
    return next(ticket.ticket_id for ticket in floor.recent if ticket.state == "no_show")


def test_every_use_case_runs_on_a_worker_thread(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    states = window_states("elder", "gold_maturity")
    for name in ("issued", "duplicate", "documents-missing", "redirect", "complaint-done"):
        states[name](page)
        page.press(Qt.Key.Key_Escape)
        page.press(Qt.Key.Key_Escape)
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_Return)
    page.press(Qt.Key.Key_P, CONTROL)
    page.press(Qt.Key.Key_F12)
    page.press(Qt.Key.Key_1)
    page.press(Qt.Key.Key_F7)
    page.press(Qt.Key.Key_4)
    page.window.watching.set_device("stm-3", ChannelState.UP)
    page.press(Qt.Key.Key_F10)
    page.press(Qt.Key.Key_1)
    page.press(Qt.Key.Key_Z, CONTROL)
    page.touch(page.shown.view.side.recent_buttons[1])
    page.press(Qt.Key.Key_3)
    page.press(Qt.Key.Key_1)
    page.window.looking.ticket(_missed(page))
    page.press(Qt.Key.Key_1)
    page.press(Qt.Key.Key_L, CONTROL)
    page.sign_on(pin=QUICK_PIN)
    page.window.signing.sign_off()
    page.settle()
    called = {name for name, _ in desk.calls}
    wanted = {name for name in vars(Reception) if not name.startswith("_")}
    assert called == wanted
    assert threading.get_ident() not in {thread for _, thread in desk.calls}


def test_printer_and_store_do_not_share_a_thread(held: tuple[DeskPage, HeldDesk]) -> None:
    _, desk = held
    device = {thread for name, thread in desk.calls if name in ("print_slip", "printer_status")}
    store = {thread for name, thread in desk.calls if name in ("sign_on", "floor_view")}
    assert device.isdisjoint(store)


def test_window_lives_while_the_store_hangs(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    gate = desk.hold("identify")
    page.window.scan(card_text("platinum"))
    _reached(page, desk, "identify")
    assert page.visit.phase is Phase.READING
    _key(page, Qt.Key.Key_F9)
    assert page.window.hub.desk.is_blurred
    _key(page, Qt.Key.Key_F11)
    assert page.answer == page.messages("greeter.reading_answer")
    page.type_now("q")
    assert page.shown.view.business.search.text() == "q"
    _key(page, Qt.Key.Key_F1)
    assert page.sheet is page.shown.sheets.keys
    page.shown.next_theme()
    assert page.window.grab().width() == page.window.width()
    gate.set()
    page.settle()
    assert page.visit.phase is Phase.ADVISED


def test_next_customer_is_served_while_the_printer_hangs(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    gate = desk.hold("print_slip")
    for card in ("elder", "company", "platinum"):
        page.window.scan(card_text(card))
        page.until(lambda: page.visit.phase is Phase.ADVISED)
        _key(page, Qt.Key.Key_Return)
        page.until(lambda: page.visit.phase is Phase.ISSUED)
    assert len(set(page.tickets())) == 3
    assert page.events(EventKind.TICKET_PRINTED) == []
    gate.set()
    page.settle()
    assert len(page.events(EventKind.TICKET_PRINTED)) == 3


def test_answer_about_an_earlier_person_is_never_shown(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    seen: list[str] = []
    page.window.hub.changed.connect(lambda: seen.append(_name(page)))
    gate = desk.hold("identify")
    page.window.scan(card_text("elder"))
    page.window.scan(card_text("platinum"))
    page.window.scan(card_text("company"))
    gate.set()
    page.settle()
    assert "梁" in _name(page)
    assert not [name for name in seen if "马" in name or "周" in name]
    assert page.visit.need is not None
    assert page.visit.need.code == "corporate"


def test_cleared_visit_stays_cleared(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    gate = desk.hold("identify")
    page.window.scan(card_text("elder"))
    _reached(page, desk, "identify")
    _key(page, Qt.Key.Key_Escape)
    gate.set()
    page.settle()
    assert page.visit.phase is Phase.IDLE
    assert _name(page) == ""


def test_advice_for_an_earlier_need_is_dropped(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    page.scan_card("unknown_card")
    gate = desk.hold("advise")
    _key(page, Qt.Key.Key_1)
    _reached(page, desk, "advise")
    _key(page, Qt.Key.Key_5)
    gate.set()
    page.settle()
    assert page.visit.advice is not None
    assert page.visit.advice.need.code == page.visit.need.code == "card_opening"


def test_enter_twice_fast_issues_one_ticket(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    page.scan_card("elder")
    gate = desk.hold("issue")
    for _ in range(3):
        _key(page, Qt.Key.Key_Return)
    gate.set()
    page.settle()
    assert desk.count("issue") == 1
    assert page.tickets() == ["A1001"]


@pytest.mark.parametrize("where", ["advise", "identify"])
def test_enter_that_comes_early_acts_once_on_the_advice_it_was_meant_for(
    held: tuple[DeskPage, HeldDesk], where: str
) -> None:
    page, desk = held
    gate = desk.hold(where)
    page.window.scan(card_text("elder"))
    _reached(page, desk, where)
    _key(page, Qt.Key.Key_Return)
    _key(page, Qt.Key.Key_Return)
    gate.set()
    page.settle()
    assert page.tickets() == ["A1001"]
    assert page.events(EventKind.TICKET_ISSUED)[0].priority == "care"


def test_keys_pressed_while_a_person_is_looked_up_follow_in_order(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, desk = held
    gate = desk.hold("identify")
    page.window.scan(card_text("platinum"))
    _reached(page, desk, "identify")
    for key in (Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_2):
        _key(page, key)
    gate.set()
    page.settle()
    assert "周" in _name(page), "the scanned person is still the one at the desk"
    assert page.visit.wishes.care
    assert page.visit.wishes.agent
    assert page.visit.need is not None
    assert page.visit.need.code == page.shown.business.offered.codes[1]


def test_key_pressed_while_a_ticket_is_written_is_for_the_next_customer(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, desk = held
    page.scan_card("elder")
    gate = desk.hold("issue")
    _key(page, Qt.Key.Key_Return)
    _reached(page, desk, "issue")
    _key(page, Qt.Key.Key_F4)
    gate.set()
    page.settle()
    assert page.tickets() == ["A1001"]
    assert page.visit.phase is Phase.CHOOSING
    assert page.visit.wishes.agent
    assert page.events(EventKind.TICKET_PRINTED)[0].data["copy"] == 0


@pytest.mark.parametrize("then", ["escape", "scan", "lock"])
def test_ticket_being_written_is_printed_whatever_comes_next(
    held: tuple[DeskPage, HeldDesk], then: str
) -> None:
    page, desk = held
    page.scan_card("elder")
    gate = desk.hold("issue")
    _key(page, Qt.Key.Key_Return)
    _reached(page, desk, "issue")
    ways: dict[str, Callable[[], None]] = {
        "escape": lambda: _key(page, Qt.Key.Key_Escape),
        "scan": lambda: page.window.scan(card_text("company")),
        "lock": page.window.signing.lock,
    }
    ways[then]()
    gate.set()
    page.settle()
    assert page.tickets() == ["A1001"]
    assert len(page.events(EventKind.TICKET_PRINTED)) == 1
    assert page.visit.issued is None, "the card shows what came next"


def test_question_about_an_earlier_visit_is_not_asked_about_the_next(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, desk = held
    page.scan_card("cash_machine")
    gate = desk.hold("override_choices")
    _key(page, Qt.Key.Key_F6)
    _reached(page, desk, "override_choices")
    page.window.scan(card_text("elder"))
    gate.set()
    page.settle()
    assert page.sheet is None


def test_reading_that_was_typing_after_all_gives_the_visit_back(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, _ = held
    page.window.visiting.reading(True)
    assert page.answer == page.messages("greeter.reading_answer")
    page.window.visiting.reading(False)
    assert page.answer == page.messages("greeter.idle_answer")


def test_only_one_reading_of_the_floor_is_under_way(held: tuple[DeskPage, HeldDesk]) -> None:
    page, desk = held
    gate = desk.hold("floor_view")
    before = desk.count("floor_view")
    for _ in range(20):
        page.window.watching.refresh()
    _reached(page, desk, "floor_view", before + 1)
    gate.set()
    page.settle()
    assert desk.count("floor_view") == before + 2, "one that ran, one after it"


def test_trouble_that_comes_while_the_desk_is_locked_is_told_after_unlocking(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, desk = held
    page.printer.result = PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.PAPER_OUT)
    gate = desk.hold("print_slip")
    page.window.scan(card_text("elder"))
    page.until(lambda: page.visit.phase is Phase.ADVISED)
    _key(page, Qt.Key.Key_Return)
    page.until(lambda: page.visit.phase is Phase.ISSUED)
    page.window.signing.lock()
    gate.set()
    page.settle()
    assert page.sheet is page.shown.sheets.sign_on
    assert not page.shown.sheets.trouble.isVisible()
    page.sign_on(pin=QUICK_PIN)
    assert page.sheet is page.shown.sheets.trouble


def test_print_truth_is_recorded_even_when_the_greeter_has_left(
    held: tuple[DeskPage, HeldDesk],
) -> None:
    page, desk = held
    gate = desk.hold("print_slip")
    page.window.scan(card_text("elder"))
    page.until(lambda: page.visit.phase is Phase.ADVISED)
    _key(page, Qt.Key.Key_Return)
    page.until(lambda: page.visit.phase is Phase.ISSUED)
    page.window.signing.sign_off()
    gate.set()
    page.settle()
    (printed,) = page.events(EventKind.TICKET_PRINTED)
    assert printed.actor == QUICK_NUMBER
