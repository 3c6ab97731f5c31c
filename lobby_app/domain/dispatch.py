"""Which waiting ticket a free counter calls, and why (rule D, domain 3.6).

The rule is an accumulating priority: the eligible ticket with the largest wait / target is called,
ties by start, then by number. Bounds make it fair: safety first, a ceiling for ordinary tickets,
and a guard that takes the tier's preference away at shared counters. No ticket is tied to a
counter before it is called (late binding).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lobby_app.domain.business import Priority, Thresholds


@dataclass(frozen=True, slots=True)
class WaitingTicket:
    """A waiting ticket as the rule sees it.

    Attributes:
        start: zero of the priority clock, minutes on the caller's clock.
    """

    ticket_id: str
    number: str
    queue: str
    priority: Priority
    start: float
    business: str = ""


@dataclass(frozen=True, slots=True)
class FreeCounter:
    """A counter that may call.

    Attributes:
        history: priorities of the last calls at this counter, newest last.
        idle_minutes: how long it has been free; a dedicated counter helps others after a while.
    """

    queues: tuple[str, ...]
    shared: bool = True
    history: tuple[Priority, ...] = ()
    idle_minutes: float = 0.0
    helps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket to call, the rule that chose it and who came second.

    Attributes:
        reason: code with a sentence in the policy texts: safety, ceiling, dedicated, ratio.
        score, runner_up_score: wait ÷ target of the two; None where the rule did not compare.
    """

    ticket: WaitingTicket
    reason: str
    runner_up: WaitingTicket | None
    score: float | None = None
    runner_up_score: float | None = None


def choose(
    waiting: Sequence[WaitingTicket], counter: FreeCounter, now: float, limits: Thresholds
) -> Choice | None:
    """Return which ticket `counter` calls at minute `now`, or None when nobody it serves waits."""
    eligible = sorted(
        (t for t in waiting if t.queue in counter.queues), key=lambda t: (t.start, t.number)
    )
    if not eligible:
        may_help = not counter.shared and counter.idle_minutes >= limits.idle_help_minutes
        eligible = sorted(
            (t for t in waiting if may_help and t.queue in counter.helps),
            key=lambda t: (t.start, t.number),
        )
        return _at_shared(eligible, counter, now, limits) if eligible else None
    if not counter.shared:
        return _at_dedicated(eligible)
    return _at_shared(eligible, counter, now, limits)


def _at_dedicated(eligible: Sequence[WaitingTicket]) -> Choice:
    """Safety first, then first come, first served among its own (case DC010)."""
    urgent = [t for t in eligible if t.priority is Priority.SAFETY]
    order = urgent or list(eligible)
    return Choice(order[0], "safety" if urgent else "dedicated", _second(eligible, order[0]))


def _at_shared(
    eligible: Sequence[WaitingTicket], counter: FreeCounter, now: float, limits: Thresholds
) -> Choice:
    urgent = [t for t in eligible if t.priority is Priority.SAFETY]
    if urgent:
        return Choice(urgent[0], "safety", _second(eligible, urgent[0]))
    over_ceiling = _over_ceiling(eligible, now, limits)
    if over_ceiling is not None:
        return Choice(over_ceiling, "ceiling", _second(eligible, over_ceiling))
    guarded = tier_has_lost_preference(eligible, counter.history, now, limits)
    # The list is in the order of start and number, and max keeps the first of equals.
    ranked = sorted(eligible, key=lambda t: -score(t, now, limits, tier_guarded=guarded))
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    return Choice(
        first,
        "ratio",
        second,
        score(first, now, limits, tier_guarded=guarded),
        score(second, now, limits, tier_guarded=guarded) if second else None,
    )


def _over_ceiling(
    eligible: Sequence[WaitingTicket], now: float, limits: Thresholds
) -> WaitingTicket | None:
    """G2: an ordinary ticket at the ceiling is called, unless care has waited long itself."""
    care_waits = any(
        t.priority is Priority.CARE and now - t.start >= limits.ceiling_care_minutes
        for t in eligible
    )
    overdue = [
        t
        for t in eligible
        if t.priority is Priority.ORDINARY and now - t.start >= limits.ceiling_minutes
    ]
    return overdue[0] if overdue and not care_waits else None


def tier_has_lost_preference(
    eligible: Sequence[WaitingTicket],
    history: Sequence[Priority],
    now: float,
    limits: Thresholds,
) -> bool:
    """G1: tier competes as ordinary after a recent tier call, or when anybody has waited long.

    It is not skipped: skipping starved tier tickets to 99 minutes in simulation.
    """
    recent = history[-limits.guard_calls :]
    return Priority.TIER in recent or any(
        t.priority in (Priority.CARE, Priority.ORDINARY) and now - t.start >= limits.guard_minutes
        for t in eligible
    )


def score(ticket: WaitingTicket, now: float, limits: Thresholds, *, tier_guarded: bool) -> float:
    """Return (wait + credit) ÷ target: 1 means the promise is just due."""
    priority = ticket.priority
    if priority is Priority.TIER and tier_guarded:
        priority = Priority.ORDINARY
    wait = now - ticket.start
    if wait >= 0:
        # A credit never lets a booking jump the hall before its time.
        wait += limits.credit_minutes.get(priority, 0.0)
    return wait / limits.target_wait_minutes[priority]


def _second(eligible: Sequence[WaitingTicket], first: WaitingTicket) -> WaitingTicket | None:
    return next((t for t in eligible if t is not first), None)
