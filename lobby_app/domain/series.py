"""Ticket number series. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """`last`: the last number of a zone's series that may have been given out on a day."""

    zone: str
    business_day: date
    last: int
