"""What the simulator reads and returns: tuples of arrays, made by the functions of this module.

All times are minutes on one clock (minutes since midnight for a day). A queue is a small whole
number, a set of queues a bit mask. The tuples go into compiled code as they are, so that every
array has exactly the type named here; build them with `arrivals`, `plan` and `rule_of`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.domain.errors import BugError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
_ValueT = TypeVar("_ValueT", bound=np.generic)

PRIORITIES = tuple(Priority)
"""A priority is its place here: 0 safety, 1 care, 2 appointment, 3 tier, 4 ordinary."""
SAFETY, CARE, APPOINTMENT, TIER, ORDINARY = range(5)
MAX_QUEUES = 62

OURS, FCFS, STRICT, INTERLEAVE = range(4)
"""Calling rules: the product's, first come first served, strict classes, n preferred to one."""
KINDS: Mapping[str, int] = {
    "ours": OURS,
    "fcfs": FCFS,
    "strict": STRICT,
    "interleave": INTERLEAVE,
}


class Arrivals(NamedTuple):
    """The visits of a day; of two with the same start the one with the smaller index is first.

    Attributes:
        arrives_at: when the ticket starts to wait; inf = when the ticket it follows is finished.
        starts_at: zero of the priority clock (a booked time, the arrival before a transfer).
        priority: place in PRIORITIES. queue: 0 to MAX_QUEUES - 1.
        service_minutes: at a counter of speed 1.
        leaves_at: when the holder gives up; inf = never.
        pause_minutes: how long the counter rests after this service.
        follow_up: index of the ticket of the same visitor that starts to wait when this one is
            finished (a transfer); -1 = none.
    """

    arrives_at: Floats
    starts_at: Floats
    priority: Ints
    queue: Ints
    service_minutes: Floats
    leaves_at: Floats
    pause_minutes: Floats
    follow_up: Ints


class Plan(NamedTuple):
    """The counters and what they do at the start of the simulation.

    Attributes:
        serves, helps: masks of the queues a counter serves, and helps with when it has been idle.
        shared: False = dedicated; such a counter helps, and its own are called in their order.
        is_open: per counter and minute whether it may call; the last minute holds for ever. Lunch
            and planned breaks are minutes in which it may not.
        speed: factor on service minutes, 1.2 = a fifth slower.
        busy_until: when the running service ends; a counter is free before the start.
        recent: last calls, bit 0 the newest, 1 = tier.
        no_show_minutes: what calling somebody who is gone costs.
        leavers_stay: True = who leaves is still called (paper); False = the queue is told (phone).
    """

    serves: Ints
    helps: Ints
    shared: Flags
    is_open: Flags
    speed: Floats
    busy_until: Floats
    recent: Ints
    no_show_minutes: float
    leavers_stay: bool


class Rule(NamedTuple):
    """A calling rule and its numbers; divisors and credits by place in PRIORITIES.

    `ours` calls the largest (wait + credit) / divisor within the bounds of domain.dispatch.

    Attributes:
        kind: OURS, FCFS, STRICT or INTERLEAVE.
        preferred_calls: interleave only: calls of preferred classes before one ordinary.
    """

    kind: int
    divisors: Floats
    credits: Floats
    ceiling_minutes: float
    ceiling_care_minutes: float
    guard_minutes: float
    guard_calls: int
    idle_help_minutes: float
    preferred_calls: int


class Outcome(NamedTuple):
    """What became of every ticket, in the order of the arrivals.

    Attributes:
        arrived_at: as in the arrivals, with the moment of transfer for follow-ups; nan = never.
        called_at, finished_at: nan = never called; who hung up has the time of leaving as end.
        counter: index of the counter that called, -1 = none.
        no_show: called in vain, or hung up.
    """

    arrived_at: Floats
    called_at: Floats
    finished_at: Floats
    counter: Ints
    no_show: Flags

    @property
    def wait_minutes(self) -> Floats:
        """Minutes from arrival to call; nan for who was never called."""
        waits: Floats = self.called_at - self.arrived_at
        return waits


def mask_of(queues: Sequence[int]) -> int:
    """Return the set of queues as a bit mask."""
    mask = 0
    for queue in queues:
        mask |= 1 << queue
    return mask


def arrivals(
    arrives_at: ArrayLike,
    priority: ArrayLike,
    queue: ArrayLike,
    service_minutes: ArrayLike,
    *,
    starts_at: ArrayLike | None = None,
    leaves_at: ArrayLike = np.inf,
    pause_minutes: ArrayLike = 0.0,
    follow_up: ArrayLike = -1,
) -> Arrivals:
    """Return visits; one value stands for all of them, the start is the arrival unless told.

    Raises:
        BugError: an unknown priority, queue or follow-up, or columns of different lengths.
    """
    at = _floats(arrives_at, None)
    count = at.shape[0]
    made = Arrivals(
        at,
        at.copy() if starts_at is None else _floats(starts_at, count),
        _ints(priority, count),
        _ints(queue, count),
        _floats(service_minutes, count),
        _floats(leaves_at, count),
        _floats(pause_minutes, count),
        _ints(follow_up, count),
    )
    within = ((made.priority, 0, 5), (made.queue, 0, MAX_QUEUES), (made.follow_up, -1, count))
    if any(count and (column.min() < low or column.max() >= high) for column, low, high in within):
        raise BugError("arrivals with an unknown priority, queue or follow-up")
    return made


def plan(
    serves: ArrayLike,
    *,
    helps: ArrayLike = 0,
    shared: ArrayLike = True,
    is_open: ArrayLike = True,
    speed: ArrayLike = 1.0,
    busy_until: ArrayLike = -np.inf,
    recent: ArrayLike = 0,
    no_show_minutes: float = 1.0,
    leavers_stay: bool = True,
) -> Plan:
    """Return counters; one value stands for all of them. `is_open` has one row per counter.

    Raises:
        BugError: columns of different lengths.
    """
    masks = _ints(serves, None)
    count = masks.shape[0]
    minutes = np.asarray(is_open, np.bool_)
    if minutes.ndim < 2:
        minutes = np.broadcast_to(minutes.reshape(-1, 1), (count, 1))
    if minutes.shape[0] != count or minutes.shape[1] == 0:
        raise BugError("a plan needs open minutes for every counter")
    return Plan(
        masks,
        _ints(helps, count),
        np.ascontiguousarray(np.broadcast_to(np.asarray(shared, np.bool_), (count,))),
        np.ascontiguousarray(minutes),
        _floats(speed, count),
        _floats(busy_until, count),
        _ints(recent, count),
        float(no_show_minutes),
        leavers_stay,
    )


def rule_of(
    limits: Thresholds,
    kind: str = "ours",
    *,
    exponent: float = 1.0,
    credit_minutes: Mapping[Priority, float] | None = None,
    preferred_calls: int = 3,
) -> Rule:
    """Return the branch's rule with its numbers; other credits than the branch's when told.

    With exponent 1 and the branch's credits it is domain.dispatch to the bit. The exponent g makes
    a class with a shorter target steeper: its score is wait ÷ target x (ordinary target ÷
    target)^(g-1).
    """
    targets = [limits.target_wait_minutes.get(one, 1.0) for one in PRIORITIES]
    ordinary = targets[ORDINARY]
    steeper = [target * (target / ordinary) ** (exponent - 1) for target in targets]
    given = limits.credit_minutes if credit_minutes is None else credit_minutes
    return Rule(
        KINDS[kind],
        np.array(targets if exponent == 1 else steeper, np.float64),
        np.array([given.get(one, 0.0) for one in PRIORITIES], np.float64),
        float(limits.ceiling_minutes),
        float(limits.ceiling_care_minutes),
        float(limits.guard_minutes),
        int(limits.guard_calls),
        float(limits.idle_help_minutes),
        int(preferred_calls),
    )


def _floats(values: ArrayLike, count: int | None) -> Floats:
    return _column(np.asarray(values, np.float64), count)


def _ints(values: ArrayLike, count: int | None) -> Ints:
    return _column(np.asarray(values, np.int64), count)


def _column(values: NDArray[_ValueT], count: int | None) -> NDArray[_ValueT]:
    if values.ndim == 0 and count is not None:
        values = np.broadcast_to(values, (count,))
    if values.ndim != 1 or (count is not None and values.shape[0] != count):
        raise BugError("columns of different lengths")
    return np.array(values)
