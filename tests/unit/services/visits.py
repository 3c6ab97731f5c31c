"""Short ways through the use cases, for tests: a person, an advice, a ticket, the log."""

from lobby_app.domain.business import Need
from lobby_app.domain.event import Envelope, EventKind, parse_body
from lobby_app.domain.ticket import Ticket
from lobby_app.services.advising import advise
from lobby_app.services.desk import Desk
from lobby_app.services.reception import anonymous, identify
from lobby_app.services.ticketing import issue
from lobby_app.services.views import Advice, Identified, Issued, Session, Visit, Wishes
from tests.helpers.desk_app import card_text


def person(desk: Desk, session: Session, key: str) -> Visit:
    """Scan a sample person."""
    found = identify(desk, session, card_text(key))
    assert isinstance(found, Identified)
    return found.visit


def advised(
    desk: Desk, session: Session, key: str, need: Need, wishes: Wishes | None = None
) -> Advice:
    """Return the advice for a sample person."""
    return advise(desk, person(desk, session, key), need, wishes or Wishes())


def issued(
    desk: Desk,
    session: Session,
    business: str = "note_exchange",
    wishes: Wishes | None = None,
    visit: Visit | None = None,
) -> Issued:
    """Issue a ticket, to somebody unknown unless a visit is given."""
    visit, wishes = visit or anonymous(desk).visit, wishes or Wishes()
    return issue(desk, session, visit, advise(desk, visit, Need(business), wishes), wishes)


def events(desk: Desk, *kinds: EventKind) -> list[Envelope]:
    """Return today's events of some kinds, of all when none is named."""
    with desk.reader() as work:
        found = work.events(desk.business_day(), kinds or tuple(EventKind))
    return [envelope for event in found if (envelope := parse_body(event.body)) is not None]


def ticket(desk: Desk, ticket_id: str) -> Ticket:
    """Return the state of a ticket."""
    with desk.reader() as work:
        found = work.ticket(ticket_id)
    assert found is not None
    return found
