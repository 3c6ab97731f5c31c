"""Keeps a day's stories up to date as events come in, in any order, each once. Pure.

Only what an event is about is told again: a refresh costs what has changed, not what has been.
"""

from bisect import insort
from collections.abc import Iterable

from lobby_app.domain.event import EventKind
from lobby_app.domain.satisfaction import Answer
from lobby_app.domain.stories import (
    CounterStory,
    DayStory,
    Moment,
    TicketStory,
    VisitStory,
    answer_story,
    counter_story,
    subject_of,
    ticket_story,
    visit_story,
)

_Subject = tuple[str, str]


class Chronicle:
    """The moments of one day by what they are about, and the stories told of them."""

    def __init__(self) -> None:
        self._moments: dict[_Subject, list[Moment]] = {}
        self._stale: set[_Subject] = set()
        self._tickets: dict[str, TicketStory] = {}
        self._visits: dict[str, VisitStory] = {}
        self._counters: dict[str, CounterStory] = {}
        self._complaints = self._assistances = 0
        self._answers: dict[str, Answer] = {}

    def hear(self, moments: Iterable[Moment]) -> None:
        """Take events in; none may come twice."""
        for moment in moments:
            kind = moment.envelope.kind
            if kind == EventKind.COMPLAINT_REGISTERED:
                self._complaints += 1
            elif kind == EventKind.ELDER_ASSISTED:
                self._assistances += 1
            subject = subject_of(moment.envelope)
            if subject is not None:
                insort(self._moments.setdefault(subject, []), moment, key=lambda one: one.key)
                self._stale.add(subject)

    def _tell(self) -> None:
        for subject in self._stale:
            kind, name = subject
            moments = self._moments[subject]
            if kind == "ticket" and (ticket := ticket_story(moments)) is not None:
                self._tickets[name] = ticket
            elif kind == "visit" and (visit := visit_story(moments)) is not None:
                self._visits[name] = visit
            elif kind == "counter":
                self._counters[name] = counter_story(int(name), moments)
            elif kind == "answer" and (answer := answer_story(moments)) is not None:
                self._answers[name] = answer
        self._stale.clear()

    def day(self, now: int) -> DayStory:
        """Return the story of the day up to `now`, ms since the epoch."""
        self._tell()
        return DayStory(
            tickets=tuple(self._tickets.values()),
            visits=tuple(self._visits.values()),
            counters=tuple(sorted(self._counters.values(), key=lambda one: one.number)),
            complaints=self._complaints,
            assistances=self._assistances,
            # An answer about what is no ticket of this day is nobody's.
            answers=tuple(a for ticket, a in self._answers.items() if ticket in self._tickets),
            now=now,
        )


def tell(moments: Iterable[Moment], now: int) -> DayStory:
    """Return the story of a day from all its events at once, in any order."""
    chronicle = Chronicle()
    chronicle.hear(moments)
    return chronicle.day(now)
