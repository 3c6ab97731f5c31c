"""Tickets at the door: issue, print truth, reprint, cancel, undo. Log first, then paper."""

from datetime import timedelta

from lobby_app.domain import ticket_steps
from lobby_app.domain.customer import Access
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import RANK_WAITING, Draft, EventKind, parse_body
from lobby_app.domain.ports import PrintOutcome, PrintResult, UnitOfWork
from lobby_app.domain.slip import TicketSlip, WaitRange
from lobby_app.domain.text import Language
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.services.desk import Desk
from lobby_app.services.hall import paused_zones
from lobby_app.services.queues import read_queues
from lobby_app.services.triage_record import triage_events
from lobby_app.services.views import Advice, Issued, Session, Visit, Wishes

UNDO_WITHIN = timedelta(seconds=60)


def issue(desk: Desk, session: Session, visit: Visit, advice: Advice, wishes: Wishes) -> Issued:
    """Commit `visit_triaged` and `ticket_issued`, then return the slip to print.

    The number exists in the log before any paper moves. Two tickets can never share a number:
    it holds the desk's slot and comes from a counter inside the same transaction.

    Raises:
        KnownError: `ticketing.zone_paused` while the supervisor lets nobody queue there;
            `cache.*` when the log cannot be written.
    """
    recommendation = advice.recommendation
    if recommendation.queue is None:
        raise BugError(f"no queue to issue a ticket for: {recommendation.channel}")
    zone = desk.policy.channels[recommendation.queue].zone
    if zone is None:
        raise BugError(f"queue without a zone: {recommendation.queue}")
    now, day = desk.now(), desk.business_day()
    ticket_id, token = desk.new_id(), desk.new_ticket_token()
    # The paper promises what the greeter has just said, not a forecast of a moment later.
    wait, ahead = advice.option.wait, advice.option.ahead or 0
    with desk.unit_of_work() as work:
        if zone in paused_zones(desk, work):
            name = desk.policy.zones[zone](wishes.language)
            raise KnownError("ticketing.zone_paused", zone=zone, name=name)
        number = f"{zone}{desk.slot}{work.take_number(zone, day):03d}"
        for draft in triage_events(desk, session, visit, advice, wishes):
            work.append(draft)
        work.append(
            Draft(
                kind=EventKind.TICKET_ISSUED,
                actor=session.staff_number,
                ticket=ticket_id,
                business_day=day,
                rank=RANK_WAITING,
                queue=recommendation.queue,
                priority=recommendation.priority,
                eligible_at=round(now.timestamp() * 1000),
                data={
                    "visit": visit.visit_id,
                    "customer_ref": visit.customer_ref,
                    "number": number,
                    "zone": zone,
                    "business": advice.need.code,
                    "qr_token": token,
                    "language": wishes.language.value,
                    "large_type": wishes.large_type,
                    "call_without_sound": Access.HEARING in visit.customer.access | wishes.access,
                    "documents": list(recommendation.documents),
                    "documents_incomplete": bool(wishes.missing_documents),
                    "promised": _range_as_list(wait),
                    "ahead": ahead,
                    "appointment_offset_min": visit.appointment.offset_min
                    if visit.appointment
                    else None,
                },
            )
        )
        work.commit()
        ticket = work.ticket(ticket_id)
    if ticket is None:
        raise BugError("a committed ticket is not in the projection")
    slip = _slip(desk, ticket, recommendation.documents, ahead, wait, copy=0)
    return Issued(ticket_id, slip, _job_id(number, 0))


def reprint(desk: Desk, session: Session, ticket_id: str) -> Issued:
    """Return the same ticket as a further copy: same number, marked 补打 / REPRINT.

    Raises:
        KnownError: `ticketing.unknown_ticket` or `ticketing.not_waiting`.
    """
    with desk.reader() as work:
        ticket = _waiting_ticket(work, ticket_id)
        queues = read_queues(desk, work)
        documents = _documents_told(work, ticket)
    place = queues.place_of(ticket_id)
    copy = ticket.copies + 1
    slip = _slip(desk, ticket, documents, place.ahead, place.wait, copy=copy)
    return Issued(ticket_id, slip, _job_id(ticket.number, copy))


def record_print(
    desk: Desk, session: Session, ticket_id: str, result: PrintResult, copy: int
) -> None:
    """Append what became of a print job: `ticket_printed` only when the printer said so."""
    printed = result.outcome is PrintOutcome.PRINTED
    with desk.unit_of_work() as work:
        ticket = work.ticket(ticket_id)
        work.append(
            Draft(
                kind=EventKind.TICKET_PRINTED if printed else EventKind.PRINT_FAILED,
                actor=session.staff_number,
                ticket=ticket_id,
                # Paper that came out after midnight is still yesterday's ticket.
                business_day=ticket.business_day if ticket else desk.business_day(),
                data={
                    "outcome": result.outcome.value,
                    "problem": result.problem.value if result.problem else None,
                    "copy": copy,
                },
            )
        )
        work.commit()


def cancel(desk: Desk, session: Session, ticket_id: str, reason: str) -> str:
    """Cancel a waiting ticket with a reason code and return its number.

    Raises:
        KnownError: `ticketing.unknown_ticket` or `ticketing.not_waiting`.
    """
    with desk.unit_of_work() as work:
        ticket = _waiting_ticket(work, ticket_id)
        work.append(ticket_steps.cancel(ticket, session.staff_number, reason))
        work.commit()
    return ticket.number


def undo_last(desk: Desk, session: Session) -> str | None:
    """Cancel the last ticket of this desk if it is at most 60 s old; return its number or None."""
    day, now = desk.business_day(), desk.now()
    with desk.reader() as work:
        own = [t for t in work.waiting(day) if is_issued_here(desk, t)]
    if not own:
        return None
    last = max(own, key=lambda ticket: ticket.issued_at)
    if now - last.issued_at > UNDO_WITHIN:
        return None
    return cancel(desk, session, last.ticket_id, "mistake")


def is_issued_here(desk: Desk, ticket: Ticket) -> bool:
    """Tell whether this desk's slot is in the ticket's number (zone, slot, three digits)."""
    return ticket.number[1:-3] == str(desk.slot)


def _waiting_ticket(work: UnitOfWork, ticket_id: str) -> Ticket:
    ticket = work.ticket(ticket_id)
    if ticket is None:
        raise KnownError("ticketing.unknown_ticket")
    if ticket.state is not TicketState.WAITING:
        raise KnownError("ticketing.not_waiting", number=ticket.number)
    return ticket


def _documents_told(work: UnitOfWork, ticket: Ticket) -> tuple[str, ...]:
    """Return the document codes printed on the original, from the ticket's own event."""
    for event in work.events(ticket.business_day, [EventKind.TICKET_ISSUED]):
        envelope = parse_body(event.body)
        if envelope is not None and envelope.ticket == ticket.ticket_id:
            told = envelope.data.get("documents", [])
            return tuple(str(code) for code in told) if isinstance(told, list) else ()
    return ()


def _slip(
    desk: Desk,
    ticket: Ticket,
    documents: tuple[str, ...],
    ahead: int,
    wait: WaitRange | None,
    *,
    copy: int,
) -> TicketSlip:
    policy = desk.policy
    return TicketSlip(
        branch=desk.branch.name,
        number=ticket.number,
        zone=ticket.zone,
        zone_name=policy.zones[ticket.zone],
        channel=policy.channels[ticket.queue].name,
        issued_at=ticket.issued_at,
        ahead=ahead,
        wait=wait,
        documents=tuple(policy.documents[code] for code in documents),
        posted_rule=policy.posted_rule,
        hotline=policy.hotline,
        qr_payload=desk.ticket_url + ticket.qr_token,
        language=Language(ticket.language),
        large_type=ticket.large_type,
        is_priority=ticket.priority in ("care", "appointment"),
        copy=copy,
        is_demo=desk.branch.is_demo,
    )


def _job_id(number: str, copy: int) -> str:
    """Return the printer's process ID of a job: zone (lower case for copies) and three digits."""
    zone = number[0] if copy == 0 else number[0].lower()
    return zone + number[-3:]


def _range_as_list(wait: WaitRange | None) -> list[int] | None:
    return [wait.low, wait.high] if wait else None
