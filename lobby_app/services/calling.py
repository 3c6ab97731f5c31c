"""The counter's use cases: open, call next, recall, start, finish, park, transfer, undo, close.

Which ticket is next is decided by domain.dispatch alone, inside the transaction that calls it: two
counters of one desk can never take the same one. Where other desks call too, services.claiming asks
for it first. Illegal steps are refused by domain.ticket_steps.
"""

from collections.abc import Callable, Sequence
from functools import partial

from lobby_app.domain.apart import choose_apart
from lobby_app.domain.business import Priority
from lobby_app.domain.dispatch import Choice, FreeCounter, choose
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.domain.ports import CounterReport, UnitOfWork
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import (
    MAX_CALLS,
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
    start_lost,
    transfer,
    undo,
)
from lobby_app.services.called import Called
from lobby_app.services.claiming import (
    asked_by_others,
    claim_next,
    is_apart_from_others,
    settle,
)
from lobby_app.services.counter_panel import counter_panel
from lobby_app.services.desk import Desk
from lobby_app.services.lost_calls import lost_calls
from lobby_app.services.queues import HELPED_QUEUES, as_waiting, is_shared
from lobby_app.services.views import CounterView, Session

Step = Callable[[Ticket, Hand], Draft]
"""One of domain.ticket_steps, with what else it needs bound."""


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
        if report is not None and report.is_open:
            _refuse_another(report, session.staff_number)
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
    if desk.claims is not None:
        settle(desk, desk.claims, counter)


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
    """Do as `next_call`; return the number called, None when nobody waits for this counter."""
    return next_call(desk, session, counter).number


def next_call(desk: Desk, session: Session, counter: int) -> Called:
    """Finish the present customer, if any, and call the next by the posted rule.

    A ticket that is called and was never started counts as served: the customer has been there.
    With nobody waiting the present customer is finished all the same. A desk that is alone does it
    in one transaction; where others call too, it is asked for between two.

    Raises:
        KnownError: `calling.counter_closed`, or `calling.counter_taken` by somebody else.
    """
    hand = _hand(desk, session, counter)
    if desk.claims is not None:
        return claim_next(desk, desk.claims, counter, partial(_finish_and_choose, desk, hand))
    with desk.unit_of_work() as work:
        chosen = _finish_and_choose(desk, hand, work, frozenset())
        if chosen is not None:
            work.append(chosen[1])
        work.commit()
    return Called(chosen[0].number if chosen is not None else None)


def _finish_and_choose(
    desk: Desk, hand: Hand, work: UnitOfWork, gone: frozenset[str]
) -> tuple[Ticket, Draft] | None:
    """Finish the present customer; return the next and the call, None when nobody waits."""
    report = _open_report(work, desk, hand)
    current = work.at_counter(desk.business_day(), hand.counter)
    if current is not None:
        _finish(work, current, hand, FinishOutcome.DONE)
    if desk.claims is not None:
        gone |= asked_by_others(work, hand.counter, hand.now_ms)
    chosen = _choose(desk, work, report, hand, gone)
    if chosen is None:
        return None
    ticket, reason = chosen
    return ticket, call(ticket, hand, desk.new_id(), reason)


def _finish(work: UnitOfWork, ticket: Ticket, hand: Hand, outcome: FinishOutcome) -> None:
    if ticket.state is TicketState.CALLED:
        work.append(start(ticket, hand))
        ticket = work.ticket(ticket.ticket_id) or ticket
    work.append(finish(ticket, hand, outcome))


def _choose(
    desk: Desk, work: UnitOfWork, report: CounterReport, hand: Hand, gone: frozenset[str]
) -> tuple[Ticket, CallReason] | None:
    """Return the ticket to call and why; what is reserved for this counter comes first.

    `gone`: tickets that others call or have called, whatever our own log still says.
    """
    day, is_apart = desk.business_day(), is_apart_from_others(desk)
    free = _free_counter(desk, work, report)
    queues = (*free.queues, *free.helps)
    tied = [ticket for ticket in work.reserved(day) if ticket.ticket_id not in gone]
    # The heads of a class are enough only where each of them may be called.
    heads = work.waiting(day) if gone or is_apart else work.heads(day, queues)
    tickets = {
        ticket.ticket_id: ticket
        for ticket in (*tied, *heads)
        if ticket.queue in queues
        and ticket.ticket_id not in gone
        and may_call(ticket, hand.counter, hand.now_ms)
    }
    urgent = any(ticket.priority == Priority.SAFETY for ticket in tickets.values())
    mine = [t for t in tied if is_reserved_for(t, hand.counter, hand.now_ms)]
    if mine and not urgent:
        return mine[0], CallReason("reserved")
    waiting, now = [as_waiting(ticket) for ticket in tickets.values()], hand.now_ms / 60_000
    if is_apart:
        serving = _serving(work.counters(day))
        choice = choose_apart(waiting, free, now, desk.policy.thresholds, hand.counter, serving)
    else:
        choice = choose(waiting, free, now, desk.policy.thresholds)
    if choice is None:
        return None
    return tickets[choice.ticket.ticket_id], reason_of(choice)


def _serving(reports: Sequence[CounterReport]) -> dict[str, list[int]]:
    """Return the numbers of the open counters of each queue, in ascending order."""
    serving: dict[str, list[int]] = {}
    for report in sorted(reports, key=lambda one: one.number):
        for queue in report.queues if report.is_open else ():
            serving.setdefault(queue, []).append(report.number)
    return serving


def _free_counter(desk: Desk, work: UnitOfWork, report: CounterReport) -> FreeCounter:
    shared = is_shared(desk, report.number)
    # Each of the last calls that the rule looks at may have been made MAX_CALLS times.
    limit = desk.policy.thresholds.guard_calls * MAX_CALLS
    calls = work.calls(desk.business_day(), counter=report.number, limit=limit)
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
    """The customer is here: from now on the counter may see who it is, and that is noted.

    At a counter that is free it may be somebody whose call another counter has won: whoever the
    customer stands before is right.
    """
    hand = _hand(desk, session, counter)
    with desk.unit_of_work() as work:
        ticket = _disputed(work, desk, counter)
        if ticket is not None:
            work.append(start_lost(ticket, hand))
        else:
            ticket = _current(work, desk, counter)
            work.append(start(ticket, hand))
        if ticket.customer_ref is not None:
            work.append(_profile_viewed(desk, ticket, ticket.customer_ref, hand))
        work.commit()


def _disputed(work: UnitOfWork, desk: Desk, counter: int) -> Ticket | None:
    """Return the last ticket whose call this free counter lost to one that has not begun either."""
    if work.at_counter(desk.business_day(), counter) is not None:
        return None
    lost = next((one for one in lost_calls(desk, work, counter) if one.can_start), None)
    return work.ticket(lost.ticket_id) if lost is not None else None


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


def _open_report(work: UnitOfWork, desk: Desk, hand: Hand) -> CounterReport:
    report = _report(work, desk, hand.counter)
    if report is None or not report.is_open:
        raise KnownError("calling.counter_closed", counter=hand.counter)
    _refuse_another(report, hand.actor)
    return report


def _refuse_another(report: CounterReport, staff: str) -> None:
    """Refuse who does not sit there; a counter that the supervisor opened is the first comer's."""
    if report.staff not in ("", staff):
        raise KnownError("calling.counter_taken", counter=report.number, staff=report.staff)


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
