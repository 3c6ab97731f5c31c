"""Customers' answers: what is one, and the figures of a day against days worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.chronicle import tell
from lobby_app.domain.satisfaction import (
    LEAST_ANSWERS,
    Answer,
    AnswerReason,
    answer_data,
    answer_of,
    satisfaction_of,
)
from tests.unit.domain.days import DayLog, ms, ticket_id

KIND = "satisfaction_answered"


def _heard(log: DayLog) -> list[Answer]:
    return list(tell(log.moments, ms("17:00")).answers)


def _answer(log: DayLog, clock: str, number: str, **said: object) -> None:
    log.put(clock, KIND, data={"ticket": ticket_id(number), **said})


def test_forty_answers_worked_out_by_hand() -> None:
    """Of 40 scores 34 are 4 or 5: 0.85. Of 32 likelihoods 20 are 9-10, 4 are 0-6: 16/32 = +50."""
    scores = [5] * 20 + [4] * 14 + [3] * 4 + [1] * 2
    likelihoods = [10] * 12 + [9] * 8 + [8] * 5 + [7] * 3 + [6] * 2 + [0] * 2 + [None] * 8
    reasons = [AnswerReason.WAITING] * 18 + [AnswerReason.STAFF] * 14 + [None] * 8
    answers = [Answer(*said) for said in zip(scores, likelihoods, reasons, strict=True)]
    told = satisfaction_of(answers)
    assert (told.answers, told.share) == (40, 0.85)
    assert (told.nps_answers, told.nps) == (32, 50.0)
    assert told.reasons == {"waiting": 18, "staff": 14}


def test_nothing_is_shown_of_fewer_than_thirty() -> None:
    few = satisfaction_of([Answer(5, 10, AnswerReason.PLACE)] * (LEAST_ANSWERS - 1))
    assert (few.answers, few.share, few.nps_answers, few.nps, few.reasons) == (
        29, None, 29, None, {},
    )  # fmt: skip
    mixed = satisfaction_of([Answer(5)] * 29 + [Answer(1, 0, AnswerReason.PLACE)])
    assert (mixed.share, mixed.nps_answers, mixed.nps) == (29 / 30, 1, None)
    assert mixed.reasons == {}


@pytest.mark.parametrize(("likelihood", "net"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100)])
def test_promoters_begin_at_nine_and_detractors_end_at_six(likelihood: int, net: float) -> None:
    assert satisfaction_of([Answer(3, likelihood)] * 30).nps == net


@given(
    st.builds(
        Answer, st.integers(1, 5), st.none() | st.integers(0, 10),
        st.none() | st.sampled_from(list(AnswerReason)),
    )
)  # fmt: skip
def test_an_answer_is_what_its_event_says(answer: Answer) -> None:
    assert answer_of(answer_data(answer)) == answer


@pytest.mark.parametrize(
    "data",
    [
        {}, {"csat": 0}, {"csat": 6}, {"csat": "5"}, {"csat": True}, {"csat": 4.0}, {"csat": [5]},
        {"csat": 4, "nps": 11}, {"csat": 4, "nps": -1}, {"csat": 4, "nps": "9"},
        {"csat": 4, "nps": False}, {"csat": 4, "nps": {}}, {"csat": None, "nps": 9},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_none(data: dict[str, object]) -> None:
    assert answer_of(data) is None


@pytest.mark.parametrize("reason", ["newer", "", 3, ["waiting"], {}])
def test_a_reason_nobody_knows_here_is_no_reason(reason: object) -> None:
    assert answer_of({"csat": 4, "reason": reason}) == Answer(4)


def test_one_answer_a_ticket_the_first_stands_in_any_order() -> None:
    """Two desks that could not see each other noted the same slip; a word that is none is none."""
    log = DayLog()
    log.issued("09:00", "A1001")
    _answer(log, "09:30", "A1001", csat=9)
    _answer(log, "09:31", "A1001", csat=2, nps=3)
    _answer(log, "09:40", "A1001", csat=5)
    assert _heard(log) == [Answer(2, 3)]
    log.moments.reverse()
    assert _heard(log) == [Answer(2, 3)]


def test_an_answer_about_no_ticket_of_the_day_counts_nowhere() -> None:
    log = DayLog()
    log.issued("09:00", "A1001")
    _answer(log, "09:30", "A1002", csat=1)
    for ticket in ("", "A1001", 7, None, [ticket_id("A1001")]):
        log.put("09:31", KIND, data={"ticket": ticket, "csat": 1})
    assert _heard(log) == []
    log.issued("09:32", "A1002")
    assert _heard(log) == [Answer(1)], "its birth came later than it, as replication may have it"


def test_an_answer_changes_nothing_of_its_ticket() -> None:
    log = DayLog()
    log.served("A1001", "09:00", "09:04", "09:10")
    before = tell(log.moments, ms("10:00")).tickets
    _answer(log, "09:11", "A1001", csat=1)
    log.put("09:12", KIND, ticket=ticket_id("A1001"), data={"csat": 1})
    told = tell(log.moments, ms("10:00"))
    assert told.tickets == before
    assert list(told.answers) == [Answer(1)]
