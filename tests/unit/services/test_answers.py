"""Answers off paper slips, on real files: joined to a ticket, one each, nothing of a person."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import EventKind
from lobby_app.domain.satisfaction import Answer, AnswerReason
from lobby_app.services.answers import record_answer
from lobby_app.services.desk import Desk
from lobby_app.services.supervision import Supervision
from lobby_app.services.views import Session
from tests.helpers.asking_desks import Partner, asking_desk
from tests.storage.desk import SetClock
from tests.unit.services.visits import events, issued

ANSWER = Answer(4, 9, AnswerReason.WAITING)


def _heard(desk: Desk) -> int:
    return Supervision(desk).figures().figures.satisfaction.answers


def test_an_answer_is_joined_to_its_ticket_and_holds_nothing_else(
    desk: Desk, session: Session
) -> None:
    given = issued(desk, session)
    assert record_answer(desk, session, given.slip.number, ANSWER) == "A1001"
    (said,) = events(desk, EventKind.SATISFACTION_ANSWERED)
    assert said.data == {"ticket": given.ticket_id, "csat": 4, "nps": 9, "reason": "waiting"}
    assert (said.actor, said.ticket, said.rank) == (session.staff_number, None, None)
    assert _heard(desk) == 1


@pytest.mark.parametrize("said", ["a1001", " A1001 ", "\uff21\uff11\uff10\uff10\uff11", "A 1001"])
def test_a_number_is_known_as_people_type_it(desk: Desk, session: Session, said: str) -> None:
    issued(desk, session)
    assert record_answer(desk, session, said, Answer(5)) == "A1001"
    (told,) = events(desk, EventKind.SATISFACTION_ANSWERED)
    assert sorted(told.data) == ["csat", "ticket"], "what was not said is not there"


def test_the_code_on_the_ticket_names_it(desk: Desk, session: Session) -> None:
    issued(desk, session)
    given = issued(desk, session)
    assert record_answer(desk, session, given.slip.qr_payload, ANSWER) == given.slip.number
    assert record_answer(desk, session, "A1001", ANSWER) == "A1001"
    assert _heard(desk) == 2


def test_a_second_answer_is_refused_in_words(desk: Desk, session: Session) -> None:
    issued(desk, session)
    record_answer(desk, session, "A1001", ANSWER)
    with pytest.raises(KnownError) as refused:
        record_answer(desk, session, "A1001", Answer(1))
    assert (refused.value.key, dict(refused.value.params)) == (
        "supervisor.answered_before", {"number": "A1001"},
    )  # fmt: skip
    assert len(events(desk, EventKind.SATISFACTION_ANSWERED)) == 1


@pytest.mark.parametrize(
    "said", ["", " ", "A1002", "6212345678900000003", "HTTPS://Q.EXAMPLE.COM/T/"]
)
def test_what_names_no_ticket_of_today_is_refused_and_not_repeated(
    desk: Desk, session: Session, said: str
) -> None:
    issued(desk, session)
    with pytest.raises(KnownError) as refused:
        record_answer(desk, session, said, ANSWER)
    assert refused.value.key == "supervisor.no_such_ticket"
    assert not refused.value.params
    assert not events(desk, EventKind.SATISFACTION_ANSWERED)


def test_a_ticket_of_yesterday_is_answered_no_more(
    desk: Desk, session: Session, clock: SetClock
) -> None:
    issued(desk, session)
    clock.at += timedelta(days=1)
    with pytest.raises(KnownError, match="no_such_ticket"):
        record_answer(desk, session, "A1001", ANSWER)


@pytest.mark.parametrize("answer", [Answer(0), Answer(6), Answer(3, 11)])
def test_what_no_scale_has_is_a_bug(desk: Desk, session: Session, answer: Answer) -> None:
    issued(desk, session)
    with pytest.raises(BugError):
        record_answer(desk, session, "A1001", answer)


def test_two_desks_that_note_one_slip_count_it_once(tmp_path: Path, clock: SetClock) -> None:
    partner = Partner(tmp_path / "partner", clock)
    with ExitStack() as stack:
        stack.callback(partner.log.close)
        first, second = (
            stack.enter_context(asking_desk(tmp_path / str(number), number, partner, clock))
            for number in (1, 2)
        )
        (number, other) = first.issue(2)
        for asking in (first, second):
            asking.claims.exchange()
        record_answer(first.desk, first.session, number, Answer(5))
        record_answer(second.desk, second.session, number, Answer(1))
        record_answer(second.desk, second.session, other, Answer(4))
        for asking in (first, second, first):
            asking.claims.exchange()
        assert [_heard(asking.desk) for asking in (first, second)] == [2, 2]
        with pytest.raises(KnownError, match="answered_before"):
            record_answer(first.desk, first.session, other, Answer(2))
