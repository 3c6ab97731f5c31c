"""Two desks, one queue, a third real file that grants: lines cut, answers lost, sudden death."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from lobby_app.domain.event import EventKind, parse_body
from lobby_app.domain.replication import ClaimAnswer, ClaimIntent
from lobby_app.domain.stories import DayStory
from lobby_app.domain.ticket import TicketState
from lobby_app.domain.ticket_steps import FinishOutcome, ParkKind
from lobby_app.services import calling
from lobby_app.services.board import board
from lobby_app.services.called import Called, LostCall, Taken
from lobby_app.services.day_book import DayBook
from lobby_app.services.desk import Desk
from tests.helpers.asking_desks import Asking, AskingDesk, Partner, asking_desk
from tests.storage.desk import SetClock
from tests.unit.demo.desk import at

PATIENCE_S = 60.0


@dataclass
class Branch:
    """Two desks with a counter each, and who grants."""

    clock: SetClock
    partner: Partner
    one: AskingDesk
    two: AskingDesk

    def meet(self) -> None:
        """Let the line be whole again and everybody learn everything."""
        for desk in (self.one, self.two, self.one):
            desk.claims.is_cut = False
            desk.claims.exchange()

    def cut(self) -> None:
        self.one.claims.is_cut = self.two.claims.is_cut = True


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    clock = SetClock(at("10:00"))
    partner = Partner(tmp_path / "partner", clock)
    with ExitStack() as stack:
        stack.callback(partner.log.close)
        one = stack.enter_context(asking_desk(tmp_path / "one", 1, partner, clock))
        two = stack.enter_context(asking_desk(tmp_path / "two", 2, partner, clock))
        made = Branch(clock, partner, one, two)
        one.open()
        two.open()
        made.meet()
        yield made


def _calls(desk: Desk) -> list[tuple[str, int | None, int, bool]]:
    """Return claim id, counter, claim priority and offline mark of every call."""
    with desk.reader() as work:
        events = work.events(desk.business_day(), [EventKind.TICKET_CALLED])
    found = [envelope for event in events if (envelope := parse_body(event.body)) is not None]
    return [
        (e.claim_id or "", e.counter, e.claim_priority, e.data.get("offline") is True)
        for e in found
    ]


def _day(desk: Desk) -> DayStory:
    """Return today as the figures are made of it."""
    book = DayBook()
    with desk.reader() as work:
        book.read(work, desk.business_day())
    return book.day(round(desk.now().timestamp() * 1000))


def _lost(desk: AskingDesk) -> tuple[LostCall, ...]:
    return calling.counter_view(desk.desk, desk.number).lost


def test_two_desks_share_one_queue_without_calling_anybody_twice(branch: Branch) -> None:
    numbers = branch.one.issue(6)
    branch.meet()
    called = [desk.call() for _ in range(3) for desk in (branch.one, branch.two)]
    assert called == numbers
    branch.meet()
    granted = _calls(branch.one.desk)
    assert len(granted) == 6
    assert {priority for _, _, priority, _ in granted} == {1}
    assert not any(offline for *_, offline in granted)
    assert branch.one.intents() == branch.two.intents() == []


def test_the_present_customer_is_finished_whatever_the_answer(branch: Branch) -> None:
    first, second = branch.one.issue(2)
    assert branch.one.call() == first
    assert branch.one.call() == second
    with branch.one.desk.reader() as work:
        states = {t.number: t.state for t in work.tickets(branch.one.desk.business_day())}
    assert states == {first: TicketState.SERVED, second: TicketState.CALLED}


def test_who_was_slower_is_given_another_one_or_told_who_was_faster(branch: Branch) -> None:
    branch.one.issue(2)
    branch.meet()
    first = branch.two.call()
    # Desk one has not heard of it yet: it asks for the same ticket first.
    assert branch.one.call() not in (None, first)
    assert branch.one.claims.asked == 2
    (last,) = branch.two.issue(1)
    branch.meet()
    assert branch.two.call() == last
    outcome = calling.next_call(branch.one.desk, branch.one.session, 1)
    assert outcome == Called(None, Taken(last, 2))
    assert branch.one.intents() == []


def test_without_an_answer_the_call_is_made_here_and_says_so(branch: Branch) -> None:
    (number,) = branch.one.issue(1)
    branch.cut()
    assert branch.one.call() == number
    ((claim, counter, priority, offline),) = _calls(branch.one.desk)
    assert (counter, priority, offline) == (1, 0, True)
    assert claim
    assert branch.one.intents() == []
    current = calling.counter_view(branch.one.desk, 1).current
    assert current is not None
    assert current.is_unconfirmed
    branch.meet()
    current = calling.counter_view(branch.one.desk, 1).current
    assert current is not None
    assert not current.is_unconfirmed
    assert _lost(branch.one) == ()


def test_a_lost_answer_makes_no_second_call(branch: Branch) -> None:
    (number,) = branch.one.issue(1)
    branch.meet()
    branch.one.claims.loses_answers = True
    assert branch.one.call() == number
    branch.meet()
    calls = _calls(branch.one.desk)
    assert len({claim for claim, *_ in calls}) == 1
    assert {counter for _, counter, *_ in calls} == {1}
    for desk in (branch.one, branch.two):
        with desk.desk.reader() as work:
            here = work.at_counter(desk.desk.business_day(), 1)
        assert here is not None
        assert here.number == number
    assert _lost(branch.one) == ()


def test_a_lost_answer_is_one_call_in_every_count(branch: Branch) -> None:
    (number,) = branch.one.issue(1)
    branch.meet()
    branch.one.claims.loses_answers = True
    assert branch.one.call() == number
    branch.clock.at += timedelta(seconds=20)
    calling.recall_current(branch.one.desk, branch.one.session, 1)
    branch.meet()
    assert len(_calls(branch.one.desk)) == 2, "granted and made here: the log holds both"
    for desk in (branch.one.desk, branch.two.desk):
        with desk.reader() as work:
            rows = work.calls(desk.business_day(), limit=10)
            of_counter = work.calls(desk.business_day(), counter=1, limit=10)
        assert [call.is_again for call in rows] == [True, False]
        assert rows == of_counter
        assert [(c.number, c.times) for c in board(desk).calls] == [(number, 2)]
        current = calling.counter_view(desk, 1).current
        assert current is not None
        assert current.calls == 2
        (story,) = _day(desk).tickets
        assert (story.calls, story.called_by) == (2, 1)


def _called_twice(branch: Branch) -> str:
    """Let both desks call the only ticket while nobody can be asked; desk one was earlier."""
    (number,) = branch.one.issue(1)
    branch.meet()
    branch.cut()
    assert branch.one.call() == number
    branch.clock.at += timedelta(seconds=5)
    assert branch.two.call() == number
    return number


def test_the_loser_of_a_double_call_is_told_where_the_ticket_is(branch: Branch) -> None:
    number = _called_twice(branch)
    assert [(c.number, c.counter) for c in board(branch.two.desk).calls] == [(number, 2)]
    branch.meet()
    assert (branch.one.current, branch.two.current) == (number, None)
    (lost,) = _lost(branch.two)
    assert (lost.number, lost.counter, lost.state, lost.can_start) == (number, 1, "called", True)
    assert _lost(branch.one) == ()
    for desk in (branch.one, branch.two):
        assert [(c.number, c.counter) for c in board(desk.desk).calls] == [(number, 1)]


def test_whoever_the_customer_stands_before_ends_the_dispute(branch: Branch) -> None:
    number = _called_twice(branch)
    branch.meet()
    calling.start_service(branch.two.desk, branch.two.session, 2)
    branch.meet()
    assert (branch.one.current, branch.two.current) == (None, number)
    (lost,) = _lost(branch.one)
    assert (lost.counter, lost.state, lost.can_start) == (2, "serving", False)
    assert _lost(branch.two) == ()
    assert [(c.number, c.counter) for c in board(branch.one.desk).calls] == [(number, 2)]


def test_what_this_counter_let_go_itself_is_not_lost(branch: Branch) -> None:
    first, _ = branch.one.issue(2)
    assert branch.one.call() == first
    calling.transfer_current(branch.one.desk, branch.one.session, 1, "cash_counter")
    branch.meet()
    assert branch.two.call() == first
    branch.meet()
    assert _lost(branch.one) == ()
    calling.start_service(branch.two.desk, branch.two.session, 2)
    calling.park_current(branch.two.desk, branch.two.session, 2, ParkKind.PAPERS_KEPT)
    assert _lost(branch.two) == ()


def test_a_customer_finished_here_is_no_loss_though_the_other_one_wins(branch: Branch) -> None:
    _called_twice(branch)
    for desk in (branch.one, branch.two):
        calling.finish_current(desk.desk, desk.session, desk.number, FinishOutcome.DONE)
    branch.meet()
    assert _lost(branch.one) == _lost(branch.two) == ()


def test_old_losses_are_no_news(branch: Branch) -> None:
    _called_twice(branch)
    branch.meet()
    branch.clock.at += timedelta(minutes=31)
    assert _lost(branch.two) == ()


def test_the_wall_never_goes_back_to_the_loser(branch: Branch) -> None:
    number = _called_twice(branch)
    branch.meet()
    calling.no_show_current(branch.one.desk, branch.one.session, 1)
    branch.meet()
    assert [(c.number, c.counter) for c in board(branch.two.desk).calls] == [(number, 1)]
    (lost,) = _lost(branch.two)
    assert (lost.state, lost.counter, lost.can_start) == ("no_show", 1, False)


def test_apart_each_counter_takes_its_own_new_tickets_first(branch: Branch) -> None:
    branch.one.issue(60)
    branch.meet()
    branch.cut()
    called = [{desk.call() for _ in range(4)} for desk in (branch.one, branch.two)]
    assert None not in called[0] | called[1]
    assert not called[0] & called[1]


def test_a_ticket_another_window_of_this_desk_asks_for_is_left_to_it(branch: Branch) -> None:
    first, second = branch.one.issue(2)
    calling.open_counter(branch.one.desk, branch.one.session, 3, ["cash_counter"])
    inner = branch.one.claims.claim
    others: list[str | None] = []

    class Slow(Asking):
        def claim(self, intent: ClaimIntent) -> ClaimAnswer:
            if intent.draft.counter == 1:
                others.append(calling.call_next(desk, branch.one.session, 3))
            return inner(intent)

    desk = replace(branch.one.desk, claims=Slow(branch.one.claims.replica, branch.partner))
    assert calling.call_next(desk, branch.one.session, 1) == first
    assert others == [second]


def test_a_call_of_yesterday_is_nobodys_any_more(branch: Branch) -> None:
    branch.one.issue(1)
    _die_between(branch.one, "before")
    branch.clock.at += timedelta(days=1)
    asked = branch.one.claims.asked
    branch.one.open()
    assert branch.one.intents() == []
    assert branch.one.claims.asked == asked
    assert branch.one.current is None


class _DeathError(Exception):
    """The process ends here."""


def _die_between(one: AskingDesk, moment: str) -> None:
    """Ask for a call and die before or after the partner heard of it."""

    class Dying(Asking):
        def claim(self, intent: ClaimIntent) -> ClaimAnswer:
            if moment == "after":
                one.claims.claim(intent)
            raise _DeathError

    dying = Dying(one.claims.replica, one.claims.partner)
    with pytest.raises(_DeathError):
        calling.call_next(replace(one.desk, claims=dying), one.session, one.number)
    assert len(one.intents()) == 1


def _ask_and_wait(folder: Path, partner: Path, moment: str, told: Connection) -> None:
    """Be the process of counter 1 that is killed in the middle of a call."""
    clock = SetClock(at("10:00"))
    granter = Partner(partner, clock)
    with asking_desk(folder, 1, granter, clock) as one:

        class Hanging(Asking):
            def claim(self, intent: ClaimIntent) -> ClaimAnswer:
                if moment == "after":
                    one.claims.claim(intent)
                told.send("asked")
                signal.pause()
                raise AssertionError("killed before")

        hanging = Hanging(one.claims.replica, granter)
        calling.call_next(replace(one.desk, claims=hanging), one.session, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_counter_killed_between_question_and_answer_calls_once(
    branch: Branch, tmp_path: Path, moment: str
) -> None:
    (number,) = branch.one.issue(1)
    branch.meet()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(
        target=_ask_and_wait, args=(tmp_path / "one", tmp_path / "partner", moment, there)
    )
    process.start()
    assert here.poll(PATIENCE_S)
    assert here.recv() == "asked"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(PATIENCE_S)
    assert len(branch.one.intents()) == 1
    branch.clock.at += timedelta(seconds=11)
    branch.one.open()
    assert (branch.one.intents(), branch.one.current) == ([], number)
    branch.meet()
    assert len(_calls(branch.two.desk)) == 1
    assert branch.two.call() is None


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_next_key_after_a_death_calls_what_was_meant(branch: Branch, moment: str) -> None:
    first, second = branch.one.issue(2)
    _die_between(branch.one, moment)
    assert branch.one.call() == first
    assert branch.one.current == first
    assert branch.one.call() == second


def test_what_a_dead_counter_meant_does_not_keep_others_waiting(branch: Branch) -> None:
    (number,) = branch.one.issue(1)
    calling.open_counter(branch.one.desk, branch.one.session, 3, ["cash_counter"])
    _die_between(branch.one, "before")
    desk, session = branch.one.desk, branch.one.session
    assert calling.call_next(desk, session, 3) is None
    branch.clock.at += timedelta(seconds=11)
    assert calling.call_next(desk, session, 3) == number
    assert branch.one.call() is None
    assert branch.one.intents() == []
