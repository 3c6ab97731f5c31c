"""A day of this desk's event log as a day to replay: tickets, and the counters that were open."""

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from lobby_app.domain.errors import KnownError
from lobby_app.domain.kpi import is_abandoned, wanted
from lobby_app.domain.stories import MINUTE_MS, DayStory, TicketStory
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from lobby_app.services.replay.days import ReplayDays, SeenVisit, Shift, days_of
from lobby_app.simulation.model import PRIORITIES

_NAN = float("nan")


def read_log_day(desk: Desk, day: date, seed: int) -> ReplayDays:
    """Return a day of the event log. The handling times of the plan stand for earlier days.

    Raises:
        KnownError: `replay.no_such_day`, or `cache.*` when the log cannot be read.
    """
    book = DayBook()
    with desk.reader() as work:
        book.read(work, day)
    story = book.day(round(desk.now().timestamp() * 1000))
    midnight = datetime.combine(day, time(), ZoneInfo(desk.branch.timezone)).timestamp() * 1000
    seen = list(_visits(story, day, midnight))
    if not seen:
        raise KnownError("replay.no_such_day", day=day)
    shifts = tuple(_shifts(desk, story, midnight))
    return days_of(day.isoformat(), seen, desk.policy, seed, shifts=shifts)


def _visits(story: DayStory, day: date, midnight: float) -> Iterator[SeenVisit]:
    codes = [priority.value for priority in PRIORITIES]
    for ticket in sorted(wanted(story.tickets), key=lambda one: (one.issued, one.number)):
        minute = _minute(ticket.issued, midnight)
        left = is_abandoned(ticket)
        ended = ticket.ended if left and ticket.called is None else ticket.called
        yield SeenVisit(
            day=day,
            arrives=minute,
            starts=minute if ticket.slot is None else max(minute, _minute(ticket.slot, midnight)),
            priority=codes.index(ticket.priority) if ticket.priority in codes else len(codes) - 1,
            queue=ticket.queue,
            business=ticket.business,
            minutes=_service(ticket),
            waited=_NAN if ended is None else _minute(ended, midnight) - minute,
            left=left,
        )


def _service(ticket: TicketStory) -> float:
    """Return the minutes of the first finished stay at a counter; nan = there was none."""
    for stay in ticket.services:
        if stay.ended is not None:
            return (stay.ended - stay.begun) / MINUTE_MS
    return _NAN


def _shifts(desk: Desk, story: DayStory, midnight: float) -> Iterator[Shift]:
    """Yield the counters as they were open; whether one is shared is in the branch's plan."""
    dedicated = {plan.number for plan in desk.branch.counters if not plan.shared}
    for counter in story.counters:
        spans = [
            (_minute(begin, midnight), _minute(story.now if end is None else end, midnight))
            for begin, end in counter.open_spans
        ]
        if spans:
            yield Shift(counter.queues, tuple(spans), counter.number not in dedicated)


def _minute(at: float, midnight: float) -> float:
    return (at - midnight) / MINUTE_MS
