"""What one rule decides, before everything that every answer carries is added."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decided visit.

    Attributes:
        ticket: a ticket is due if the channel has a queue.
        documents: None = the full list for the visit.
        may_remind: a next best action may be added.
    """

    channel: str
    prompt: str
    rules: tuple[str, ...]
    ticket: bool = True
    alternatives: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    documents: tuple[str, ...] | None = None
    may_remind: bool = True
