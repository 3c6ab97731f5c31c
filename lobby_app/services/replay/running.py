"""Replaying days under a rule and a counter plan, with or without the forecast at every arrival."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lobby_app.domain.calibration import Calibration
from lobby_app.domain.errors import KnownError
from lobby_app.services.replay.days import ReplayDay, ReplayDays
from lobby_app.services.replay.forecasting import (
    Judged,
    PastDay,
    RunDay,
    judge_day,
    learn_habits,
)
from lobby_app.services.replay.plans import PlanOf
from lobby_app.simulation.kernel import simulate
from lobby_app.simulation.model import Outcome, Rule

_PLACES = re.compile(r"(\d{1,5})(?:(-)(\d{0,5}))?")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One replayed day. `judged`: its forecasts; empty when none were asked for."""

    day: ReplayDay
    outcome: Outcome
    judged: tuple[Judged, ...] = ()


def run_days(chosen: Sequence[ReplayDay], plan_of: PlanOf, rule: Rule) -> list[Replayed]:
    """Return what becomes of days under a rule: no forecasts, so it takes milliseconds."""
    return [Replayed(day, simulate(day.visits, plan_of(day), rule)) for day in chosen]


def replay(
    days: ReplayDays,
    chosen: range,
    plan_of: PlanOf,
    rule: Rule,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Replayed]:
    """Replay the chosen days with forecasts; the days before them are what the branch has learned.

    `progress` is told how many of the chosen days are done.
    """
    past = [
        PastDay(one.day, one.outcome) for one in run_days(days.days[: chosen.start], plan_of, rule)
    ]
    calibration, replayed = Calibration(), []
    for done, place in enumerate(chosen):
        progress(done, len(chosen))
        day = days.days[place]
        counters = plan_of(day)
        outcome = simulate(day.visits, counters, rule)
        known = learn_habits(days, past, day)
        judged, calibration = judge_day(
            RunDay(day, outcome, counters, rule), known, calibration, seed + place
        )
        replayed.append(Replayed(day, outcome, tuple(judged)))
        past.append(PastDay(day, outcome))
    return replayed


def choose_days(days: ReplayDays, text: str | None) -> range:
    """Return which days are meant: `5` the first five, `32-63`, `32-`, a date, `date..date`.

    The days before the first one chosen are those the forecast has learned from.

    Raises:
        KnownError: `replay.days_form` when the text means no day of these.
    """
    count = len(days.days)
    if text is None:
        return range(count)
    names = [day.name for day in days.days]
    begin, dots, end = text.partition("..")
    if begin in names and (end or begin) in names:
        chosen = range(names.index(begin), names.index(end or begin) + 1)
    elif not dots and (found := _PLACES.fullmatch(text)):
        first, dash, last = found.groups()
        start = int(first) - 1 if dash else 0
        chosen = range(start, min(count, int(last or (count if dash else first))))
    else:
        chosen = range(0)
    if not chosen or chosen.start < 0:
        raise KnownError("replay.days_form", text=text, first=names[0], last=names[-1], count=count)
    return chosen
