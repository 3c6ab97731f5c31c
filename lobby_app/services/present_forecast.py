"""The newest forecast of the floor: computed elsewhere, read by the use cases without waiting."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lobby_app.domain.business import Priority
from lobby_app.domain.calibration import Promise
from lobby_app.domain.wait import ServingCounter

FRESH_MINUTES = 1.0
"""A forecast older than this is of another floor: services have ended, others have come."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What everybody on the floor may expect, as of one moment.

    Attributes:
        at: minutes since the epoch. floor: who waits and what every open counter does.
        waiting: promise by ticket id; absent = no counter is expected to call it.
        new: promise for a ticket issued at `at`, by queue and priority.
    """

    at: float
    floor: frozenset[str] = frozenset()
    waiting: Mapping[str, Promise] = field(default_factory=dict)
    new: Mapping[tuple[str, Priority], Promise] = field(default_factory=dict)

    def is_of(self, floor: frozenset[str], now: float) -> bool:
        """Tell whether it is a forecast of this very floor."""
        return abs(now - self.at) <= FRESH_MINUTES and self.floor == floor


@dataclass(slots=True)
class LatestForecast:
    """Where the newest forecast is put and looked up; replaced as a whole."""

    value: Forecast | None = None

    def of(self, floor: frozenset[str], now: float) -> Forecast | None:
        """Return the forecast if it is one of this very floor, else None."""
        value = self.value
        return value if value is not None and value.is_of(floor, now) else None


def floor_of(waiting: Iterable[str], counters: Iterable[ServingCounter]) -> frozenset[str]:
    """Return what tells one floor from another: ids of waiting tickets, counters at work."""
    posts = (f"{one.number} {_work(one)} {' '.join(one.queues)}" for one in counters)
    return frozenset((*waiting, *posts))


def _work(counter: ServingCounter) -> str:
    return counter.busy_business or ("away" if counter.is_away else "-")


def as_document(forecast: Forecast) -> dict[str, object]:
    """Return a forecast as JSON values."""
    return {
        "at": forecast.at,
        "floor": sorted(forecast.floor),
        "waiting": {ticket: _numbers(promise) for ticket, promise in forecast.waiting.items()},
        "new": [
            [queue, priority.value, _numbers(promise)]
            for (queue, priority), promise in forecast.new.items()
        ],
    }


def from_document(document: Mapping[str, object]) -> Forecast:
    """Return the forecast of `as_document`.

    Raises:
        ValueError, TypeError, KeyError: the document is something else.
    """
    waiting, new, floor, at = (document[key] for key in ("waiting", "new", "floor", "at"))
    if not (isinstance(waiting, dict) and isinstance(new, list) and isinstance(floor, list)):
        raise TypeError("not a forecast")
    return Forecast(
        at=float(at),  # type: ignore[arg-type]
        floor=frozenset(map(str, floor)),
        waiting={str(ticket): Promise(*map(float, numbers)) for ticket, numbers in waiting.items()},
        new={
            (str(queue), Priority(priority)): Promise(*map(float, numbers))
            for queue, priority, numbers in new
        },
    )


def _numbers(promise: Promise) -> list[float]:
    return [promise.expected, promise.low, promise.high, promise.upper]
