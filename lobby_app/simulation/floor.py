"""The forecast for the product's own values: waiting tickets and open counters in, minutes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.calibration import learn, learn_patience
from lobby_app.domain.dispatch import WaitingTicket
from lobby_app.domain.wait import ServingCounter, handling_minutes
from lobby_app.simulation.futures import FREE
from lobby_app.simulation.learning import PastVisits, habits_of, learn_gaps
from lobby_app.simulation.model import PRIORITIES, Flags, Plan, mask_of, plan, rule_of
from lobby_app.simulation.rollout import Habits, Present, forecast_spread

DAY_MINUTES = 1440
_OTHER = ""
"""Stands for every business that the policy does not name."""


class Foresight(NamedTuple):
    """Remaining minutes of one ticket: `Calibration.promise(*foresight)` makes the promise."""

    median: float
    p10: float
    p80: float
    p90: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a branch has learned, by the names that the product uses.

    Attributes:
        queues, businesses: their places are the numbers in `habits`.
        speed: factor on handling times by counter number, for who works there today.
    """

    queues: tuple[str, ...]
    businesses: tuple[str, ...]
    habits: Habits
    speed: Mapping[int, float]


def planned_knowledge(policy: Policy) -> Knowledge:
    """Return what is known before the first day: the plan, and no visitors to come."""
    queues = tuple(code for code, entry in policy.channels.items() if entry.queued)
    businesses = (_OTHER, *policy.businesses)
    means = {name: handling_minutes(name, policy) for name in businesses}
    nothing = np.zeros(0, np.int64)
    closing = policy.thresholds.closing
    habits = habits_of(
        businesses,
        learn([], means),
        learn_patience([]),
        learn_gaps([]),
        PastVisits(np.zeros(0), nothing, nothing, nothing, 0),
        opens=0.0,
        closes=closing.hour * 60.0 + closing.minute,
    )
    return Knowledge(queues, businesses, habits, {})


def forecast_floor(
    waiting: Sequence[WaitingTicket],
    counters: Sequence[ServingCounter],
    now: float,
    policy: Policy,
    knowledge: Knowledge,
    *,
    midnight: float = 0.0,
    day_factor: float = 1.0,
    replicates: int = 100,
    seed: int = 1,
) -> dict[str, Foresight]:
    """Return what is foreseen per ticket id; who no open counter will call today is absent.

    `now` and `midnight`, the start of the day, are on the clock of the tickets' starts. The
    `day_factor` says how busy the day is against the usual one.
    """
    tickets = sorted(waiting, key=lambda t: (t.start, t.number))
    present = _present(tickets, counters, now - midnight, midnight, knowledge)
    spread = forecast_spread(
        present,
        knowledge.habits,
        rule_of(policy.thresholds),
        day_factor=day_factor,
        replicates=replicates,
        seed=seed,
    )
    columns = (spread.median, spread.p10, spread.p80, spread.p90)
    rows = np.stack(columns, axis=1).tolist()
    return {
        ticket.ticket_id: Foresight(*row)
        for ticket, row in zip(tickets, rows, strict=True)
        if row[0] < np.inf
    }


def _present(
    tickets: Sequence[WaitingTicket],
    counters: Sequence[ServingCounter],
    now: float,
    midnight: float,
    knowledge: Knowledge,
) -> Present:
    places = _places(tickets, counters, knowledge)
    kinds = {name: place for place, name in enumerate(knowledge.businesses)}
    other = kinds[_OTHER]
    starts = np.array([ticket.start - midnight for ticket in tickets], np.float64)
    serving = [
        FREE if one.busy_business is None else kinds.get(one.busy_business, other)
        for one in counters
    ]
    return Present(
        now,
        np.minimum(starts, now),
        starts,
        np.array([PRIORITIES.index(ticket.priority) for ticket in tickets], np.int64),
        np.array([places[ticket.queue] for ticket in tickets], np.int64),
        np.array([kinds.get(ticket.business, other) for ticket in tickets], np.int64),
        np.array(serving, np.int64),
        np.array([one.busy_minutes for one in counters], np.float64),
        _plan(counters, places, knowledge, midnight),
    )


def _places(
    tickets: Sequence[WaitingTicket], counters: Sequence[ServingCounter], knowledge: Knowledge
) -> dict[str, int]:
    """Return the number of every queue; those that nothing is known about come last."""
    served = [queue for one in counters for queue in (*one.queues, *one.helps)]
    names = dict.fromkeys((*knowledge.queues, *served, *(ticket.queue for ticket in tickets)))
    return {name: place for place, name in enumerate(names)}


def _plan(
    counters: Sequence[ServingCounter],
    places: Mapping[str, int],
    knowledge: Knowledge,
    midnight: float,
) -> Plan:
    return plan(
        np.array([mask_of([places[q] for q in one.queues]) for one in counters], np.int64),
        helps=np.array([mask_of([places[q] for q in one.helps]) for one in counters], np.int64),
        shared=np.array([one.shared for one in counters], np.bool_),
        is_open=open_minutes([one.breaks for one in counters], midnight),
        speed=np.array([knowledge.speed.get(one.number, 1.0) for one in counters], np.float64),
        recent=np.array([_recent(one.history) for one in counters], np.int64),
    )


def open_minutes(breaks: Sequence[Sequence[tuple[float, float]]], midnight: float) -> Flags:
    """Return per counter and minute of the day whether it may call; breaks on midnight's clock."""
    is_open = np.ones((len(breaks), DAY_MINUTES if any(breaks) else 1), np.bool_)
    for row, planned in enumerate(breaks):
        for begins, ends in planned:
            is_open[row, int(begins - midnight) : int(ends - midnight)] = False
    return is_open


def _recent(history: Sequence[Priority]) -> int:
    newest_first = [one is Priority.TIER for one in reversed(history)]
    return mask_of([age for age, was_tier in enumerate(newest_first[:32]) if was_tier])
