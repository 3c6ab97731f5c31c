"""A bank's own branch: identity, counters, machines and staff, read from one TOML file and checked.

The format is described in docs/branch-file.md.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError

from lobby_app.domain.branch import Branch, CounterPlan, Machine, StaffMember
from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.domain.hours import DayHours, parse_hours
from lobby_app.policy.reading import Table, read_toml

_AREA = "branch"
_KEYS = (
    "branch_id", "code", "name", "timezone", "has_private_banking", "stocks_fx_cash",
    "counters", "machines", "staff",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z0-9-]{1,20}")
_STAFF_NUMBER = re.compile(r"[A-Za-z0-9._-]{1,20}")
_PIN = re.compile(r"[0-9]{4,12}")
_PHONE = "mobile_bank"
_HASH_FORM = "lobby hash-pin: $argon2id$…"
_SHORTEST_HASH = 16


@dataclass(frozen=True, slots=True)
class BranchFile:
    """What the file says: the branch, and who may sign on at its desks."""

    branch: Branch
    staff: tuple[StaffMember, ...]


def load_branch_file(path: Path, policy: Policy) -> BranchFile:
    """Read and check a branch description against the channels of the bank's policy.

    Raises:
        KnownError: `branch.unreadable`, `branch.unknown_key`, `branch.wrong_value` (each names
            file, key and what is allowed), `branch.wrong_break` or `branch.unserved` (a queue that
            no counter serves).
    """
    main = Table(path.name, "", read_toml(path, _AREA), _AREA)
    main.expect_only(_KEYS)
    name = main.table("name")
    name.expect_only(("zh", "en"))
    branch = Branch(
        branch_id=main.whole("branch_id", 1, 65535),
        code=_matching(main, "code", _CODE, "A-Z a-z 0-9 -"),
        name=name.text(),
        timezone=_timezone(main),
        counters=_counters(main.tables("counters"), policy),
        machines=_machines(main.tables("machines"), policy),
        has_private_banking=main.flag("has_private_banking"),
        stocks_fx_cash=main.flag("stocks_fx_cash"),
    )
    _expect_every_queue_served(path.name, branch, policy)
    return BranchFile(branch, _staff(main))


def hash_pin(pin: str) -> str:
    """Return the argon2id hash of a PIN as the branch file wants it.

    Raises:
        KnownError: `branch.pin_form` when it is not 4 to 12 digits.
    """
    if not _PIN.fullmatch(pin):
        raise KnownError("branch.pin_form")
    return PasswordHasher().hash(pin)


def _matching(table: Table, key: str, form: re.Pattern[str], allowed: str) -> str:
    value = table.string(key)
    if not form.fullmatch(value):
        raise table.wrong(key, allowed)
    return value


def _timezone(main: Table) -> str:
    name = main.string("timezone")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        # Not found is a KeyError, a path a ValueError, the name of a folder ("Asia") an OSError.
        raise main.wrong("timezone", '"Asia/Shanghai", "Europe/Berlin", …') from error
    return name


def _counters(tables: Sequence[Table], policy: Policy) -> tuple[CounterPlan, ...]:
    queued = tuple(code for code, entry in policy.channels.items() if entry.queued)
    plans: dict[int, CounterPlan] = {}
    for table in tables:
        table.expect_only(("number", "queues", "shared", "breaks"))
        number, queues = table.whole("number", 1, 99), table.strings("queues")
        if number in plans:
            raise table.wrong("number", _others(plans))
        if not queues or not set(queues) <= set(queued):
            raise table.wrong("queues", ", ".join(queued))
        shared = table.flag("shared") if "shared" in table.values else True
        plans[number] = CounterPlan(number, queues, shared, _breaks(table))
    return tuple(plans.values())


def _breaks(table: Table) -> tuple[DayHours, ...]:
    """Return the planned breaks of a counter by their beginning."""
    breaks: list[DayHours] = []
    for text in sorted(table.strings("breaks")):
        try:
            span = parse_hours(text)
        except ValueError:
            span = None
        # Sorted by their text they are sorted by time: the form has two digits everywhere.
        after = breaks[-1].end if breaks else time.min
        if span is None or span.start < after or span.start >= span.end:
            key = table.key("breaks")
            raise KnownError("branch.wrong_break", file=table.file, key=key, value=text)
        breaks.append(span)
    return tuple(breaks)


def _machines(tables: Sequence[Table], policy: Policy) -> tuple[Machine, ...]:
    channels = tuple(
        code for code, entry in policy.channels.items() if entry.self_service and code != _PHONE
    )
    machines: dict[str, Machine] = {}
    for table in tables:
        table.expect_only(("device_id", "channel"))
        device_id = _matching(table, "device_id", _CODE, "A-Z a-z 0-9 -")
        if device_id in machines:
            raise table.wrong("device_id", _others(machines))
        machines[device_id] = Machine(device_id, table.one_of("channel", channels))
    return tuple(machines.values())


def _staff(main: Table) -> tuple[StaffMember, ...]:
    members: dict[str, StaffMember] = {}
    for table in main.tables("staff"):
        table.expect_only(("number", "name", "pin_hash"))
        number = _matching(table, "number", _STAFF_NUMBER, "A-Z a-z 0-9 . _ -")
        if number in members:
            raise table.wrong("number", _others(members))
        name = table.table("name")
        name.expect_only(("zh", "en"))
        members[number] = StaffMember(number, name.text(), _pin_hash(table))
    if not members:
        raise main.wrong("staff", "[[staff]]")
    return tuple(members.values())


def _pin_hash(table: Table) -> str:
    value = table.string("pin_hash")
    try:
        parameters = extract_parameters(value)
    except InvalidHashError as error:
        raise table.wrong("pin_hash", _HASH_FORM) from error
    if parameters.type is not Type.ID or parameters.hash_len < _SHORTEST_HASH:
        raise table.wrong("pin_hash", _HASH_FORM)
    return value


def _others(taken: Iterable[object]) -> str:
    return f"≠ {', '.join(map(str, taken))}"


def _expect_every_queue_served(file: str, branch: Branch, policy: Policy) -> None:
    """Refuse a branch where a ticket could be issued that nobody would ever call."""
    served = {queue for counter in branch.counters for queue in counter.queues}
    needed = {entry.human for entry in policy.businesses.values()}
    for code, channel in policy.channels.items():
        if channel.queued and code in needed and code not in served:
            raise KnownError("branch.unserved", file=file, queue=code)
