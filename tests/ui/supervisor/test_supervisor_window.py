"""A supervisor's work by keys, over a real branch: every page, every action, both languages."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from lobby_app.domain.event import EventKind
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.kpi_levels import LIMITS
from lobby_app.domain.text import Language, Text
from lobby_app.messages import Messages, bilingual
from lobby_app.services import registers
from lobby_app.services.supervision_views import HallView
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.figure_rows import Split, rows_of
from lobby_app.ui.supervisor.keys import KEYS, SupervisorCommand
from lobby_app.ui.supervisor.reports import csv_bytes
from lobby_app.ui.theme import ThemeName
from tests.helpers.calling_desk import session_of, tickets_for
from tests.helpers.supervisor import SupervisorPage
from tests.ui.supervisor.conftest import MakePage

Key = Qt.Key
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _hall(page: SupervisorPage) -> HallView:
    assert page.shift.hall is not None
    return page.shift.hall


# --- signing on, pages, language


def test_nothing_is_shown_before_somebody_signed_on(open_page: MakePage) -> None:
    page = open_page()
    assert page.window.sign_on.isVisible()
    for key in (Key.Key_O, Key.Key_F3, Key.Key_1, Key.Key_B):
        page.press(key)
    assert page.shift.hall is None
    assert not page.window.choice.isVisible()
    page.sign_on(pin="0000")
    assert page.window.sign_on.error.text()
    assert page.shift.session is None
    page.sign_on()
    assert not page.window.sign_on.isVisible()
    assert len(page.view.hall.waiting_model.rows) == len(_hall(page).waiting) > 0


def test_the_demo_says_who_may_sign_on_in_both_languages(open_page: MakePage) -> None:
    page = open_page()
    check = page.window.sign_on.check
    assert "PIN 2468" in check.text()
    page.press(Key.Key_F11)
    assert "密码 2468" in check.text()
    assert check.isVisible()


def test_signing_off_hides_the_hall_and_leaves_an_event(page: SupervisorPage) -> None:
    page.control(Key.Key_L)
    assert page.window.sign_on.isVisible()
    assert page.shift.session is None
    assert page.events(EventKind.SIGNED_OFF)[-1].actor == "0017"
    page.press(Key.Key_O)
    assert not page.window.choice.isVisible()


def test_a_session_ends_with_its_day(page: SupervisorPage) -> None:
    page.press(Key.Key_D)
    assert page.window.choice.isVisible()
    page.branch.later(24 * 60)
    page.look()
    sheet = page.window.sign_on
    assert sheet.isVisible()
    assert not page.window.choice.isVisible()
    assert page.shift.session is None
    assert "A new business day" in sheet.check.text()
    page.sign_on()
    assert not sheet.isVisible()
    assert _hall(page).waiting == ()


def test_a_column_follows_longer_words_in_as_many_rows(open_page: MakePage) -> None:
    page = open_page(size=(1920, 1080))
    page.sign_on()
    hall, table = _hall(page), page.view.hall.waiting
    place = [column.title for column in page.view.hall.waiting_model.columns].index(
        "column_business"
    )
    for name in ("Fee", "Cash deposit"):
        line = replace(hall.waiting[0], business=Text(name, name))
        page.shift.hall = replace(hall, waiting=(line,))
        page.window.screen_parts.render()
        wanted = table.sizeHintForIndex(page.view.hall.waiting_model.index(0, place)).width()
        assert table.columnWidth(place) >= wanted


def test_pages_by_keys(page: SupervisorPage) -> None:
    for key, widget in (
        (Key.Key_F3, page.view.figures), (Key.Key_F4, page.view.fairness),
        (Key.Key_F2, page.view.hall),
    ):  # fmt: skip
        page.press(key)
        assert widget.isVisible()
    assert page.view.page_buttons[SupervisorCommand.HALL].isChecked()


@pytest.mark.parametrize("key", [Key.Key_F2, Key.Key_F3, Key.Key_F4])
def test_every_word_of_a_page_is_in_the_language_shown(page: SupervisorPage, key: Key) -> None:
    page.press(key)
    english = [text for text in page.texts() if CHINESE.search(text)]
    assert [text for text in english if "中文" not in text] == []
    page.press(Key.Key_F11)
    page.press(Key.Key_F11)
    page.press(Key.Key_F11)
    chinese = [text for text in page.texts() if re.search(r"[a-z]{4,}", text)]
    assert chinese == []


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_window_fits_its_screen_at_every_size_of_type(
    open_page: MakePage, theme: ThemeName, size: tuple[int, int]
) -> None:
    page = open_page(size=size)
    page.sign_on()
    page.window.screen_parts.choose_theme(theme)
    for key in (Key.Key_F2, Key.Key_F3, Key.Key_F4):
        page.press(key)
        for _ in range(3):
            page.control(Key.Key_Equal)
        assert (page.window.width(), page.window.height()) == size
        assert page.window.minimumSizeHint().width() <= size[0]
        for _ in range(3):
            page.control(Key.Key_Minus)


@pytest.mark.parametrize("zoom", range(4))
def test_the_name_of_the_branch_keeps_its_size(page: SupervisorPage, zoom: int) -> None:
    page.window.screen_parts.zoom(zoom)
    for _ in Language:
        page.press(Key.Key_F11)
        for _ in range(4):
            QApplication.processEvents()
        assert page.view.branch.width() >= page.view.branch.whole_width()
        assert page.view.head.rect().contains(page.view.sign_off.geometry())


def test_everything_that_takes_a_hand_has_a_name(page: SupervisorPage) -> None:
    for key in (Key.Key_F2, Key.Key_F3, Key.Key_F4):
        page.press(key)
        for widget in page.window.findChildren(QWidget):
            if not widget.isVisible() or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
                continue
            interface = QAccessible.queryAccessibleInterface(widget)
            assert interface.text(QAccessible.Text.Name), type(widget).__name__


def test_help_names_every_key_and_runs_what_is_chosen(page: SupervisorPage) -> None:
    page.press(Key.Key_F1)
    shown = [button.text() for button in page.window.choice.buttons]
    for key in KEYS.values():
        assert any(key in text for text in shown)
    page.choose("F4")
    assert page.view.fairness.isVisible()


# --- the hall


def test_the_hall_follows_the_log(page: SupervisorPage) -> None:
    before = len(page.view.hall.waiting_model.rows)
    tickets_for(page.branch.opened, 2)
    page.window.watching.look()
    page.settle()
    page.settle()
    assert len(page.view.hall.waiting_model.rows) == before + 2


def test_timers_run_without_reading_again(page: SupervisorPage) -> None:
    model = page.view.hall.waiting_model
    before = model.index(0, 4).data()
    page.branch.later(3)
    page.window.screen_parts.tick()
    after = model.index(0, 4).data()
    minutes = [int(text.split(" ")[0]) for text in (before, after)]
    assert minutes[1] - minutes[0] == 3


def test_the_heat_strip_says_in_words_what_it_paints(page: SupervisorPage) -> None:
    strip = page.view.hall.heat
    said = strip.accessibleDescription()
    for half in _hall(page).halves:
        assert f"{half.starts_at:%H:%M}: " in said
    assert f"{_hall(page).halves[0].arrived} tickets" in said


def test_a_counter_is_closed_and_opened_with_a_reason(page: SupervisorPage) -> None:
    number = next(line.number for line in _hall(page).counters if line.state == "free")
    page.press(Key.Key_C)
    page.choose(f"No. {number} ")
    assert "cannot call any more" in page.window.choice.text.text()
    page.press(Key.Key_Escape)
    assert not page.events(EventKind.COUNTER_CLOSED), "Esc changes nothing"
    page.press(Key.Key_C)
    page.choose(f"No. {number} ")
    page.choose("Staffing")
    assert page.events(EventKind.COUNTER_CLOSED)[-1].data["why"] == "staffing"
    assert page.notice == f"Counter {number} is closed."
    page.look()
    page.press(Key.Key_O)
    page.choose(f"No. {number} ")
    page.choose("Waiting too long")
    opened = page.events(EventKind.COUNTER_OPENED)[-1]
    assert (opened.counter, opened.data["why"]) == (number, "long_wait")


def test_a_counter_takes_another_queue(page: SupervisorPage) -> None:
    page.press(Key.Key_Q)
    page.choose("No. 1 ")
    page.choose("Service counter")
    page.choose("These")
    page.choose("Waiting too long")
    opened = page.events(EventKind.COUNTER_OPENED)[-1]
    assert opened.data["queues"] == ["cash_counter", "service_counter"]
    assert opened.data["for_staff"] == "0201"


def test_the_chosen_ticket_is_moved(page: SupervisorPage) -> None:
    table = page.view.hall.waiting
    table.setFocus()
    page.press(Key.Key_Down)
    chosen = page.view.hall.waiting_model.rows[table.chosen() or 0]
    page.press(Key.Key_R)
    assert page.question == f"Move {chosen.number} where?"
    page.choose("Next at counter")
    page.choose("customer's wish")
    moved = page.events(EventKind.TICKET_TRANSFERRED)[-1]
    assert (moved.ticket, moved.data["why"]) == (chosen.ticket_id, "customer_wish")
    assert page.notice == f"{chosen.number} is moved."


def test_a_customer_is_finished_by_force(page: SupervisorPage) -> None:
    line = next(line for line in _hall(page).counters if line.state == "serving")
    page.press(Key.Key_F)
    page.choose(f"No. {line.number} ")
    page.choose("The customer left")
    assert page.question == f"Finish {line.ticket_number} by force?"
    page.choose("A mistake")
    ended = page.events(EventKind.SERVICE_FINISHED)[-1]
    assert (ended.counter, ended.data["outcome"], ended.actor) == (line.number, "left", "0017")


def test_a_zone_is_paused_and_resumed(page: SupervisorPage) -> None:
    page.press(Key.Key_P)
    page.choose("D Advice")
    page.choose("Waiting too long")
    page.look()
    assert _hall(page).paused == ("D",)
    assert "No tickets: D" in page.texts()
    page.press(Key.Key_P)
    page.choose("D Advice: paused")
    page.choose("Staffing")
    page.look()
    assert _hall(page).paused == ()


def test_a_machine_is_marked_down(page: SupervisorPage) -> None:
    page.press(Key.Key_D)
    page.choose("Cash recycler 1")
    page.choose("down")
    page.look()
    down = [d.device_id for d in _hall(page).devices if d.state is ChannelState.DOWN]
    assert down == ["crs-1"]


def test_cash_is_marked_short_and_enough_with_a_reason(page: SupervisorPage) -> None:
    page.press(Key.Key_S)
    assert page.question == "Is cash short?"
    page.press(Key.Key_Escape)
    assert not page.events(EventKind.CASH_STOCK_SET), "Esc changes nothing"
    page.press(Key.Key_S)
    page.choose("The delivery has not come")
    assert page.notice == "Noted: cash is short."
    said = page.events(EventKind.CASH_STOCK_SET)[-1]
    assert (said.actor, said.data) == ("0017", {"is_short": True, "why": "delivery_late"})
    page.look()
    assert "Cash is short" in page.view.hall.tiles["open"].accessibleName()
    page.branch.later(2.1)
    page.look()
    rows = page.view.hall.alarms.rows
    row = next(row for row in rows if "Cash is short" in row.text.text())
    assert "Cash is ordered" in row.act.text()
    page.press(Key.Key_S)
    assert page.question == "Is there enough cash again?"
    page.choose("The delivery has come")
    assert page.events(EventKind.CASH_STOCK_SET)[-1].data["is_short"] is False


def test_a_usual_message_goes_to_the_wall_and_a_number_does_not(page: SupervisorPage) -> None:
    page.press(Key.Key_B)
    sheet = page.window.broadcast
    sheet.usual["long_wait"].click()
    sheet.send[15].click()
    page.settle()
    sent = page.events(EventKind.WALL_MESSAGE)[-1]
    assert sent.data["en"] == Messages(Language.EN)("supervisor.say_long_wait")
    assert CHINESE.search(str(sent.data["zh"]))
    page.press(Key.Key_Escape)
    page.press(Key.Key_B)
    sheet.fields["zh"].setText("13800138000")
    sheet.send[5].click()
    page.settle()
    assert sheet.isVisible()
    assert sheet.error.text()
    assert len(page.events(EventKind.WALL_MESSAGE)) == 1
    sheet.withdraw.click()
    page.settle()
    assert page.events(EventKind.WALL_MESSAGE)[-1].data["zh"] == ""


# --- alarms


def test_a_scam_call_rings_once_and_is_answered_by_its_digit(page: SupervisorPage) -> None:
    rang: list[int] = []
    page.window.alarming.rang.connect(lambda: rang.append(1))
    registers.call_supervisor(page.branch.desk, session_of("0018"), None, "scam_signs")
    page.look()
    page.look()
    assert rang == [1]
    assert "signs of a scam" in page.view.hall.alarms.rows[0].text.text()
    page.press(Key.Key_1)
    assert page.events(EventKind.ALARM_ANSWERED)[-1].data["action"] == "go_there"
    page.look()
    rows = page.view.hall.alarms.rows
    row = next(row for row in rows if "scam" in row.text.text())
    assert row.state.text() == "0017 takes care"
    assert row.act.isHidden()


def test_an_alarm_rings_on_every_page(page: SupervisorPage) -> None:
    rang: list[int] = []
    page.window.alarming.rang.connect(lambda: rang.append(1))
    page.press(Key.Key_F3)
    registers.call_supervisor(page.branch.desk, session_of("0018"), None, "security")
    page.look()
    assert rang == [1]
    alarms = len(_hall(page).alarms)
    assert f"({alarms})" in page.view.page_buttons[SupervisorCommand.HALL].text()


# --- figures


def test_every_figure_has_a_name_and_a_definition_in_both_languages(page: SupervisorPage) -> None:
    page.press(Key.Key_F3)
    view = page.shift.figures
    assert view is not None
    for language in Language:
        for split in Split:
            for row in rows_of(view, split, Wording(Messages(language), "supervisor")):
                assert row.name
                assert len(row.definition) > 5
                assert len(row.cells) == len(rows_of(view, split, page.window.hub.wording)[0].cells)


def test_the_definition_follows_the_focus(page: SupervisorPage) -> None:
    page.press(Key.Key_F3)
    table, shown = page.view.figures.table, page.view.figures
    table.setFocus()
    page.press(Key.Key_Down)
    first = shown.definition.text()
    page.press(Key.Key_Down)
    assert shown.definition.text() != first
    assert shown.definition.text() == table.currentIndex().data(Qt.ItemDataRole.ToolTipRole)


def test_the_split_goes_round_and_keeps_the_day(page: SupervisorPage) -> None:
    page.press(Key.Key_F3)
    headings = []
    for _ in range(4):
        model = page.view.figures.table.model()
        headings.append(
            [model.headerData(at, Qt.Orientation.Horizontal) for at in range(model.columnCount())]
        )
        page.press(Key.Key_F6)
    assert headings[0] == headings[3]
    assert headings[0][:2] == ["Figure", "Day"]
    assert "Cash counter" in headings[1]
    assert "9:00" in headings[2]


def test_satisfaction_is_not_shown_for_few_answers(page: SupervisorPage) -> None:
    page.press(Key.Key_F3)
    assert page.shift.figures is not None
    rows = rows_of(page.shift.figures, Split.PRIORITY, page.window.hub.wording)
    satisfaction = next(row for row in rows if row.code == "satisfaction")
    assert satisfaction.cells[0].value is None
    assert satisfaction.cells[0].text == "0 of 30 answers"
    diversion = next(row for row in rows if row.code == "diversion")
    assert diversion.cells[0].level == ""
    assert "n=" in diversion.cells[0].text
    assert "diversion" not in LIMITS


def test_exported_values_are_the_figures(page: SupervisorPage, tmp_path: Path) -> None:
    page.press(Key.Key_F3)
    page.control(Key.Key_S)
    target = tmp_path / "reports" / "lobby-2026-11-25.csv"
    assert page.notice == f"Saved: {target}"
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    values = {(line[1], line[3]): line[4] for line in lines[1:]}
    view = page.shift.figures
    assert view is not None
    assert float(values["p90", "all"]) == pytest.approx(view.figures.waits["all"].p90, abs=1e-3)
    assert values["tickets", "queue:cash_counter"] == str(
        view.figures.arrivals["queue:cash_counter"]
    )
    share = view.figures.abandoned["all"].value
    assert float(values["abandonment", "all"]) == pytest.approx(share, abs=1e-3)
    assert values["satisfaction", "all"] == ""
    assert content == csv_bytes(view, page.window.hub.wording)
    assert len({(line[1], line[2], line[3]) for line in lines}) == len(lines)


def test_the_pdf_is_one_and_replaces_the_last_one_whole(
    page: SupervisorPage, tmp_path: Path
) -> None:
    page.press(Key.Key_F3)
    page.control(Key.Key_E)
    page.control(Key.Key_E)
    folder = tmp_path / "reports"
    assert [path.name for path in folder.iterdir()] == ["lobby-2026-11-25.pdf"]
    content = (folder / "lobby-2026-11-25.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 1


def test_an_export_that_cannot_be_written_is_one_sentence(
    page: SupervisorPage, tmp_path: Path
) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    page.press(Key.Key_F3)
    page.control(Key.Key_S)
    assert "cannot be written" in page.notice
    assert "Check free space and rights" in page.notice


def test_printing_asks_for_a_printer(page: SupervisorPage) -> None:
    page.press(Key.Key_F3)
    page.control(Key.Key_P)
    dialog = page.window.reporting.dialog
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


# --- fairness


def test_a_call_is_found_by_its_number_and_explained(page: SupervisorPage) -> None:
    page.control(Key.Key_F)
    fairness = page.view.fairness
    assert fairness.isVisible()
    view = page.shift.fairness
    assert view is not None
    decision = next(one for one in view.decisions if " before " in one.why.en)
    fairness.search.setText(decision.number.lower())
    assert decision.ticket_id in {row.ticket_id for row in fairness.model.rows}
    assert fairness.why.text() in {row.why.en for row in fairness.model.rows}
    fairness.search.setText("Z9999")
    assert fairness.why.text() == "There is no such call."


def test_letters_typed_into_the_search_are_no_commands(page: SupervisorPage) -> None:
    page.control(Key.Key_F)
    page.settle()
    page.view.fairness.search.setFocus()
    page.press(Key.Key_O)
    assert page.view.fairness.search.text().lower() == "o"
    assert not page.window.choice.isVisible()


def test_no_page_shows_a_person(page: SupervisorPage) -> None:
    """Masked names carry an asterisk, references a C-: neither may be on any page."""
    for key in (Key.Key_F2, Key.Key_F3, Key.Key_F4):
        page.press(key)
        shown = " ".join(page.texts())
        for model in (
            page.view.hall.waiting_model, page.view.hall.counter_model, page.view.fairness.model,
        ):  # fmt: skip
            for row in range(model.rowCount()):
                cells = (model.index(row, at).data() for at in range(model.columnCount()))
                shown += " ".join(str(cell) for cell in cells)
        assert "*" not in shown
        assert not re.search(r"\d{8,}", shown)


def test_buttons_show_their_keys(page: SupervisorPage) -> None:
    for key in (Key.Key_F3, Key.Key_F4, Key.Key_F2):
        page.press(key)
    for command in SupervisorCommand:
        button = page.view.button(command)
        if isinstance(button, QPushButton):
            assert KEYS[command] in button.text()


def test_usual_messages_fit_the_wall(page: SupervisorPage) -> None:
    page.press(Key.Key_B)
    sheet = page.window.broadcast
    for code, button in sheet.usual.items():
        button.click()
        said = bilingual(f"supervisor.say_{code}")
        assert (sheet.fields["zh"].text(), sheet.fields["en"].text()) == (said.zh, said.en)
