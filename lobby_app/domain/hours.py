"""A span of the day, for example 20:00-07:00, as banks write it in settings."""

import re
from dataclasses import dataclass
from datetime import time

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class DayHours:
    """From `start`, included, to `end`, excluded; over midnight when `end` is not later."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start < self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


def parse_hours(text: str) -> DayHours | None:
    """Return the span written as `20:00-07:00`, None for an empty text.

    Raises:
        ValueError: written otherwise.
    """
    if not text:
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(text)
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    return DayHours(time(start_hour, start_minute), time(end_hour, end_minute))
