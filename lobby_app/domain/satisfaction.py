"""What customers answer after a visit (domain 1 (h)), and the figures made of it. Pure.

An answer is about a ticket and holds nothing of a person; whoever does not answer leaves no trace.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LEAST_ANSWERS = 30
"""Nothing is shown of fewer answers (domain 4.1)."""
SCORES, LIKELIHOODS = range(1, 6), range(11)
_CONTENT, _PROMOTER, _DETRACTOR = 4, 9, 6


class AnswerReason(StrEnum):
    """What mattered most, for better or worse; sentences in the area `supervisor`."""

    WAITING = "waiting"
    STAFF = "staff"
    SPEED = "speed"
    EXPLAINED = "explained"
    PLACE = "place"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `csat`: 1-5. `nps`: how likely to recommend us, 0-10; None = not said."""

    csat: int
    nps: int | None = None
    reason: AnswerReason | None = None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What a day's answers say.

    Attributes:
        answers: how many gave a score. share: those of 4 and 5; None below LEAST_ANSWERS.
        nps_answers: how many said how likely. nps: %9-10 - %0-6, None below LEAST_ANSWERS.
        reasons: how many named each, the most named first; empty below LEAST_ANSWERS of them.
    """

    answers: int
    share: float | None
    nps_answers: int
    nps: float | None
    reasons: Mapping[str, int]


def answer_data(answer: Answer) -> dict[str, object]:
    """Return an answer as an event's data holds it; what was not said is not in it."""
    said = {"csat": answer.csat, "nps": answer.nps, "reason": answer.reason}
    return {name: value for name, value in said.items() if value is not None}


def answer_of(data: Mapping[str, Any]) -> Answer | None:
    """Return the answer that an event's data holds, None when it holds none.

    A reason that this version does not know is no reason: scores of newer desks still count.
    """
    csat, nps, reason = data.get("csat"), data.get("nps"), data.get("reason")
    if type(csat) is not int or csat not in SCORES:
        return None
    if nps is not None and (type(nps) is not int or nps not in LIKELIHOODS):
        return None
    return Answer(csat, nps, AnswerReason(reason) if reason in list(AnswerReason) else None)


def satisfaction_of(answers: Sequence[Answer]) -> Satisfaction:
    """Return the figures of a day's answers."""
    likely = [answer.nps for answer in answers if answer.nps is not None]
    reasons = Counter(answer.reason.value for answer in answers if answer.reason is not None)
    return Satisfaction(
        answers=len(answers),
        share=_share(sum(answer.csat >= _CONTENT for answer in answers), len(answers)),
        nps_answers=len(likely),
        nps=_net_promoters(likely),
        reasons=dict(reasons.most_common()) if reasons.total() >= LEAST_ANSWERS else {},
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole >= LEAST_ANSWERS else None


def _net_promoters(likely: Sequence[int]) -> float | None:
    """Return the promoters' less the detractors' share in points, -100 to 100."""
    net = sum((one >= _PROMOTER) - (one <= _DETRACTOR) for one in likely)
    share = _share(net, len(likely))
    return 100 * share if share is not None else None
