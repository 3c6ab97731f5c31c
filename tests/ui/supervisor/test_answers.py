"""Customers' answers typed at the supervisor's desk, by keys, over a real branch."""

import csv
import io

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from lobby_app.domain.event import EventKind
from lobby_app.domain.satisfaction import Answer, AnswerReason
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.services.answers import record_answer
from lobby_app.ui.i18n import Wording
from lobby_app.ui.supervisor.figure_rows import FigureRow, Split, rows_of
from lobby_app.ui.supervisor.reports import csv_bytes, document_of
from tests.helpers.calling_desk import session_of
from tests.helpers.supervisor import DAY, SupervisorPage

Key = Qt.Key


def _numbers(page: SupervisorPage) -> list[str]:
    with page.branch.desk.reader() as work:
        return [ticket.number for ticket in work.tickets(DAY)]


def _type(page: SupervisorPage, text: str) -> None:
    QTest.keyClicks(page.window.focusWidget(), text)
    page.settle()


def _rows(page: SupervisorPage, language: Language = Language.EN) -> dict[str, FigureRow]:
    assert page.shift.figures is not None
    wording = Wording(Messages(language), "supervisor")
    return {row.name: row for row in rows_of(page.shift.figures, Split.PRIORITY, wording)}


def test_a_slip_is_noted_by_keys_and_the_next_one_follows(page: SupervisorPage) -> None:
    first, second = _numbers(page)[:2]
    page.press(Key.Key_A)
    sheet = page.window.answer
    _type(page, first.lower())
    page.press(Key.Key_Return)
    _type(page, "4")
    page.press(Key.Key_Tab)
    _type(page, "10")
    page.press(Key.Key_Tab)
    _type(page, "2")
    page.press(Key.Key_Return)
    (said,) = page.events(EventKind.SATISFACTION_ANSWERED)
    assert {**said.data, "ticket": ""} == {"ticket": "", "csat": 4, "nps": 10, "reason": "staff"}
    assert sheet.isVisible()
    assert f"The answer of {first} is noted" in sheet.noted.text()
    assert (sheet.ticket.text(), sheet.csat.value, sheet.nps.value) == ("", "", "")
    _type(page, second)
    page.press(Key.Key_Return)
    _type(page, "5")
    page.press(Key.Key_Return)
    assert len(page.events(EventKind.SATISFACTION_ANSWERED)) == 2
    page.press(Key.Key_Escape)
    assert not sheet.isVisible()


def test_what_is_refused_is_said_in_the_sheet_and_leaves_the_field(page: SupervisorPage) -> None:
    number = _numbers(page)[0]
    record_answer(page.branch.desk, session_of("0017"), number, Answer(5))
    page.press(Key.Key_A)
    sheet = page.window.answer
    for typed, sentence in (
        ("6212345678900000003", "There is no such ticket today"),
        (number, f"The answer of {number} was noted before"),
    ):
        _type(page, typed)
        page.press(Key.Key_Return)
        _type(page, "3")
        page.press(Key.Key_Return)
        assert sentence in sheet.error.text()
        assert (sheet.ticket.text(), sheet.csat.value) == ("", "3")
        assert sheet.ticket.hasFocus()
    assert len(page.events(EventKind.SATISFACTION_ANSWERED)) == 1
    _type(page, "A1")
    page.press(Key.Key_Escape)
    assert sheet.ticket.text() == ""


def test_without_a_score_nothing_is_noted(page: SupervisorPage) -> None:
    page.press(Key.Key_A)
    sheet = page.window.answer
    _type(page, _numbers(page)[0])
    sheet.note.click()
    page.settle()
    assert "No score is chosen" in sheet.error.text()
    assert not page.events(EventKind.SATISFACTION_ANSWERED)


def test_the_code_on_the_paper_may_be_scanned_into_the_field(page: SupervisorPage) -> None:
    with page.branch.desk.reader() as work:
        ticket = work.tickets(DAY)[0]
    page.press(Key.Key_A)
    # A reader types what it sees and presses Enter.
    _type(page, page.branch.desk.ticket_url + ticket.qr_token)
    page.press(Key.Key_Return)
    _type(page, "5")
    page.press(Key.Key_Return)
    (said,) = page.events(EventKind.SATISFACTION_ANSWERED)
    assert said.data["ticket"] == ticket.ticket_id


def test_everything_in_the_sheet_has_a_name(page: SupervisorPage) -> None:
    page.press(Key.Key_A)
    named = []
    for widget in page.window.answer.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            interface = QAccessible.queryAccessibleInterface(widget)
            named.append(interface.text(QAccessible.Text.Name))
    assert all(named)
    assert "Content? 1 not at all, 5 very: 1" in named


def test_figures_are_shown_from_thirty_answers_on(page: SupervisorPage) -> None:
    """27 of 30 are content: 90 %. Of 30 likelihoods 18 are 9-10 and 6 are 0-6: +40."""
    answers = [
        Answer(5 if place < 27 else 2, 9 if place < 18 else 7 if place < 24 else 0,
               AnswerReason.SPEED)
        for place in range(30)
    ]  # fmt: skip
    numbers = _numbers(page)
    for number, answer in zip(numbers, answers[:29], strict=False):
        record_answer(page.branch.desk, session_of("0017"), number, answer)
    page.press(Key.Key_F3)
    few = _rows(page)
    for name in ("Satisfaction", "Net promoter score"):
        assert (few[name].cells[0].text, few[name].cells[0].value) == ("29 of 30 answers", None)
    assert "Reason · Slow or quick" not in few
    record_answer(page.branch.desk, session_of("0017"), numbers[29], answers[29])
    page.look()
    rows = _rows(page)
    content, likely = rows["Satisfaction"].cells[0], rows["Net promoter score"].cells[0]
    assert (content.text, content.value, content.level) == ("90 % (n=30)", 0.9, "ok")
    assert (likely.text, likely.value, likely.level) == ("+40 (n=30)", 40.0, "")
    assert rows["Reason · Slow or quick"].cells[0].text == "30"
    view = page.shift.figures
    assert view is not None
    wording = page.window.hub.wording
    lines = list(csv.reader(io.StringIO(csv_bytes(view, wording).decode("utf-8-sig"))))
    values = {line[1]: (line[4], line[5]) for line in lines}
    assert (values["satisfaction"], values["nps"]) == (("0.9", "share"), ("40", "points"))
    assert "Net promoter score" in document_of(view, wording).toPlainText()
