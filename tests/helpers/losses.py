"""A desk that gets no answer to its claims, and a call that somebody else wins."""

from dataclasses import replace
from uuid import uuid4

from lobby_app.assembly import OpenDesk
from lobby_app.domain.event import RANK_CALLED, Draft, EventKind
from lobby_app.domain.replication import (
    PRIORITY_RELAY,
    ClaimAnswer,
    ClaimIntent,
    Link,
    LinkStatus,
)
from lobby_app.services.desk import Desk
from tests.helpers.calling_desk import session_of

WINNER = session_of("0055")


class NoAnswer:
    """ports.Claims to which nobody answers."""

    def claim(self, intent: ClaimIntent) -> ClaimAnswer:
        return ClaimAnswer(None)


def cut_off(opened: OpenDesk) -> OpenDesk:
    """Return the desk as one of several that cannot reach anybody."""
    desk = replace(opened.desk, claims=NoAnswer(), link=lambda: LinkStatus(Link.OFFLINE))
    return replace(opened, desk=desk)


def lose_call(desk: Desk, number: str, counter: int) -> None:
    """Write what another desk's log would bring: the ticket was granted to `counter`."""
    day = desk.business_day()
    with desk.unit_of_work() as work:
        ticket = next(one for one in work.tickets(day) if one.number == number)
        work.append(
            Draft(
                kind=EventKind.TICKET_CALLED,
                actor=WINNER.staff_number,
                ticket=ticket.ticket_id,
                business_day=day,
                generation=ticket.generation,
                rank=RANK_CALLED,
                claim_priority=PRIORITY_RELAY,
                queue=ticket.queue,
                priority=ticket.priority,
                eligible_at=round(ticket.eligible_at.timestamp() * 1000),
                counter=counter,
                claim_id=str(uuid4()),
                data={"course": {"calls": 1}},
            )
        )
        work.commit()
