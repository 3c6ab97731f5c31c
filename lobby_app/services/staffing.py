"""How many counters keep the promises of each half-hour: the simulator with one more, one less.

Not Erlang-C: with skills, dedicated counters and the calling rule it says a third of the truth
(queueing note 2). The simulator plays the rest of today with the counters that are open, with one
fewer and with one more; what keeps more promises is advised.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from random import Random

from lobby_app.domain.business import Policy
from lobby_app.domain.kpi import ORDINARY_PROMISE, PROMISES
from lobby_app.domain.wait import handling_minutes
from lobby_app.services.desk import Desk
from lobby_app.services.expecting import HALF_HOUR, Usual
from lobby_app.services.queues import HELPED_QUEUES, breaks_of, is_shared
from lobby_app.services.supervision_views import CounterLine, HallView

REPLICATES = 12
KEPT_SHARE = 0.9
WORTH_OPENING, NOT_MISSED = 0.03, 0.01
"""Share of promises that a counter must keep to be opened; below the other it may be closed."""
_Kept = dict[datetime, tuple[int, int]]
"""By half-hour: promises kept, of how many."""
_SERVICE_CV = 0.6
_LEAST_KINDS = 20
"""So many tickets must be known before anybody can say what they are about."""


@dataclass(frozen=True, slots=True)
class _Post:
    """A counter as it is simulated.

    Attributes:
        busy: minutes until its present service ends. breaks: planned, minutes since the epoch.
    """

    queues: tuple[str, ...]
    shared: bool
    busy: float = 0.0
    breaks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Visit:
    at: float
    priority: str
    queue: str
    business: str
    minutes: float


def advise_counters(desk: Desk, usual: Usual, hall: HallView) -> dict[datetime, int]:
    """Return the counters to open by half-hour from now on; empty while too little is known."""
    coming = [
        half for half in hall.halves if half.expected and half.starts_at + HALF_HOUR > hall.at
    ]
    if not coming or sum(usual.kinds.values()) < _LEAST_KINDS:
        return {}
    open_lines = [line for line in hall.counters if line.state != "closed"]
    posts = [_post(desk, line, hall.at) for line in open_lines]
    load = _load(usual.kinds, desk.policy)
    plans = {len(posts): posts, len(posts) + 1: [*posts, _one_more(desk, hall, posts, load)]}
    fewer = _one_fewer(posts, load)
    if fewer is not None:
        plans[len(fewer)] = fewer
    seed = f"{hall.at:%Y-%m-%d %H}"
    days = [_day(desk, usual.kinds, hall, Random(f"{seed} {n}")) for n in range(REPLICATES)]  # noqa: S311  # nothing here is secret
    kept = {count: _kept(desk, plan, days, hall.at) for count, plan in plans.items() if plan}
    return {half.starts_at: _advised(kept, len(posts), half.starts_at) for half in coming}


def _advised(kept: dict[int, _Kept], now_open: int, half: datetime) -> int:
    """Return one fewer, as many as now, or one more: only what helps is advised.

    One more is, where promises are broken and it keeps more of them; one fewer, where it breaks
    none that matters.
    """
    shares = {count: _share(by_half, half) for count, by_half in kept.items()}
    present = shares.get(now_open, 0.0)
    more, fewer = shares.get(now_open + 1, present), shares.get(now_open - 1)
    if present < KEPT_SHARE and more - present >= WORTH_OPENING:
        return now_open + 1
    if fewer is not None and (fewer >= KEPT_SHARE or present - fewer <= NOT_MISSED):
        return now_open - 1
    return now_open


def _share(kept: _Kept, half: datetime) -> float:
    good, total = kept.get(half, (0, 0))
    return good / total if total else 1.0


def _post(desk: Desk, line: CounterLine, now: datetime) -> _Post:
    busy, began = 0.0, 0.0
    if line.ticket_number and line.since is not None:
        began = line.since.timestamp() / 60
        mean = handling_minutes(line.business_code, desk.policy)
        busy = max(mean - (now - line.since).total_seconds() / 60, mean / 5)
    breaks = breaks_of(desk, line.number, began)
    return _Post(line.queues, is_shared(desk, line.number), busy, breaks)


def _load(kinds: Counter[tuple[str, str, str]], policy: Policy) -> dict[str, float]:
    """Return expected minutes of work by queue, relative."""
    load: dict[str, float] = defaultdict(float)
    for (queue, _, business), count in kinds.items():
        load[queue] += count * handling_minutes(business, policy)
    return load


def _burden(queue: str, posts: Sequence[_Post], load: dict[str, float]) -> float:
    """Return how much work a queue has for each counter that serves it."""
    return load[queue] / max(0.5, sum(1 / len(p.queues) for p in posts if queue in p.queues))


def _one_more(desk: Desk, hall: HallView, posts: Sequence[_Post], load: dict[str, float]) -> _Post:
    """Return the counter to add: of those that are closed the one that helps most, or a new one."""
    worst = max(load, key=lambda queue: _burden(queue, posts, load))
    closed = [line for line in hall.counters if line.state == "closed" and line.queues]
    if not closed:
        return _Post((worst,), shared=True)
    best = max(closed, key=lambda line: max(_burden(q, posts, load) for q in line.queues))
    return _Post(best.queues, is_shared(desk, best.number), breaks=breaks_of(desk, best.number))


def _one_fewer(posts: Sequence[_Post], load: dict[str, float]) -> list[_Post] | None:
    """Return the counters without the one that would be missed least; None when all are needed."""

    def is_spare(post: _Post) -> bool:
        others = [other for other in posts if other is not post]
        return all(any(queue in other.queues for other in others) for queue in post.queues)

    spare = [post for post in posts if is_spare(post)]
    if not spare:
        return None
    least = min(spare, key=lambda post: max(_burden(q, posts, load) for q in post.queues))
    return [post for post in posts if post is not least]


def _day(
    desk: Desk, kinds: Counter[tuple[str, str, str]], hall: HallView, rng: Random
) -> list[_Visit]:
    """Draw one possible rest of the day: who waits now, then who comes."""
    visits = [
        _visit(desk, line.issued_at, (line.queue, line.priority, line.business_code), rng)
        for line in hall.waiting
    ]
    names, weights = list(kinds), list(kinds.values())
    for half in hall.halves:
        left = min(1.0, (half.starts_at + HALF_HOUR - hall.at) / HALF_HOUR)
        if left <= 0 or not half.expected:
            continue
        begin = max(half.starts_at, hall.at)
        for _ in range(_poisson(rng, half.expected * left)):
            at = begin + HALF_HOUR * left * rng.random()
            visits.append(_visit(desk, at, rng.choices(names, weights)[0], rng))
    return visits


def _visit(desk: Desk, at: datetime, kind: tuple[str, str, str], rng: Random) -> _Visit:
    queue, priority, business = kind
    mean = handling_minutes(business, desk.policy)
    sigma = math.sqrt(math.log(1 + _SERVICE_CV**2))
    minutes = rng.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)
    return _Visit(at.timestamp() / 60, priority, queue, business, minutes)


def _poisson(rng: Random, mean: float) -> int:
    count, at = 0, rng.expovariate(1.0)
    while at < mean:
        count += 1
        at += rng.expovariate(1.0)
    return count


def _kept(
    desk: Desk, posts: Sequence[_Post], days: Sequence[Sequence[_Visit]], now: datetime
) -> _Kept:
    """Return by half-hour how many promises are kept, of how many, over all days."""
    # numpy and the compiled kernel take a second to import: only who asks for advice pays.
    from lobby_app.simulation.floor import open_minutes
    from lobby_app.simulation.kernel import simulate
    from lobby_app.simulation.model import PRIORITIES, arrivals, mask_of, plan, rule_of

    codes = {queue: place for place, queue in enumerate(_queues(desk))}
    classes = {priority.value: place for place, priority in enumerate(PRIORITIES)}
    # Minutes of the day, in which the breaks are told.
    midnight = datetime.combine(now, time(), now.tzinfo).timestamp() / 60
    begin = now.timestamp() / 60 - midnight
    helped = mask_of([codes[queue] for queue in HELPED_QUEUES])
    floor = plan(
        [mask_of([codes[queue] for queue in post.queues]) for post in posts],
        helps=[0 if post.shared else helped for post in posts],
        shared=[post.shared for post in posts],
        is_open=open_minutes([post.breaks for post in posts], midnight),
        busy_until=[begin + post.busy for post in posts],
    )
    rule = rule_of(desk.policy.thresholds)
    tally: dict[datetime, list[int]] = defaultdict(lambda: [0, 0])
    for visits in days:
        outcome = simulate(
            arrivals(
                [visit.at - midnight for visit in visits],
                [classes[visit.priority] for visit in visits],
                [codes[visit.queue] for visit in visits],
                [visit.minutes for visit in visits],
            ),
            floor,
            rule,
            now=begin,
        )
        for visit, wait in zip(visits, outcome.wait_minutes, strict=True):
            promise = PROMISES.get(visit.priority, ORDINARY_PROMISE)
            entry = tally[_half(visit.at, now)]
            entry[0] += bool(wait <= promise)
            entry[1] += 1
    return {half: (good, total) for half, (good, total) in tally.items()}


def _queues(desk: Desk) -> list[str]:
    return [code for code, entry in desk.policy.channels.items() if entry.queued]


def _half(at: float, now: datetime) -> datetime:
    """Return the half-hour of a minute; who came earlier is a burden of the present one."""
    moment = max(now, datetime.fromtimestamp(at * 60, now.tzinfo))
    return moment.replace(minute=30 * (moment.minute // 30), second=0, microsecond=0)
