"""`lobby demo --traffic`: a day of the demo branch at a chosen speed, for all windows to see."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lobby_app.demo.arrivals import OPENING
from lobby_app.demo.clock import DemoClock
from lobby_app.demo.traffic import ScheduleClock, Traffic, seeded_ids
from lobby_app.services.desk import Desk

_BEFORE_OPENING = timedelta(minutes=1)
_REPORT_EVERY = timedelta(minutes=30)


def first_moment(day: date, timezone: str) -> datetime:
    """Return the moment a played day begins: a minute before the doors open."""
    return datetime.combine(day, OPENING, ZoneInfo(timezone)) - _BEFORE_OPENING


def next_day(desk: Desk) -> date:
    """Return the first day whose opening lies after everything that is in the log.

    The log's clock never goes backwards: a day that was begun by hand is not played over again.
    """
    with desk.reader() as work:
        last = work.last_event_at()
    day = desk.business_day()
    while last is not None and first_moment(day, desk.branch.timezone) <= last:
        day += timedelta(days=1)
    return day


def play_live(
    desk: Desk,
    schedule: ScheduleClock,
    shown: DemoClock,
    kind: str,
    seed: int,
    stop: threading.Event,
    report: Callable[[datetime, int, int], None],
) -> None:
    """Play one day in step with the demo's clock, until it is over or `stop` is set.

    `report` is called each half hour of the day with arrivals and finished services so far.
    """
    new_id, new_token = seeded_ids(seed)
    desk = replace(desk, clock=schedule, new_id=new_id, new_ticket_token=new_token)
    traffic = Traffic(desk, schedule, schedule.at.date(), kind, seed)
    due = schedule.at

    def wait_until(moment: datetime) -> bool:
        nonlocal due
        if moment >= due:
            report(moment, traffic.arrived, traffic.served)
            due = moment + _REPORT_EVERY
        return not stop.wait(max(0.0, shown.real_seconds_until(moment)))

    traffic.play(wait_until)
