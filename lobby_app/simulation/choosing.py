"""Which waiting ticket a free counter calls: domain.dispatch over records, and rules to compare.

`domain.dispatch.choose` is the truth; a test holds this copy to it on thousands of random halls.
`lanes` and `waiting` are the line, `rule` is one record, `mask` the queues to call from.
"""

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.line import comes_before, first_in
from lobby_app.simulation.model import (
    CARE,
    FCFS,
    ORDINARY,
    OURS,
    SAFETY,
    STRICT,
    TIER,
    Ints,
)
from lobby_app.simulation.records import Records


@compiled
def choose_ticket(
    tickets: Records,
    lanes: Records,
    waiting: Ints,
    rule: Records,
    mask: int,
    in_order: bool,
    recent: int,
    streak: int,
    now: float,
) -> int:
    """Return the ticket to call, -1 when nobody waits in the queues of `mask`.

    `in_order`: the counter is dedicated and calls its own, first come, first served. `recent`: its
    last calls, bit 0 the newest, 1 = tier. `streak`: how many preferred it called since the last
    ordinary one.
    """
    if rule.kind == FCFS:
        return _first_of_all(tickets, lanes, waiting, mask)
    if rule.kind == OURS:
        urgent = first_in(tickets, lanes, waiting, SAFETY, mask)
        if urgent >= 0:
            return urgent
        if in_order:
            return _first_of_all(tickets, lanes, waiting, mask)
        return _by_ratio(tickets, lanes, waiting, rule, mask, recent, now)
    if rule.kind != STRICT and streak >= rule.preferred_calls:
        ordinary = first_in(tickets, lanes, waiting, ORDINARY, mask)
        if ordinary >= 0:
            return ordinary
    return _strongest(tickets, lanes, waiting, mask)


@compiled
def _first_of_all(tickets: Records, lanes: Records, waiting: Ints, mask: int) -> int:
    best = -1
    for priority in range(5):
        ticket = first_in(tickets, lanes, waiting, priority, mask)
        if ticket >= 0 and (best < 0 or comes_before(tickets, ticket, best)):
            best = ticket
    return best


@compiled
def _strongest(tickets: Records, lanes: Records, waiting: Ints, mask: int) -> int:
    for priority in range(5):
        ticket = first_in(tickets, lanes, waiting, priority, mask)
        if ticket >= 0:
            return ticket
    return -1


@compiled
def _by_ratio(
    tickets: Records,
    lanes: Records,
    waiting: Ints,
    rule: Records,
    mask: int,
    recent: int,
    now: float,
) -> int:
    care = first_in(tickets, lanes, waiting, CARE, mask)
    ordinary = first_in(tickets, lanes, waiting, ORDINARY, mask)
    care_wait = now - tickets[care].starts_at if care >= 0 else -1.0
    ordinary_wait = now - tickets[ordinary].starts_at if ordinary >= 0 else -1.0
    if ordinary_wait >= rule.ceiling_minutes and care_wait < rule.ceiling_care_minutes:
        return ordinary
    guarded = recent & rule.recent_mask != 0 or max(care_wait, ordinary_wait) >= rule.guard_minutes
    best, best_score = -1, 0.0
    for priority in range(1, 5):
        ticket = first_in(tickets, lanes, waiting, priority, mask)
        if ticket < 0:
            continue
        counts_as = ORDINARY if priority == TIER and guarded else priority
        wait = now - tickets[ticket].starts_at
        # A credit never lets a booking jump the hall before its time.
        gained = wait + rule.credits[counts_as] if wait >= 0 else wait
        score = gained / rule.divisors[counts_as]
        if (
            best < 0
            or score > best_score
            or (score == best_score and comes_before(tickets, ticket, best))
        ):
            best, best_score = ticket, score
    return best
