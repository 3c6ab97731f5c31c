"""Figures of rates: more is better, and the limit is what one could have at most."""

from collections.abc import Sequence
from statistics import median

from tests.bench.figures import Figure, percentile


def share_of_limit(
    name: str, unit: str, samples: Sequence[float], limits: Sequence[float], least: float
) -> Figure:
    """Return a figure whose goal is at least a share of the limit, in pairs of rounds.

    `p95` is the rate that 95 of 100 rounds reach; `ratio` is the median of rate ÷ limit.
    """
    pairs = zip(samples, limits, strict=True)
    ratio = median(sample / limit for sample, limit in pairs)
    slowest = -percentile([-sample for sample in samples], 0.95)
    goal = f"≥ {least:.0%} of limit"
    return Figure(name, unit, median(samples), slowest, median(limits), ratio, goal, ratio >= least)
