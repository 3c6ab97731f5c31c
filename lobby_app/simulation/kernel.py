"""A branch day from event to event: who is called when, at which counter.

`simulate(arrivals, plan, rule)` is deterministic: the same arrays give the same calls. Everything
random (services, patience, arrivals) is in the arrays before it starts.

    day = arrivals([540.0, 541.0], priority=[4, 1], queue=0, service_minutes=5.0)
    outcome = simulate(day, plan([mask_of([0])]), rule_of(policy.thresholds))
    outcome.wait_minutes
"""

from typing import NamedTuple

import numpy as np

from lobby_app.simulation.choosing import choose_ticket
from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.line import Line, empty_line, join_line, leave_head, waits_in
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


class Hall(NamedTuple):
    """The counters while time passes.

    Attributes:
        free_at: when a busy counter is free again.
        idle_since: since when an idle one is idle.
        ticket: who is served, -1 = nobody.
        opens_at: per counter and minute the first minute from there on at which it may call.
    """

    free_at: Floats
    is_idle: Flags
    idle_since: Floats
    ticket: Ints
    recent: Ints
    streak: Ints
    opens_at: Floats


def simulate(day: Arrivals, counters: Plan, rule: Rule, *, now: float = 0.0) -> Outcome:
    """Return what becomes of every ticket when the day runs from `now` until nobody is left."""
    outcome = empty_outcome(day.arrives_at)
    order = np.argsort(day.arrives_at, kind="stable")
    run(day, order, counters, opening_minutes(counters.is_open), rule, outcome, now, 0)
    return outcome


@compiled
def empty_outcome(arrives_at: Floats) -> Outcome:
    """Return an outcome in which nobody has been called."""
    count = arrives_at.shape[0]
    arrived_at = np.empty(count)
    for ticket in range(count):
        arrived_at[ticket] = arrives_at[ticket] if arrives_at[ticket] < np.inf else np.nan
    return Outcome(
        arrived_at,
        np.full(count, np.nan),
        np.full(count, np.nan),
        np.full(count, -1, np.int64),
        np.zeros(count, np.bool_),
    )


@compiled
def opening_minutes(is_open: Flags) -> Floats:
    """Return per counter and minute the first minute from there on at which it may call."""
    counters, minutes = is_open.shape
    opens_at = np.empty((counters, minutes))
    for counter in range(counters):
        opening = np.inf
        for minute in range(minutes - 1, -1, -1):
            if is_open[counter, minute]:
                opening = float(minute)
            opens_at[counter, minute] = opening
    return opens_at


@compiled
def run(
    day: Arrivals,
    order: Ints,
    counters: Plan,
    opens_at: Floats,
    rule: Rule,
    outcome: Outcome,
    now: float,
    watched: int,
) -> None:
    """Fill `outcome`.

    `order` holds the indices by arrival, `opens_at` is `opening_minutes` of the plan. The run stops
    when the first `watched` tickets are called; with 0, when nobody is left.
    """
    line = empty_line(day.arrives_at.shape[0], _queues_of(day))
    hall = _opened(counters, opens_at, now)
    arrived, left = 0, watched
    while True:
        now = _next_moment(day, order, arrived, counters, rule, line, hall, now)
        if now == np.inf:
            return
        _finish_services(day, outcome, line, hall, now)
        while arrived < order.shape[0] and day.arrives_at[order[arrived]] <= now:
            ticket = order[arrived]
            join_line(line, day.starts_at, day.priority[ticket], day.queue[ticket], ticket)
            arrived += 1
        while True:
            if not counters.leavers_stay:
                left -= _forget_leavers(day, outcome, line, now, watched)
            counter = _next_counter(counters, rule, line, hall, now)
            if counter < 0:
                break
            if _call(day, counters, rule, outcome, line, hall, counter, now) < watched:
                left -= 1
        if watched > 0 and left <= 0:
            return


@compiled
def _queues_of(day: Arrivals) -> int:
    most = 0
    for queue in day.queue:
        most = max(most, queue)
    return most + 1


@compiled
def _opened(counters: Plan, opens_at: Floats, now: float) -> Hall:
    count = counters.serves.shape[0]
    return Hall(
        counters.busy_until.copy(),
        counters.busy_until <= now,
        counters.busy_until.copy(),
        np.full(count, -1, np.int64),
        counters.recent.copy(),
        np.zeros(count, np.int64),
        opens_at,
    )


@compiled
def _opening(hall: Hall, counter: int, now: float) -> float:
    """Return when the counter may call: `now` or later, inf = never again."""
    last = hall.opens_at.shape[1] - 1
    minute = min(max(int(now), 0), last)
    return float(max(now, hall.opens_at[counter, minute]))


@compiled
def _next_moment(
    day: Arrivals,
    order: Ints,
    arrived: int,
    counters: Plan,
    rule: Rule,
    line: Line,
    hall: Hall,
    now: float,
) -> float:
    """Return when something can happen next: an arrival, an end, an opening, an offer to help."""
    moment = np.inf
    if arrived < order.shape[0]:
        moment = max(now, day.arrives_at[order[arrived]])
    for counter in range(counters.serves.shape[0]):
        if not hall.is_idle[counter]:
            moment = min(moment, max(now, hall.free_at[counter]))
        elif waits_in(line, counters.serves[counter]):
            moment = min(moment, _opening(hall, counter, now))
        elif not counters.shared[counter] and waits_in(line, counters.helps[counter]):
            helps_at = max(now, hall.idle_since[counter] + rule.idle_help_minutes)
            moment = min(moment, _opening(hall, counter, helps_at))
    return moment


@compiled
def _finish_services(day: Arrivals, outcome: Outcome, line: Line, hall: Hall, now: float) -> None:
    for counter in range(hall.free_at.shape[0]):
        if hall.is_idle[counter] or hall.free_at[counter] > now:
            continue
        hall.is_idle[counter] = True
        hall.idle_since[counter] = hall.free_at[counter]
        ticket = hall.ticket[counter]
        hall.ticket[counter] = -1
        if ticket < 0 or outcome.no_show[ticket]:
            continue
        follow_up = day.follow_up[ticket]
        if follow_up >= 0:
            outcome.arrived_at[follow_up] = now
            priority, queue = day.priority[follow_up], day.queue[follow_up]
            join_line(line, day.starts_at, priority, queue, follow_up)


@compiled
def _forget_leavers(day: Arrivals, outcome: Outcome, line: Line, now: float, watched: int) -> int:
    """Take away who has hung up and stands first; return how many of them were watched."""
    gone = 0
    for priority in range(line.head.shape[0]):
        for queue in range(line.head.shape[1]):
            ticket = line.head[priority, queue]
            while ticket >= 0 and day.leaves_at[ticket] <= now:
                leave_head(line, priority, queue)
                outcome.no_show[ticket] = True
                outcome.finished_at[ticket] = day.leaves_at[ticket]
                gone += 1 if ticket < watched else 0
                ticket = line.head[priority, queue]
    return gone


@compiled
def _next_counter(counters: Plan, rule: Rule, line: Line, hall: Hall, now: float) -> int:
    """Return the idle counter that calls first, -1 = none has anybody to call.

    Those whom the ticket belongs to come before helpers, then the least flexible, then the one that
    has been idle longest.
    """
    best, best_helps, best_width = -1, False, 0
    for counter in range(counters.serves.shape[0]):
        if not hall.is_idle[counter]:
            continue
        helps = False
        if not waits_in(line, counters.serves[counter]):
            helps_at = hall.idle_since[counter] + rule.idle_help_minutes
            helps = not counters.shared[counter] and now >= helps_at
            if not helps or not waits_in(line, counters.helps[counter]):
                continue
        if _opening(hall, counter, now) > now:
            continue
        width = _count_bits(counters.serves[counter])
        if (
            best < 0
            or helps < best_helps
            or (helps == best_helps and width < best_width)
            or (
                helps == best_helps
                and width == best_width
                and hall.idle_since[counter] < hall.idle_since[best]
            )
        ):
            best, best_helps, best_width = counter, helps, width
    return best


@compiled
def _count_bits(mask: int) -> int:
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled
def _call(
    day: Arrivals,
    counters: Plan,
    rule: Rule,
    outcome: Outcome,
    line: Line,
    hall: Hall,
    counter: int,
    now: float,
) -> int:
    """Let a counter call and return whom."""
    own = waits_in(line, counters.serves[counter])
    mask = counters.serves[counter] if own else counters.helps[counter]
    in_order = own and not counters.shared[counter]
    recent, streak = hall.recent[counter], hall.streak[counter]
    ticket = choose_ticket(line, day.starts_at, mask, in_order, recent, streak, now, rule)
    priority = day.priority[ticket]
    leave_head(line, priority, day.queue[ticket])
    hall.recent[counter] = (recent << 1 | (1 if priority == TIER else 0)) & 0xFFFFFFFF
    hall.streak[counter] = 0 if priority == ORDINARY else streak + 1
    outcome.called_at[ticket] = now
    outcome.counter[ticket] = counter
    if now > day.leaves_at[ticket]:
        outcome.no_show[ticket] = True
        outcome.finished_at[ticket] = now + counters.no_show_minutes
        hall.free_at[counter] = outcome.finished_at[ticket]
    else:
        served = day.service_minutes[ticket] * counters.speed[counter]
        outcome.finished_at[ticket] = now + served
        hall.free_at[counter] = now + served + day.pause_minutes[ticket]
    hall.is_idle[counter] = False
    hall.ticket[counter] = ticket
    return int(ticket)
