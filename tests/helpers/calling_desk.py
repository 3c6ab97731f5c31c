"""A desk with waiting tickets and no customers: for tests of counters, wall and supervisor."""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

from lobby_app.assembly import OpenDesk, open_desk
from lobby_app.config import Settings
from lobby_app.domain.business import Priority
from lobby_app.domain.event import RANK_WAITING, Draft, EventKind
from lobby_app.domain.text import Text
from lobby_app.services.views import Session

PER_DESK = 900
"""Numbers a desk of a test gives out in one go."""


def calling_desk(folder: Path) -> OpenDesk:
    """Open the demo desk in `folder`."""
    return open_desk(Settings(data_dir=folder, demo=True))


def session_of(number: str) -> Session:
    """Return a session of some member of staff."""
    return Session(number, Text("演示", "Demo"), datetime.now().astimezone())


def issue_ticket(
    opened: OpenDesk,
    *,
    queue: str = "cash_counter",
    priority: Priority = Priority.ORDINARY,
    business: str = "note_exchange",
) -> tuple[str, str]:
    """Issue one ticket straight into the log; return its id and number."""
    desk = opened.desk
    day, zone = desk.business_day(), desk.policy.channels[queue].zone or "A"
    with desk.unit_of_work() as work:
        number = f"{zone}{desk.slot}{work.take_number(zone, day):03d}"
        draft = _issued(opened, number, zone, queue, priority, business)
        work.append(draft)
        work.commit()
    return draft.ticket or "", number


def tickets_for(
    opened: OpenDesk,
    count: int,
    *,
    queue: str = "cash_counter",
    priority: Priority = Priority.ORDINARY,
    business: str = "note_exchange",
) -> list[str]:
    """Issue tickets straight into the log, in one transaction, and return their numbers.

    A desk has 999 numbers a zone; what goes beyond is numbered as that of further desks would be.
    """
    desk = opened.desk
    day, zone = desk.business_day(), desk.policy.channels[queue].zone or "A"
    numbers = []
    with desk.unit_of_work() as work:
        for place in range(count):
            further = place // PER_DESK
            taken = place % PER_DESK + 1 if further else work.take_number(zone, day)
            number = f"{zone}{desk.slot + further}{taken:03d}"
            numbers.append(number)
            work.append(_issued(opened, number, zone, queue, priority, business))
        work.commit()
    return numbers


def _issued(
    opened: OpenDesk, number: str, zone: str, queue: str, priority: Priority, business: str
) -> Draft:
    return Draft(
        kind=EventKind.TICKET_ISSUED,
        actor="0017",
        ticket=str(uuid4()),
        business_day=opened.desk.business_day(),
        rank=RANK_WAITING,
        queue=queue,
        priority=priority,
        eligible_at=round(opened.desk.now().timestamp() * 1000),
        data={
            "number": number,
            "zone": zone,
            "business": business,
            "customer_ref": None,
            "qr_token": number,
            "language": "zh_CN",
            "promised": [0, 5],
            "ahead": 0,
        },
    )
