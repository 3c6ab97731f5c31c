"""What a counter sees: its ticket, its queues, who stepped aside, and who it is once it started."""

from datetime import datetime

from lobby_app.domain.customer import CustomerRecord, Tier
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.text import Language, Text
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.services.claiming import is_apart_from_others
from lobby_app.services.desk import Desk
from lobby_app.services.explaining import explain_call
from lobby_app.services.lost_calls import lost_calls
from lobby_app.services.views import CalledTicket, CounterPerson, CounterView


def counter_panel(desk: Desk, work: UnitOfWork, counter: int) -> CounterView:
    """Return the panel of a counter inside a transaction."""
    day, now = desk.business_day(), desk.now()
    report = next((one for one in work.counters(day) if one.number == counter), None)
    current = work.at_counter(day, counter)
    queues = report.queues if report is not None else _planned_queues(desk, counter)
    tickets = work.waiting(day)
    waiting = []
    for queue in queues:
        here = [t for t in tickets if t.queue == queue]
        longest = max((_minutes(now, t.issued_at) for t in here), default=0)
        waiting.append((desk.policy.channels[queue].name, len(here), longest))
    parked = [ticket for ticket in work.parked(day) if ticket.course.counter == counter]
    return CounterView(
        counter=counter,
        is_open=report is not None and report.is_open,
        staff=report.staff if report is not None else "",
        queues=queues,
        current=called_ticket(desk, current) if current is not None else None,
        waiting=tuple(waiting),
        parked=tuple(called_ticket(desk, ticket) for ticket in parked),
        last=_last(desk, work, counter, current),
        at=now,
        lost=lost_calls(desk, work, counter),
    )


def _planned_queues(desk: Desk, counter: int) -> tuple[str, ...]:
    plan = next((one for one in desk.branch.counters if one.number == counter), None)
    return plan.queues if plan is not None else ()


def _last(
    desk: Desk, work: UnitOfWork, counter: int, current: Ticket | None
) -> CalledTicket | None:
    """Return the ticket that was called here before the present one."""
    for call in work.calls(desk.business_day(), counter=counter, limit=5):
        if current is not None and call.ticket_id == current.ticket_id:
            continue
        ticket = work.ticket(call.ticket_id)
        if ticket is not None:
            return called_ticket(desk, ticket)
    return None


def called_ticket(desk: Desk, ticket: Ticket) -> CalledTicket:
    """Return a ticket as a counter sees it; the person only once the service has started."""
    course, policy = ticket.course, desk.policy
    called_at = _time(desk, course.first_called_at)
    entry = policy.businesses.get(ticket.business)
    is_known = ticket.state is TicketState.SERVING and ticket.customer_ref is not None
    record = desk.customers.get(ticket.customer_ref) if is_known and ticket.customer_ref else None
    return CalledTicket(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        zone_name=policy.zones[ticket.zone],
        queue=ticket.queue,
        business=entry.name if entry is not None else Text("", ""),
        priority=ticket.priority,
        state=ticket.state.value,
        calls=course.calls,
        called_at=called_at,
        started_at=_time(desk, course.started_at),
        waited_minutes=_minutes(called_at or desk.now(), ticket.issued_at),
        language=Language(ticket.language),
        without_sound=ticket.call_without_sound,
        documents_incomplete=ticket.documents_incomplete,
        why=explain_call(ticket.number, course.why) if course.why else None,
        person=_person(desk, record) if record is not None else None,
        can_undo=course.undo is not None,
        is_unconfirmed=course.offline and is_apart_from_others(desk),
    )


def _person(desk: Desk, record: CustomerRecord) -> CounterPerson:
    limits, today = desk.policy.thresholds, desk.business_day()
    age = (today - datetime.fromisoformat(record.tier_as_of).date()).days
    tier = Tier.UNKNOWN if age > limits.cache_valid_days else record.tier
    return CounterPerson(record.masked_name, record.title, desk.policy.tiers[tier], record.language)


def _time(desk: Desk, at_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(at_ms / 1000, desk.now().tzinfo) if at_ms is not None else None


def _minutes(later: datetime, earlier: datetime) -> int:
    return max(0, int((later - earlier).total_seconds() // 60))
