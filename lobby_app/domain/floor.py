"""The branch as it stands at this minute: channels, counters, queues, clock. A value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class ChannelState(StrEnum):
    """Health of a channel as last heard."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booking of today. `offset_min`: minutes of arrival after (+) or before (-) the slot."""

    offset_min: int
    with_channel: str | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """What triage may know of the branch now.

    Attributes:
        channels: state per machine channel code; a channel that is absent is not in this branch.
        wait_minutes: expected wait per channel code, minutes.
        offline: our own link is cut (rule R02); says nothing about the customer's phone.
        cache_age_days: age of the customer's record, None when there is no record date.
    """

    date: date
    time: time
    channels: Mapping[str, ChannelState] = field(default_factory=dict)
    wait_minutes: Mapping[str, float] = field(default_factory=dict)
    appointment: Appointment | None = None
    offline: bool = False
    cache_age_days: int | None = 0
    private_banking_on_site: bool = False
    vip_counter_open: bool = True
    cash_stock_ok: bool = True
    fx_cash_stocked: bool = True


@dataclass(frozen=True, slots=True)
class Counter:
    """One human counter and the queues (channel codes) it serves.

    Attributes:
        number: what the wall and the ticket call it.
        shared: False = dedicated to tier customers (dispatch G1 does not apply).
        busy_business: code of the business being served now, None when free.
        busy_minutes: minutes the present service has run.
        history: priorities of the last calls at this counter, newest last.
    """

    number: int
    queues: tuple[str, ...]
    is_open: bool = True
    shared: bool = True
    busy_business: str | None = None
    busy_minutes: float = 0.0
    history: tuple[str, ...] = ()
