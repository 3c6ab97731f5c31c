"""Deterministic waiting-time forecast: the real dispatcher replayed over the present floor.

Expected remaining times, no future arrivals (domain 4.3). It answers at once and in every process;
services.forecasting, which plays many futures, replaces its figures where it has looked at the very
same floor. The printed range is 0.7 to 1.25 times the expectation plus two minutes.
"""

import heapq
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.dispatch import FreeCounter, WaitingTicket, choose
from lobby_app.domain.slip import WaitRange

_DEFAULT_MINUTES = 10.0
_HORIZON_MINUTES = 600.0


@dataclass(frozen=True, slots=True)
class ServingCounter:
    """A counter that is open, with the service it runs now.

    Attributes:
        busy_business: code of the business at the counter, None when free.
        busy_minutes: how long that service has run.
        breaks: planned breaks that are not over, in their order: from and to, on the clock of the
            tickets' starts. A service that runs is finished first.
        is_away: closed for such a break, and expected back after it.
    """

    number: int
    queues: tuple[str, ...]
    shared: bool = True
    helps: tuple[str, ...] = ()
    busy_business: str | None = None
    busy_minutes: float = 0.0
    history: tuple[Priority, ...] = ()
    breaks: tuple[tuple[float, float], ...] = ()
    is_away: bool = False

    def calls_from(self, at: float) -> float:
        """Return when the counter calls next if it is free at `at`: then, or after its break."""
        for begins, ends in self.breaks:
            if begins <= at < ends:
                at = ends
        return at


def forecast(
    waiting: Sequence[WaitingTicket],
    counters: Sequence[ServingCounter],
    now: float,
    policy: Policy,
) -> dict[str, float]:
    """Return the expected remaining wait in minutes per ticket id.

    A ticket that no open counter serves is absent from the answer: no honest figure exists.
    """
    limits = policy.thresholds
    line = _Line(waiting)
    free_at = [
        (counter.calls_from(now + _remaining(counter, policy)), index)
        for index, counter in enumerate(counters)
    ]
    heapq.heapify(free_at)
    histories = [counter.history for counter in counters]
    idle_since = [at for at, _ in sorted(free_at, key=lambda item: item[1])]
    expected: dict[str, float] = {}
    while line.is_waiting and free_at:
        at, index = heapq.heappop(free_at)
        if at - now > _HORIZON_MINUTES:
            continue
        counter, idle = counters[index], at - idle_since[index]
        if at >= idle_since[index] + limits.idle_help_minutes:
            # Rounding of large clock values must not leave the helper a hair too early for ever.
            idle = max(idle, limits.idle_help_minutes)
        asking = FreeCounter(counter.queues, counter.shared, histories[index], idle, counter.helps)
        choice = choose(line.heads((*counter.queues, *counter.helps)), asking, at, limits)
        if choice is None:
            _wait_to_help(free_at, line, counter, at, index, idle_since[index], policy)
            continue
        ticket = choice.ticket
        line.take(ticket)
        expected[ticket.ticket_id] = at - now
        histories[index] = (*histories[index][-9:], ticket.priority)
        done = counter.calls_from(at + handling_minutes(ticket.business, policy))
        idle_since[index] = done
        heapq.heappush(free_at, (done, index))
    return expected


class _Line:
    """Who still waits, first come first in every queue and priority.

    The rule never calls a ticket before an older one of the same queue and priority, so that it has
    to look at the heads only: a full hall costs no more a call than an empty one.
    """

    def __init__(self, waiting: Sequence[WaitingTicket]) -> None:
        self._left: dict[str, dict[Priority, deque[WaitingTicket]]] = {}
        for ticket in sorted(waiting, key=lambda t: (t.start, t.number)):
            by_priority = self._left.setdefault(ticket.queue, {})
            by_priority.setdefault(ticket.priority, deque()).append(ticket)

    @property
    def is_waiting(self) -> bool:
        """Whether anybody is left."""
        return bool(self._left)

    def heads(self, queues: Sequence[str]) -> list[WaitingTicket]:
        """Return the first ticket of each priority in these queues."""
        return [
            tickets[0]
            for queue in dict.fromkeys(queues)
            for tickets in self._left.get(queue, {}).values()
        ]

    def take(self, ticket: WaitingTicket) -> None:
        """Take a head away."""
        by_priority = self._left[ticket.queue]
        tickets = by_priority[ticket.priority]
        tickets.popleft()
        if not tickets:
            del by_priority[ticket.priority]
            if not by_priority:
                del self._left[ticket.queue]


def _wait_to_help(
    free_at: list[tuple[float, int]],
    line: _Line,
    counter: ServingCounter,
    at: float,
    index: int,
    idle_since: float,
    policy: Policy,
) -> None:
    """Let an idle dedicated counter come back when it may help the shared queue."""
    helps_at = counter.calls_from(idle_since + policy.thresholds.idle_help_minutes)
    if at < helps_at and line.heads(counter.helps):
        heapq.heappush(free_at, (helps_at, index))


def handling_minutes(business: str, policy: Policy) -> float:
    """Return the planning mean of a business at a human counter, minutes."""
    entry = policy.businesses.get(business)
    return entry.human_minutes if entry else _DEFAULT_MINUTES


def _remaining(counter: ServingCounter, policy: Policy) -> float:
    """Return the expected rest of the running service: elapsed-aware, never below a fifth."""
    if counter.busy_business is None:
        return 0.0
    mean = handling_minutes(counter.busy_business, policy)
    return max(mean - counter.busy_minutes, mean / 5)


def range_of(expected: float) -> WaitRange:
    """Return the range to print for an expectation alone: 0.7e to 1.25e + 2."""
    return printed(0.7 * expected, 1.25 * expected + 2)


def printed(low: float, high: float) -> WaitRange:
    """Return a range as it is printed: outwards to whole minutes, to fives above 15."""
    return WaitRange(_rounded(low, up=False), _rounded(high, up=True))


def _rounded(minutes: float, *, up: bool) -> int:
    step = 5 if minutes > 15 else 1
    return int((math.ceil if up else math.floor)(minutes / step)) * step


def people_ahead(
    ticket: WaitingTicket, waiting: Sequence[WaitingTicket], expected: Mapping[str, float]
) -> int:
    """Return how many waiting tickets of the same queue the rule is expected to call before."""
    mine = expected.get(ticket.ticket_id, math.inf)
    return sum(
        1
        for other in waiting
        if other is not ticket
        and other.queue == ticket.queue
        and (expected.get(other.ticket_id, math.inf), other.start, other.number)
        < (mine, ticket.start, ticket.number)
    )
