"""Real files for storage tests: a desk's log and cache in a folder, with keys in a file."""

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.event import RANK_CANCELLED, RANK_WAITING, Draft, EventKind

ZONE = timezone(timedelta(hours=8))
DAY = date(2026, 11, 24)


class SetClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def open_desk(folder: Path, clock: SetClock | None = None, keys: Path | None = None) -> OpenLog:
    return open_log(folder / "log.db", KeyFile(keys or folder / "keys.json"), clock or SetClock())


def issued(number: str = "A1001", ticket: str | None = None, day: date = DAY) -> Draft:
    return Draft(
        kind=EventKind.TICKET_ISSUED,
        actor="0017",
        ticket=ticket or str(uuid4()),
        business_day=day,
        rank=RANK_WAITING,
        queue="cash_counter",
        priority="ordinary",
        eligible_at=1_795_000_000_000,
        data={
            "number": number,
            "zone": "A",
            "business": "cash_withdrawal",
            "customer_ref": "C-1",
            "qr_token": "TOKEN",
            "language": "zh_CN",
            "large_type": False,
        },
    )


def cancelled(ticket: str, day: date = DAY) -> Draft:
    return Draft(
        kind=EventKind.TICKET_CANCELLED,
        actor="0017",
        ticket=ticket,
        business_day=day,
        rank=RANK_CANCELLED,
        queue="cash_counter",
        priority="ordinary",
    )


def issue(log: OpenLog, day: date = DAY) -> str:
    with log.unit_of_work() as work:
        number = f"A1{work.take_number('A', day):03d}"
        work.append(issued(number, day=day))
        work.commit()
    return number
