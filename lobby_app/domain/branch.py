"""The branch this desk stands in: names, machines, counters. Reference data, not state."""

from dataclasses import dataclass

from lobby_app.domain.hours import DayHours
from lobby_app.domain.text import Text


@dataclass(frozen=True, slots=True)
class CounterPlan:
    """One human counter as planned.

    Attributes:
        queues: channel codes. shared: False = tier customers only.
        breaks: when it calls nobody, in their order, none over midnight.
    """

    number: int
    queues: tuple[str, ...]
    shared: bool = True
    breaks: tuple[DayHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of a channel, for example the second cash recycler."""

    device_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Identity and equipment of one branch.

    Attributes:
        timezone: IANA name; business days follow it.
        is_demo: every screen and ticket then says "demo data".
        has_private_banking: a private-banking centre is on site.
    """

    branch_id: int
    code: str
    name: Text
    timezone: str
    counters: tuple[CounterPlan, ...]
    machines: tuple[Machine, ...]
    has_private_banking: bool = False
    stocks_fx_cash: bool = True
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class BookedAppointment:
    """One booking of the day.

    Attributes:
        code: what the appointment QR carries (8 characters Crockford base32, check included).
        starts_at: ISO local date and time of the slot.
    """

    code: str
    customer_ref: str | None
    starts_at: str
    channel: str
    business: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff who may sign on. `pin_hash`: argon2id encoded."""

    number: str
    name: Text
    pin_hash: str
