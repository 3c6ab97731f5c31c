"""The wait of everybody in the hall: the present floor played forward many times (queueing 3).

Each replicate draws what is not known (rests of running services, coming services, who has left,
who will come) and lets the kernel call by the real rule; the spread of the replicates is the
forecast. `forecast_expected` plays one replicate with means instead: the deterministic rollout,
which stands in where the hundred are too dear.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple, cast

import numpy as np

from lobby_app.simulation.futures import BUSINESS, HABIT, KIND, play
from lobby_app.simulation.kernel import opening_minutes, queues_of
from lobby_app.simulation.model import Floats, Ints, Plan, Rule
from lobby_app.simulation.records import TICKET, Records, counter_records, lane_records, rule_record


class Present(NamedTuple):
    """The waiting tickets, by (start, number), and what every counter does now.

    Attributes:
        now: minute of the day, on the clock of the plan.
        business: index into the tables of the habits.
        serving: business at the counter, futures.FREE or RESTING. elapsed: for how many minutes.
        counters: the plan of the day; its `busy_until` is not read.
    """

    now: float
    arrived_at: Floats
    starts_at: Floats
    priority: Ints
    queue: Ints
    business: Ints
    serving: Ints
    elapsed: Floats
    counters: Plan


class Habits(NamedTuple):
    """What the branch has learned about its visitors and clerks.

    Attributes:
        log_mean, log_sigma: of service minutes by business, at a counter of speed 1.
        gone_share, patience_minutes: who takes a ticket and is gone at once; mean stay of others.
        gaps: minutes from a finish to the next call while somebody waits, smallest first.
        opens, closes: visitors come between these minutes.
        rates: visitors a minute by slot (futures.SLOT_MINUTES, from `opens`) and kind of visitor.
        kind_priority, kind_queue, kind_business: what a kind of visitor is.
    """

    log_mean: Floats
    log_sigma: Floats
    gone_share: float
    patience_minutes: float
    gaps: Floats
    opens: float
    closes: float
    rates: Floats
    kind_priority: Ints
    kind_queue: Ints
    kind_business: Ints


@dataclass(frozen=True, slots=True)
class Spread:
    """Remaining minutes of every waiting ticket, in the order of the present; inf = not today."""

    p10: Floats
    median: Floats
    p80: Floats
    p90: Floats


def forecast_spread(
    present: Present,
    habits: Habits,
    rule: Rule,
    *,
    day_factor: float = 1.0,
    replicates: int = 100,
    seed: int = 1,
) -> Spread:
    """Return the spread of `replicates` futures; the same seed gives the same answer."""
    waits = _play(present, habits, rule, day_factor, replicates, seed)
    waits.sort(axis=1)
    # On paper nobody is out of the line before the call: no call means that no counter opens. On
    # the phone who hangs up is; of interest is how long those wait who stay.
    stays = present.counters.leavers_stay
    known = np.full(len(waits), replicates) if stays else np.isfinite(waits).sum(axis=1)
    rows = np.arange(len(waits))
    places = (np.rint(share * (known - 1)).astype(np.int64) for share in (0.1, 0.5, 0.8, 0.9))
    return Spread(*(waits[rows, place] for place in places))


def forecast_expected(
    present: Present, habits: Habits, rule: Rule, *, day_factor: float = 1.0
) -> Floats:
    """Return the remaining minutes of every waiting ticket in the future of means."""
    return _play(present, habits, rule, day_factor, 0, 0)[:, 0]


def _play(
    present: Present, habits: Habits, rule: Rule, day_factor: float, replicates: int, seed: int
) -> Floats:
    waiting = present.arrived_at.shape[0]
    until = _horizon(present, habits)
    most = habits.rates.sum(axis=1).max(initial=0) * day_factor * max(0.0, until - present.now)
    room = waiting + int(most + 6 * math.sqrt(most) + 20)
    queues = max(queues_of(present.queue), queues_of(habits.kind_queue))
    return play(
        _ticket_records(present, room),
        waiting,
        _counter_records(present),
        opening_minutes(present.counters.is_open),
        lane_records(queues),
        rule_record(rule, present.counters)[0],
        _habit_record(habits, until),
        _business_records(habits),
        _kind_records(habits),
        habits.gaps,
        np.cumsum(habits.rates, axis=1) * day_factor,
        present.now,
        replicates,
        seed,
    )


def _horizon(present: Present, habits: Habits) -> float:
    """Return until when new visitors can matter to those who wait now."""
    means = np.exp(habits.log_mean + habits.log_sigma**2 / 2)
    work = means[present.business].sum() / max(1, present.counters.serves.shape[0])
    return float(min(habits.closes, present.now + 60.0 + 1.5 * work))


def _ticket_records(present: Present, room: int) -> Records:
    records = cast(Records, np.zeros(room, TICKET))
    records["leaves_at"] = np.inf
    records["follow_up"] = -1
    waiting = present.arrived_at.shape[0]
    for column in ("arrived_at", "starts_at", "priority", "queue", "business"):
        records[column][:waiting] = getattr(present, column)
    records["arrives_at"][:waiting] = present.arrived_at
    return records


def _counter_records(present: Present) -> Records:
    records = counter_records(present.counters, present.now)
    records["business"] = present.serving
    records["elapsed"] = present.elapsed
    return records


def _habit_record(habits: Habits, until: float) -> Records:
    record = np.zeros(1, HABIT)
    for column in set(record.dtype.names or ()) - {"until"}:
        record[column] = getattr(habits, column)
    record["until"] = until
    return cast(Records, record[0])


def _business_records(habits: Habits) -> Records:
    records = cast(Records, np.zeros(habits.log_mean.shape[0], BUSINESS))
    records["log_mean"] = habits.log_mean
    records["log_sigma"] = habits.log_sigma
    records["mean"] = np.exp(habits.log_mean + habits.log_sigma**2 / 2)
    return records


def _kind_records(habits: Habits) -> Records:
    records = cast(Records, np.zeros(habits.kind_queue.shape[0], KIND))
    for column in ("priority", "queue", "business"):
        records[column] = getattr(habits, f"kind_{column}")
    return records
