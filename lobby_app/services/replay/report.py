"""The figures of replayed days as one object: waits, attainment, overtaking and the rest.

Waits are minutes from arrival (or from a booked time that was later) to the call. What somebody
waited who had left when called counts as abandonment, not as a wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lobby_app.domain.kpi import PROMISES
from lobby_app.services.replay.forecasting import Judged
from lobby_app.services.replay.running import Replayed
from lobby_app.simulation.model import ORDINARY, PRIORITIES, TIER, Flags, Floats, Ints

Document = dict[str, object]
_PROMISE = np.array([PROMISES[one] for one in PRIORITIES])


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of replayed days as columns.

    Attributes:
        wait: minutes; nan = not served. served, gone: neither = still in the queue at the end.
    """

    priority: Ints
    queue: Ints
    wait: Floats
    served: Flags
    gone: Flags

    @property
    def count(self) -> int:
        """How many tickets there are."""
        return len(self.priority)


def tickets_of(replayed: Sequence[Replayed]) -> Tickets:
    """Return the tickets of some days."""
    columns = [_of_day(one) for one in replayed]
    return Tickets(*(np.concatenate(parts) for parts in zip(*columns, strict=True)))


def _of_day(one: Replayed) -> tuple[Ints, Ints, Floats, Flags, Flags]:
    visits, outcome = one.day.visits, one.outcome
    gone = outcome.no_show
    served = ~np.isnan(outcome.called_at) & ~gone
    since = np.maximum(outcome.arrived_at, visits.starts_at)
    wait = np.where(served, np.maximum(0.0, outcome.called_at - since), np.nan)
    return visits.priority, visits.queue, wait, served, gone


def times_overtaken(one: Replayed) -> Ints:
    """Return how many later tier tickets of its queue came first, by called ordinary ticket."""
    visits, called = one.day.visits, one.outcome.called_at
    times = []
    for queue in np.unique(visits.queue):
        mine = (visits.queue == queue) & ~np.isnan(called)
        tier = np.flatnonzero(mine & (visits.priority == TIER))
        for ticket in np.flatnonzero(mine & (visits.priority == ORDINARY)):
            # By the start, which a transferred ticket keeps: it is not later for having moved.
            later = visits.starts_at[tier] > visits.starts_at[ticket]
            times.append(int((later & (called[tier] < called[ticket])).sum()))
    return np.array(times, np.int64)


def report(replayed: Sequence[Replayed], queues: Sequence[str]) -> Document:
    """Return the figures as the object that `--json` prints. Shares are 0 to 1."""
    tickets = tickets_of(replayed)
    groups = _groups(tickets, queues)
    judged = [one for day in replayed for one in day.judged]
    return {
        "tickets": tickets.count,
        "served": int(tickets.served.sum()),
        "abandoned": int(tickets.gone.sum()),
        "open": int((~tickets.served & ~tickets.gone).sum()),
        "waits": {name: waits(tickets.wait[mask]) for name, mask in groups.items()},
        "attainment": {name: attainment(tickets, mask) for name, mask in groups.items()},
        "overtaking": overtaking(replayed),
        "abandonment": {
            name: _rounded(tickets.gone[mask].mean(), 4) for name, mask in groups.items()
        },
        "forecast": forecast(judged),
    }


def _groups(tickets: Tickets, queues: Sequence[str]) -> Mapping[str, Flags]:
    """Return who belongs to which group: all, each priority, each queue, each pair of the two."""
    groups = {"all": np.ones(tickets.count, np.bool_)}
    for place, priority in enumerate(PRIORITIES):
        groups[f"priority:{priority}"] = tickets.priority == place
    for place, queue in enumerate(queues):
        groups[f"queue:{queue}"] = tickets.queue == place
    if len(queues) > 1:
        for place, priority in enumerate(PRIORITIES):
            for number, queue in enumerate(queues):
                mask = (tickets.priority == place) & (tickets.queue == number)
                groups[f"priority:{priority},queue:{queue}"] = mask
    return {name: mask for name, mask in groups.items() if mask.any()}


def waits(wait: Floats) -> Document:
    """Return the figures of some waits; None where nobody was served."""
    known = wait[~np.isnan(wait)]
    if not len(known):
        names = ("mean", "median", "p90", "p95", "longest")
        return {"count": 0, **dict.fromkeys(names)}
    median, p90, p95 = np.percentile(known, [50, 90, 95])
    return {
        "count": len(known),
        "mean": _rounded(known.mean()),
        "median": _rounded(median),
        "p90": _rounded(p90),
        "p95": _rounded(p95),
        "longest": _rounded(known.max()),
    }


def attainment(tickets: Tickets, mask: Flags) -> float | None:
    """Return the share of the served who waited no longer than their class is promised."""
    chosen = mask & tickets.served
    if not chosen.any():
        return None
    return _rounded((tickets.wait[chosen] <= _PROMISE[tickets.priority[chosen]]).mean(), 4)


def overtaking(replayed: Sequence[Replayed]) -> Document:
    """Return how often called ordinary tickets were overtaken by later tier tickets."""
    times = np.concatenate([times_overtaken(one) for one in replayed])
    if not len(times):
        return {"count": 0, "share": None, "three_times": None, "mean": None, "most": None}
    return {
        "count": len(times),
        "share": _rounded((times >= 1).mean(), 4),
        "three_times": _rounded((times >= 3).mean(), 4),
        "mean": _rounded(times.mean(), 4),
        "most": int(times.max()),
    }


def forecast(judged: Sequence[Judged]) -> Document:
    """Return the errors of the forecast, minutes, at the arrival of everybody who had to wait."""
    if not judged:
        names = ("mae", "naive_mae", "median_error", "within_5", "coverage_80", "width_80", "bias")
        return {"count": 0, **dict.fromkeys(names)}
    truth = np.array([one.truth for one in judged])
    naive = np.array([one.naive for one in judged])
    expected = np.array([one.promise.expected for one in judged])
    low = np.array([one.promise.low for one in judged])
    high = np.array([one.promise.high for one in judged])
    error = np.abs(expected - truth)
    return {
        "count": len(judged),
        "mae": _rounded(error.mean()),
        "naive_mae": _rounded(np.abs(naive - truth).mean()),
        "median_error": _rounded(np.median(error)),
        "within_5": _rounded((error <= 5).mean(), 4),
        "coverage_80": _rounded(((low <= truth) & (truth <= high)).mean(), 4),
        "width_80": _rounded((high - low).mean()),
        "bias": _rounded((expected - truth).mean()),
    }


def _rounded(value: float, digits: int = 3) -> float:
    return round(float(value), digits)
