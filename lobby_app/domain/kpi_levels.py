"""When a figure is green, amber or red (domain 4.1, defaults of the bank's policy). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Limits:
    """Green up to `green`, amber up to `amber`, red beyond; where more is better, the reverse."""

    green: float
    amber: float
    more_is_better: bool = False


LIMITS: Mapping[str, Limits] = {
    "p90": Limits(15, 20),
    "longest_now": Limits(20, 30),
    "in_promise": Limits(0.9, 0.8, more_is_better=True),
    "abandonment": Limits(0.05, 0.1),
    "self_service_success": Limits(0.92, 0.92, more_is_better=True),
    "utilisation": Limits(0.85, inf),
    "busy_lately": Limits(0.85, 0.92),
    "satisfaction": Limits(0.9, 0.9, more_is_better=True),
    "promise_upper": Limits(0.8, 0.8, more_is_better=True),
    "promise_error": Limits(5, 5),
    "overtaken": Limits(0.03, 0.06),
    "most_overtaken": Limits(2, 2),
    "care_p90": Limits(10, 10),
    "elders_refused": Limits(0, 0),
    "document_failure": Limits(0.02, 0.02),
    "repeats": Limits(0.03, 0.03),
    "oldest_unsent": Limits(5, 60),
}
"""A counter is too busy (red) when it has lasted half an hour, not on average of the day.

Diversion has none: it is information, never a target (Jinfa 2024 no. 34)."""


def level_of(figure: str, value: float | None) -> str:
    """Return ok, amber or red; empty for a figure without limits, or of nothing."""
    limits = LIMITS.get(figure)
    if limits is None or value is None:
        return ""
    sign = -1 if limits.more_is_better else 1
    if sign * value <= sign * limits.green:
        return "ok"
    return "amber" if sign * value <= sign * limits.amber else "red"


def service_level(minutes: float, planned: float | None) -> str:
    """Return amber for a service that takes more than twice what is planned, else empty."""
    return "amber" if planned is not None and minutes > 2 * planned else ""
