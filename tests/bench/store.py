"""From a scan to a committed ticket, through the services, on files like a large bank's."""

from itertools import islice
from pathlib import Path
from time import perf_counter

from lobby_app.assembly import OpenDesk
from lobby_app.demo.numbers import card_of, track_2
from lobby_app.domain.business import Need
from lobby_app.domain.customer import Preference
from lobby_app.services import advising, reception, signing_on, ticketing
from lobby_app.services.views import Identified, Issued, Session, Wishes
from tests.bench.figures import Figure, against_limit
from tests.bench.raw import insert_ms, open_raw
from tests.helpers.desk_app import NUMBER, PIN
from tests.helpers.many_customers import fill_customers

GOAL_TIMES = 5.0
WAITING = 60
"""People in the hall while it is measured: a busy morning."""


class Customers:
    """A full customer cache and the cards to scan, spread over all of it, each once."""

    def __init__(self, opened: OpenDesk, count: int, cards: int) -> None:
        self._step = max(1, count // cards)
        self._places = iter(range(0, count, self._step))
        fill_customers(opened.customers, count, lambda place: self._token(opened, place))

    def _token(self, opened: OpenDesk, place: int) -> str:
        # A real card number costs more than the row: only those that will be scanned get one.
        is_scanned = place % self._step == 0
        number = card_of(place) if is_scanned else f"bench {place}"
        return opened.token("card", number)

    def cards(self, count: int) -> list[str]:
        """Return what a reader types for so many customers who were not here yet."""
        return [track_2(card_of(place)) for place in islice(self._places, count)]


def measure_store(opened: OpenDesk, customers: Customers, folder: Path, scans: int) -> Figure:
    """Return milliseconds a ticket; the limit is one durable insert by the bare driver."""
    session = signing_on.sign_on(opened.desk, NUMBER, PIN)
    for card in customers.cards(WAITING):
        _ticket(opened, session, card)
    samples: list[float] = []
    limits: list[float] = []
    raw = open_raw(folder / "raw.db")
    for card in customers.cards(scans):
        limits.append(insert_ms(raw))
        start = perf_counter()
        issued = _ticket(opened, session, card)
        samples.append(1000 * (perf_counter() - start))
        ticketing.cancel(opened.desk, session, issued.ticket_id, "left")
    raw.close()
    name = f"scan → committed ticket, {opened.customers.count():,} customers"
    return against_limit(name, "ms", samples, limits, GOAL_TIMES)


def _ticket(opened: OpenDesk, session: Session, card: str) -> Issued:
    desk, wishes = opened.desk, Wishes(preference=Preference.HUMAN)
    found = reception.identify(desk, session, card)
    assert isinstance(found, Identified)
    assert found.visit.profile.is_known
    advice = advising.advise(desk, found.visit, Need(found.tiles[0]), wishes)
    return ticketing.issue(desk, session, found.visit, advice, wishes)
