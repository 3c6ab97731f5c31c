"""Tickets that wait, and a teller who calls them."""

from lobby_app.assembly import OpenDesk
from lobby_app.services import calling
from tests.helpers.calling_desk import session_of, tickets_for

TELLER = session_of("0017")


def queue_up(opened: OpenDesk, count: int, *counters: int) -> None:
    """Let so many wait for cash, and open these counters for them."""
    tickets_for(opened, count)
    for counter in counters:
        calling.open_counter(opened.desk, TELLER, counter, ["cash_counter"])


def call_next(opened: OpenDesk, counter: int = 1) -> None:
    """Call the next one to a counter."""
    calling.call_next(opened.desk, TELLER, counter)
