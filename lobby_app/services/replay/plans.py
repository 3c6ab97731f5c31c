"""Which counters a replayed day has: written down, seen in the data, the branch's own, assumed."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import numpy as np

from lobby_app.domain.branch import Branch, CounterPlan
from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.policy.reading import Table, read_toml
from lobby_app.services.queues import HELPED_QUEUES
from lobby_app.services.replay.days import ReplayDay, ReplayDays, Shift
from lobby_app.services.replay.values import clock_minute
from lobby_app.simulation.model import Flags, Plan, mask_of, plan

MOST_COUNTERS = 500
_AREA = "replay"
_ITEM = re.compile(r"([^*!,]+)(!?)(?:\*(\d{1,3}))?")
_LAST_MINUTE = 3000
_NO_SHOW_MINUTES = 2.0
"""Three calls, forty seconds apart, before a ticket counts as missed (domain 2.9)."""

PlanOf = Callable[[ReplayDay], Plan]


@dataclass(frozen=True, slots=True)
class CounterLine:
    """Some equal counters.

    Attributes:
        queues: empty = all. shared: False = tier customers only, helps the others when idle.
        spans: minutes of the day at which they call; empty = all day.
        speed: factor on service minutes, 1.2 = a fifth slower.
    """

    queues: tuple[str, ...]
    count: int = 1
    shared: bool = True
    spans: tuple[tuple[float, float], ...] = ()
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class CounterSource:
    """Where the counters come from and how they are told. `origin`: message key of the source."""

    origin: str
    plan_of: PlanOf
    text: str


def read_lines(text: str) -> tuple[CounterLine, ...]:
    """Return counters written as `cash_counter*2, service_counter+corporate_counter, vip_counter!`.

    `!` marks counters for tier customers only; a plain number is so many counters for all queues.

    Raises:
        KnownError: `replay.counters_form`, or `replay.*` of a counter file.
    """
    path = Path(text)
    if path.suffix.lower() == ".toml":
        return _counter_file(path)
    if text.strip().isdecimal():
        lines: tuple[CounterLine, ...] = (CounterLine((), int(text)),)
    else:
        lines = tuple(_line(item.strip(), text) for item in text.split(","))
    if not 1 <= sum(line.count for line in lines) <= MOST_COUNTERS:
        raise KnownError("replay.counters_form", text=text)
    return lines


def _line(item: str, text: str) -> CounterLine:
    found = _ITEM.fullmatch(item)
    if found is None:
        raise KnownError("replay.counters_form", text=text)
    queues, dedicated, count = found.groups()
    names = tuple(name.strip() for name in queues.split("+"))
    if not all(names):
        raise KnownError("replay.counters_form", text=text)
    return CounterLine(names, int(count or 1), not dedicated)


def _counter_file(path: Path) -> tuple[CounterLine, ...]:
    main = Table(path.name, "", read_toml(path, _AREA), _AREA)
    main.expect_only(("counters",))
    lines = []
    for table in main.tables("counters"):
        table.expect_only(("queues", "count", "shared", "open", "speed"))
        values = table.values
        lines.append(
            CounterLine(
                table.strings("queues"),
                table.whole("count", 1, MOST_COUNTERS) if "count" in values else 1,
                table.flag("shared") if "shared" in values else True,
                tuple(_span(table, span) for span in table.strings("open")),
                table.number("speed", 0.1, 10) if "speed" in values else 1.0,
            )
        )
    if not 1 <= sum(line.count for line in lines) <= MOST_COUNTERS:
        raise main.wrong("counters", f"[[counters]], 1 – {MOST_COUNTERS}")
    return tuple(lines)


def _span(table: Table, text: str) -> tuple[float, float]:
    begin, end = (clock_minute(part.strip()) for part in (*text.split("-"), "", "")[:2])
    if begin is None or end is None or begin >= end:
        raise table.wrong("open", '["09:00-11:30", "12:15-17:00"]')
    return begin, end


def counters_for(
    days: ReplayDays, policy: Policy, lines: str | None, branch: Branch | None
) -> CounterSource:
    """Return the counters of these days: those written down, or the best that is known.

    In this order: `lines`; what the data shows; the branch's own, when it serves every queue of the
    days; as many as the busiest hour needs.

    Raises:
        KnownError: `replay.unserved`, or those of `read_lines`.
    """
    if lines is not None:
        written = read_lines(lines)
        return _fixed("replay.counters_given", days, written, lines)
    if any(day.shifts for day in days.days):
        most = max(len(day.shifts) for day in days.days)

        def seen(day: ReplayDay) -> Plan:
            return _plan(days, [_of_shift(shift) for shift in day.shifts])

        return CounterSource("replay.counters_seen", seen, str(most))
    if branch is not None:
        own = tuple(_of_plan(one) for one in branch.counters)
        if set(days.queues) <= {queue for one in own for queue in one.queues}:
            has_breaks = any(one.breaks for one in branch.counters)
            origin = "replay.counters_branch_breaks" if has_breaks else "replay.counters_branch"
            return _fixed(origin, days, own, told(own))
    assumed = _assumed(days)
    return _fixed("replay.counters_assumed", days, assumed, told(assumed))


def _fixed(origin: str, days: ReplayDays, lines: Sequence[CounterLine], text: str) -> CounterSource:
    served = {queue for line in lines for queue in line.queues or days.queues}
    if unserved := [queue for queue in days.queues if queue not in served]:
        raise KnownError("replay.unserved", queues=", ".join(unserved), counters=text)
    made = _plan(days, lines)
    return CounterSource(origin, lambda _: made, text)


def told(lines: Sequence[CounterLine]) -> str:
    """Return counters as `read_lines` reads them."""
    return ", ".join(
        f"{'+'.join(line.queues)}{'' if line.shared else '!'}*{line.count}" for line in lines
    )


def _of_shift(shift: Shift) -> CounterLine:
    return CounterLine(shift.queues, 1, shift.shared, shift.spans)


def _of_plan(counter: CounterPlan) -> CounterLine:
    """Return a counter of the branch as it is planned: open all day but for its breaks."""
    spans, begin = [], 0.0
    for one in counter.breaks:
        spans.append((begin, _minute(one.start)))
        begin = _minute(one.end)
    open_for = (*spans, (begin, _LAST_MINUTE + 1.0)) if spans else ()
    return CounterLine(counter.queues, 1, counter.shared, open_for)


def _minute(at: time) -> float:
    return at.hour * 60.0 + at.minute


def _assumed(days: ReplayDays) -> tuple[CounterLine, ...]:
    """Return counters by queue: the load of the busiest hour of an average day, and its root."""
    peaks = np.zeros((len(days.days), len(days.queues)))
    for place, day in enumerate(days.days):
        hour = (day.visits.arrives_at // 60).astype(np.int64)
        work = np.zeros((int(_LAST_MINUTE / 60) + 1, len(days.queues)))
        np.add.at(work, (hour, day.visits.queue), day.visits.service_minutes / 60)
        peaks[place] = work.max(axis=0)
    loads = peaks.mean(axis=0)
    return tuple(
        CounterLine((queue,), max(1, math.ceil(load + math.sqrt(load))))
        for queue, load in zip(days.queues, loads, strict=True)
    )


def _plan(days: ReplayDays, lines: Sequence[CounterLine]) -> Plan:
    each = [line for line in lines for _ in range(line.count)]
    if not each:
        # A day on which nobody was seen at work: one counter that never opens.
        each = [CounterLine((), 1, spans=((0.0, 0.0),))]
    is_open = _until_last_change(np.array([_minutes(line.spans) for line in each]))
    helped = mask_of([days.queues.index(name) for name in HELPED_QUEUES if name in days.queues])
    return plan(
        [_mask(days, line.queues) for line in each],
        helps=[0 if line.shared else helped for line in each],
        shared=[line.shared for line in each],
        is_open=is_open,
        speed=[line.speed for line in each],
        no_show_minutes=_NO_SHOW_MINUTES if days.leavers_stay else 0.0,
        leavers_stay=days.leavers_stay,
    )


def _mask(days: ReplayDays, queues: Sequence[str]) -> int:
    names = queues or days.queues
    return mask_of([days.queues.index(name) for name in names if name in days.queues])


def _until_last_change(is_open: Flags) -> Flags:
    """Cut minutes off that only repeat the one before: the last minute holds for ever."""
    changes = np.flatnonzero((is_open[:, 1:] != is_open[:, :-1]).any(axis=0))
    return is_open[:, : int(changes[-1]) + 2 if len(changes) else 1]


def _minutes(spans: Sequence[tuple[float, float]]) -> Flags:
    is_open = np.zeros(_LAST_MINUTE + 1, np.bool_)
    if not spans:
        is_open[:] = True
    for begin, end in spans:
        is_open[int(begin) : max(int(begin) + 1, round(end))] = True
    return is_open
