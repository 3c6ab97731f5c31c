"""Who waits, first come first in every queue and priority, as linked lists over ticket indices.

No rule calls a ticket before an older one of the same queue and priority, so that only the heads
are ever looked at. `waiting[priority]` is the mask of queues in which somebody waits.
"""

from lobby_app.simulation.compiling import compiled
from lobby_app.simulation.model import Ints
from lobby_app.simulation.records import Records


@compiled
def clear_line(lanes: Records, waiting: Ints) -> None:
    """Let nobody wait."""
    for lane in range(lanes.shape[0]):
        lanes[lane].head = -1
        lanes[lane].tail = -1
    waiting[:] = 0


@compiled
def comes_before(tickets: Records, one: int, other: int) -> bool:
    """Tell whether a ticket is the earlier of two: by start, then by index."""
    start, other_start = tickets[one].starts_at, tickets[other].starts_at
    return bool(start < other_start or (start == other_start and one < other))


@compiled
def join_line(tickets: Records, lanes: Records, waiting: Ints, ticket: int) -> None:
    """Put a ticket where its start belongs; nearly always that is the end."""
    priority, queue = tickets[ticket].priority, tickets[ticket].queue
    lane = priority * (lanes.shape[0] // 5) + queue
    earlier = lanes[lane].tail
    later = -1
    while earlier >= 0 and comes_before(tickets, ticket, earlier):
        later = earlier
        earlier = tickets[earlier].before
    tickets[ticket].before = earlier
    tickets[ticket].after = later
    if earlier >= 0:
        tickets[earlier].after = ticket
    else:
        lanes[lane].head = ticket
    if later >= 0:
        tickets[later].before = ticket
    else:
        lanes[lane].tail = ticket
    waiting[priority] |= 1 << queue


@compiled
def leave_head(tickets: Records, lanes: Records, waiting: Ints, ticket: int) -> None:
    """Take the first ticket of a lane away."""
    priority, queue = tickets[ticket].priority, tickets[ticket].queue
    lane = priority * (lanes.shape[0] // 5) + queue
    second = tickets[ticket].after
    lanes[lane].head = second
    if second >= 0:
        tickets[second].before = -1
    else:
        lanes[lane].tail = -1
        waiting[priority] &= ~(1 << queue)


@compiled
def first_in(tickets: Records, lanes: Records, waiting: Ints, priority: int, mask: int) -> int:
    """Return the earliest ticket of a priority in a set of queues, -1 when nobody waits."""
    best = -1
    left = waiting[priority] & mask
    lane = priority * (lanes.shape[0] // 5)
    while left:
        if left & 1:
            ticket = lanes[lane].head
            if best < 0 or comes_before(tickets, ticket, best):
                best = ticket
        left >>= 1
        lane += 1
    return best


@compiled
def waits_in(waiting: Ints, mask: int) -> bool:
    """Tell whether anybody waits in a set of queues."""
    everybody = waiting[0] | waiting[1] | waiting[2] | waiting[3] | waiting[4]
    return bool(everybody & mask)
