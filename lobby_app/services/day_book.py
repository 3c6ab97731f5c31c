"""Reads the log of a day on, and keeps what the supervisor's pages are made of."""

from datetime import date

from lobby_app.domain.chronicle import Chronicle
from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.stories import DayStory, Moment

ESCORT = "escort"
"""Prompt of a visit whose customer is led to an adviser, who has to know."""


class DayBook:
    """The moments of one day so far; a new day begins a new book.

    Attributes:
        help_calls: unanswered calls for help by subject: reason and ms. arrivals: the same for
            visits that an adviser has to be told of.
        papers_out: logs whose desk's last print failed for want of paper, with who printed.
    """

    def __init__(self) -> None:
        self._begin(None, 0)

    def _begin(self, day: date | None, rewrites: int) -> None:
        self._read: tuple[date | None, int] = (day, rewrites)
        self._heads: dict[str, int] = {}
        self._chronicle = Chronicle()
        self._answers: list[tuple[str, str]] = []
        self.help_calls: dict[str, tuple[str, int]] = {}
        self.arrivals: dict[str, tuple[str, int]] = {}
        self.papers_out: dict[str, str] = {}

    def read(self, work: UnitOfWork, day: date) -> None:
        """Take in what is new in the log; other replicas' events come in any order."""
        rewrites = work.rewrites()
        if (day, rewrites) != self._read:
            self._begin(day, rewrites)
        moments = []
        for event in work.events_after(day, self._heads):
            self._heads[event.log_id] = max(self._heads.get(event.log_id, 0), event.seq)
            envelope = parse_body(event.body)
            if envelope is not None:
                moments.append(Moment(event.hlc, event.log_id, envelope))
        moments.sort(key=lambda moment: moment.key)
        self._chronicle.hear(moments)
        for moment in moments:
            self._note(moment)

    def _note(self, moment: Moment) -> None:
        envelope, data = moment.envelope, moment.envelope.data
        if envelope.kind == EventKind.HELP_CALLED:
            visit, reason = data.get("visit"), data.get("reason")
            # One cry for help is one alarm, though triage and greeter both note it.
            subject = visit if isinstance(visit, str) else f"{moment.log_id[:8]}-{moment.hlc}"
            self.help_calls[subject] = (reason if isinstance(reason, str) else "help", moment.at)
        elif envelope.kind == EventKind.VISIT_TRIAGED and data.get("prompt") == ESCORT:
            self.arrivals[str(data.get("visit"))] = (str(data.get("channel")), moment.at)
        elif envelope.kind == EventKind.PRINT_FAILED and data.get("problem") == "paper_out":
            self.papers_out[moment.log_id] = envelope.actor
        elif envelope.kind == EventKind.TICKET_PRINTED:
            self.papers_out.pop(moment.log_id, None)
        elif envelope.kind == EventKind.ALARM_ANSWERED:
            cause = str(data.get("cause"))
            subject = cause.partition(":")[2]
            self.help_calls.pop(subject, None)
            self.arrivals.pop(subject, None)
            self._answers.append((cause, envelope.actor))

    def take_answers(self) -> list[tuple[str, str]]:
        """Return who answered which alarm since the last time."""
        answers, self._answers = self._answers, []
        return answers

    def day(self, now: int) -> DayStory:
        """Return the story of the day, ms since the epoch."""
        return self._chronicle.day(now)
