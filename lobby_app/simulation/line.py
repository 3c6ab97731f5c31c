"""Who waits, first come first in every queue and priority, as linked lists over ticket indices.

No rule calls a ticket before an older one of the same queue and priority, so that only the heads
are ever looked at.
"""

from typing import NamedTuple

import numpy as np

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.model import Floats, Ints


class Line(NamedTuple):
    """The waiting tickets.

    Attributes:
        head, tail: first and last ticket by priority and queue, -1 = nobody.
        after, before: neighbours of a ticket in its list.
        queues: per priority the mask of queues in which somebody waits.
    """

    head: Ints
    tail: Ints
    after: Ints
    before: Ints
    queues: Ints


@compiled
def empty_line(tickets: int, queues: int) -> Line:
    """Return a line in which nobody waits."""
    return Line(
        np.full((5, queues), -1, np.int64),
        np.full((5, queues), -1, np.int64),
        np.full(tickets, -1, np.int64),
        np.full(tickets, -1, np.int64),
        np.zeros(5, np.int64),
    )


@compiled
def comes_before(starts_at: Floats, one: int, other: int) -> bool:
    """Tell whether a ticket is the earlier of two: by start, then by index."""
    if starts_at[one] != starts_at[other]:
        return bool(starts_at[one] < starts_at[other])
    return one < other


@compiled
def join_line(line: Line, starts_at: Floats, priority: int, queue: int, ticket: int) -> None:
    """Put a ticket where its start belongs; nearly always that is the end."""
    earlier = line.tail[priority, queue]
    later = -1
    while earlier >= 0 and comes_before(starts_at, ticket, earlier):
        later = earlier
        earlier = line.before[earlier]
    line.before[ticket] = earlier
    line.after[ticket] = later
    if earlier >= 0:
        line.after[earlier] = ticket
    else:
        line.head[priority, queue] = ticket
    if later >= 0:
        line.before[later] = ticket
    else:
        line.tail[priority, queue] = ticket
    line.queues[priority] |= 1 << queue


@compiled
def leave_head(line: Line, priority: int, queue: int) -> None:
    """Take the first ticket of a list away."""
    second = line.after[line.head[priority, queue]]
    line.head[priority, queue] = second
    if second >= 0:
        line.before[second] = -1
    else:
        line.tail[priority, queue] = -1
        line.queues[priority] &= ~(1 << queue)


@compiled
def first_in(line: Line, starts_at: Floats, priority: int, mask: int) -> int:
    """Return the earliest ticket of a priority in a set of queues, -1 when nobody waits."""
    best = -1
    waiting = line.queues[priority] & mask
    queue = 0
    while waiting:
        if waiting & 1:
            ticket = line.head[priority, queue]
            if best < 0 or comes_before(starts_at, ticket, best):
                best = ticket
        waiting >>= 1
        queue += 1
    return best


@compiled
def waits_in(line: Line, mask: int) -> bool:
    """Tell whether anybody waits in a set of queues."""
    everybody = line.queues[0] | line.queues[1] | line.queues[2] | line.queues[3] | line.queues[4]
    return bool(everybody & mask)
