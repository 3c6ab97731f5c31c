"""Random service times, patience and arrivals, drawn inside compiled code."""

import math

import numpy as np

from lobby_app.simulation.compiling import compiled

SHORTEST_MINUTES, LONGEST_MINUTES = 0.5, 90.0
"""No service is taken to be shorter or longer than this."""
_ROOT_2 = math.sqrt(2.0)


@compiled
def draw_service(log_mean: float, log_sigma: float) -> float:
    """Draw a lognormal service time, minutes."""
    drawn = math.exp(log_mean + log_sigma * quantile(np.random.random()))
    return min(LONGEST_MINUTES, max(SHORTEST_MINUTES, drawn))


@compiled
def draw_rest(log_mean: float, log_sigma: float, elapsed: float) -> float:
    """Draw what is left of a lognormal service that has run for `elapsed` minutes."""
    if elapsed <= 0.0:
        return draw_service(log_mean, log_sigma)
    longer = upper_tail((math.log(elapsed) - log_mean) / log_sigma)
    z = -quantile(longer * (1.0 - np.random.random()))
    total = min(max(LONGEST_MINUTES, 1.2 * elapsed), math.exp(log_mean + log_sigma * z))
    return max(0.0, total - elapsed)


@compiled
def mean_rest(log_mean: float, log_sigma: float, elapsed: float) -> float:
    """Return the expected rest of a lognormal service that has run for `elapsed` minutes."""
    mean = math.exp(log_mean + log_sigma * log_sigma / 2)
    if elapsed <= 0.0:
        return mean
    z = (math.log(elapsed) - log_mean) / log_sigma
    longer = upper_tail(z)
    if longer < 1e-9:
        return 0.2 * elapsed
    return max(0.0, mean * upper_tail(z - log_sigma) / longer - elapsed)


@compiled
def draw_stay(gone_share: float, patience_minutes: float) -> float:
    """Draw how long a visitor stays: a share is gone at once, the others leave at one hazard."""
    stays = np.random.random() - gone_share
    if stays < 0.0:
        return 0.0
    return -patience_minutes * math.log(1.0 - stays / (1.0 - gone_share))


@compiled
def upper_tail(z: float) -> float:
    """Return the probability that a standard normal number is above z."""
    return 0.5 * math.erfc(z / _ROOT_2)


@compiled
def quantile(p: float) -> float:
    """Return the standard normal quantile (Acklam's rational approximation, error below 1e-8)."""
    if p <= 0.0:
        return -38.0
    if p >= 1.0:
        return 8.3
    if p < 0.02425:
        return _tail_quantile(math.sqrt(-2.0 * math.log(p)))
    if p > 0.97575:
        return -_tail_quantile(math.sqrt(-2.0 * math.log(1.0 - p)))
    q = p - 0.5
    r = q * q
    top = -3.969683028665376e01
    for c in (
        2.209460984245205e02,
        -2.759285104469687e02,
        1.383577518672690e02,
        -3.066479806614716e01,
        2.506628277459239e00,
    ):
        top = top * r + c
    bottom = -5.447609879822406e01
    for c in (
        1.615858368580409e02,
        -1.556989798598866e02,
        6.680131188771972e01,
        -1.328068155288572e01,
        1.0,
    ):
        bottom = bottom * r + c
    return top * q / bottom


@compiled
def _tail_quantile(q: float) -> float:
    top = -7.784894002430293e-03
    for c in (
        -3.223964580411365e-01,
        -2.400758277161838e00,
        -2.549732539343734e00,
        4.374664141464968e00,
        2.938163982698783e00,
    ):
        top = top * q + c
    bottom = 7.784695709041462e-03
    for c in (3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0):
        bottom = bottom * q + c
    return top / bottom
