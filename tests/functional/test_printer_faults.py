"""Whatever the printer does: its own sentence, no ticket lost or doubled, the next one served."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from lobby_app.domain.event import EventKind
from lobby_app.domain.ports import PrinterProblem
from tests.helpers.desk_app import DeskPage
from tests.helpers.escpos_emulator import PrinterEmulator, read_codes

STOPPED = {
    "cover_open": PrinterProblem.COVER_OPEN,
    "paper_out": PrinterProblem.PAPER_OUT,
    "cutter_jam": PrinterProblem.CUTTER,
    "unrecoverable": PrinterProblem.UNRECOVERABLE,
    "overheated": PrinterProblem.OVERHEATED,
    "offline": PrinterProblem.OFFLINE,
    "refuse": PrinterProblem.UNREACHABLE,
    "mute": PrinterProblem.NO_ANSWER,
}
"""Fault → what is known of it before a byte of the ticket is sent."""


def _issue(page: DeskPage, card: str = "elder") -> str:
    page.scan_card(card)
    page.press(Qt.Key.Key_Return)
    assert page.visit.issued is not None
    return page.visit.issued.slip.qr_payload


def _outcomes(page: DeskPage) -> list[tuple[str, int]]:
    events = page.events(EventKind.TICKET_PRINTED, EventKind.PRINT_FAILED)
    return [(event.data["outcome"], event.data["copy"]) for event in events]


@pytest.mark.parametrize(("fault", "problem"), STOPPED.items(), ids=STOPPED)
def test_fault_is_told_and_the_next_customer_is_served(
    page: DeskPage, emulator: PrinterEmulator, fault: str, problem: PrinterProblem
) -> None:
    emulator.set(**{fault: True})
    first = _issue(page)
    trouble = page.shown.sheets.trouble
    assert page.sheet is trouble
    assert trouble.text.text() == page.messages(f"printer.{problem.value}", number="A1001")
    assert trouble.number.text() == "A1001"
    assert _outcomes(page) == [("not_sent", 0)]
    emulator.set(**{fault: False})
    second = _issue(page, "elder_help")
    assert page.sheet is None
    emulator.wait_for_tickets(1)
    assert [read_codes(ticket) for ticket in emulator.tickets] == [[second]]
    assert page.tickets() == ["A1001", "B1001"]
    assert first != second


def test_ticket_that_was_never_sent_is_printed_as_the_original(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    emulator.set(paper_out=True)
    payload = _issue(page)
    sheet = page.shown.sheets.trouble
    assert sheet.retry.text() == page.messages("greeter.trouble_again")
    assert not sheet.yes.isVisible()
    emulator.set(paper_out=False)
    page.touch(sheet.retry)
    emulator.wait_for_tickets(1)
    assert [read_codes(ticket) for ticket in emulator.tickets] == [[payload]]
    assert _outcomes(page) == [("not_sent", 0), ("printed", 0)]
    assert page.tickets() == ["A1001"]


def test_cut_line_is_never_sent_again_by_itself_but_as_a_marked_copy(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    emulator.set(drop_after=emulator.received + 3000)
    payload = _issue(page)
    sheet = page.shown.sheets.trouble
    assert page.sheet is sheet
    assert sheet.retry.text() == page.messages("greeter.trouble_copy")
    assert sheet.yes.isVisible()
    assert emulator.tickets == []
    page.touch(sheet.retry)
    emulator.wait_for_tickets(1)
    assert [read_codes(ticket) for ticket in emulator.tickets] == [[payload]]
    assert _outcomes(page) == [("unknown", 0), ("printed", 1)]
    assert page.window.hub.desk.floor is not None
    assert page.window.hub.desk.floor.recent[0].copies == 1


def test_paper_ends_in_a_ticket_and_a_new_roll_brings_it_out_once(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    emulator.set(paper_left=200)
    first = _issue(page)
    assert page.sheet is page.shown.sheets.trouble
    assert _outcomes(page) == [("held", 0)]
    emulator.set(paper_out=False, paper_left=None)
    emulator.wait_for_tickets(1)
    second = _issue(page, "elder_help")
    emulator.wait_for_tickets(2)
    assert [read_codes(ticket) for ticket in emulator.tickets] == [[first], [second]]


def test_greeter_who_saw_the_paper_says_so_and_nothing_is_printed_again(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    emulator.set(drop_after=emulator.received + 3000)
    _issue(page)
    before = emulator.received
    page.touch(page.shown.sheets.trouble.yes)
    assert _outcomes(page) == [("unknown", 0), ("printed", 0)]
    assert not page.window.hub.desk.printer_failed
    assert emulator.tickets == []
    assert emulator.received - before < 100, "only questions were sent, no ticket"


@pytest.mark.parametrize("leave", ["close", "enter", "scan"])
def test_trouble_never_keeps_the_greeter(
    page: DeskPage, emulator: PrinterEmulator, leave: str
) -> None:
    emulator.set(paper_out=True)
    _issue(page)
    ways: dict[str, Callable[[], None]] = {
        "close": lambda: page.press(Qt.Key.Key_Escape),
        "enter": lambda: page.press(Qt.Key.Key_Return),
        "scan": lambda: page.scan_card("platinum"),
    }
    ways[leave]()
    assert page.sheet is None
    assert page.tickets() == ["A1001"]


def test_reprint_is_marked_and_keeps_number_and_code(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    payload = _issue(page)
    emulator.wait_for_tickets(1)
    page.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    emulator.wait_for_tickets(2)
    original, copy = emulator.tickets
    assert read_codes(original) == read_codes(copy) == [payload]
    assert copy.height > original.height, "the copy carries the word reprint in a line of its own"
    assert _outcomes(page) == [("printed", 0), ("printed", 1)]
    assert page.tickets() == ["A1001"]


def test_strip_tells_how_the_printer_is(page: DeskPage, emulator: PrinterEmulator) -> None:
    item = page.shown.view.strip.items["printer"].text
    assert item.text() == page.messages("printer.status_ready")
    emulator.set(near_end=True)
    page.window.printing.look()
    page.settle()
    assert item.text() == page.messages("printer.status_near_end")
    emulator.set(cover_open=True)
    page.window.printing.look()
    page.settle()
    assert item.text() == page.messages("printer.status_cover_open")
