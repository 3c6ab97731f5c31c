"""Twelve invented branches by the archetypes of domain 6.1; this desk stands in the first."""

from dataclasses import replace
from datetime import time
from itertools import count
from typing import Any

from lobby_app.demo.data import demo_table
from lobby_app.domain.branch import Branch, CounterPlan, Machine
from lobby_app.domain.hours import DayHours
from lobby_app.domain.text import Text

# Kind of counter in the archetype → the queues it serves. A teller of the service counter also
# helps companies where the corporate counter is the only one; dedicated counters help others by
# the dispatcher's own rule, not by their plan.
_COUNTERS = {
    "cash": ("cash_counter",),
    "service": ("service_counter",),
    "vip": ("vip_counter",),
    "corporate": ("corporate_counter",),
    "wealth": ("wealth_room",),
    "loan": ("loan_desk",),
}
_LUNCH = (DayHours(time(11, 30), time(12, 15)), DayHours(time(12, 15), time(13, 0)))
_MACHINES = {
    "cash_recyclers": ("crs", "cash_recycler"),
    "smart_tellers": ("stm", "smart_teller"),
    "terminals": ("bsm", "self_service_terminal"),
}


def demo_branches() -> tuple[Branch, ...]:
    """Return all branches of the demo bank."""
    return tuple(
        _branch(branch_id, entry) for branch_id, entry in enumerate(_entries(), start=9001)
    )


def demo_branch() -> Branch:
    """Return the branch of this desk: residential, many elders."""
    return demo_branches()[0]


def with_lunch(branch: Branch) -> Branch:
    """Return the branch with the lunches of a played day: of two alike one goes at a time."""
    kinds = [plan.queues[:1] for plan in branch.counters]
    counters = []
    for place, plan in enumerate(branch.counters):
        turn, alike = kinds[:place].count(kinds[place]), kinds.count(kinds[place])
        breaks = _LUNCH[turn : turn + 1] if alike > 1 else ()
        counters.append(replace(plan, breaks=breaks))
    return replace(branch, counters=tuple(counters))


def elder_share() -> float:
    """Return the share of visitors of this desk's branch who are 60 or older."""
    return float(_archetype(_entries()[0])["elder_share"])


def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = demo_table("branches")["branch"]
    return entries


def _archetype(entry: dict[str, Any]) -> dict[str, Any]:
    plan: dict[str, Any] = demo_table("branches")["archetype"][entry["archetype"]]
    return plan


def _branch(branch_id: int, entry: dict[str, Any]) -> Branch:
    plan = _archetype(entry)
    return Branch(
        branch_id=branch_id,
        code=entry["code"],
        name=Text(entry["zh"], entry["en"]),
        timezone="Asia/Shanghai",
        counters=_counters(plan),
        machines=tuple(
            Machine(f"{prefix}-{number}", channel)
            for kind, (prefix, channel) in _MACHINES.items()
            for number in range(1, plan[kind] + 1)
        ),
        has_private_banking=plan["private_banking"],
        is_demo=True,
    )


def _counters(plan: dict[str, Any]) -> tuple[CounterPlan, ...]:
    """Number the counters through the hall; the last service counter helps the lone corporate."""
    numbers = count(1)
    counters = []
    for kind, queues in _COUNTERS.items():
        for place in range(1, plan[kind] + 1):
            helps = kind == "service" and place == plan["service"] > 1 and plan["corporate"] == 1
            served = (*queues, "corporate_counter") if helps else queues
            counters.append(CounterPlan(next(numbers), served, shared=kind != "vip"))
    return tuple(counters)
