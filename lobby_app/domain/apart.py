"""Which tickets a counter leaves to others while nobody can grant calls (sync design 3.6).

Desks that cannot see each other would all call the same next ticket. So each new ticket belongs,
for a short while, to one of the counters that serve its queue: all desks work out the same one.
It is a preference and never a rule: somebody is called whenever somebody waits.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.domain.dispatch import Choice, FreeCounter, WaitingTicket, choose

YOUNG_MINUTES = 2.0
"""How long a ticket belongs to one counter. A network that is only slow is over it by then."""


def choose_apart(
    waiting: Sequence[WaitingTicket],
    counter: FreeCounter,
    now: float,
    limits: Thresholds,
    number: int,
    serving: Mapping[str, Sequence[int]],
) -> Choice | None:
    """Return what counter `number` calls: by the rule, among what is not left to others first.

    Safety is never left to others, nor is what has waited; so no bound of the rule is touched.
    `serving`: numbers of the open counters of each queue, in ascending order.
    """
    mine = [t for t in waiting if not is_left_to_others(t, number, now, serving.get(t.queue, ()))]
    return choose(mine, counter, now, limits) or choose(waiting, counter, now, limits)


def is_left_to_others(
    ticket: WaitingTicket, number: int, now: float, serving: Sequence[int]
) -> bool:
    """Tell whether a young ticket belongs to another counter than `number` for now."""
    if ticket.priority is Priority.SAFETY or now - ticket.start >= YOUNG_MINUTES or not serving:
        return False
    return serving[crc32(ticket.ticket_id.encode()) % len(serving)] != number
