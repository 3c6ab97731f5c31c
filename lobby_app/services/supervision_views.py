"""What the supervisor's window is given: frozen values. Staff only, and still nothing of a person.

A waiting ticket shows its class and its business, never why it has the class.
"""

from dataclasses import dataclass
from datetime import date, datetime

from lobby_app.domain.alarms import Alarm
from lobby_app.domain.kpi import DayFigures
from lobby_app.domain.replication import LinkStatus
from lobby_app.domain.share import Share
from lobby_app.domain.text import Text
from lobby_app.services.views import DeviceView, QueueView


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A ticket that waits. `promise`: minutes promised to its class. `counter`: kept for it."""

    ticket_id: str
    number: str
    queue: str
    queue_name: Text
    priority: str
    business: Text
    issued_at: datetime
    promise: float
    business_code: str = ""
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class CounterLine:
    """One counter: who serves whom. `since`: of the service, of the call, or of being free.

    Attributes:
        state: serving, called, free or closed. is_planned: part of the branch's plan.
    """

    number: int
    state: str
    staff: str
    queues: tuple[str, ...]
    queue_names: Text
    ticket_number: str = ""
    business: Text | None = None
    business_code: str = ""
    priority: str = ""
    since: datetime | None = None
    is_planned: bool = True


@dataclass(frozen=True, slots=True)
class HalfHour:
    """One half-hour of the day: tickets that came, were expected, and counters advised for them.

    Attributes:
        arrived: None while it lies ahead. expected: None as long as nothing is known of such days.
        advised: counters that keep the promises; None when nobody has worked it out.
    """

    starts_at: datetime
    arrived: int | None
    expected: float | None
    advised: int | None = None


@dataclass(frozen=True, slots=True)
class HallView:
    """Page 1 in one piece.

    Attributes:
        longest: number and minutes of the ticket that waits longest, and its level.
        care: waiting tickets of care, and the longest of their waits in minutes.
        open_counters: how many are open now. paused: zones whose tickets are not issued.
        link: with whom this desk exchanges. unsent: events nobody else has yet.
        oldest_unsent: None when there are none.
        is_cash_short: large withdrawals that nobody booked cannot be paid out today.
    """

    branch: Text
    is_demo: bool
    at: datetime
    longest: tuple[str, float, str] | None
    queues: tuple[QueueView, ...]
    abandoned: Share
    care: tuple[int, float]
    devices: tuple[DeviceView, ...]
    link: LinkStatus
    unsent: int
    oldest_unsent: datetime | None
    counters: tuple[CounterLine, ...]
    waiting: tuple[WaitingLine, ...]
    halves: tuple[HalfHour, ...]
    alarms: tuple[Alarm, ...]
    open_counters: int
    paused: tuple[str, ...]
    messages: tuple[Text, ...]
    is_cash_short: bool


@dataclass(frozen=True, slots=True)
class FiguresView:
    """Page 2: the figures of a day and the names to show them with.

    Attributes:
        planned_minutes: of a service, per business.
        unsent, unsynced_minutes: own events no partner has, age of the oldest; None = none is late.
        data_age_hours: of the customers' reference data; None = there is none.
    """

    branch: Text
    is_demo: bool
    day: date
    at: datetime
    figures: DayFigures
    queue_names: dict[str, Text]
    priority_names: dict[str, Text]
    business_names: dict[str, Text]
    planned_minutes: dict[str, float]
    unsent: int
    unsynced_minutes: float | None
    data_age_hours: float | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One call and why it was this ticket. `overtaken`: by how many later tier tickets."""

    ticket_id: str
    number: str
    priority: str
    queue_name: Text
    counter: int
    called_at: datetime
    waited: float
    overtaken: int
    why: Text


@dataclass(frozen=True, slots=True)
class FairnessView:
    """Page 3: single decisions, newest first; the shares are in the figures."""

    figures: DayFigures
    decisions: tuple[Decision, ...]
    priority_names: dict[str, Text]
    at: datetime
