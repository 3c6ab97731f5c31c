"""Days to replay: visits as the simulator wants them, with what the source does not say filled in.

A source (CSV, event log) knows who came and, at best, how long each waited and was served. What it
cannot know is drawn by a seed: the service of somebody who left, and how long somebody who was
served would have waited (Kaplan and Meier's estimate, given that this one waited so long).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

import numpy as np

from lobby_app.domain.business import Policy
from lobby_app.domain.calibration import planned
from lobby_app.simulation.model import Arrivals, Floats, Ints, arrivals

LATEST_MINUTE = 2880.0
"""A business day may run past midnight, but no longer than two days."""
LONGEST_SERVICE = 180.0
"""Minutes; a longer service is a forgotten finish, not a service."""
_BREAK_MINUTES, _ABSENT_MINUTES = 90.0, 1.0
_STEPS = 10
"""Steps a minute in which is looked whether somebody waits."""
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """One visit as a source tells it; minutes of the day, nan = not told.

    Attributes:
        starts: zero of the priority clock, for example a booked time.
        minutes: service. patience: longest wait. waited: how long this one did wait.
        left: gone before being served. joined: False = never stood in the queue.
        server: who served, empty = unknown. started: when.
    """

    day: date | None
    arrives: float
    starts: float
    priority: int
    queue: str
    business: str
    minutes: float = _NAN
    patience: float = _NAN
    waited: float = _NAN
    left: bool = False
    joined: bool = True
    server: str = ""
    started: float = _NAN


@dataclass(frozen=True, slots=True)
class Shift:
    """A counter as it was seen at work. `spans`: minutes of the day from, to."""

    queues: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    shared: bool = True


@dataclass(frozen=True, slots=True)
class ReplayDay:
    """One day. `business`: index into the names of all days, by visit."""

    name: str
    visits: Arrivals
    business: Ints
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayDays:
    """Days of one source, in order.

    Attributes:
        planned: mean service minutes by business, of the policy or else of these days themselves.
        leavers_stay: False = a telephone queue, which knows at once who has left.
        remarks: what was filled in or left out: message key and count.
    """

    source: str
    days: tuple[ReplayDay, ...]
    queues: tuple[str, ...]
    businesses: tuple[str, ...]
    planned: Mapping[str, float]
    leavers_stay: bool = True
    remarks: Mapping[str, int] = field(default_factory=dict)

    @property
    def visitors(self) -> int:
        """How many visits there are in all days."""
        return sum(len(day.business) for day in self.days)


def days_of(
    source: str,
    seen: Sequence[SeenVisit],
    policy: Policy,
    seed: int,
    *,
    leavers_stay: bool = True,
    shifts: tuple[Shift, ...] | None = None,
) -> ReplayDays:
    """Return the days of some visits. `shifts`: the counters; None = those seen."""
    stayed = [one for one in seen if one.joined and not (one.left and one.waited == 0)]
    clean, faults = _without_faults(stayed)
    queues = tuple(dict.fromkeys(one.queue for one in clean))
    businesses = tuple(dict.fromkeys(one.business for one in clean))
    means = _planned(clean, businesses, policy)
    survival = Survival.of(clean)
    groups: dict[str, list[SeenVisit]] = {}
    for one in clean:
        groups.setdefault(one.day.isoformat() if one.day else "", []).append(one)
    days = []
    for name, group in sorted(groups.items()):
        group.sort(key=lambda one: one.arrives)
        rng = Random(f"{seed} {name}")  # noqa: S311  # the same for the same seed; no secret
        visits = _visits(group, queues, businesses, means, survival, rng)
        business = np.array([businesses.index(one.business) for one in group], np.int64)
        counters = _seen(group) if shifts is None else shifts
        days.append(ReplayDay(name, visits, business, counters))
    remarks = {
        "left_out": len(seen) - len(clean),
        "faulty_services": faults,
        "drawn_services": sum(one.minutes != one.minutes for one in clean) - faults,
    }
    return ReplayDays(source, tuple(days), queues, businesses, means, leavers_stay, remarks)


def _without_faults(seen: Sequence[SeenVisit]) -> tuple[list[SeenVisit], int]:
    """Forget services that cannot have been; return how many."""
    clean, faults = [], 0
    for one in seen:
        if not np.isnan(one.minutes) and not 0 < one.minutes <= LONGEST_SERVICE:
            faults += not one.left
            one = replace(one, minutes=_NAN)
        clean.append(one)
    return clean, faults


def _planned(
    seen: Sequence[SeenVisit], businesses: Sequence[str], policy: Policy
) -> dict[str, float]:
    """Return mean minutes by business: the policy's plan, or what these days show."""
    told: dict[str, list[float]] = {}
    for one in seen:
        if not np.isnan(one.minutes):
            told.setdefault(one.business, []).append(one.minutes)
    everything = [minutes for found in told.values() for minutes in found]
    usual = float(np.mean(everything)) if everything else 10.0
    means = {}
    for name in businesses:
        entry = policy.businesses.get(name)
        shown = float(np.mean(told[name])) if name in told else usual
        means[name] = entry.human_minutes if entry is not None else shown
    return means


def _visits(
    group: Sequence[SeenVisit],
    queues: Sequence[str],
    businesses: Sequence[str],
    means: Mapping[str, float],
    survival: "Survival",
    rng: Random,
) -> Arrivals:
    minutes, leaves = [], []
    for one in group:
        # Both are drawn for everybody: a field that is filled in later moves nobody else's luck.
        handling, luck = planned(means[one.business]), rng.random()
        drawn = rng.lognormvariate(handling.log_mean, handling.log_sigma)
        minutes.append(drawn if np.isnan(one.minutes) else one.minutes)
        leaves.append(one.arrives + _patience(one, survival, luck))
    return arrivals(
        np.array([one.arrives for one in group]),
        np.array([one.priority for one in group]),
        np.array([queues.index(one.queue) for one in group]),
        np.minimum(np.array(minutes), LONGEST_SERVICE),
        starts_at=np.array([one.starts for one in group]),
        leaves_at=np.array(leaves),
    )


def _patience(one: SeenVisit, survival: "Survival", luck: float) -> float:
    if not np.isnan(one.patience):
        return one.patience
    if one.left and not np.isnan(one.waited):
        return one.waited
    return survival.draw(0.0 if np.isnan(one.waited) else one.waited, luck)


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of visitors who would still wait after some minutes (Kaplan and Meier)."""

    minutes: Floats
    share: Floats

    @classmethod
    def of(cls, seen: Sequence[SeenVisit]) -> "Survival":
        """Estimate it from who left and who was served before he could."""
        told = [one for one in seen if not np.isnan(one.waited)]
        waited = np.array([one.waited for one in told])
        left = np.array([one.left for one in told], np.bool_)
        at = np.unique(waited[left])
        order = np.sort(waited)
        risk = len(order) - np.searchsorted(order, at, side="left")
        gone = np.searchsorted(np.sort(waited[left]), at, side="right")
        lost = np.diff(gone, prepend=0)
        return cls(at, np.cumprod(1 - lost / np.maximum(risk, 1)).astype(np.float64))

    def draw(self, waited: float, luck: float) -> float:
        """Return a patience beyond `waited`; inf = nobody was seen to leave that late."""
        if not len(self.minutes):
            return float("inf")
        place = int(np.searchsorted(self.minutes, waited, side="right"))
        still = float(self.share[place - 1]) if place else 1.0
        later = np.flatnonzero(self.share[place:] <= still * luck)
        return float(self.minutes[place + later[0]]) if len(later) else float("inf")


def _seen(group: Sequence[SeenVisit]) -> tuple[Shift, ...]:
    """Return the counters that were at work, as far as their services show it.

    Log-in times are not in such files: who serves nobody for an hour and a half, or lets people
    wait who go to others, is taken as absent.
    """
    work: dict[str, list[SeenVisit]] = {}
    for one in group:
        if one.server and not np.isnan(one.started) and not np.isnan(one.minutes):
            work.setdefault(one.server, []).append(one)
    waiting = _waiting_minutes(group)
    shifts = []
    for _, served in sorted(work.items()):
        served.sort(key=lambda one: one.started)
        spans = [(served[0].started, served[0].started + served[0].minutes)]
        for one in served[1:]:
            begin, last = spans[-1]
            end = max(last, one.started + one.minutes)
            idle_while_waited = waiting[_step(one.started)] - waiting[_step(last)]
            if one.started - last > _BREAK_MINUTES or idle_while_waited > _ABSENT_MINUTES:
                spans.append((one.started, end))
            else:
                spans[-1] = (begin, end)
        queues = tuple(sorted({one.queue for one in served}))
        shifts.append(Shift(queues, tuple(spans)))
    return tuple(shifts)


def _step(minute: float) -> int:
    return int(minute * _STEPS)


def _waiting_minutes(group: Sequence[SeenVisit]) -> Floats:
    """Return for every step of the day for how many minutes somebody has waited until then."""
    changes = np.zeros(_step(2 * LATEST_MINUTE))
    for one in group:
        if one.waited > 0 and one.arrives + one.waited < LATEST_MINUTE:
            changes[_step(one.arrives)] += 1
            changes[_step(one.arrives + one.waited)] -= 1
    waiting: Floats = (np.cumsum(changes) > 0).cumsum() / _STEPS
    return waiting
