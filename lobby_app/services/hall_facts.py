"""From the views of the hall to what the alarms look at (domain.alarms.Hall)."""

from collections.abc import Mapping, Sequence

from lobby_app.domain.alarms import CallFact, CounterFact, Hall, WaitingFact
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.kpi import no_shows_in_a_row
from lobby_app.domain.replication import Link
from lobby_app.domain.stories import DayStory
from lobby_app.domain.ticket import Ticket
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from lobby_app.services.queues import is_shared
from lobby_app.services.supervision_views import CounterLine
from lobby_app.services.views import DeskStatus, DeviceView


def hall_facts(
    desk: Desk,
    waiting: Sequence[Ticket],
    queue_minutes: Mapping[str, float | None],
    counters: Sequence[CounterLine],
    devices: Sequence[DeviceView],
    book: DayBook,
    story: DayStory,
    status: DeskStatus,
    *,
    is_cash_short: bool,
) -> Hall:
    """Return the hall as the alarms see it."""
    now = desk.now()
    vain = no_shows_in_a_row(story.tickets)
    return Hall(
        waiting=[
            WaitingFact(
                ticket.ticket_id,
                ticket.number,
                ticket.queue,
                ticket.priority,
                (now - ticket.issued_at).total_seconds() / 60,
            )
            for ticket in waiting
        ],
        queue_minutes=queue_minutes,
        counters=[
            CounterFact(
                line.number,
                line.queues,
                line.state != "closed",
                is_shared(desk, line.number),
                (now - line.since).total_seconds() / 60
                if line.state == "free" and line.since is not None
                else None,
                vain.get(line.number, 0),
            )
            for line in counters
        ],
        machines_down=[d.device_id for d in devices if d.state is ChannelState.DOWN],
        is_cash_short=is_cash_short,
        help_calls=_calls(book.help_calls, story.now),
        arrivals=_calls(book.arrivals, story.now),
        unsynced_minutes=unsynced_minutes(desk, status),
        printers_out=tuple(book.papers_out.values()),
        kept_apart=status.link.quarantined + status.link.set_aside,
    )


def _calls(noted: Mapping[str, tuple[str, int]], now_ms: int) -> tuple[CallFact, ...]:
    return tuple(
        CallFact(subject, reason, (now_ms - at) / 60_000) for subject, (reason, at) in noted.items()
    )


def unsynced_minutes(desk: Desk, status: DeskStatus) -> float | None:
    """Return the age of the oldest event not exchanged; a desk without partners has none.

    Such a desk works alone by design: nothing is late.
    """
    if status.link.link is Link.ALONE or status.oldest_unsent is None:
        return None
    return (desk.now() - status.oldest_unsent).total_seconds() / 60
