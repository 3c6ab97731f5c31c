"""How far two versions of one log agree: binary search over chains, a page in memory at a time."""

from collections.abc import Callable, Sequence

from lobby_app.domain.ports import Replica
from lobby_app.domain.replication import PAGE, Head, Place


def common_place(local: Replica, partner: Replica, mine: Head, theirs: Head | None) -> Place | None:
    """Return the last place where both agree, None when nothing proves that they differ after it.

    Nothing is given up without proof: the partner must show another event than ours at the next
    place. A partner that merely lost its tail has none.

    Args:
        local: the desk's file.
        partner: the other side.
        mine: our head of the log.
        theirs: the partner's, None when it is not known.

    Raises:
        KnownError: what the replicas raise.
    """
    if theirs is not None and theirs.base.seq > mine.base.seq:
        return _behind_their_base(local, partner, mine, theirs)
    agree = _Agreement(partner)
    marks = _marks(local, mine.base)
    first = marks[_last_agreeing(marks, agree)]
    page = local.read([first], PAGE)
    inside = [first, *(Place(e.log_id, e.seq, e.chain) for e in page.events)]
    index = _last_agreeing(inside, agree)
    common = inside[index]
    if index + 1 == len(inside):
        return None  # all of ours is theirs too
    return common if _differ_after(partner, common, inside[index + 1]) else None


class _Agreement:
    """Whether the partner holds a log up to a place, with that very chain."""

    def __init__(self, partner: Replica) -> None:
        self._partner = partner

    def __call__(self, place: Place) -> bool:
        return place.log_id not in self._partner.read([place], 1).diverged


def _behind_their_base(local: Replica, partner: Replica, mine: Head, theirs: Head) -> Place | None:
    """Search above what the partner pruned; a difference below its base is one from our base on."""
    log_id = mine.end.log_id
    place = mine.base
    while place.seq < theirs.base.seq:
        events = local.read([place], min(PAGE, theirs.base.seq - place.seq)).events
        if not events:
            return None
        place = Place(log_id, events[-1].seq, events[-1].chain)
    if place.chain != theirs.base.chain:
        return mine.base
    return common_place(local, partner, Head(mine.end, place), theirs)


def _marks(local: Replica, base: Place) -> list[Place]:
    """Return the base and the last place of every page after it."""
    marks = [base]
    while True:
        page = local.read([marks[-1]], PAGE)
        if not page.events:
            return marks
        last = page.events[-1]
        marks.append(Place(last.log_id, last.seq, last.chain))


def _last_agreeing(places: Sequence[Place], agree: Callable[[Place], bool]) -> int:
    """Return the index of the last place that agrees; the first one is known to."""
    low, high = 0, len(places) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if agree(places[middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _differ_after(partner: Replica, common: Place, ours: Place) -> bool:
    page = partner.read([common], 1)
    if common.log_id in page.diverged or not page.events:
        return False
    return page.events[0].chain != ours.chain
