"""What a ticket's later steps must know of its earlier ones: carried on by every state event."""

import json
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Course:
    """What later steps must know of earlier ones; every state event carries it on.

    Attributes:
        calls: times called since it last waited. first_called_at, started_at, parked_at: ms since
            the epoch, None before.
        rejoins: times it came back after a no-show. skips: times a counter passed it over.
        parked: how it is parked (see ticket_steps.ParkKind).
        counter: counter that keeps the papers or is meant to go on; others may call from
            `reserved_until` (ms) on.
        avoid: counter that passed it over; it may call again from `avoid_until` (ms) on.
        undo: state before the last step, for taking it back: rank, queue, counter, eligible_at.
        why: why it was called (ticket_steps.CallReason).
        offline: it was called while nobody could be asked.
    """

    calls: int = 0
    first_called_at: int | None = None
    started_at: int | None = None
    rejoins: int = 0
    skips: int = 0
    parked: str | None = None
    parked_at: int | None = None
    counter: int | None = None
    reserved_until: int | None = None
    avoid: int | None = None
    avoid_until: int | None = None
    undo: str | None = None
    why: str | None = None
    offline: bool = False

    @classmethod
    def parsed(cls, text: str | None) -> "Course":
        """Return the course of a register; what is not of this version's form is left out."""
        if not text:
            return FRESH
        try:
            data = json.loads(text)
        except ValueError:
            return FRESH
        if not isinstance(data, dict):
            return FRESH
        known = {name: data[name] for name, kind in _KINDS.items() if type(data.get(name)) is kind}
        return cls(**known)

    def as_data(self) -> dict[str, object]:
        """Return what an event carries: everything that differs from a fresh ticket."""
        return {
            name: value for name in _KINDS if (value := getattr(self, name)) != getattr(FRESH, name)
        }


FRESH = Course()
"""The course of a ticket that nobody has called yet."""
_ENCODER = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))
_KINDS = {
    field.name: {"parked": str, "undo": str, "why": str, "offline": bool}.get(field.name, int)
    for field in fields(Course)
}


def course_text(data: Any) -> str | None:
    """Return the course of a state event as exact text, the same for the same course."""
    if not isinstance(data, dict) or not data:
        return None
    return _ENCODER.encode(data)
