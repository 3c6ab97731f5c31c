"""The counter's use cases: open, call next, recall, start, finish, park, transfer, undo, close.

Which ticket is next is decided by domain.dispatch alone, inside the transaction that calls it: two
counters can never take the same one. Illegal steps are refused by domain.ticket_steps.
"""

from collections.abc import Callable, Sequence

from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import Choice, FreeCounter, choose
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.ports import CounterReport, UnitOfWork
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import (
    CallReason,
    FinishOutcome,
    Hand,
    ParkKind,
    SkipReason,
    call,
    come_back,
    finish,
    go_on,
    is_reserved_for,
    may_call,
    no_show,
    park,
    recall,
    rejoin,
    skip,
    start,
    transfer,
    undo,
)
from lobby_app.services.counter_panel import counter_panel
from lobby_app.services.desk import Desk
from lobby_app.services.queues import HELPED_QUEUES, as_waiting, is_shared
from lobby_app.services.views import CounterView, Session

Step = Callable[[Ticket, Hand], Draft]
"""One of domain.ticket_steps, with what else it needs bound."""
HISTORY = 10
"""Last calls at a counter that the rule looks at."""


def open_counter(desk: Desk, session: Session, counter: int, queues: Sequence[str]) -> None:
    """Sign a counter on with the queues it serves.

    Raises:
        KnownError: `calling.no_queues`, or `calling.counter_taken` by somebody else.
    """
    if not queues:
        raise KnownError("calling.no_queues")
    day = desk.business_day()
    with desk.unit_of_work() as work:
        report = _report(work, desk, counter)
        taken = report is not None and report.is_open
        # A counter that the supervisor opened belongs to whoever sits down first.
        if report is not None and taken and report.staff not in ("", session.staff_number):
            raise KnownError("calling.counter_taken", counter=counter, staff=report.staff)
        work.append(
            Draft(
                kind=EventKind.COUNTER_OPENED,
                actor=session.staff_number,
                business_day=day,
                counter=counter,
                data={"queues": list(queues)},
            )
        )
        work.commit()


def close_counter(desk: Desk, session: Session, counter: int) -> None:
    """Sign a counter off; a customer who is there is finished first.

    Raises:
        KnownError: `calling.still_serving`.
    """
    with desk.unit_of_work() as work:
        current = work.at_counter(desk.business_day(), counter)
        if current is not None:
            raise KnownError("calling.still_serving", number=current.number)
        work.append(
            Draft(
                kind=EventKind.COUNTER_CLOSED,
                actor=session.staff_number,
                business_day=desk.business_day(),
                counter=counter,
            )
        )
        work.commit()


def call_next(desk: Desk, session: Session, counter: int) -> str | None:
    """Finish the present customer, if any, and call the next by the posted rule: one transaction.

    A ticket that is called and was never started counts as served: the customer has been there.
    With nobody waiting the present customer is finished all the same. Returns the number called,
    None when nobody waits for this counter.

    Raises:
        KnownError: `calling.counter_closed`.
    """
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        report = _open_report(work, desk, counter)
        current = work.at_counter(desk.business_day(), counter)
        if current is not None:
            _finish(work, current, hand, FinishOutcome.DONE)
        chosen = _choose(desk, work, report, hand)
        if chosen is not None:
            ticket, reason = chosen
            work.append(call(ticket, hand, desk.new_id(), reason))
        work.commit()
    return chosen[0].number if chosen is not None else None


def _finish(work: UnitOfWork, ticket: Ticket, hand: Hand, outcome: FinishOutcome) -> None:
    if ticket.state is TicketState.CALLED:
        work.append(start(ticket, hand))
        ticket = work.ticket(ticket.ticket_id) or ticket
    work.append(finish(ticket, hand, outcome))


def _choose(
    desk: Desk, work: UnitOfWork, report: CounterReport, hand: Hand
) -> tuple[Ticket, CallReason] | None:
    """Return the ticket to call and why; what is reserved for this counter comes first."""
    day = desk.business_day()
    reserved = [t for t in work.reserved(day) if is_reserved_for(t, hand.counter, hand.now_ms)]
    free = _free_counter(desk, work, report)
    heads = work.heads(day, (*free.queues, *free.helps))
    tickets = {
        ticket.ticket_id: ticket for ticket in heads if may_call(ticket, hand.counter, hand.now_ms)
    }
    urgent = any(ticket.priority == Priority.SAFETY for ticket in tickets.values())
    if reserved and not urgent:
        return reserved[0], CallReason("reserved")
    choice = choose(
        [as_waiting(ticket) for ticket in tickets.values()],
        free,
        hand.now_ms / 60_000,
        desk.policy.thresholds,
    )
    if choice is None:
        return None
    return tickets[choice.ticket.ticket_id], reason_of(choice)


def _free_counter(desk: Desk, work: UnitOfWork, report: CounterReport) -> FreeCounter:
    shared = is_shared(desk, report.number)
    calls = work.calls(desk.business_day(), counter=report.number, limit=HISTORY)
    history = tuple(Priority(one.priority) for one in reversed(calls) if not one.is_again)
    idle_since = max([report.since, *(one.at for one in calls)])
    idle = max(0.0, (desk.now() - idle_since).total_seconds() / 60)
    helps = () if shared else HELPED_QUEUES
    return FreeCounter(report.queues, shared, history, idle, helps)


def reason_of(choice: Choice) -> CallReason:
    """Return what is kept of a choice, enough for one sentence of explanation."""
    second = choice.runner_up.number if choice.runner_up is not None else ""
    return CallReason(choice.reason, second, choice.score, choice.runner_up_score)


def recall_current(desk: Desk, session: Session, counter: int) -> None:
    """Call the present ticket once more. Raises KnownError `calling.called_often`."""
    _on_current(desk, session, counter, recall)


def start_service(desk: Desk, session: Session, counter: int) -> None:
    """The customer is here: from now on the counter may see who it is, and that is noted."""
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        ticket = _current(work, desk, counter)
        work.append(start(ticket, hand))
        if ticket.customer_ref is not None:
            work.append(_profile_viewed(desk, ticket, ticket.customer_ref, hand))
        work.commit()


def _profile_viewed(desk: Desk, ticket: Ticket, customer_ref: str, hand: Hand) -> Draft:
    return Draft(
        kind=EventKind.PROFILE_VIEWED,
        actor=hand.actor,
        business_day=desk.business_day(),
        counter=hand.counter,
        data={
            "visit": ticket.ticket_id,
            "customer_ref": customer_ref,
            "identified_by": "ticket",
        },
    )


def finish_current(desk: Desk, session: Session, counter: int, outcome: FinishOutcome) -> None:
    """Finish without calling the next."""
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        _finish(work, _current(work, desk, counter), hand, outcome)
        work.commit()


def park_current(desk: Desk, session: Session, counter: int, kind: ParkKind) -> None:
    """Let the present customer step aside."""
    _on_current(desk, session, counter, lambda ticket, hand: park(ticket, hand, kind))


def skip_current(desk: Desk, session: Session, counter: int, reason: SkipReason) -> None:
    """Put the called ticket back with a reason; it is counted and keeps its place."""
    _on_current(desk, session, counter, lambda ticket, hand: skip(ticket, hand, reason))


def no_show_current(desk: Desk, session: Session, counter: int) -> None:
    """Nobody came."""
    _on_current(desk, session, counter, no_show)


def transfer_current(
    desk: Desk, session: Session, counter: int, queue: str, to_counter: int | None = None
) -> None:
    """Hand the present customer on, keeping the place in time.

    Raises:
        KnownError: `calling.unknown_queue`.
    """
    entry = desk.policy.channels.get(queue)
    if entry is None or not entry.queued:
        raise KnownError("calling.unknown_queue", queue=queue)
    _on_current(
        desk, session, counter, lambda ticket, hand: transfer(ticket, hand, queue, to_counter)
    )


def resume(desk: Desk, session: Session, counter: int, ticket_id: str) -> None:
    """A parked customer goes on at this counter, which has to be free."""
    _on_ticket(desk, session, counter, ticket_id, go_on)


def undo_last_step(desk: Desk, session: Session, counter: int, ticket_id: str) -> None:
    """Take the last step of a ticket back."""
    _on_ticket(desk, session, counter, ticket_id, undo)


def bring_back(desk: Desk, session: Session, ticket_id: str) -> Ticket:
    """At any desk: a parked customer is back in the hall, or a missed one wants in again.

    Raises:
        KnownError: `calling.rejoined_already`, `calling.too_late`, `calling.is_…`.
    """
    hand = _hand(desk, session, 0)
    with desk.unit_of_work() as work:
        ticket = _known(work, ticket_id)
        if ticket.state is TicketState.NO_SHOW:
            called_at = ticket.course.first_called_at or hand.now_ms
            work.append(rejoin(ticket, hand, called_at))
        else:
            work.append(come_back(ticket, hand))
        work.commit()
        return _known(work, ticket_id)


def counter_view(desk: Desk, counter: int) -> CounterView:
    """Return what the counter's panel shows."""
    with desk.reader() as work:
        return counter_panel(desk, work, counter)


def _on_current(desk: Desk, session: Session, counter: int, step: Step) -> None:
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        work.append(step(_current(work, desk, counter), hand))
        work.commit()


def _on_ticket(desk: Desk, session: Session, counter: int, ticket_id: str, step: Step) -> None:
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        work.append(step(_known(work, ticket_id), hand))
        work.commit()


def _hand(desk: Desk, session: Session, counter: int) -> Hand:
    return Hand(session.staff_number, counter, round(desk.now().timestamp() * 1000))


def _report(work: UnitOfWork, desk: Desk, counter: int) -> CounterReport | None:
    reports = work.counters(desk.business_day())
    return next((report for report in reports if report.number == counter), None)


def _open_report(work: UnitOfWork, desk: Desk, counter: int) -> CounterReport:
    report = _report(work, desk, counter)
    if report is None or not report.is_open:
        raise KnownError("calling.counter_closed", counter=counter)
    return report


def _current(work: UnitOfWork, desk: Desk, counter: int) -> Ticket:
    current = work.at_counter(desk.business_day(), counter)
    if current is None:
        raise KnownError("calling.nobody_here")
    return current


def _known(work: UnitOfWork, ticket_id: str) -> Ticket:
    ticket = work.ticket(ticket_id)
    if ticket is None:
        raise KnownError("ticketing.unknown_ticket")
    return ticket
