"""How many tickets to expect in each half-hour: earlier days of this kind, scaled to today."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lobby_app.domain.ports import UnitOfWork
from lobby_app.services.desk import Desk

WEEKS = 8
HALF_HOUR = timedelta(minutes=30)
_CERTAINTY = 44.0
"""Tickets that a usual day weighs against today's own (queueing 2, day factor)."""
_USUAL_SHAPE = (9.5, 9, 9, 8.5, 7.5, 6.5, 5, 4, 4, 5, 6.5, 7, 6.5, 5.5, 4, 2.5)
_USUAL_OPENING = time(9)
"""Shape of a banking day (domain 6.3), only until the branch has a history of its own."""
_LEAST_SHARE = 0.05
"""Part of the usual day that must have passed before today alone says how busy it is."""

Kind = tuple[str, str, str]
"""Queue, priority and business of a ticket."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What days of this weekday were like: tickets per half-hour on average, kinds of tickets."""

    days: int
    per_half: dict[time, float]
    kinds: Counter[Kind]


def read_usual(desk: Desk, work: UnitOfWork, day: date) -> Usual:
    """Return the last weeks' days like this one, out of what this desk knows of them."""
    halves: Counter[time] = Counter()
    kinds: Counter[Kind] = Counter()
    days = 0
    for week in range(1, WEEKS + 1):
        tickets = work.tickets(day - timedelta(weeks=week))
        days += bool(tickets)
        halves.update(half_of(ticket.issued_at).timetz().replace(tzinfo=None) for ticket in tickets)
        kinds.update((ticket.queue, ticket.priority, ticket.business) for ticket in tickets)
    return Usual(days, {at: count / days for at, count in halves.items()}, kinds)


def half_of(at: datetime) -> datetime:
    """Return the start of the half-hour a moment lies in."""
    return at.replace(minute=30 * (at.minute // 30), second=0, microsecond=0)


def halves_of(now: datetime, closing: time, known: Iterable[datetime]) -> list[datetime]:
    """Return the half-hours of a day to show: the usual ones and those in which somebody came."""
    begin = datetime.combine(now.date(), _USUAL_OPENING, now.tzinfo)
    usual = [begin + HALF_HOUR * place for place in range(len(_USUAL_SHAPE))]
    # A demo never closes: it shows the usual day and what really happened.
    last = min(closing, time(17))
    return sorted({half for half in usual if half.time() < last} | set(known))


def expected_per_half(
    usual: Usual, arrived: dict[datetime, int], halves: Sequence[datetime], now: datetime
) -> dict[datetime, float]:
    """Return expected tickets per half-hour, empty while nothing is known.

    The day factor weighs today's tickets so far against those expected so far.
    """
    shape = usual.per_half if usual.days else _usual_shape()
    passed = {half: _passed(half, now) for half in halves}
    so_far = sum(shape.get(half.time(), 0.0) * passed[half] for half in halves)
    came = sum(arrived.values())
    if usual.days:
        factor = (_CERTAINTY + came) / (_CERTAINTY + so_far)
    elif so_far >= _LEAST_SHARE:
        factor = came / so_far
    else:
        return {}
    return {half: shape.get(half.time(), 0.0) * factor for half in halves}


def _usual_shape() -> dict[time, float]:
    begin = datetime.combine(date(2000, 1, 1), _USUAL_OPENING)
    total = sum(_USUAL_SHAPE)
    return {
        (begin + HALF_HOUR * place).time(): share / total
        for place, share in enumerate(_USUAL_SHAPE)
    }


def _passed(half: datetime, now: datetime) -> float:
    """Return how much of a half-hour is over, 0 to 1."""
    return min(1.0, max(0.0, (now - half) / HALF_HOUR))
