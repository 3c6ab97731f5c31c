"""Times, durations, dates and classes as banks write them in CSV files. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from lobby_app.domain.business import Priority
from lobby_app.services.replay.days import LATEST_MINUTE
from lobby_app.services.replay.table import as_word, synonyms
from lobby_app.simulation.model import PRIORITIES

_CLOCK = re.compile(r"(\D*?)(\d{1,2}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?(\D*)")
_SPAN = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):([0-5]\d(?:\.\d+)?)")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_DATE = re.compile(r"(\d{4})\D{0,2}?(\d{1,2})\D{0,2}?(\d{1,2})\D?")
_PLAIN = {"0": Priority.ORDINARY, "1": Priority.ORDINARY, "2": Priority.TIER}
_PLACES = {str(place): priority for place, priority in enumerate(PRIORITIES)}


def clock_minute(text: str) -> float | None:
    """Return the minute of the day of `9:05`, `09:05:30` or `9:05 AM`, None for anything else."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    before, hours, minutes, seconds, after = found.groups()
    hour = _hour(int(hours), as_word(before + after))
    if hour is None:
        return None
    minute = 60 * hour + int(minutes) + float(seconds or 0) / 60
    return minute if minute <= LATEST_MINUTE else None


def _hour(hour: int, half: str) -> int | None:
    """Return the hour of the day; in a named half of it they go from 12 over 1 to 11."""
    if not half:
        return hour
    start = {"morning": 0, "afternoon": 12}
    found = next((code for code, names in synonyms("halves").items() if half in names), None)
    return start[found] + hour % 12 if found is not None and 1 <= hour <= 12 else None


def moment_of(text: str) -> tuple[date, float] | None:
    """Return day and minute of an ISO date and time (also with `/` or a time zone)."""
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        day, _, clock = text.replace("T", " ").partition(" ")
        found, minute = date_of(day), clock_minute(clock.strip())
        return (found, minute) if found is not None and minute is not None else None
    seconds = moment.second + moment.microsecond / 1e6
    return moment.date(), 60 * moment.hour + moment.minute + seconds / 60


def date_of(text: str) -> date | None:
    """Return a date written year, month, day in any of the usual ways."""
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def number_of(text: str) -> float | None:
    """Return a plain number that is not negative; `1,234.5` and the decimal comma of `4,5` too."""
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif "." not in text:
        text = text.replace(",", ".", 1)
    return float(text) if _NUMBER.fullmatch(text) else None


def span_minutes(text: str) -> float | None:
    """Return minutes of `4:30` (minutes and seconds) or `0:04:30`, None for anything else."""
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return 60 * int(hours or 0) + int(minutes) + float(seconds) / 60


def priorities_of(values: Sequence[str], classes: Mapping[str, Priority]) -> dict[str, Priority]:
    """Return the priority of each value that is understood.

    `classes` are the bank's own words and come first. Plain numbers: a file that knows 3 or 4 means
    P0 to P4; one that knows only 0, 1 and 2 means that 2 is a priority customer.
    """
    word_of = {value: as_word(re.sub(r"\.0+$", "", value)) for value in values}
    seen = set(word_of.values())
    plain = _PLACES if seen & {"3", "4"} else _PLAIN
    codes = synonyms("priorities").items()
    known = {name: Priority(code) for code, names in codes for name in names}
    known |= plain | {as_word(name): priority for name, priority in classes.items()}
    return {value: known[word] for value, word in word_of.items() if word in known}
