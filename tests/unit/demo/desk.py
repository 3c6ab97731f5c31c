"""A desk of the demo branch on real files, at a time the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from lobby_app.cache.customers import SqlCustomerCache, open_customers
from lobby_app.cache.opening import open_log
from lobby_app.demo.branches import demo_branch
from lobby_app.devices.key_file import KeyFile
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.scans.codes import new_ticket_token
from lobby_app.scans.context import ScanContext
from lobby_app.scans.parse import parse
from lobby_app.services.desk import Desk
from lobby_app.services.pin_guard import PinGuard
from lobby_app.services.views import SelfCheck, StoreState
from tests.storage.desk import SetClock

DAY = date(2026, 11, 24)
ZONE = ZoneInfo("Asia/Shanghai")
TICKET_URL = "HTTPS://Q.EXAMPLE.COM/T/"


def at(clock: str, day: date = DAY) -> datetime:
    """Return `HH:MM` of the day in the branch's time zone."""
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZONE)


def context(now: datetime, *, is_demo: bool = True) -> ScanContext:
    return ScanContext(token_key=b"d" * 32, key_number=1, now=now, is_demo=is_demo)


TOKEN = context(at("10:00")).token


@contextmanager
def open_demo_desk(folder: Path, clock: SetClock) -> Iterator[tuple[Desk, SqlCustomerCache]]:
    keys = KeyFile(folder / "keys.json")
    log = open_log(folder / "log.db", keys, clock)
    customers = open_customers(folder / "customers.db", keys, clock)
    desk = Desk(
        branch=demo_branch(),
        slot=1,
        policy=load_policy(resource("policy")),
        clock=clock,
        unit_of_work=log.unit_of_work,
        reader=log.reader,
        changes=log.changes,
        customers=customers,
        scan=lambda text: parse(text, context(clock.now())),
        new_id=lambda: str(uuid4()),
        new_ticket_token=new_ticket_token,
        ticket_url=TICKET_URL,
        store=StoreState.KEY_FILE,
        self_check=SelfCheck(passed=True, checked_events=0, next_numbers={}),
        pin_guard=PinGuard(),
    )
    try:
        yield desk, customers
    finally:
        log.close()
        customers.close()
