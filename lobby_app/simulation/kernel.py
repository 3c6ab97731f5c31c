"""A branch day from event to event: who is called when, at which counter.

`simulate(arrivals, plan, rule)` is deterministic: the same arrays give the same calls. Everything
random (services, patience, arrivals) is in the arrays before it starts.

    day = arrivals([540.0, 541.0], priority=[4, 1], queue=0, service_minutes=5.0)
    outcome = simulate(day, plan([mask_of([0])]), rule_of(policy.thresholds))
    outcome.wait_minutes
"""

import numpy as np

from lobby_app.simulation.choosing import choose_ticket
from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.line import clear_line, join_line, leave_head, waits_in
from lobby_app.simulation.model import (
    ORDINARY,
    TIER,
    Arrivals,
    Flags,
    Floats,
    Ints,
    Outcome,
    Plan,
    Rule,
)
from lobby_app.simulation.records import (
    Records,
    counter_records,
    lane_records,
    outcome_of,
    rule_record,
    ticket_records,
)


def simulate(day: Arrivals, counters: Plan, rule: Rule, *, now: float = 0.0) -> Outcome:
    """Return what becomes of every ticket when the day runs from `now` until nobody is left."""
    tickets = ticket_records(day)
    run(
        tickets,
        np.argsort(day.arrives_at, kind="stable"),
        counter_records(counters, now),
        opening_minutes(counters.is_open),
        lane_records(queues_of(day.queue)),
        rule_record(rule, counters)[0],
        now,
        0,
    )
    return outcome_of(tickets)


def queues_of(queue: Ints) -> int:
    """Return how many queues a column of queues needs."""
    return int(queue.max(initial=0)) + 1


def opening_minutes(is_open: Flags) -> Floats:
    """Return per counter and minute the first minute from there on at which it may call."""
    minutes = np.where(is_open, np.arange(is_open.shape[1], dtype=np.float64), np.inf)
    return np.ascontiguousarray(np.minimum.accumulate(minutes[:, ::-1], axis=1)[:, ::-1])


@compiled
def run(
    tickets: Records,
    order: Ints,
    counters: Records,
    opens_at: Floats,
    lanes: Records,
    rule: Records,
    now: float,
    watched: int,
) -> None:
    """Let the day run from `now`; what happens is written into `tickets` and `counters`.

    `order` holds the indices by arrival, `opens_at` is `opening_minutes` of the plan, `lanes` is
    room for five priorities of every queue. The run stops when the first `watched` tickets are
    called; with 0, when nobody is left.
    """
    waiting = np.zeros(5, np.int64)
    clear_line(lanes, waiting)
    arrived, left = 0, watched
    while True:
        arrival = tickets[order[arrived]].arrives_at if arrived < order.shape[0] else np.inf
        now = max(now, min(arrival, _next_moment(counters, opens_at, waiting, rule, now)))
        if now == np.inf:
            return
        _finish_services(tickets, lanes, waiting, counters, now)
        while arrived < order.shape[0] and tickets[order[arrived]].arrives_at <= now:
            join_line(tickets, lanes, waiting, order[arrived])
            arrived += 1
        while True:
            if not rule.leavers_stay:
                left -= _forget_leavers(tickets, lanes, waiting, now, watched)
            counter = _next_counter(counters, opens_at, waiting, rule, now)
            if counter < 0:
                break
            ticket = _call(tickets, lanes, waiting, rule, counters[counter], now)
            tickets[ticket].counter = counter
            if ticket < watched:
                left -= 1
        if watched > 0 and left <= 0:
            return


@compiled
def _opening(opens_at: Floats, counter: int, now: float) -> float:
    """Return when the counter may call: `now` or later, inf = never again."""
    minute = min(max(int(now), 0), opens_at.shape[1] - 1)
    return float(max(now, opens_at[counter, minute]))


@compiled
def _next_moment(
    counters: Records, opens_at: Floats, waiting: Ints, rule: Records, now: float
) -> float:
    """Return when a service ends, a counter with work opens, or an idle one may help."""
    moment = np.inf
    for index in range(counters.shape[0]):
        counter = counters[index]
        if not counter.is_idle:
            moment = min(moment, counter.free_at)
        elif waits_in(waiting, counter.serves):
            moment = min(moment, _opening(opens_at, index, now))
        elif not counter.shared and waits_in(waiting, counter.helps):
            helps_at = max(now, counter.idle_since + rule.idle_help_minutes)
            moment = min(moment, _opening(opens_at, index, helps_at))
    return moment


@compiled
def _finish_services(
    tickets: Records, lanes: Records, waiting: Ints, counters: Records, now: float
) -> None:
    for index in range(counters.shape[0]):
        counter = counters[index]
        if counter.is_idle or counter.free_at > now:
            continue
        counter.is_idle = True
        counter.idle_since = counter.free_at
        ticket = counter.ticket
        counter.ticket = -1
        if ticket < 0 or tickets[ticket].no_show:
            continue
        follow_up = tickets[ticket].follow_up
        if follow_up >= 0:
            tickets[follow_up].arrived_at = now
            join_line(tickets, lanes, waiting, follow_up)


@compiled
def _forget_leavers(
    tickets: Records, lanes: Records, waiting: Ints, now: float, watched: int
) -> int:
    """Take away who has hung up and stands first; return how many of them were watched."""
    gone = 0
    for lane in range(lanes.shape[0]):
        ticket = lanes[lane].head
        while ticket >= 0 and tickets[ticket].leaves_at <= now:
            leave_head(tickets, lanes, waiting, ticket)
            tickets[ticket].no_show = True
            tickets[ticket].finished_at = tickets[ticket].leaves_at
            gone += 1 if ticket < watched else 0
            ticket = lanes[lane].head
    return gone


@compiled
def _next_counter(
    counters: Records, opens_at: Floats, waiting: Ints, rule: Records, now: float
) -> int:
    """Return the idle counter that calls first, -1 = none has anybody to call.

    Those whom the ticket belongs to come before helpers, then the least flexible, then the one that
    has been idle longest.
    """
    best, best_width, best_since = -1, 0, 0.0
    for index in range(counters.shape[0]):
        counter = counters[index]
        if not counter.is_idle:
            continue
        width = counter.width
        if not waits_in(waiting, counter.serves):
            helps_at = counter.idle_since + rule.idle_help_minutes
            if counter.shared or now < helps_at or not waits_in(waiting, counter.helps):
                continue
            width += 64
        if best >= 0 and (
            width > best_width or (width == best_width and counter.idle_since >= best_since)
        ):
            continue
        if _opening(opens_at, index, now) <= now:
            best, best_width, best_since = index, width, counter.idle_since
    return best


@compiled
def _call(
    tickets: Records, lanes: Records, waiting: Ints, rule: Records, counter: Records, now: float
) -> int:
    """Let a counter call and return whom."""
    own = waits_in(waiting, counter.serves)
    mask = counter.serves if own else counter.helps
    in_order = own and not counter.shared
    recent, streak = counter.recent, counter.streak
    index = choose_ticket(tickets, lanes, waiting, rule, mask, in_order, recent, streak, now)
    leave_head(tickets, lanes, waiting, index)
    ticket = tickets[index]
    counter.recent = (recent << 1 | (1 if ticket.priority == TIER else 0)) & 0xFFFFFFFF
    counter.streak = 0 if ticket.priority == ORDINARY else streak + 1
    ticket.called_at = now
    ticket.no_show = now > ticket.leaves_at
    occupied = rule.no_show_minutes if ticket.no_show else ticket.service_minutes * counter.speed
    ticket.finished_at = now + occupied
    counter.free_at = ticket.finished_at + (0.0 if ticket.no_show else ticket.pause_minutes)
    counter.is_idle = False
    counter.ticket = index
    return index
