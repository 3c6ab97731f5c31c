"""Possible futures of the present floor, drawn and played inside compiled code.

`tickets` holds those who wait first, then room for those who come. `habits` is one record, `gaps`
are minutes from a finish to the next call while somebody waits, smallest first, and `totals` the
arrival rates summed over the kinds of visitors, by slot.
"""

import math

import numpy as np

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.kernel import run
from lobby_app.simulation.model import Floats
from lobby_app.simulation.records import Records
from lobby_app.simulation.sampling import draw_rest, draw_service, draw_stay, mean_rest

FREE, RESTING = -1, -2
"""What a counter does that serves nobody, instead of a business."""
SLOT_MINUTES = 30
HABIT = np.dtype(
    [
        ("gone_share", "f8"),
        ("patience_minutes", "f8"),
        ("opens", "f8"),
        ("until", "f8"),  # after this minute nobody comes who matters
    ],
    align=True,
)
BUSINESS = np.dtype([("log_mean", "f8"), ("log_sigma", "f8"), ("mean", "f8")], align=True)
KIND = np.dtype([("priority", "i8"), ("queue", "i8"), ("business", "i8")], align=True)
_STEP_MINUTES = 0.25


@compiled
def play(
    tickets: Records,
    waiting: int,
    counters: Records,
    opens_at: Floats,
    lanes: Records,
    rule: Records,
    habits: Records,
    businesses: Records,
    kinds: Records,
    gaps: Floats,
    totals: Floats,
    now: float,
    replicates: int,
    seed: int,
) -> Floats:
    """Return remaining minutes by waiting ticket and replicate; with 0 of these, the mean one."""
    np.random.seed(seed)
    order = np.arange(tickets.shape[0])
    recent = counters.recent.copy()
    waits = np.empty((waiting, max(replicates, 1)))
    for replicate in range(max(replicates, 1)):
        if replicates > 0:
            count = _draw_day(tickets, waiting, rule, habits, businesses, kinds, gaps, totals, now)
            _draw_rests(counters, businesses, gaps, now)
        else:
            count = _mean_day(
                tickets, waiting, counters, rule, habits, businesses, kinds, gaps, totals, now
            )
            _mean_rests(counters, businesses, gaps, now)
        for index in range(counters.shape[0]):
            counters[index].recent = recent[index]
        for ticket in range(waiting):
            tickets[ticket].called_at = np.inf
        run(tickets, order[:count], counters, opens_at, lanes, rule, now, waiting)
        for ticket in range(waiting):
            waits[ticket, replicate] = tickets[ticket].called_at - now
    return waits


@compiled
def _draw_day(
    tickets: Records,
    waiting: int,
    rule: Records,
    habits: Records,
    businesses: Records,
    kinds: Records,
    gaps: Floats,
    totals: Floats,
    now: float,
) -> int:
    for index in range(waiting):
        _draw_visit(tickets[index], habits, businesses, gaps)
        if not rule.leavers_stay:
            # Nobody sees who leaves with a paper ticket; who is on the phone is there now.
            tickets[index].leaves_at = now + draw_stay(0.0, habits.patience_minutes)
    count = waiting
    while count < tickets.shape[0] and now < habits.until:
        slot, ends = _slot_of(habits, totals, now)
        rate = totals[slot, -1]
        gap = -math.log(1.0 - np.random.random()) / rate if rate > 0.0 else np.inf
        if now + gap >= ends:
            now = ends
            continue
        now += gap
        height = rate * np.random.random()
        kind = 0
        while totals[slot, kind] <= height:
            kind += 1
        _enter(tickets[count], kinds[kind], now)
        _draw_visit(tickets[count], habits, businesses, gaps)
        count += 1
    return count


@compiled
def _draw_visit(ticket: Records, habits: Records, businesses: Records, gaps: Floats) -> None:
    business = businesses[ticket.business]
    ticket.service_minutes = draw_service(business.log_mean, business.log_sigma)
    stay = draw_stay(habits.gone_share, habits.patience_minutes)
    ticket.leaves_at = ticket.arrives_at + stay
    ticket.pause_minutes = gaps[int(np.random.random() * gaps.shape[0])]


@compiled
def _slot_of(habits: Records, totals: Floats, now: float) -> tuple[int, float]:
    """Return the slot of the arrival rates at a minute, and until when it holds."""
    last = totals.shape[0] - 1
    slot = min(max(int((now - habits.opens) // SLOT_MINUTES), 0), last)
    ends = habits.opens + SLOT_MINUTES * (slot + 1) if slot < last else np.inf
    return slot, min(ends, habits.until)


@compiled
def _enter(ticket: Records, kind: Records, now: float) -> None:
    ticket.arrives_at = now
    ticket.starts_at = now
    ticket.priority = kind.priority
    ticket.queue = kind.queue
    ticket.business = kind.business


@compiled
def _draw_rests(counters: Records, businesses: Records, gaps: Floats, now: float) -> None:
    """Draw until when every counter is busy."""
    known = gaps.shape[0]
    for index in range(counters.shape[0]):
        counter = counters[index]
        rest = 0.0
        if counter.business >= 0:
            business = businesses[counter.business]
            elapsed = counter.elapsed / counter.speed
            rest = counter.speed * draw_rest(business.log_mean, business.log_sigma, elapsed)
            rest += gaps[int(np.random.random() * known)]
        elif counter.business == RESTING:
            longer = np.searchsorted(gaps, counter.elapsed, side="right")
            rest = counter.elapsed
            if longer < known:
                drawn = longer + int(np.random.random() * (known - longer))
                rest = gaps[drawn] - counter.elapsed
        _set_busy(counter, now, rest)


@compiled
def _set_busy(counter: Records, now: float, rest: float) -> None:
    """Let a counter be busy; one that is free has been for long enough to help."""
    counter.is_idle = counter.business == FREE
    counter.free_at = now + rest
    counter.idle_since = now - counter.elapsed if counter.is_idle else now + rest
    counter.ticket = -1
    counter.streak = 0


@compiled
def _mean_day(
    tickets: Records,
    waiting: int,
    counters: Records,
    rule: Records,
    habits: Records,
    businesses: Records,
    kinds: Records,
    gaps: Floats,
    totals: Floats,
    now: float,
) -> int:
    """Fill in mean services; of each kind one visitor comes whenever one is due."""
    rest = gaps.mean()
    ahead = 0.0
    for index in range(waiting):
        # Who leaves depends on the wait to come: about the work ahead shared by all counters.
        stayed = now - tickets[index].arrives_at + ahead / max(1, counters.shape[0])
        present = (1.0 - habits.gone_share) * math.exp(-max(stayed, 0.0) / habits.patience_minutes)
        mean = businesses[tickets[index].business].mean + rest
        cost = present * mean + (1.0 - present) * rule.no_show_minutes
        tickets[index].service_minutes = cost
        ahead += cost
    due = np.full(kinds.shape[0], 0.5)
    count = waiting
    while now < habits.until and count < tickets.shape[0]:
        slot, _ = _slot_of(habits, totals, now)
        below = 0.0
        for kind in range(kinds.shape[0]):
            due[kind] += (totals[slot, kind] - below) * _STEP_MINUTES
            below = totals[slot, kind]
            if due[kind] >= 1.0 and count < tickets.shape[0]:
                due[kind] -= 1.0
                _enter(tickets[count], kinds[kind], now)
                tickets[count].service_minutes = businesses[kinds[kind].business].mean + rest
                count += 1
        now += _STEP_MINUTES
    return count


@compiled
def _mean_rests(counters: Records, businesses: Records, gaps: Floats, now: float) -> None:
    known = gaps.shape[0]
    for index in range(counters.shape[0]):
        counter = counters[index]
        rest = 0.0
        if counter.business >= 0:
            business = businesses[counter.business]
            elapsed = counter.elapsed / counter.speed
            rest = counter.speed * mean_rest(business.log_mean, business.log_sigma, elapsed)
            rest += gaps.mean()
        elif counter.business == RESTING:
            longer = np.searchsorted(gaps, counter.elapsed, side="right")
            rest = counter.elapsed
            if longer < known:
                rest = gaps[longer:].mean() - counter.elapsed
        _set_busy(counter, now, rest)
