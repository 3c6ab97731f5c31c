"""The columns of the model as records: what the compiled loops work on.

A record array is one pointer to the machine; a tuple of thirty arrays is two kilobytes that every
call would copy. The fields mean what they mean in lobby_app.simulation.model.
"""

from typing import Any, TypeAlias, cast

import numpy as np

from lobby_app.simulation.model import Arrivals, Outcome, Plan, Rule

Records: TypeAlias = "np.recarray[Any, Any]"

TICKET = np.dtype(
    [
        ("arrives_at", "f8"),
        ("starts_at", "f8"),
        ("service_minutes", "f8"),
        ("leaves_at", "f8"),
        ("pause_minutes", "f8"),
        ("arrived_at", "f8"),
        ("called_at", "f8"),
        ("finished_at", "f8"),
        ("follow_up", "i8"),
        ("counter", "i8"),
        ("after", "i8"),  # neighbours in the line, -1 = none
        ("before", "i8"),
        ("priority", "i4"),
        ("queue", "i4"),
        ("business", "i4"),
        ("no_show", "?"),
    ],
    align=True,
)
COUNTER = np.dtype(
    [
        ("serves", "i8"),
        ("helps", "i8"),
        ("recent", "i8"),
        ("streak", "i8"),  # preferred calls since the last ordinary one
        ("ticket", "i8"),  # who is served, -1 = nobody
        ("width", "i8"),  # how many queues it serves
        ("speed", "f8"),
        ("free_at", "f8"),
        ("idle_since", "f8"),
        ("business", "i8"),  # rollout only: what it does now, and for how many minutes
        ("elapsed", "f8"),
        ("shared", "?"),
        ("is_idle", "?"),
    ],
    align=True,
)
LANE = np.dtype([("head", "i8"), ("tail", "i8")], align=True)
"""One queue of one priority; -1 = nobody. Lane = priority x queues + queue."""
RULE = np.dtype(
    [
        ("divisors", "f8", (5,)),
        ("credits", "f8", (5,)),
        ("ceiling_minutes", "f8"),
        ("ceiling_care_minutes", "f8"),
        ("guard_minutes", "f8"),
        ("idle_help_minutes", "f8"),
        ("no_show_minutes", "f8"),
        ("recent_mask", "i8"),
        ("preferred_calls", "i8"),
        ("kind", "i8"),
        ("leavers_stay", "?"),
    ],
    align=True,
)


def ticket_records(day: Arrivals) -> Records:
    """Return the visits of a day, nobody called yet."""
    records = _records(day.arrives_at.shape[0], TICKET)
    for column, values in day._asdict().items():
        records[column] = values
    records["arrived_at"] = np.where(np.isfinite(day.arrives_at), day.arrives_at, np.nan)
    for column in ("called_at", "finished_at"):
        records[column] = np.nan
    for column in ("counter", "after", "before"):
        records[column] = -1
    return records


def outcome_of(tickets: Records) -> Outcome:
    """Return what became of the tickets as columns of their own."""
    return Outcome(*(tickets[column].copy() for column in Outcome._fields))


def counter_records(counters: Plan, now: float) -> Records:
    """Return the counters as they stand at minute `now`."""
    records = _records(counters.serves.shape[0], COUNTER)
    for column in ("serves", "helps", "recent", "speed", "shared"):
        records[column] = getattr(counters, column)
    records["ticket"] = -1
    records["width"] = [int(mask).bit_count() for mask in counters.serves]
    for column in ("free_at", "idle_since"):
        records[column] = counters.busy_until
    records["is_idle"] = counters.busy_until <= now
    return records


def lane_records(queues: int) -> Records:
    """Return room for a line in so many queues."""
    return _records(5 * queues, LANE)


def rule_record(rule: Rule, counters: Plan) -> Records:
    """Return the rule, and what of the plan holds for every counter, as one record."""
    records = _records(1, RULE)
    for column in set(Rule._fields) - {"guard_calls"}:
        records[column] = getattr(rule, column)
    records["recent_mask"] = (1 << rule.guard_calls) - 1
    records["no_show_minutes"] = counters.no_show_minutes
    records["leavers_stay"] = counters.leavers_stay
    return records


def _records(count: int, kind: np.dtype[np.void]) -> Records:
    return cast(Records, np.zeros(count, kind))
