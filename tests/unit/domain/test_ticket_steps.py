"""A ticket takes legal steps only, whatever is tried: a stateful test against a plain model."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from lobby_app.domain import ticket_steps as steps
from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import RANK_WAITING, Draft, EventKind, encode, parse_body
from lobby_app.domain.ticket import Ticket, TicketFold, TicketState, fold_of

DAY = date(2026, 11, 25)
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LOG = "0" * 31 + "1"


def _issued(ticket_id: str) -> Draft:
    return Draft(
        kind=EventKind.TICKET_ISSUED,
        actor="0017",
        ticket=ticket_id,
        business_day=DAY,
        rank=RANK_WAITING,
        queue="cash_counter",
        priority="ordinary",
        eligible_at=round(START.timestamp() * 1000),
        data={"number": "A1001", "zone": "A", "business": "cash_withdrawal", "language": "zh_CN"},
    )


class OneTicket:
    """A ticket as its events make it, folded as every replica folds."""

    def __init__(self) -> None:
        self.ticket_id = str(uuid4())
        self.now = START
        self._fold: TicketFold | None = None
        self.drafts: list[Draft] = []
        self.take(_issued(self.ticket_id))

    @property
    def now_ms(self) -> int:
        return round(self.now.timestamp() * 1000)

    @property
    def state(self) -> Ticket:
        assert self._fold is not None
        ticket = self._fold.ticket(UTC)
        assert ticket is not None
        return ticket

    def hand(self, counter: int) -> steps.Hand:
        return steps.Hand("0023", counter, self.now_ms)

    def take(self, draft: Draft) -> None:
        self.now += timedelta(seconds=1)
        envelope = parse_body(encode(draft))
        assert envelope is not None
        fold = fold_of(envelope, self.now_ms << 16, LOG)
        assert fold is not None
        self._fold = fold if self._fold is None else self._fold.merge(fold)
        self.drafts.append(draft)


COUNTERS = st.integers(1, 3)
ARROWS = {
    "call": {"waiting": "called"},
    "recall": {"called": "called"},
    "skip": {"called": "waiting"},
    "start": {"called": "serving"},
    "finish": {"serving": "served"},
    "park": {"serving": "parked"},
    "go_on": {"parked": "serving"},
    "come_back": {"parked": "waiting"},
    "transfer": {"waiting": "waiting", "called": "waiting", "serving": "waiting"},
    "no_show": {"called": "no_show"},
    "rejoin": {"no_show": "waiting"},
    "cancel": {"waiting": "cancelled", "parked": "cancelled"},
}
AT_COUNTER = {"recall", "skip", "start", "finish", "park", "no_show"}


class TicketMachine(RuleBasedStateMachine):
    """Tries every step from every state; the model is the table of arrows above."""

    def __init__(self) -> None:
        super().__init__()
        self.one = OneTicket()
        self.state = "waiting"
        self.counter: int | None = None
        self.calls = 0
        self.rejoins = 0

    @initialize()
    def begin(self) -> None:
        assert self.one.state.state is TicketState.WAITING

    def _draft(self, step: str, counter: int) -> Draft:
        ticket, hand = self.one.state, self.one.hand(counter)
        if step == "call":
            return steps.call(ticket, hand, str(uuid4()), steps.CallReason("ratio"))
        if step == "skip":
            return steps.skip(ticket, hand, steps.SkipReason.OTHER)
        if step == "finish":
            return steps.finish(ticket, hand, steps.FinishOutcome.DONE)
        if step == "park":
            return steps.park(ticket, hand, steps.ParkKind.PAPERS_KEPT)
        if step == "transfer":
            return steps.transfer(ticket, hand, "service_counter", None)
        if step == "rejoin":
            return steps.rejoin(ticket, hand, self.one.now_ms)
        if step == "cancel":
            return steps.cancel(ticket, "0023", "left")
        return getattr(steps, step)(ticket, hand)

    def _is_legal(self, step: str, counter: int) -> bool:
        if self.state not in ARROWS[step]:
            return False
        is_tied = step in AT_COUNTER or (step == "transfer" and self.state != "waiting")
        if is_tied and counter != self.counter:
            return False
        if step == "recall" and self.calls >= steps.MAX_CALLS:
            return False
        return not (step == "rejoin" and self.rejoins >= steps.MAX_REJOINS)

    @rule(step=st.sampled_from(sorted(ARROWS)), counter=COUNTERS)
    def take(self, step: str, counter: int) -> None:
        if not self._is_legal(step, counter):
            with pytest.raises(KnownError):
                self._draft(step, counter)
            return
        before = self.one.state
        self.one.take(self._draft(step, counter))
        self.state = ARROWS[step][self.state]
        self._count(step, counter)
        after = self.one.state
        if step in ("transfer", "skip", "call", "start", "recall"):
            assert after.eligible_at == before.eligible_at, "the place in time is kept"

    def _count(self, step: str, counter: int) -> None:
        if step in ("call", "go_on"):
            self.counter = counter
        if self.state not in ("called", "serving", "served"):
            self.counter = None
        if step == "call":
            self.calls = 1
        elif step == "recall":
            self.calls += 1
        elif step == "rejoin":
            self.rejoins += 1

    @rule(hours=st.integers(-5, 1))
    def clock_jumps(self, hours: int) -> None:
        """Time of day is no argument: only the order of steps counts."""
        last = self.one.now
        self.one.now = max(last, last + timedelta(minutes=hours))

    @precondition(lambda self: self.state == "called" and self.one.state.course.undo)
    @rule()
    def take_the_call_back(self) -> None:
        if self.calls != 1:
            return
        before = self.one.state
        self.one.take(steps.undo(before, self.one.hand(self.counter or 0)))
        self.state, self.counter = "waiting", None
        assert self.one.state.eligible_at == before.eligible_at

    @invariant()
    def model_and_ticket_agree(self) -> None:
        ticket = self.one.state
        assert ticket.state.value == self.state
        if self.state in ("called", "serving"):
            assert ticket.counter == self.counter
        elif self.state in ("waiting", "parked", "no_show", "cancelled"):
            assert ticket.counter is None
        assert ticket.course.rejoins == self.rejoins

    @invariant()
    def any_order_of_the_events_gives_the_same(self) -> None:
        assert self.one.drafts
        folds = []
        at = START
        for draft in self.one.drafts:
            at += timedelta(seconds=1)
            envelope = parse_body(encode(draft))
            assert envelope is not None
            fold = fold_of(envelope, round(at.timestamp() * 1000) << 16, LOG)
            assert fold is not None
            folds.append(fold)
        backwards = folds[-1]
        for fold in reversed(folds[:-1]):
            backwards = backwards.merge(fold)
        ticket = backwards.ticket(UTC)
        assert ticket is not None
        assert ticket.state.value == self.state


TestTicketMachine = TicketMachine.TestCase
TestTicketMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def _called() -> OneTicket:
    one = OneTicket()
    one.take(steps.call(one.state, one.hand(1), str(uuid4()), steps.CallReason("ratio")))
    return one


def test_whoever_the_customer_stands_before_is_right() -> None:
    one = _called()
    one.take(steps.start_lost(one.state, one.hand(2)))
    assert (one.state.state, one.state.counter) == (TicketState.SERVING, 2)
    with pytest.raises(KnownError, match="is_serving"):
        steps.start_lost(one.state, one.hand(1))


def test_a_finished_service_can_be_taken_back_and_goes_on() -> None:
    one = _called()
    one.take(steps.start(one.state, one.hand(1)))
    one.take(steps.finish(one.state, one.hand(1), steps.FinishOutcome.DONE))
    one.take(steps.undo(one.state, one.hand(1)))
    assert one.state.state is TicketState.SERVING
    assert one.state.counter == 1


def test_what_was_taken_back_once_cannot_be_taken_back_twice() -> None:
    one = _called()
    one.take(steps.undo(one.state, one.hand(1)))
    with pytest.raises(KnownError, match="nothing_to_undo"):
        steps.undo(one.state, one.hand(1))


def test_time_aside_does_not_count_as_waiting() -> None:
    one = _called()
    one.take(steps.start(one.state, one.hand(1)))
    one.take(steps.park(one.state, one.hand(1), steps.ParkKind.PAPERS_NOT_KEPT))
    parked_at = one.state.course.parked_at
    assert parked_at is not None
    before = one.state.eligible_at
    one.now += timedelta(minutes=7)
    aside = timedelta(milliseconds=one.now_ms - parked_at)
    one.take(steps.come_back(one.state, one.hand(0)))
    assert one.state.eligible_at == before + aside
    assert steps.is_reserved_for(one.state, 1, one.now_ms)
    assert not steps.may_call(one.state, 2, one.now_ms)
    assert steps.may_call(one.state, 2, one.now_ms + steps.RESERVED_MS)


def test_a_skipped_ticket_is_open_to_others_at_once_and_to_the_counter_later() -> None:
    one = _called()
    one.take(steps.skip(one.state, one.hand(1), steps.SkipReason.CUSTOMER_ASKED))
    assert one.state.course.skips == 1
    assert steps.may_call(one.state, 2, one.now_ms)
    assert not steps.may_call(one.state, 1, one.now_ms)
    assert steps.may_call(one.state, 1, one.now_ms + steps.AVOID_MS)


def test_a_missed_call_is_too_late_after_half_an_hour() -> None:
    one = _called()
    called_at = one.now_ms
    one.take(steps.no_show(one.state, one.hand(1)))
    one.now += timedelta(minutes=31)
    with pytest.raises(KnownError, match="too_late"):
        steps.rejoin(one.state, one.hand(0), called_at)


def test_a_reason_survives_its_text() -> None:
    reason = steps.CallReason("ratio", "A1002", 1.25, 0.5)
    assert steps.CallReason.parsed(reason.as_text()) == reason
    assert steps.CallReason.parsed("??") == steps.CallReason("??")
