"""The hall as the supervisor sees it: one view of now, one of the day's figures, one of fairness.

Thread: one at a time (the db worker). It remembers what it has read: a look costs what is new.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property

from lobby_app.domain.alarms import AlarmBook, signs
from lobby_app.domain.business import Priority
from lobby_app.domain.kpi import (
    ORDINARY_PROMISE,
    PROMISES,
    DayFigures,
    abandonment,
    figures,
    times_overtaken,
    wanted,
)
from lobby_app.domain.kpi_visits import Errand
from lobby_app.domain.ports import CounterReport, UnitOfWork
from lobby_app.domain.stories import DayStory
from lobby_app.domain.text import Text
from lobby_app.domain.ticket import Ticket, TicketState
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from lobby_app.services.earlier_visits import earlier_errands
from lobby_app.services.expecting import (
    Usual,
    expected_per_half,
    half_of,
    halves_of,
    read_usual,
)
from lobby_app.services.explaining import explain_call
from lobby_app.services.floor import desk_status, device_views, queue_views
from lobby_app.services.hall import is_cash_short, paused_zones, wall_messages
from lobby_app.services.hall_facts import hall_facts, unsynced_minutes
from lobby_app.services.queues import read_queues
from lobby_app.services.supervision_views import (
    CounterLine,
    Decision,
    FairnessView,
    FiguresView,
    HalfHour,
    HallView,
    WaitingLine,
)

DECISIONS = 300
"""Single decisions on the fairness page, the newest."""
_EARLIER_AGAIN = timedelta(minutes=10)
"""Earlier days change only while replicas catch up."""
_QUARTER_MS = 15 * 60_000
"""Every time zone is whole quarters from UTC: thousands of moments share a few clock hours."""
Advisor = Callable[[Desk, Usual, HallView], dict[datetime, int]]
"""Tells how many counters keep the promises in each half-hour from now on."""


class Supervision:
    """What the supervisor's window asks again and again."""

    def __init__(self, desk: Desk, advise: Advisor | None = None) -> None:
        self._desk = desk
        self._advise = advise
        self._book = DayBook()
        self._alarms = AlarmBook()
        self._usual: tuple[date, Usual] | None = None
        self._earlier: tuple[datetime, frozenset[Errand]] | None = None
        self._advised: dict[datetime, int] = {}
        self._hours: dict[int, int] = {}

    @cached_property
    def _self_service(self) -> frozenset[str]:
        channels = self._desk.policy.channels
        return frozenset(code for code, entry in channels.items() if entry.self_service)

    def hall(self) -> HallView:
        """Return page 1. Raises KnownError `cache.*` when the log cannot be read."""
        desk = self._desk
        now, day = desk.now(), desk.business_day()
        with desk.reader() as work:
            self._book.read(work, day)
            waiting, queues = work.waiting(day), read_queues(desk, work)
            reports, machines = work.counters(day), work.device_reports(day)
            at_counter = {
                report.number: current
                for report in reports
                if (current := work.at_counter(day, report.number)) is not None
            }
            paused, messages = paused_zones(desk, work), wall_messages(desk, work)
            is_short = is_cash_short(desk, work)
            usual = self._usual_of(work, day)
        story = self._book.day(round(now.timestamp() * 1000))
        lines = self._counters(reports, at_counter, story)
        status, views = desk_status(desk), queue_views(desk, queues)
        devices = device_views(desk, machines)
        minutes = {
            view.queue: queues.place_for_new(view.queue, Priority.ORDINARY).minutes
            for view in views
        }
        facts = hall_facts(
            desk, waiting, minutes, lines, devices, self._book, story, status,
            is_cash_short=is_short,
        )  # fmt: skip
        self._alarms.look(signs(facts, desk.policy.thresholds), now.timestamp() / 60)
        for cause, who in self._book.take_answers():
            self._alarms.answer(cause, who)
        care = [t for t in waiting if t.priority == Priority.CARE]
        return HallView(
            branch=desk.branch.name,
            is_demo=desk.branch.is_demo,
            at=now,
            longest=self._longest(waiting, now),
            queues=views,
            abandoned=abandonment(wanted(story.tickets)),
            care=(len(care), max((_minutes(now, t.issued_at) for t in care), default=0.0)),
            devices=devices,
            link=status.link,
            unsent=status.unsent,
            oldest_unsent=status.oldest_unsent,
            counters=lines,
            waiting=tuple(self._waiting(ticket) for ticket in waiting),
            halves=self._halves(story, usual, now),
            alarms=self._alarms.alarms(),
            open_counters=sum(line.state != "closed" for line in lines),
            paused=paused,
            messages=messages,
            is_cash_short=is_short,
        )

    def _usual_of(self, work: UnitOfWork, day: date) -> Usual:
        if self._usual is None or self._usual[0] != day:
            self._usual = (day, read_usual(self._desk, work, day))
        return self._usual[1]

    def _longest(self, waiting: Sequence[Ticket], now: datetime) -> tuple[str, float, str] | None:
        if not waiting:
            return None
        ticket = min(waiting, key=lambda one: one.issued_at)
        minutes, limits = _minutes(now, ticket.issued_at), self._desk.policy.thresholds
        level = "ok"
        if minutes >= limits.wait_amber_minutes:
            level = "red" if minutes > limits.wait_red_minutes else "amber"
        return ticket.number, minutes, level

    def _waiting(self, ticket: Ticket) -> WaitingLine:
        policy = self._desk.policy
        business = policy.businesses.get(ticket.business)
        return WaitingLine(
            ticket_id=ticket.ticket_id,
            number=ticket.number,
            queue=ticket.queue,
            queue_name=policy.channels[ticket.queue].name,
            priority=ticket.priority,
            business=business.name if business is not None else Text("", ""),
            issued_at=ticket.issued_at,
            promise=PROMISES.get(ticket.priority, ORDINARY_PROMISE),
            business_code=ticket.business,
            counter=ticket.course.counter,
        )

    def _counters(
        self, reports: Sequence[CounterReport], at_counter: dict[int, Ticket], story: DayStory
    ) -> tuple[CounterLine, ...]:
        known = {report.number: report for report in reports}
        planned = {plan.number: plan.queues for plan in self._desk.branch.counters}
        free_since = _last_ends(story)
        lines = []
        for number in sorted(known.keys() | planned.keys()):
            report, ticket = known.get(number), at_counter.get(number)
            is_open = report is not None and report.is_open
            queues = report.queues if report is not None and is_open else planned.get(number, ())
            line = CounterLine(
                number=number,
                state="free" if is_open else "closed",
                staff=report.staff if report is not None and is_open else "",
                queues=queues,
                queue_names=self._names(queues),
                is_planned=number in planned,
                since=self._free_since(report, free_since.get(number)) if is_open else None,
            )
            lines.append(self._serving(line, ticket) if ticket is not None else line)
        return tuple(lines)

    def _free_since(self, report: CounterReport | None, last_end: int | None) -> datetime | None:
        if report is None or last_end is None:
            return report.since if report is not None else None
        return max(report.since, datetime.fromtimestamp(last_end / 1000, report.since.tzinfo))

    def _serving(self, line: CounterLine, ticket: Ticket) -> CounterLine:
        course = ticket.course
        is_serving = ticket.state is TicketState.SERVING
        begun = course.started_at if is_serving else course.first_called_at
        business = self._desk.policy.businesses.get(ticket.business)
        return CounterLine(
            number=line.number,
            state=ticket.state.value,
            staff=line.staff,
            queues=line.queues,
            queue_names=line.queue_names,
            ticket_number=ticket.number,
            business=business.name if business is not None else None,
            business_code=ticket.business,
            priority=ticket.priority,
            since=datetime.fromtimestamp(begun / 1000, ticket.issued_at.tzinfo) if begun else None,
            is_planned=line.is_planned,
        )

    def _names(self, queues: Sequence[str]) -> Text:
        names = [self._desk.policy.channels[queue].name for queue in queues]
        return Text(" · ".join(name.zh for name in names), " · ".join(name.en for name in names))

    def _halves(self, story: DayStory, usual: Usual, now: datetime) -> tuple[HalfHour, ...]:
        zone, arrived = now.tzinfo, Counter[datetime]()
        quarters = Counter(ticket.issued // _QUARTER_MS for ticket in wanted(story.tickets))
        for quarter, count in quarters.items():
            arrived[half_of(datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, zone))] += count
        halves = halves_of(now, self._desk.policy.thresholds.closing, arrived)
        expected = expected_per_half(usual, arrived, halves, now)
        return tuple(
            HalfHour(
                half,
                arrived.get(half, 0) if half <= now else None,
                expected.get(half),
                self._advised.get(half),
            )
            for half in halves
        )

    def advise(self, hall: HallView) -> bool:
        """Work out the counters to open; tell whether there is something new.

        What tickets are about is known from days like this one and from today.
        """
        if self._advise is None or self._usual is None:
            return False
        usual = self._usual[1]
        today = Counter((t.queue, t.priority, t.business) for t in self._story().tickets)
        known = replace(usual, kinds=usual.kinds + today)
        advised = self._advise(self._desk, known, hall)
        before, self._advised = self._advised, advised
        return advised != before

    def figures(self) -> FiguresView:
        """Return page 2."""
        desk, policy = self._desk, self._desk.policy
        now, status = desk.now(), desk_status(desk)
        as_of = status.data_as_of
        return FiguresView(
            branch=desk.branch.name,
            is_demo=desk.branch.is_demo,
            day=desk.business_day(),
            at=now,
            figures=self._figures(self._story()),
            queue_names={code: entry.name for code, entry in policy.channels.items()},
            priority_names={code.value: name for code, name in policy.priorities.items()},
            business_names={code: entry.name for code, entry in policy.businesses.items()},
            planned_minutes={code: one.human_minutes for code, one in policy.businesses.items()},
            unsent=status.unsent,
            unsynced_minutes=unsynced_minutes(desk, status),
            data_age_hours=_minutes(now, as_of) / 60 if as_of is not None else None,
        )

    def fairness(self) -> FairnessView:
        """Return page 3."""
        story, policy = self._story(), self._desk.policy
        zone = self._desk.now().tzinfo
        overtaken = times_overtaken(wanted(story.tickets))
        return FairnessView(
            figures=self._figures(story),
            decisions=tuple(
                Decision(
                    ticket_id=ticket.ticket_id,
                    number=ticket.number,
                    priority=ticket.priority,
                    queue_name=policy.channels[ticket.queue].name,
                    counter=ticket.called_by or 0,
                    called_at=datetime.fromtimestamp((ticket.called or 0) / 1000, zone),
                    waited=((ticket.called or 0) - ticket.issued) / 60_000,
                    overtaken=count if ticket.priority == Priority.ORDINARY else 0,
                    why=explain_call(ticket.number, ticket.why),
                )
                for ticket, count in reversed(overtaken[-DECISIONS:])
            ),
            priority_names={code.value: name for code, name in policy.priorities.items()},
            at=self._desk.now(),
        )

    def _figures(self, story: DayStory) -> DayFigures:
        return figures(story, self._self_service, self._hour_of, self._earlier_errands())

    def _earlier_errands(self) -> frozenset[Errand]:
        now = self._desk.now()
        known = self._earlier
        if known is None or known[0].date() != now.date() or abs(now - known[0]) >= _EARLIER_AGAIN:
            with self._desk.reader() as work:
                known = (now, earlier_errands(work, self._desk.business_day()))
            self._earlier = known
        return known[1]

    def _story(self) -> DayStory:
        with self._desk.reader() as work:
            self._book.read(work, self._desk.business_day())
        return self._book.day(round(self._desk.now().timestamp() * 1000))

    def _hour_of(self, at_ms: int) -> int:
        quarter = at_ms // _QUARTER_MS
        hour = self._hours.get(quarter)
        if hour is None:
            at = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, self._desk.now().tzinfo)
            hour = self._hours[quarter] = at.hour
        return hour


def _last_ends(story: DayStory) -> dict[int, int]:
    """Return when the last service or vain call of each counter was over, ms."""
    ends: dict[int, int] = {}
    for ticket in story.tickets:
        for service in ticket.services:
            if service.ended is not None:
                ends[service.counter] = max(ends.get(service.counter, 0), service.ended)
        if ticket.state == "no_show" and ticket.called_by is not None and ticket.ended is not None:
            ends[ticket.called_by] = max(ends.get(ticket.called_by, 0), ticket.ended)
    return ends


def _minutes(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 60
