"""`lobby demo`: the invented branch, its cards to scan, its living day."""

import sys
import threading
from datetime import datetime
from pathlib import Path

from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.messages import Messages


def install(settings: Settings, messages: Messages) -> int:
    """Install the demo branch and say where it is."""
    from lobby_app.assembly import open_desk
    from lobby_app.demo.appointments import demo_slots
    from lobby_app.demo.staff import demo_staff

    opened = open_desk(settings)
    try:
        installed = messages(
            "demo.installed",
            branch=opened.desk.branch.name(messages.language),
            customers=f"{opened.customers.count():,}",
            appointments=len(demo_slots()),
            staff=", ".join(member.number for member in demo_staff()),
        )
    finally:
        opened.close()
    where = messages("demo.where", folder=settings.data_dir)
    banner, following = messages("demo.banner"), messages("demo.next_step")
    sys.stdout.write(f"[{banner}] {installed}\n{where}\n{following}\n")
    return 0


def cards(target: Path, messages: Messages) -> int:
    """Write the sheet of demo cards and, beside it, the texts to paste."""
    from lobby_app.demo.branches import demo_branch
    from lobby_app.demo.listing import write_listing
    from lobby_app.policy.loader import load_policy
    from lobby_app.resources import resource

    # What the sheet promises holds for the policy shipped with the program.
    policy = load_policy(resource("policy"))
    listing = target.with_suffix(".txt")
    write_listing(listing, policy, messages.language)
    sys.stdout.write(messages("demo.list", file=listing) + "\n")
    try:
        from lobby_app.ui.paper.card_sheet import write_card_sheet
    except ImportError as error:
        raise KnownError("demo.no_qt", detail=str(error)) from error
    pages = write_card_sheet(target, demo_branch().name, policy)
    sys.stdout.write(messages("demo.sheet", file=target, pages=pages) + "\n")
    return 0


def traffic(settings: Settings, messages: Messages, kind: str, seed: int, speed: float) -> int:
    """Play a day at the demo branch until it is over or Ctrl+C."""
    from lobby_app.assembly import open_desk
    from lobby_app.demo.clock import set_clock
    from lobby_app.demo.live import first_moment, next_day, play_live
    from lobby_app.demo.traffic import ScheduleClock

    probe = open_desk(settings)
    day = next_day(probe.desk)
    schedule = ScheduleClock(first_moment(day, probe.desk.branch.timezone))
    probe.close()
    opened = open_desk(settings, schedule)
    shown = set_clock(settings.data_dir, schedule.at, speed)
    sys.stdout.write(messages("demo.traffic_runs", day=day, seed=seed, speed=f"{speed:g}") + "\n")
    sys.stdout.flush()

    def report(at: datetime, arrived: int, served: int) -> None:
        line = messages("demo.traffic_line", at=f"{at:%H:%M}", arrived=arrived, served=served)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    try:
        play_live(opened.desk, schedule, shown, kind, seed, threading.Event(), report)
    except KeyboardInterrupt:
        sys.stdout.write(messages("demo.traffic_stopped") + "\n")
    finally:
        # The demo goes on from where its day ended, at the pace of real time.
        set_clock(settings.data_dir, schedule.at, 1.0)
        opened.close()
    return 0
