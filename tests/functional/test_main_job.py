"""The main job on real input: a scan, the recommendation, Enter, a ticket that a phone reads."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap

from lobby_app.assembly import OpenDesk
from lobby_app.demo.cards import appointment_cards, demo_cards
from lobby_app.domain.event import EventKind
from lobby_app.domain.text import Language
from lobby_app.printers import open_printer
from lobby_app.scans.demo_numbers import build_td3
from lobby_app.ui.greeter.state import Phase
from tests.helpers.desk_app import DeskPage, card_text, demo_settings, greeter_page
from tests.helpers.escpos_emulator import PrinterEmulator, read_codes
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN

CARDS = {card.key: card for card in demo_cards()}
KEYS = ("elder", "elder_help", "passport", "licence", "statement", "platinum", "unknown_card")
TRACK, RESIDENT = ";6212345678900000003=30122200000000000?", "11010519491231002X"
ZONE = build_td3("SPECIMEN", "ANNA", "UT0000001", date(1948, 3, 1), "F", date(2039, 1, 31))


def _payload(page: DeskPage) -> str:
    assert page.visit.issued is not None
    return page.visit.issued.slip.qr_payload


@pytest.mark.parametrize("key", KEYS)
def test_scan_leads_to_the_recommendation_promised_on_the_card(page: DeskPage, key: str) -> None:
    card = CARDS[key]
    page.scan(card.text)
    if page.visit.need is None:
        page.choose(card.need.code)
    if card.need != page.visit.need:
        page.window.visiting.change_need(card.need)
        page.settle()
    advice = page.visit.advice
    assert advice is not None
    assert advice.recommendation.channel == card.expected.channel
    assert advice.recommendation.priority is card.expected.priority
    assert page.answer.startswith(advice.option.name.zh)


@pytest.mark.parametrize("text", [TRACK, RESIDENT, ZONE], ids=["track", "resident", "zone"])
def test_somebody_unknown_gets_a_ticket_from_every_kind_of_document(
    page: DeskPage, emulator: PrinterEmulator, text: str
) -> None:
    page.scan(text)
    assert page.visit.phase is Phase.CHOOSING
    page.choose("note_exchange")
    page.press(Qt.Key.Key_Return)
    emulator.wait_for_tickets(1)
    assert read_codes(emulator.tickets[0]) == [_payload(page)]


def test_age_on_an_unknown_document_gives_care_priority(page: DeskPage) -> None:
    page.scan(RESIDENT)
    page.choose("note_exchange")
    assert page.visit.advice is not None
    assert page.visit.advice.recommendation.priority == "care"


def test_enter_prints_a_ticket_whose_code_reads_from_the_paper(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.ISSUED
    emulator.wait_for_tickets(1)
    assert read_codes(emulator.tickets[0]) == [_payload(page)]
    assert emulator.unexpected == []
    assert "A1001" in page.answer


def test_number_is_committed_before_the_printer_hears_of_it(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    kinds = [event.kind for event in page.events()]
    order = [EventKind.VISIT_TRIAGED, EventKind.TICKET_ISSUED, EventKind.TICKET_PRINTED]
    assert [kind for kind in kinds if kind in order] == order
    printed = page.events(EventKind.TICKET_PRINTED)[0]
    assert printed.ticket == page.events(EventKind.TICKET_ISSUED)[0].ticket
    assert printed.data == {"outcome": "printed", "problem": None, "copy": 0}


def test_code_on_screen_is_the_code_on_paper(page: DeskPage, emulator: PrinterEmulator) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    emulator.wait_for_tickets(1)
    on_card = _codes(page.window.grab())
    page.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert page.sheet is page.shown.sheets.preview
    on_preview = _codes(page.shown.sheets.preview.picture.grab())
    assert on_card == on_preview == read_codes(emulator.tickets[0])


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="no pdftoppm")
def test_pdf_ticket_holds_the_same_code(qapp: object, data: Path, opened: OpenDesk) -> None:
    with greeter_page(opened, open_printer(demo_settings(data))) as page:
        page.sign_on(QUICK_NUMBER, QUICK_PIN)
        page.scan_card("elder")
        page.press(Qt.Key.Key_Return)
        payload = _payload(page)
    (paper,) = sorted((data / "tickets").glob("*.pdf"))
    picture = data / "page"
    command = ["pdftoppm", "-r", "203", "-gray", "-png", "-singlefile", paper, picture]
    subprocess.run(command, check=True)
    with Image.open(picture.with_suffix(".png")) as rendered:
        assert read_codes(rendered) == [payload]


def test_customer_from_abroad_gets_a_ticket_in_english(
    page: DeskPage, emulator: PrinterEmulator
) -> None:
    page.scan_card("passport")
    assert page.visit.wishes.language is Language.EN
    page.press(Qt.Key.Key_F2)
    page.press(Qt.Key.Key_Return)
    assert page.events(EventKind.TICKET_ISSUED)[0].data["language"] == "en"


def test_visit_without_ticket_is_closed_with_its_outcome(page: DeskPage) -> None:
    page.scan_card("cash_machine")
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.IDLE
    assert page.tickets() == []
    closed = page.events(EventKind.VISIT_CLOSED)[0]
    assert closed.data["outcome"] == "guide_to_machine"
    assert page.notice


def test_profile_view_is_an_event_with_who_and_visit(page: DeskPage) -> None:
    page.scan_card("platinum")
    assert page.visit.identified is not None
    (viewed,) = page.events(EventKind.PROFILE_VIEWED)
    assert viewed.actor == QUICK_NUMBER
    assert viewed.data["visit"] == page.visit.identified.visit.visit_id
    assert viewed.data["customer_ref"] == page.visit.identified.visit.customer_ref


def test_booking_code_alone_checks_in(page: DeskPage) -> None:
    booked = next(
        card for card in appointment_cards() if card.channel in ("service_counter", "loan_desk")
    )
    page.scan(booked.text)
    issued = page.events(EventKind.TICKET_ISSUED, EventKind.VISIT_CLOSED)
    assert len(issued) == 1
    assert page.visit.identified is None or page.visit.phase is Phase.ISSUED


def test_scanned_ticket_opens_its_sheet(page: DeskPage) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    payload = _payload(page)
    page.press(Qt.Key.Key_Escape)
    page.scan(payload)
    assert page.sheet is page.shown.sheets.choice
    assert page.shown.sheets.choice.title.text() == "A1001"


@pytest.mark.parametrize(
    ("text", "key"), [("110105194912310021", "id_check_digit"), ("%E?;E?", "bad_swipe")]
)
def test_unreadable_scan_says_what_to_do_next(page: DeskPage, text: str, key: str) -> None:
    page.scan(text)
    assert page.visit.phase is Phase.UNREADABLE
    assert page.shown.view.answer.why.text() == page.messages(f"scans.{key}")
    assert "F10" in page.shown.view.answer.human.text()


def test_card_sheet_texts_can_be_pasted(page: DeskPage, qapp: object) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setText(card_text("elder"))
    page.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.visit.phase is Phase.ADVISED
    assert clipboard.text() == card_text("elder")
    clipboard.clear()


def _codes(picture: QPixmap) -> list[str]:
    grey = picture.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    size, row = (grey.width(), grey.height()), grey.bytesPerLine()
    return read_codes(Image.frombuffer("L", size, bytes(grey.constBits()), "raw", "L", row, 1))
