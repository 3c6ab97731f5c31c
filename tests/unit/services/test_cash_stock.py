"""Short cash (rule R40c): said once at the supervisor's desk, it holds at every desk today."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from lobby_app.domain.business import Need
from lobby_app.domain.event import Draft, EventKind
from lobby_app.services.advising import advise, override_choices
from lobby_app.services.desk import Desk
from lobby_app.services.hall import is_cash_short, mark_cash
from lobby_app.services.reception import anonymous
from lobby_app.services.ticketing import issue
from lobby_app.services.views import Advice, PrimaryAction, Session, Wishes
from tests.helpers.asking_desks import AskingDesk, Partner, asking_desk
from tests.storage.desk import SetClock
from tests.unit.services.visits import events

LARGE, SMALL = Need("cash_withdrawal", amount=60_000), Need("cash_withdrawal", amount=50_000)
SHORT, ENOUGH = ("large_withdrawals", "delivered")


def _advice(desk: Desk, need: Need = LARGE, wishes: Wishes | None = None) -> Advice:
    return advise(desk, anonymous(desk).visit, need, wishes or Wishes())


def _is_short(desk: Desk) -> bool:
    with desk.reader() as work:
        return is_cash_short(desk, work)


def test_large_cash_is_offered_part_now_or_a_booking_while_cash_is_short(
    desk: Desk, session: Session
) -> None:
    usual = _advice(desk).recommendation
    assert (usual.channel, usual.ticket) == ("cash_counter", True)
    mark_cash(desk, session, is_short=True, why=SHORT)
    advice = _advice(desk)
    answer = advice.recommendation
    assert (answer.channel, answer.prompt, answer.rules[-1]) == ("appointment", "book_cash", "R40c")
    assert answer.alternatives == ("partial_cash", "transfer")
    assert advice.action is PrimaryAction.BOOK
    assert _advice(desk, SMALL).recommendation.channel == "cash_counter"
    mark_cash(desk, session, is_short=False, why=ENOUGH)
    assert _advice(desk).recommendation == usual


def test_nobody_is_refused_the_counter(desk: Desk, session: Session) -> None:
    """The law on commercial banks, art. 29: who stays with the wish gets a ticket."""
    mark_cash(desk, session, is_short=True, why=SHORT)
    assert "cash_counter" in {way.channel for way in override_choices(desk, _advice(desk))}
    wishes = Wishes(override_channel="cash_counter", override_reason="customer_wish")
    visit = anonymous(desk).visit
    issued = issue(desk, session, visit, advise(desk, visit, LARGE, wishes), wishes)
    assert issued.slip.number == "A1001"


def test_who_said_so_and_why_is_in_the_log(desk: Desk, session: Session) -> None:
    mark_cash(desk, session, is_short=True, why=SHORT)
    (said,) = events(desk, EventKind.CASH_STOCK_SET)
    assert (said.actor, said.data) == ("0017", {"is_short": True, "why": SHORT})


def test_a_new_day_begins_with_enough(desk: Desk, session: Session, clock: SetClock) -> None:
    mark_cash(desk, session, is_short=True, why=SHORT)
    clock.at += timedelta(days=1)
    assert not _is_short(desk)


@pytest.mark.parametrize("said", ["yes", 1, None, [True], {}])
def test_a_word_that_is_neither_changes_nothing(desk: Desk, session: Session, said: object) -> None:
    mark_cash(desk, session, is_short=True, why=SHORT)
    with desk.unit_of_work() as work:
        work.append(
            Draft(
                kind=EventKind.CASH_STOCK_SET,
                actor="0018",
                business_day=desk.business_day(),
                data={"is_short": said},
            )
        )
        work.commit()
    assert _is_short(desk)


def test_every_desk_learns_it_and_the_later_word_stands(tmp_path: Path, clock: SetClock) -> None:
    """Both say something while they are apart: whoever hears whom first, both end alike."""
    partner = Partner(tmp_path / "partner", clock)
    with ExitStack() as stack:
        stack.callback(partner.log.close)
        first, second = (
            stack.enter_context(asking_desk(tmp_path / str(number), number, partner, clock))
            for number in (1, 2)
        )
        _say(first, is_short=True)
        _meet(first, second)
        assert _advice(second.desk).recommendation.prompt == "book_cash"
        clock.at += timedelta(minutes=1)
        _say(second, is_short=False)
        clock.at += timedelta(minutes=1)
        _say(first, is_short=True)
        _meet(second, first)
        assert [_is_short(desk.desk) for desk in (first, second)] == [True, True]


def _say(asking: AskingDesk, *, is_short: bool) -> None:
    mark_cash(asking.desk, asking.session, is_short=is_short, why="other")


def _meet(*desks: AskingDesk) -> None:
    for _ in range(2):
        for asking in desks:
            asking.claims.exchange()
