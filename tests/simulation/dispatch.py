"""Calling rules on simulated days: `python -m tests.simulation.dispatch FILE.md SEED`.

The test world of the queueing note (tests/simulation/world.py) and the residential branch of the
domain dossier (tests/simulation/residential.py), each under four rules: first come, first served;
strict classes; three preferred to one ordinary; ours, as shipped. Same seed, same table.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lobby_app.domain.kpi import PROMISES
from lobby_app.services.replay.days import ReplayDay
from lobby_app.services.replay.report import times_overtaken
from lobby_app.services.replay.running import Replayed
from lobby_app.simulation.kernel import simulate
from lobby_app.simulation.model import (
    APPOINTMENT,
    CARE,
    KINDS,
    ORDINARY,
    PRIORITIES,
    TIER,
    Arrivals,
    Plan,
    rule_of,
)
from tests.simulation import residential, world

RULES = {
    "fcfs": "first come, first served",
    "strict": "strict classes",
    "interleave": "three preferred to one",
    "ours": "**ours**",
}
_LIMITS = residential.POLICY.thresholds
_BAND = 0.15
_PAGE = Path(__file__).with_name("dispatch_page.md")


@dataclass(frozen=True)
class Result:
    """All tickets of some days under one rule.

    Attributes:
        wait: minutes to the call, from arrival or a later booked time; also of those who had left.
        overtaken: by called ordinary ticket. busy: serving share of the open time by counter.
    """

    priority: np.ndarray
    wait: np.ndarray
    gone: np.ndarray
    overtaken: np.ndarray
    busy: np.ndarray

    def of(self, priority: int, *, served_only: bool = False) -> np.ndarray:
        """Return the waits of a class."""
        mask = self.priority == priority
        return self.wait[mask & ~self.gone if served_only else mask]

    @property
    def served(self) -> np.ndarray:
        """Waits of those who were there when called."""
        return self.wait[~self.gone]


def run(days: Sequence[Arrivals], counters: Plan, rule: str, visitors: Sequence[int]) -> Result:
    """Let the days run under a rule. `visitors`: how many of a day's tickets came by the door."""
    parts: list[tuple[np.ndarray, ...]] = []
    busy = np.zeros(len(counters.serves))
    for day, count in zip(days, visitors, strict=True):
        outcome = simulate(day, counters, rule_of(_LIMITS, rule))
        since = np.maximum(outcome.arrived_at, day.starts_at)
        one = Replayed(ReplayDay("", day, day.queue), outcome)
        wait = np.maximum(0.0, outcome.called_at - since)
        parts.append(
            (day.priority[:count], wait[:count], outcome.no_show[:count], times_overtaken(one))
        )
        for counter in range(len(busy)):
            mine = (outcome.counter == counter) & ~outcome.no_show
            busy[counter] += (outcome.finished_at - outcome.called_at)[mine].sum()
    priority, wait, gone, overtaken = (np.concatenate(part) for part in zip(*parts, strict=True))
    open_minutes = counters.is_open[:, residential.OPENS : residential.CLOSES].sum(axis=1)
    return Result(priority, wait, gone, overtaken, busy / (open_minutes * len(days)))


def in_test_world(seed: int, days: int) -> dict[str, Result]:
    """Return the test world's normal day under each rule."""
    rng = np.random.default_rng(seed)
    made = [world.make_day(rng) for _ in range(days)]
    visits, visitors = [day.visits for day in made], [day.visitors for day in made]
    return {rule: run(visits, world.counters(), rule, visitors) for rule in KINDS if rule in RULES}


@dataclass(frozen=True)
class Branch:
    """Days of the residential branch and their results by rule.

    Attributes:
        left_elsewhere: how many gave up at the other desks, under our rule.
    """

    title: str
    days: Sequence[residential.Day]
    results: dict[str, Result]
    left_elsewhere: int


def branch(title: str, kind: str, counters: tuple[int, int], seed: int, days: int) -> Branch:
    """Return the residential branch on some days under each rule."""
    made = [residential.make_day(kind, 1000 * seed + number) for number in range(days)]
    tickets = [day.tickets for day in made]
    visitors = [len(day.priority) for day in tickets]
    plan = residential.counters(*counters)
    results = {rule: run(tickets, plan, rule, visitors) for rule in RULES}
    rule, desks = rule_of(_LIMITS), residential.other_desks()
    left = sum(int(simulate(day.others, desks, rule).no_show.sum()) for day in made)
    return Branch(title, made, results, left)


@dataclass(frozen=True)
class Check:
    """One figure of the dossier beside ours: inside its band of 15 % or not."""

    day: str
    name: str
    expected: float
    measured: float

    @property
    def is_inside(self) -> bool:
        """Whether the figure lies in the band."""
        return abs(self.measured - self.expected) <= _BAND * self.expected


def checks(normal: Branch, pension: Branch, elastic: Branch) -> list[Check]:
    """Return the envelope of the dossier, 6.5, beside what was measured."""
    rows: list[Check] = []
    expected = (
        (normal, 3.7, 12.0, 0.077, 0.049),
        (pension, 6.5, 20.1, 0.198, 0.126),
        (elastic, 5.5, 17.6, 0.117, 0.084),
    )
    for one, mean, p90, of_tickets, of_visits in expected:
        ours = one.results["ours"]
        visits = sum(day.visits for day in one.days)
        left = ours.gone.sum() + one.left_elsewhere
        rows += [
            Check(one.title, "counter wait, mean", mean, ours.served.mean()),
            Check(one.title, "counter wait, p90", p90, np.percentile(ours.served, 90)),
            Check(one.title, "abandonment of counter tickets", of_tickets, ours.gone.mean()),
            Check(one.title, "abandonment of all visits", of_visits, left / visits),
        ]
    for one, share in ((normal, 0.417), (pension, 0.349)):
        visits = sum(day.visits for day in one.days)
        used = sum(day.self_service for day in one.days)
        rows.append(Check(one.title, "self-service share", share, used / visits))
    ours, days = normal.results["ours"], len(normal.days)
    machine = sum(day.machine_minutes["smart_teller"] for day in normal.days)
    waited = ours.served[ours.served > 0]
    rows += [
        Check(normal.title, "mean among those who wait", 8.1, waited.mean()),
        Check(normal.title, "utilisation, cash counters", 0.45, ours.busy[:2].mean()),
        Check(normal.title, "utilisation, service counters", 0.66, ours.busy[2:].mean()),
        Check(normal.title, "utilisation, smart tellers", 0.31, machine / (3 * 480 * days)),
    ]
    return rows


def document(seed: int, days: int, branch_days: int) -> str:
    """Return the whole page of measurements."""
    branches = (
        branch("normal", "normal", (2, 2), seed, branch_days),
        branch("pension", "pension", (3, 2), seed, branch_days),
        branch("pension, 3 service", "pension", (3, 3), seed, branch_days),
    )
    results = in_test_world(seed, days)
    rows = checks(*branches)
    return _PAGE.read_text(encoding="utf-8").format(
        seed=seed,
        days=days,
        branch_days=branch_days,
        world=_lines(_world_rows(results)),
        goals=_lines(_goal_rows(results)),
        normal=_lines(_branch_rows(branches[0])),
        pension=_lines(_branch_rows(branches[1])),
        elastic=_lines(_branch_rows(branches[2])),
        inside=sum(row.is_inside for row in rows),
        all=len(rows),
        checks=_lines(map(_check_row, rows)),
    )


def _lines(rows: Iterable[str]) -> str:
    return "\n".join(rows)


def _world_rows(results: dict[str, Result]) -> Iterator[str]:
    for rule, name in RULES.items():
        one = results[rule]
        cells = [_cell(one, place) for place in (ORDINARY, TIER, CARE, APPOINTMENT)]
        times = f"{one.overtaken.mean():.2f} / {np.percentile(one.overtaken, 95):.0f}"
        yield f"| {name} | {' | '.join(cells)} | {one.wait.mean():.2f} | {times} |"


def _goal_rows(results: dict[str, Result]) -> Iterator[str]:
    ours, fcfs = results["ours"], results["fcfs"]
    ordinary = ours.of(ORDINARY)
    p95 = np.percentile(ordinary, 95) / np.percentile(fcfs.of(ORDINARY), 95)
    mean = ours.wait.mean() / fcfs.wait.mean() - 1
    for name, measured, wanted, is_kept in (
        ("ordinary p95 ÷ first come's", f"{p95:.2f}", "≤ 1.50", p95 <= 1.5),
        ("longest ordinary wait", f"{ordinary.max():.0f}", "≤ 160", ordinary.max() <= 160),
        ("mean of all against first come", f"{mean:+.1%}", "≤ +3 %", mean <= 0.03),
    ):
        yield f"| {name} | {measured} | {wanted} | {'kept' if is_kept else '**missed**'} |"


def _cell(one: Result, priority: int) -> str:
    waits = one.of(priority)
    kept = 100 * (waits <= PROMISES[PRIORITIES[priority]]).mean()
    return f"{waits.mean():.1f} / {np.percentile(waits, 95):.0f} / {waits.max():.0f} / {kept:.0f} %"


def _branch_rows(one: Branch) -> Iterator[str]:
    for rule, name in RULES.items():
        result = one.results[rule]
        p90 = [np.percentile(result.of(p, served_only=True), 90) for p in (CARE, ORDINARY, TIER)]
        cells = [f"{value:.1f}" for value in (*p90, result.served.mean())]
        cells += [f"{100 * (result.overtaken >= times).mean():.1f} %" for times in (1, 3)]
        yield f"| {name} | {' | '.join(cells)} | {100 * result.gone.mean():.1f} % |"


def _check_row(row: Check) -> str:
    is_share = row.expected < 1
    expected, measured = (
        f"{100 * value:.1f} %" if is_share else f"{value:.1f}"
        for value in (row.expected, row.measured)
    )
    off = row.measured / row.expected - 1
    where = "inside" if row.is_inside else f"**outside ({off:+.0%})**"
    return f"| {row.day} | {row.name} | {expected} | {measured} | {where} |"


def main(target: Path, seed: int) -> None:
    """Measure at full size and write the page."""
    text = document(seed, days=200, branch_days=150)
    target.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
