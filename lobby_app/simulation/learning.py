"""Habits of a branch from what its days have left behind: the learned values as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lobby_app.domain.calibration import HandlingTimes, Patience
from lobby_app.simulation.futures import SLOT_MINUTES
from lobby_app.simulation.model import Floats, Ints
from lobby_app.simulation.rollout import Habits

_PROMPT_CALLS = 20
_GAP_QUANTILES = 200


@dataclass(frozen=True, slots=True)
class PastVisits:
    """Tickets of past days as columns: minute of the day at which each joined its queue.

    Attributes:
        business: index into the names of the businesses.
        days: how many days they are from.
    """

    minute: Floats
    priority: Ints
    queue: Ints
    business: Ints
    days: int


def learn_gaps(gaps: Sequence[float]) -> Floats:
    """Return the usual minutes from a finish to the next call of a counter while somebody waits.

    The way to the counter, a word among colleagues, a rest, and once in a while a clerk who has
    left without saying so: the answer holds `_GAP_QUANTILES` equally likely values. Twenty prompt
    calls count as seen before any.
    """
    seen = np.sort(np.concatenate([np.zeros(_PROMPT_CALLS), np.asarray(gaps, np.float64)]))
    places = (np.arange(_GAP_QUANTILES) + 0.5) / _GAP_QUANTILES
    usual: Floats = np.quantile(seen, places)
    return usual


def habits_of(
    businesses: Sequence[str],
    times: HandlingTimes,
    patience: Patience,
    gaps: Floats,
    visits: PastVisits,
    *,
    opens: float,
    closes: float,
    minute: float | None = None,
) -> Habits:
    """Return the habits as the rollout reads them.

    Handling times are those of `minute` of the day, of the whole day when it is None.
    """
    handling = [
        times.by_business[name] if minute is None else times.at(name, minute) for name in businesses
    ]
    table = np.stack([visits.priority, visits.queue, visits.business], axis=1).astype(np.int64)
    kinds, kind = np.unique(table, axis=0, return_inverse=True)
    slots = max(1, round((closes - opens) / SLOT_MINUTES))
    slot = np.clip((visits.minute - opens) // SLOT_MINUTES, 0, slots - 1).astype(np.int64)
    counts = np.zeros((slots, max(1, len(kinds))))
    np.add.at(counts, (slot, kind), 1.0)
    if not len(kinds):
        kinds = np.zeros((1, 3), np.int64)
    return Habits(
        log_mean=np.array([one.log_mean for one in handling]),
        log_sigma=np.array([one.log_sigma for one in handling]),
        gone_share=patience.gone_share,
        patience_minutes=patience.minutes,
        gaps=gaps,
        opens=opens,
        closes=closes,
        rates=counts / (max(1, visits.days) * SLOT_MINUTES),
        kind_priority=kinds[:, 0].copy(),
        kind_queue=kinds[:, 1].copy(),
        kind_business=kinds[:, 2].copy(),
    )
