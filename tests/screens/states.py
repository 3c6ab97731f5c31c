"""Every state of the greeter's window, reached as a greeter reaches it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from lobby_app.demo.cards import demo_cards
from lobby_app.domain.business import Need
from lobby_app.domain.ports import PrinterProblem, PrinterStatus, PrintOutcome, PrintResult
from lobby_app.domain.slip import TicketSlip
from lobby_app.services.hall import mark_cash
from tests.helpers.calling_desk import session_of
from tests.helpers.desk_app import DeskPage
from tests.helpers.links import LINKS

State = Callable[[DeskPage], None]


class SettablePrinter:
    """A printer that is as well or as ill as a state wants it."""

    def __init__(self) -> None:
        self.result = PrintResult(PrintOutcome.PRINTED)
        self.health = PrinterStatus()

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        return self.result

    def status(self) -> PrinterStatus:
        return self.health


def _card(key: str) -> State:
    """Scan a sample person; the usual business is chosen already."""
    card = next(card for card in demo_cards() if card.key == key)

    def reach(page: DeskPage) -> None:
        page.scan(card.text)
        if page.window.hub.visit.need is None:
            page.window.visiting.choose(card.need.code)
            page.settle()
        if card.need != page.window.hub.visit.need:
            page.window.visiting.change_need(card.need)
            page.settle()

    return reach


def _then(*steps: State) -> State:
    def reach(page: DeskPage) -> None:
        for step in steps:
            step(page)

    return reach


def _press(key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> State:
    return lambda page: page.press(key, modifier)


def _printer(result: PrintResult, health: PrinterStatus) -> State:
    def reach(page: DeskPage) -> None:
        page.printer.result, page.printer.health = result, health
        page.window.printing.look()
        page.settle()

    return reach


_PAPER_OUT = _printer(
    PrintResult(PrintOutcome.NOT_SENT, PrinterProblem.PAPER_OUT),
    PrinterStatus((PrinterProblem.PAPER_OUT,)),
)
_NOT_CONFIRMED = _printer(
    PrintResult(PrintOutcome.UNKNOWN, PrinterProblem.CONNECTION_LOST),
    PrinterStatus((PrinterProblem.UNREACHABLE,)),
)


def _idle(page: DeskPage) -> None:
    return


def _bug(page: DeskPage) -> None:
    page.window.hub.told.emit(page.window.hub.wording("bug", number="7F3A"), "red", 0.0)


def _reading(page: DeskPage) -> None:
    page.window.visiting.reading(True)
    QApplication.processEvents()


def _search(page: DeskPage) -> None:
    page.type("kk")


def _many_tickets(page: DeskPage) -> None:
    """A morning's queue: tickets of several zones, one reprinted, one cancelled."""
    for business in ("note_exchange", "corporate", "inheritance", "loan", "cash_withdrawal") * 3:
        page.press(Qt.Key.Key_F10)
        page.window.visiting.choose(business)
        page.settle()
    page.press(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page.press(Qt.Key.Key_Escape)


def _cash_short(page: DeskPage) -> None:
    """Somebody unknown wants 60,000 while cash is short."""
    mark_cash(page.opened.desk, session_of("0017"), is_short=True, why="delivery_late")
    page.scan("11010519491231002X")
    page.window.visiting.choose("cash_withdrawal")
    page.window.visiting.change_need(Need("cash_withdrawal", amount=60_000))
    page.settle()


def _link(name: str) -> State:
    """Let replication do as `name` says."""

    def reach(page: DeskPage) -> None:
        page.link.status = LINKS[name](page.opened.desk.now())
        page.window.watching.refresh()
        page.settle()

    return reach


def link_states() -> dict[str, State]:
    """Return the idle window with the link as it may be."""
    return {name: _link(name) for name in LINKS}


def person_states() -> dict[str, State]:
    """One state for every sample person of the demo."""
    return {f"person-{card.key}": _card(card.key) for card in demo_cards()}


_F = {number: _press(Qt.Key(Qt.Key.Key_F1.value + number - 1)) for number in range(1, 13)}
_ENTER, _ESCAPE = _press(Qt.Key.Key_Return), _press(Qt.Key.Key_Escape)


def window_states(elder: str, known: str) -> dict[str, State]:
    """States besides the persons. `elder`, `known`: keys of sample persons."""
    queue = _many_tickets
    return {
        "idle": _idle,
        "reading": _reading,
        "unreadable": lambda page: page.scan("110105194912310021"),
        "bad-swipe": lambda page: page.scan("%E?;E?"),
        "choosing": lambda page: page.scan("11010519491231002X"),
        "search": _search,
        "more": _press(Qt.Key.Key_9),
        "anonymous": _F[10],
        "busy-branch": queue,
        "issued": _then(_card(elder), _ENTER),
        "duplicate": _then(_card(elder), _ENTER, _ENTER, _card(elder), _ENTER),
        "wishes": _then(_card(known), _F[2], _F[3], _F[4]),
        "english-visit": _then(
            _card(elder), _press(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
        ),
        "blurred": _then(_card(known), _F[9]),
        "documents-missing": _then(
            _card(known),
            lambda page: (
                page.window.wishing.toggle_document(page.window.hub.visit.seen_documents[0]),
                page.settle(),
            )[1],
        ),
        "cash-short": _cash_short,
        "redirect": _then(_card(elder), _F[6]),
        "supervisor": _F[7],
        "safety": _then(_F[7], _press(Qt.Key.Key_1)),
        "complaint": _F[8],
        "complaint-done": _then(_F[8], _press(Qt.Key.Key_1)),
        "assistance": _F[12],
        "care-kind": _press(Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier),
        "help": _F[1],
        "entry": _press(Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier),
        "preview": _then(
            _card(elder), _ENTER, _press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
        ),
        "ticket": _then(
            _card(elder),
            _ENTER,
            lambda page: (
                page.window.looking.ticket(page.window.hub.desk.floor.recent[0].ticket_id),
                page.settle(),
            )[1],
        ),
        "machines": lambda page: (page.window.looking.machines("cash_recycler"), page.settle())[1],
        "self-check": lambda page: (page.window.looking.self_check(), page.settle())[1],
        "locked": _then(_card(known), _press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)),
        "paper-out": _then(_PAPER_OUT, _card(elder), _ENTER),
        "not-confirmed": _then(_NOT_CONFIRMED, _card(elder), _ENTER),
        "bug": _bug,
        **link_states(),
    }
