"""A living branch: visitors arrive, tellers call, machines fail; everything through the use cases.

The engine keeps a list of what happens next and moves its own clock from one happening to the next,
so the same seed writes the same day, however fast it is shown.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from functools import partial
from itertools import count
from random import Random
from uuid import UUID

from lobby_app.demo.arrivals import OPENING, Visitor, visitors_of
from lobby_app.demo.data import demo_table
from lobby_app.demo.slips import SlipBox
from lobby_app.domain.branch import CounterPlan
from lobby_app.domain.customer import Preference
from lobby_app.domain.errors import BugError
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.ports import PrintOutcome, PrintResult
from lobby_app.domain.text import Text
from lobby_app.domain.ticket import TicketState
from lobby_app.domain.ticket_steps import MAX_CALLS, FinishOutcome
from lobby_app.domain.wait import handling_minutes
from lobby_app.services import advising, calling, reception, registers, ticketing, triage_record
from lobby_app.services.answers import record_answer
from lobby_app.services.desk import Desk
from lobby_app.services.floor import set_devices
from lobby_app.services.views import Identified, PrimaryAction, Session, Wishes

CLOSING = time(17, 0)
LAST_CALL = time(19, 0)
_WALK = timedelta(seconds=25)
_RECALL_AFTER = timedelta(seconds=40)
_HELPS_AFTER = timedelta(minutes=3, seconds=1)
_LONG_WAIT_MIN = 40.0
_GREETER, _TELLER = "0017", "02{:02d}"


class ScheduleClock:
    """ports.Clock that shows the moment of the happening that is being played."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return that moment."""
        return self.at


@dataclass(order=True, slots=True)
class _Happening:
    at: datetime
    place: int
    run: Callable[[], None] = field(compare=False)


def seeded_ids(seed: int) -> tuple[Callable[[], str], Callable[[], str]]:
    """Return makers of ticket ids and tokens that are the same for the same seed."""
    rng = Random(f"ids {seed}")  # noqa: S311  # demo data: nothing here opens anything

    def new_id() -> str:
        return str(UUID(int=rng.getrandbits(128), version=4))

    def new_token() -> str:
        return "".join(rng.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(26))

    return new_id, new_token


class Traffic:
    """One day of one branch. `desk.clock` has to be `clock`."""

    def __init__(self, desk: Desk, clock: ScheduleClock, day: date, kind: str, seed: int) -> None:
        self._desk = desk
        self._clock = clock
        self._day = day
        zone = clock.at.tzinfo
        if zone is None:
            raise BugError("the schedule of a naive clock")
        self._zone: tzinfo = zone
        self._places = count()
        self._agenda: list[_Happening] = []
        self._visitors: dict[str, Visitor] = {}
        self._idle: set[int] = set()
        self._resting: set[int] = set()
        self._greeter = Session(_GREETER, Text("", ""), clock.at)
        self._counters = _counters(desk, kind)
        self._box = SlipBox(seed)
        self.served = self.arrived = 0
        for plan in self._counters:
            self._put(self._at(OPENING), partial(self._open, plan))
            for lunch in plan.breaks:
                self._put(self._at(lunch.start), partial(self._resting.add, plan.number))
                self._put(self._at(lunch.end), partial(self._back, plan))
        for visitor in visitors_of(day, kind, zone, seed):
            self._put(visitor.at, partial(self._arrive, visitor))
        for moment in demo_table("traffic")["slips"]["emptied"]:
            self._put(self._at(time.fromisoformat(moment)), self._empty_the_box)
        outage = demo_table("traffic")["outage"]
        for key, state in (("from", ChannelState.DOWN), ("until", ChannelState.UP)):
            at = self._at(time.fromisoformat(outage[key]))
            self._put(at, partial(self._machines, outage["channel"], state))

    def play(self, wait_until: Callable[[datetime], bool]) -> None:
        """Play the day. `wait_until` returns False when nobody watches any more."""
        end = self._at(LAST_CALL)
        while self._agenda:
            happening = heapq.heappop(self._agenda)
            if happening.at > end or not wait_until(happening.at):
                return
            self._clock.at = happening.at
            happening.run()

    def _at(self, moment: time) -> datetime:
        return datetime.combine(self._day, moment, self._zone)

    def _put(self, at: datetime, run: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, _Happening(at, next(self._places), run))

    def _later(self, span: timedelta, run: Callable[[], None]) -> None:
        self._put(self._clock.at + span, run)

    def _machines(self, channel: str, state: ChannelState) -> None:
        machines = [m for m in self._desk.branch.machines if m.channel == channel]
        set_devices(self._desk, "monitor", [(m.device_id, state) for m in machines])

    def _empty_the_box(self) -> None:
        for number, answer in self._box.emptied():
            record_answer(self._desk, self._greeter, number, answer)

    # --- the entrance

    def _arrive(self, visitor: Visitor) -> None:
        desk, greeter = self._desk, self._greeter
        self.arrived += 1
        found = reception.identify(desk, greeter, visitor.scan) if visitor.scan else None
        identified = found if isinstance(found, Identified) else reception.anonymous(desk)
        visit = identified.visit
        if visitor.complains:
            registers.register_complaint(desk, greeter, visit, "waiting")
        preference = Preference.HUMAN if visitor.wants_person else Preference.NONE
        wishes = Wishes(preference=preference, language=visit.profile.language)
        advice = advising.advise(desk, visit, visitor.need, wishes)
        if advice.held is not None:
            return
        if advice.action is not PrimaryAction.PRINT_TICKET:
            triage_record.close_without_ticket(desk, greeter, visit, advice, wishes)
            if visit.profile.is_elder and advice.action is PrimaryAction.GUIDE_TO_MACHINE:
                registers.log_assistance(desk, greeter, visit, "accompanied")
            return
        issued = ticketing.issue(desk, greeter, visit, advice, wishes)
        printed = PrintResult(PrintOutcome.PRINTED)
        ticketing.record_print(desk, greeter, issued.ticket_id, printed, 0)
        self._visitors[issued.ticket_id] = visitor
        self._wake()

    # --- the counters

    def _session(self, counter: int) -> Session:
        return Session(_TELLER.format(counter), Text("", ""), self._clock.at)

    def _open(self, plan: CounterPlan) -> None:
        calling.open_counter(self._desk, self._session(plan.number), plan.number, plan.queues)
        self._free(plan)

    def _back(self, plan: CounterPlan) -> None:
        self._resting.discard(plan.number)
        self._open(plan)

    def _wake(self) -> None:
        """Let idle counters look again, in the order of their numbers."""
        for plan in self._counters:
            if plan.number in self._idle:
                self._idle.discard(plan.number)
                self._free(plan)

    def _look_again(self, number: int) -> None:
        """A dedicated counter that has been idle may help the others now."""
        if number in self._idle:
            self._wake()

    def _free(self, plan: CounterPlan) -> None:
        """A counter has nobody: rest, call or wait."""
        number, session = plan.number, self._session(plan.number)
        if number in self._resting:
            calling.close_counter(self._desk, session, number)
            return
        if calling.call_next(self._desk, session, number) is None:
            self._idle.add(number)
            if not plan.shared:
                self._later(_HELPS_AFTER, partial(self._look_again, number))
            return
        with self._desk.reader() as work:
            ticket = work.at_counter(self._day, number)
        if ticket is None:
            return
        self._box.see_call(ticket)
        visitor = self._visitors.get(ticket.ticket_id)
        waited = (self._clock.at - ticket.issued_at).total_seconds() / 60
        if visitor is None or not _has_gone(visitor, waited):
            self._later(_WALK, lambda: self._start(plan, ticket.ticket_id, ticket.business))
        else:
            self._later(_RECALL_AFTER, lambda: self._recall(plan, 1))

    def _recall(self, plan: CounterPlan, calls: int) -> None:
        session = self._session(plan.number)
        if calls >= MAX_CALLS:
            calling.no_show_current(self._desk, session, plan.number)
            self._free(plan)
            return
        calling.recall_current(self._desk, session, plan.number)
        self._later(_RECALL_AFTER, lambda: self._recall(plan, calls + 1))

    def _start(self, plan: CounterPlan, ticket_id: str, business: str) -> None:
        calling.start_service(self._desk, self._session(plan.number), plan.number)
        visitor = self._visitors.get(ticket_id)
        factor = visitor.minutes_factor if visitor is not None else 1.0
        minutes = max(0.5, handling_minutes(business, self._desk.policy) * factor)
        self._later(timedelta(minutes=minutes), lambda: self._finish(plan))

    def _finish(self, plan: CounterPlan) -> None:
        session = self._session(plan.number)
        with self._desk.reader() as work:
            ticket = work.at_counter(self._day, plan.number)
        # A visitor of the demo may have taken the panel over and gone on by hand.
        if ticket is not None and ticket.state is TicketState.SERVING:
            calling.finish_current(self._desk, session, plan.number, FinishOutcome.DONE)
            self.served += 1
            self._box.see_end(ticket)
        self._free(plan)


def _counters(desk: Desk, kind: str) -> list[CounterPlan]:
    """Return the counters of the day: the branch's own and those opened for the rush."""
    extra = demo_table("traffic")[kind]["extra_cash_counters"]
    plans = desk.branch.counters
    first = max(plan.number for plan in plans) + 1
    return [*plans, *(CounterPlan(first + place, ("cash_counter",)) for place in range(extra))]


def _has_gone(visitor: Visitor, waited: float) -> bool:
    handling = demo_table("traffic")["handling"]
    share = min(1.0, waited / _LONG_WAIT_MIN)
    missed = handling["no_show_least"]
    missed += share * (handling["no_show_most"] - handling["no_show_least"])
    return waited > visitor.patience or visitor.luck < missed
