"""Days from a CSV file of arrivals (docs/replay.md): what each field means, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.errors import KnownError
from lobby_app.services.replay.days import LATEST_MINUTE, ReplayDays, SeenVisit, days_of
from lobby_app.services.replay.table import Column, CsvTable, Row, as_word, read_table, synonyms
from lobby_app.services.replay.values import (
    clock_minute,
    date_of,
    moment_of,
    number_of,
    priorities_of,
    span_minutes,
)
from lobby_app.simulation.model import PRIORITIES

ONE_QUEUE = "hall"
ONE_BUSINESS = "service"
_NAN = float("nan")
_NOBODY = ("", "-1", "none", "no_server")
_CLOCK_FORMS = "HH:MM, HH:MM:SS, 9:05 AM, 2026-11-26T09:05, 32700 (s), 545 (min)"
_SPAN_FORMS = "4.5 (min), 270 (s), 0:04:30"
# Without a unit: nobody is served for 20 minutes on average where arrivals are told in seconds, or
# for an hour anywhere.
_SECONDS_ABOVE, _SURELY_SECONDS_ABOVE = 20.0, 60.0


def read_csv_days(
    path: Path, policy: Policy, seed: int, classes: Mapping[str, Priority] | None = None
) -> ReplayDays:
    """Return the days of a file. `classes`: the bank's own words for the priorities.

    Raises:
        KnownError: `replay.*`, naming the row and the column.
    """
    table = read_table(path)
    columns = table.columns
    has_service = "service" in columns or {"started", "finished"} <= columns.keys()
    if "arrival" not in columns or not (has_service or "business" in columns):
        missing = "arrival" if "arrival" not in columns else "service"
        raise KnownError(
            "replay.no_column",
            file=table.file,
            wanted=", ".join(synonyms("columns")[missing][:4]),
            found=", ".join(table.headers),
        )
    reading = _Reading(table, policy, _units(table), _classes(table, classes or {}))
    seen = list(reading.visits())
    hung_up = synonyms("outcomes")["hung_up"]
    outcome = columns.get("outcome")
    by_phone = outcome is not None and any(
        as_word(row.text(outcome)) in hung_up for row in table.rows
    )
    return days_of(table.file, seen, policy, seed, leavers_stay=not by_phone)


@dataclass(frozen=True, slots=True)
class _Units:
    """Whether plain numbers are seconds: of moments, of spans."""

    moments: bool
    spans: bool


def _units(table: CsvTable) -> _Units:
    at = _numbers(table, "arrival")
    moments = bool(at) and max(at) > LATEST_MINUTE
    spans = [value for value in _numbers(table, "service") if value > 0]
    limit = _SECONDS_ABOVE if moments else _SURELY_SECONDS_ABOVE
    return _Units(moments, bool(spans) and median(spans) > limit)


def _numbers(table: CsvTable, meaning: str) -> list[float]:
    column = table.columns.get(meaning)
    if column is None:
        return []
    found = (number_of(row.text(column)) for row in table.rows)
    return [value for value in found if value is not None]


def _classes(table: CsvTable, classes: Mapping[str, Priority]) -> dict[str, Priority]:
    column = table.columns.get("priority")
    if column is None:
        return {}
    known = priorities_of([row.text(column) for row in table.rows], classes)
    for row in table.rows:
        if row.text(column) not in known:
            raise table.bad_value(row, column, f"{', '.join(Priority)}, P0-P4, VIP, … (--classes)")
    return known


class _Reading:
    """Reads the rows of one table."""

    def __init__(
        self, table: CsvTable, policy: Policy, units: _Units, classes: Mapping[str, Priority]
    ) -> None:
        self._table = table
        self._policy = policy
        self._units = units
        self._classes = classes
        self._businesses = {
            as_word(word): code
            for code, entry in policy.businesses.items()
            for word in (code, entry.name.zh, entry.name.en)
        }
        self._channels = {
            as_word(word): code
            for code, entry in policy.channels.items()
            for word in (code, entry.name.zh, entry.name.en)
        }
        self._left = {word for found in synonyms("outcomes").values() for word in found}

    def visits(self) -> Iterator[SeenVisit]:
        """Yield what each row tells."""
        for row in self._table.rows:
            yield self._visit(row)

    def _visit(self, row: Row) -> SeenVisit:
        arrival = self._table.columns["arrival"]
        day, arrives = self._moment(row, arrival)
        business = self._business(row)
        left = as_word(self._text(row, "outcome")) in self._left
        waited = self._span(row, "wait")
        started = self._optional_moment(row, "started")
        if started != started and waited == waited:
            started = arrives + waited
        server = as_word(self._text(row, "server"))
        booked = self._optional_moment(row, "booked")
        return SeenVisit(
            day=self._date(row) or day,
            arrives=arrives,
            starts=arrives if booked != booked else max(arrives, booked),
            priority=PRIORITIES.index(self._priority(row)),
            queue=self._queue(row, business),
            business=business,
            minutes=self._minutes(row, business, left=left),
            patience=self._span(row, "patience"),
            waited=waited,
            left=left,
            joined=self._text(row, "joined") not in ("0", "0.0", "false", "no"),
            server="" if server in _NOBODY or left else server,
            started=started,
        )

    def _text(self, row: Row, meaning: str) -> str:
        column = self._table.columns.get(meaning)
        return row.text(column) if column is not None else ""

    def _moment(self, row: Row, column: Column) -> tuple[date | None, float]:
        """Return the day, where the field has it, and the minute of the day."""
        text = row.text(column)
        minute = clock_minute(text)
        if minute is None and (value := number_of(text)) is not None:
            is_seconds = column.unit == "seconds" if column.unit else self._units.moments
            minute = value / 60 if is_seconds else value
            minute = minute if minute <= LATEST_MINUTE else None
        if minute is not None:
            return None, minute
        found = moment_of(text)
        if found is None:
            raise self._table.bad_value(row, column, _CLOCK_FORMS)
        return found

    def _optional_moment(self, row: Row, meaning: str) -> float:
        column = self._table.columns.get(meaning)
        return self._moment(row, column)[1] if column and row.text(column) else _NAN

    def _date(self, row: Row) -> date | None:
        column = self._table.columns.get("date")
        if column is None:
            return None
        text = row.text(column)
        moment = moment_of(text)
        found = date_of(text) or (moment[0] if moment else None)
        if found is None:
            raise self._table.bad_value(row, column, "2026-11-26")
        return found

    def _span(self, row: Row, meaning: str) -> float:
        """Return minutes, nan when the field is empty."""
        column = self._table.columns.get(meaning)
        if column is None or not row.text(column):
            return _NAN
        text = row.text(column)
        value = number_of(text)
        if value is None:
            minutes = span_minutes(text)
            if minutes is None:
                raise self._table.bad_value(row, column, _SPAN_FORMS)
            return minutes
        is_seconds = column.unit == "seconds" if column.unit else self._units.spans
        return value / 60 if is_seconds else value

    def _minutes(self, row: Row, business: str, *, left: bool) -> float:
        minutes = self._span(row, "service")
        started, finished = (self._optional_moment(row, name) for name in ("started", "finished"))
        if minutes != minutes and finished > started > 0:
            return finished - started
        if minutes != minutes and not left and business not in self._policy.businesses:
            column = self._table.columns.get("service")
            if column is None:
                raise self._unknown_business(row)
            raise self._table.bad_value(row, column, _SPAN_FORMS)
        return minutes

    def _unknown_business(self, row: Row) -> KnownError:
        """Return the error for a row that does not tell how long it takes."""
        return KnownError(
            "replay.unknown_business",
            file=self._table.file,
            row=row.number,
            value=row.text(self._table.columns["business"])[:40],
            known=", ".join(self._policy.businesses),
        )

    def _priority(self, row: Row) -> Priority:
        column = self._table.columns.get("priority")
        return self._classes[row.text(column)] if column is not None else Priority.ORDINARY

    def _business(self, row: Row) -> str:
        text = self._text(row, "business")
        return self._businesses.get(as_word(text), text or ONE_BUSINESS)

    def _queue(self, row: Row, business: str) -> str:
        text = self._text(row, "queue")
        if text:
            return self._channels.get(as_word(text), text)
        entry = self._policy.businesses.get(business)
        return entry.human if entry is not None else ONE_QUEUE
