"""Which waiting ticket a free counter calls: domain.dispatch over arrays, and rules to compare.

`domain.dispatch.choose` is the truth; a test holds this copy to it on thousands of random halls.
"""

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.line import Line, comes_before, first_in
from lobby_app.simulation.model import (
    CARE,
    FCFS,
    ORDINARY,
    OURS,
    SAFETY,
    STRICT,
    TIER,
    Floats,
    Rule,
)


@compiled
def choose_ticket(
    line: Line,
    starts_at: Floats,
    mask: int,
    in_order: bool,
    recent: int,
    streak: int,
    now: float,
    rule: Rule,
) -> int:
    """Return the ticket to call from the queues of `mask`, -1 when nobody waits in them.

    `in_order`: the counter is dedicated and calls its own, first come, first served. `recent`: its
    last calls, bit 0 the newest, 1 = tier. `streak`: how many preferred it called since the last
    ordinary one.
    """
    if rule.kind == OURS:
        urgent = first_in(line, starts_at, SAFETY, mask)
        if urgent >= 0:
            return urgent
        if in_order:
            return _first_of_all(line, starts_at, mask)
        return _by_ratio(line, starts_at, mask, recent, now, rule)
    if rule.kind == FCFS:
        return _first_of_all(line, starts_at, mask)
    if rule.kind != STRICT and streak >= rule.preferred_calls:
        ordinary = first_in(line, starts_at, ORDINARY, mask)
        if ordinary >= 0:
            return ordinary
    return _strongest(line, starts_at, mask)


@compiled
def _first_of_all(line: Line, starts_at: Floats, mask: int) -> int:
    best = -1
    for priority in range(5):
        ticket = first_in(line, starts_at, priority, mask)
        if ticket >= 0 and (best < 0 or comes_before(starts_at, ticket, best)):
            best = ticket
    return best


@compiled
def _strongest(line: Line, starts_at: Floats, mask: int) -> int:
    for priority in range(5):
        ticket = first_in(line, starts_at, priority, mask)
        if ticket >= 0:
            return ticket
    return -1


@compiled
def _by_ratio(line: Line, starts_at: Floats, mask: int, recent: int, now: float, rule: Rule) -> int:
    care = first_in(line, starts_at, CARE, mask)
    ordinary = first_in(line, starts_at, ORDINARY, mask)
    care_wait = now - starts_at[care] if care >= 0 else -1.0
    ordinary_wait = now - starts_at[ordinary] if ordinary >= 0 else -1.0
    care_is_late = care >= 0 and care_wait >= rule.ceiling_care_minutes
    if ordinary >= 0 and ordinary_wait >= rule.ceiling_minutes and not care_is_late:
        return ordinary
    guarded = (
        recent & ((1 << rule.guard_calls) - 1) != 0
        or (care >= 0 and care_wait >= rule.guard_minutes)
        or (ordinary >= 0 and ordinary_wait >= rule.guard_minutes)
    )
    best, best_score = -1, 0.0
    for priority in range(1, 5):
        ticket = first_in(line, starts_at, priority, mask)
        if ticket < 0:
            continue
        counts_as = ORDINARY if priority == TIER and guarded else priority
        wait = now - starts_at[ticket]
        # A credit never lets a booking jump the hall before its time.
        gained = wait + rule.credits[counts_as] if wait >= 0 else wait
        score = gained / rule.divisors[counts_as]
        if (
            best < 0
            or score > best_score
            or (score == best_score and comes_before(starts_at, ticket, best))
        ):
            best, best_score = ticket, score
    return best
