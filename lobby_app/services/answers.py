"""Customers' answers on paper slips or from an evaluator, entered at the supervisor's desk."""

import unicodedata

from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import Draft, EventKind, parse_body
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.satisfaction import Answer, answer_data, answer_of
from lobby_app.domain.ticket import Ticket
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session


def record_answer(desk: Desk, session: Session, ticket: str, answer: Answer) -> str:
    """Note what the holder of a ticket of today answered; return the ticket's number.

    `ticket`: its number as people type it, or what a reader makes of its code.

    Raises:
        KnownError: `supervisor.no_such_ticket`, `supervisor.answered_before`. What was typed is
            in neither: it might be somebody's own number.
    """
    data = answer_data(answer)
    if answer_of(data) != answer:
        raise BugError(f"no answer: {answer}")
    with desk.unit_of_work() as work:
        found = _ticket_named(desk, work, ticket)
        if _is_answered(desk, work, found.ticket_id):
            raise KnownError("supervisor.answered_before", number=found.number)
        work.append(
            Draft(
                kind=EventKind.SATISFACTION_ANSWERED,
                actor=session.staff_number,
                business_day=desk.business_day(),
                data={"ticket": found.ticket_id, **data},
            )
        )
        work.commit()
    return found.number


def _ticket_named(desk: Desk, work: UnitOfWork, said: str) -> Ticket:
    plain = "".join(unicodedata.normalize("NFKC", said).upper().split())
    for ticket in work.tickets(desk.business_day()):
        if plain in (ticket.number, (desk.ticket_url + ticket.qr_token).upper()):
            return ticket
    raise KnownError("supervisor.no_such_ticket")


def _is_answered(desk: Desk, work: UnitOfWork, ticket_id: str) -> bool:
    """Tell whether this desk knows an answer; of two given apart, the fold counts the first."""
    for event in work.events(desk.business_day(), (EventKind.SATISFACTION_ANSWERED,)):
        body = parse_body(event.body)
        if body is not None and body.data.get("ticket") == ticket_id and answer_of(body.data):
            return True
    return False
