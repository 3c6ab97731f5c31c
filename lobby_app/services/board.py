"""What the wall may show: numbers, counters, zones, the rule. Nothing about a person, no tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lobby_app.domain.business import Priority
from lobby_app.domain.ports import Call, UnitOfWork
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.domain.slip import WaitRange
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.domain.ticket_steps import last_counter
from lobby_app.services.desk import Desk
from lobby_app.services.hall import paused_zones, wall_messages
from lobby_app.services.queues import Queues, open_counters
from lobby_app.services.views import BoardCall, BoardView, BoardZone

CALLS = 30
"""More than a wall has rows: where many calls come at once, each is heard (views.BoardView)."""
_NEUTRAL = (Priority.CARE, Priority.APPOINTMENT)
"""What shows the word "priority", as on the ticket; a tier never does."""
_AT_COUNTER = (TicketState.CALLED, TicketState.SERVING)
_LOOKED_AT = 60
"""Calls read to find the last of them: a ticket may have been called several times."""


def board(desk: Desk) -> BoardView:
    """Return everything the wall shows, read in one transaction."""
    day = desk.business_day()
    with desk.reader() as work:
        calls = _rows(work, work.calls(day, limit=_LOOKED_AT))
        zones = _zones(desk, work)
        messages, paused = wall_messages(desk, work), paused_zones(desk, work)
    link = desk.link()
    return BoardView(
        branch=desk.branch.name,
        calls=calls,
        zones=zones,
        messages=messages,
        paused=paused,
        posted_rule=desk.policy.posted_rule_short,
        is_demo=desk.branch.is_demo,
        # Calls bear the centre's time: a clock that is off must not make them look old.
        at=desk.now() + timedelta(milliseconds=link.skew_ms),
        data_as_of=_data_as_of(link, desk.now()),
    )


def _data_as_of(status: LinkStatus, now: datetime) -> datetime | None:
    """Return up to when the wall knows of the other desks; None while it hears of them.

    A wall that never heard of them says since when it has been trying.
    """
    if status.link is not Link.OFFLINE:
        return None
    return status.last_exchange or status.since or now


def _rows(work: UnitOfWork, calls: Sequence[Call]) -> tuple[BoardCall, ...]:
    """Return one row a ticket, newest first; a ticket that waits again has left the wall."""
    rows: dict[str, BoardCall] = {}
    for call in calls:
        if call.ticket_id in rows:
            continue
        ticket = work.ticket(call.ticket_id)
        if ticket is None or ticket.state is TicketState.WAITING:
            continue
        standing = _standing(calls, ticket)
        if call is not standing[0]:
            continue
        rows[call.ticket_id] = BoardCall(
            number=call.number,
            counter=call.counter,
            called_at=call.at,
            times=_times(standing),
            without_sound=call.without_sound,
            is_priority=call.priority in _NEUTRAL,
            is_over=ticket.state not in _AT_COUNTER,
        )
        if len(rows) == CALLS:
            break
    return tuple(rows.values())


def _standing(calls: Sequence[Call], ticket: Ticket) -> Sequence[Call]:
    """Return the calls of a ticket that count, newest first: those to the counter that has it.

    Where desks that could not see each other both called it, the other's calls are left out.
    """
    own, counter = [c for c in calls if c.ticket_id == ticket.ticket_id], last_counter(ticket)
    return [call for call in own if call.counter == counter] or own


def _times(calls: Sequence[Call]) -> int:
    """Return how often a ticket was called in a row: 1 and one more for each recall."""
    times = 1
    for call in calls:
        if not call.is_again:
            break
        times += 1
    return times


def _zones(desk: Desk, work: UnitOfWork) -> tuple[BoardZone, ...]:
    """Return the zones that some planned counter serves, by letter."""
    counters = open_counters(desk, work)
    queues = Queues(desk, work.waiting(desk.business_day()), counters)
    planned = {queue for counter in desk.branch.counters for queue in counter.queues}
    of_zone: dict[str, list[str]] = {}
    for code, entry in desk.policy.channels.items():
        if entry.zone is not None and code in planned:
            of_zone.setdefault(entry.zone, []).append(code)
    return tuple(
        BoardZone(
            zone=zone,
            name=desk.policy.zones[zone],
            waiting=sum(queues.waiting_in(code) for code in codes),
            wait=_widest([queues.place_for_new(code, Priority.ORDINARY).wait for code in codes]),
            open_counters=sum(
                not counter.is_away and bool(set(codes) & set(counter.queues))
                for counter in counters
            ),
        )
        for zone, codes in sorted(of_zone.items())
    )


def _widest(waits: Sequence[WaitRange | None]) -> WaitRange | None:
    """Return one range for a zone: from the shortest to the longest of its queues."""
    known = [wait for wait in waits if wait is not None]
    if not known:
        return None
    return WaitRange(min(wait.low for wait in known), max(wait.high for wait in known))


@dataclass(frozen=True, slots=True)
class BoardDesk:
    """The use cases of the wall, bound to one desk."""

    desk: Desk

    def changes(self) -> int:
        """Return a number that rises whenever anybody committed."""
        return self.desk.changes()

    def board(self) -> BoardView:
        """Return everything the wall shows."""
        return board(self.desk)

    def now(self) -> datetime:
        """Return the branch's present time."""
        return self.desk.now()
