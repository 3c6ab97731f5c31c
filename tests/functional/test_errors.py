"""The world fails, or we do: one sentence, a window that lives on, nothing half done."""

import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer

from lobby_app.app.program import BugReporter
from lobby_app.assembly import OpenDesk
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import EventKind
from lobby_app.ui.greeter.state import Phase
from tests.helpers.desk_app import DeskPage, greeter_page
from tests.helpers.greeter import QUICK_NUMBER, QUICK_PIN
from tests.helpers.held_desk import HeldDesk
from tests.helpers.log_guard import ExpectedLog
from tests.screens.states import SettablePrinter


class FailingDesk(HeldDesk):
    """The real use cases, of which one fails on demand as if there were a bug in it."""

    broken = ""

    def __getattr__(self, name: str):
        if name == self.broken:
            return self._fail
        return super().__getattr__(name)

    def _fail(self, *_: object) -> None:
        raise ZeroDivisionError("a bug of ours")


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Let no file grow beyond what the log has now, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = folder / "log.db-wal"
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size if log.exists() else 0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def failing(qapp: object, opened: OpenDesk) -> Iterator[tuple[DeskPage, FailingDesk]]:
    with greeter_page(opened, SettablePrinter(), wrap=FailingDesk) as page:
        page.sign_on(QUICK_NUMBER, QUICK_PIN)
        desk = page.reception
        assert isinstance(desk, FailingDesk)
        yield page, desk


def test_full_disk_gives_no_ticket_and_a_sentence_and_the_next_try_works(
    page: DeskPage, data: Path
) -> None:
    page.scan_card("elder")
    with full_disk(data):
        page.press(Qt.Key.Key_Return)
    told = [page.messages(f"cache.{key}") for key in ("disk_full", "io")]
    assert page.notice in told
    assert page.visit.phase is Phase.ADVISED, "the customer is still there"
    assert page.tickets() == []
    page.press(Qt.Key.Key_Return)
    assert page.tickets() == ["A1001"]
    assert len(page.events(EventKind.TICKET_PRINTED)) == 1


def test_full_disk_while_a_person_is_looked_up_leaves_an_idle_window(
    page: DeskPage, data: Path
) -> None:
    with full_disk(data):
        page.scan_card("elder")
    assert page.visit.phase is Phase.IDLE
    assert page.notice
    page.scan_card("elder")
    assert page.visit.phase is Phase.ADVISED


def test_bug_in_a_use_case_gets_a_number_and_the_log_has_the_story(
    failing: tuple[DeskPage, FailingDesk],
    expected_log: ExpectedLog,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page, desk = failing
    desk.broken = "issue"
    expected_log("error ")
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    number = record.getMessage().removeprefix("error ")
    assert page.notice == page.messages("window.bug", number=number)
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    desk.broken = ""
    page.press(Qt.Key.Key_Return)
    assert page.tickets() == ["A1001"]


def test_enter_never_acts_on_an_advice_that_could_not_be_renewed(
    failing: tuple[DeskPage, FailingDesk], expected_log: ExpectedLog
) -> None:
    page, desk = failing
    page.scan_card("company")
    desk.broken = "advise"
    expected_log("error ")
    page.press(Qt.Key.Key_F4)
    page.press(Qt.Key.Key_Return)
    assert page.tickets() == []
    desk.broken = ""
    page.press(Qt.Key.Key_Return)
    assert page.visit.phase is Phase.ADVISED, "Enter asked again"
    assert page.visit.advice is not None
    assert page.visit.advice.need.agent
    page.press(Qt.Key.Key_Return)
    assert len(page.tickets()) == 1


@pytest.mark.parametrize("broken", ["print_slip", "record_print", "printer_status", "floor_view"])
def test_bug_beside_the_visit_never_stops_it(
    failing: tuple[DeskPage, FailingDesk], expected_log: ExpectedLog, broken: str
) -> None:
    page, desk = failing
    desk.broken = broken
    expected_log("error ")
    for _ in range(2):
        page.press(Qt.Key.Key_F10)
        page.press(Qt.Key.Key_1)
        page.press(Qt.Key.Key_Escape)
    page.window.watching.refresh()
    page.window.printing.look()
    page.settle()
    assert page.tickets() == ["A1001", "A1002"]


def test_print_job_that_breaks_is_never_called_printed(
    failing: tuple[DeskPage, FailingDesk], expected_log: ExpectedLog
) -> None:
    page, desk = failing
    desk.broken = "print_slip"
    expected_log("error ")
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    assert page.sheet is page.shown.sheets.trouble
    (event,) = page.events(EventKind.PRINT_FAILED)
    assert event.data["outcome"] == "unknown"


def test_exception_in_a_slot_is_told_with_its_number(
    page: DeskPage, expected_log: ExpectedLog
) -> None:
    bugs = BugReporter()
    bugs.caught.connect(page.window.hub.fail)
    bugs.install()
    expected_log("error ")
    try:
        QTimer.singleShot(0, page.window, _break)
        page.until(lambda: bool(page.notice))
    finally:
        bugs.remove()
    start = page.messages("window.bug", number="#").split("#")[0]
    assert page.notice.startswith(start)
    page.scan_card("elder")
    assert page.visit.phase is Phase.ADVISED


def _break() -> None:
    raise ZeroDivisionError("a bug in a slot")


def test_second_ticket_answer_about_a_ticket_called_meanwhile_says_so(page: DeskPage) -> None:
    page.scan_card("elder")
    page.press(Qt.Key.Key_Return)
    ticket = page.window.hub.desk.floor.recent[0]
    page.reception.cancel(page.window.hub.session, ticket.ticket_id, "left")
    page.window.looking.reprint(ticket.ticket_id)
    page.settle()
    error = KnownError("ticketing.not_waiting", number="A1001")
    assert page.notice == page.messages.error(error)
