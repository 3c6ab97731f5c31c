"""Days of the residential branch by the project's recipe: who goes to a machine, who waits.

The recipe is the domain dossier's, section 6: half-hour shares of a normal and of a pension day,
business mix by age, tiers as people come through the door, lognormal handling and patience, lunch
in two shifts. Triage is the product's own, with every machine up and no queue at it. The rules are
judged by the cash and service counters; the archetype's other desks (one for companies, two wealth
rooms, one for loans) are simulated for those who leave their queues. There is no dedicated counter.

Where the recipe is silent, five numbers are chosen so that its envelope (6.5) holds: "Chosen". The
rest is as in the demo branch, but that everybody is known to the bank; a ticket nobody answers
costs the counter 40 seconds.
"""

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache
from random import Random

import numpy as np

from lobby_app.demo import population as draw
from lobby_app.demo.data import demo_table
from lobby_app.domain.business import Need, Policy
from lobby_app.domain.customer import Customer, Medium, Preference, Tier
from lobby_app.domain.floor import Appointment, ChannelState, Floor
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.simulation.model import PRIORITIES, Arrivals, Plan, arrivals, mask_of, plan

POLICY: Policy = load_policy(resource("policy"))
QUEUES = ("cash_counter", "service_counter")
OTHER_QUEUES = {"corporate_counter": 1, "wealth_room": 2, "loan_desk": 1}
"""The other desks that give out tickets, and how many there are."""
OPENS, CLOSES, LAST_MINUTE = 540, 1020, 1500
MACHINES = {"cash_recycler": 3, "smart_teller": 3, "self_service_terminal": 1}
_LUNCH = ((690, 735), (735, 780))
_NO_SHOW_MINUTES = 40 / 60
_NOISE = 0.12
_WEEKDAYS = (1.20, 1.00, 0.95, 0.95, 1.08)
_MINOR_SHARE, _PASSBOOK_SHARE = 0.006, 0.55
_OLDEST_SHARE_OF_ELDERS = 0.20
"""Chosen: 70 or older."""
_WANTS_MACHINE, _WANTS_PERSON_AT_SERVICE = 0.16, 0.16
"""Chosen: stated wishes, whatever the age; nobody who comes for cash asks for a person."""
_AT_THE_DOOR, _LET_IN_MINUTES = 0.70, 5
"""Chosen: share of a pension day's first half hour that queues before the doors open, and how long
it takes until they are in."""
_LONG_WAIT = 60
"""Chosen: minutes after which the probability of a no-show grows no more."""
_BOOKED, _BOOKED_ADVICE = 0.03, 0.35
_ADVICE = ("wealth_product", "insurance", "loan")
_CASH_BANDS = {
    # Up to 20,000, up to 50,000 and above: shares of the visits, minutes at the counter.
    "cash_withdrawal": ((13.0, 3.5, 1.2), (4.5, 6.0, 11.0), (10_000, 30_000, 80_000)),
    "cash_deposit": ((7.5, 3.5), (5.5, 9.0), (10_000, 40_000)),
}
_ELDERS_SMALL_CASH = 2.2
"""How much more often elders withdraw small amounts than others; larger ones as often."""
_FLOOR = Floor(
    date=date(2026, 11, 26),
    time=time(10, 0),
    channels=dict.fromkeys(MACHINES, ChannelState.UP),
    vip_counter_open=False,
)


@dataclass(frozen=True)
class Day:
    """One day: the counter tickets, and where all visitors went.

    Attributes:
        others: tickets of the other desks.
        channels: visits by recommended channel. machine_minutes: time used at machines by channel.
    """

    tickets: Arrivals
    others: Arrivals
    visits: int
    channels: Counter[str]
    machine_minutes: Counter[str]

    @property
    def self_service(self) -> int:
        """Visits that went to a machine or the phone."""
        machines = {code for code, entry in POLICY.channels.items() if entry.self_service}
        return sum(count for code, count in self.channels.items() if code in machines)


def counters(cash: int, service: int) -> Plan:
    """Return the counters of a day; of each kind two go to lunch, one after the other."""
    return _plan([cash, service])


def other_desks() -> Plan:
    """Return the other desks of a day; the wealth rooms go to lunch one after the other."""
    return _plan(list(OTHER_QUEUES.values()))


def _plan(counts: list[int]) -> Plan:
    serves = [mask_of([queue]) for queue, count in enumerate(counts) for _ in range(count)]
    is_open = np.zeros((len(serves), LAST_MINUTE + 1), np.bool_)
    is_open[:, OPENS:] = True
    for queue, count in enumerate(counts):
        for turn, (begin, end) in enumerate(_LUNCH[: count if count > 1 else 0]):
            is_open[sum(counts[:queue]) + turn, begin:end] = False
    return plan(serves, is_open=is_open, no_show_minutes=_NO_SHOW_MINUTES)


@cache
def make_day(kind: str, seed: int) -> Day:
    """Return a normal or a pension day; normal days go from Monday to Friday by the seed."""
    rng = Random(f"{seed} {kind}")
    recipe = demo_table("traffic")[kind]
    weekday = _WEEKDAYS[seed % len(_WEEKDAYS)] if kind == "normal" else 1.0
    weights = {elder: draw.business_weights(is_elder=elder) for elder in (False, True)}
    share_sum = sum(recipe["half_hours"])
    rows: list[_Row] = []
    other_rows: list[_Row] = []
    channels: Counter[str] = Counter()
    minutes: Counter[str] = Counter()
    visits = 0
    for slot, share in enumerate(recipe["half_hours"]):
        busy = weekday * rng.gammavariate(1 / _NOISE**2, _NOISE**2)
        for _ in range(_poisson(rng, recipe["visits"] * busy * share / share_sum)):
            at = OPENS + 30 * (slot + rng.random())
            if kind == "pension" and slot == 0 and rng.random() < _AT_THE_DOOR:
                at = OPENS + _LET_IN_MINUTES * rng.random()
            visitor = _visitor(rng, recipe["elder_share"], weights)
            visits += 1
            channels[visitor.result.channel] += 1
            if visitor.result.queue in QUEUES:
                rows.append(_ticket(rng, at, visitor, QUEUES))
            elif visitor.result.queue in OTHER_QUEUES:
                other_rows.append(_ticket(rng, at, visitor, tuple(OTHER_QUEUES)))
            elif visitor.result.channel in MACHINES:
                entry = POLICY.businesses[visitor.need.code]
                mean = entry.self_minutes[visitor.result.channel]
                minutes[visitor.result.channel] += _lognormal(rng, mean, 0.5)
    return Day(_arrivals(rows), _arrivals(other_rows), visits, channels, minutes)


_Row = tuple[float, float, int, int, float, float]
"""Arrival, start, priority, queue, service and leaving of a ticket."""


def _arrivals(rows: list[_Row]) -> Arrivals:
    at, starts, priority, queue, service, leaves = zip(*sorted(rows), strict=True)
    return arrivals(at, priority, queue, service, starts_at=starts, leaves_at=leaves)


@dataclass(frozen=True)
class _Visitor:
    is_elder: bool
    need: Need
    human_minutes: float
    offset: int | None
    result: Recommendation


def _visitor(rng: Random, elder_share: float, weights: dict[bool, dict[str, float]]) -> _Visitor:
    age = _age(rng, elder_share)
    is_elder = age >= 60
    codes, shares = zip(*weights[is_elder].items(), strict=True)
    need, human_minutes = _need(rng, rng.choices(codes, shares)[0], is_elder=is_elder)
    customer = replace(_customer(rng, age), preference=_wish(rng, need))
    booked = rng.random() < (_BOOKED_ADVICE if need.code in _ADVICE else _BOOKED)
    offset = round(rng.gauss(-2, 8)) if booked else None
    floor = replace(_FLOOR, appointment=Appointment(offset)) if offset is not None else _FLOOR
    return _Visitor(is_elder, need, human_minutes, offset, recommend(customer, need, floor, POLICY))


def _age(rng: Random, elder_share: float) -> int:
    if rng.random() < _MINOR_SHARE:
        return rng.randint(7, 15)
    if rng.random() >= elder_share:
        return rng.randint(18, 59)
    return rng.randint(70, 90) if rng.random() < _OLDEST_SHARE_OF_ELDERS else rng.randint(60, 69)


def _wish(rng: Random, need: Need) -> Preference:
    luck = rng.random()
    if luck < _WANTS_MACHINE:
        return Preference.SELF
    is_service = POLICY.businesses[need.code].human == "service_counter"
    wants_person = is_service and luck > 1 - _WANTS_PERSON_AT_SERVICE
    return Preference.HUMAN if wants_person else Preference.NONE


def _customer(rng: Random, age: int) -> Customer:
    tier = draw.draw_tier(rng) if age >= 18 else Tier.STANDARD
    skill = draw.draw_device_skill(rng, age)
    limit = draw.draw_mobile_limit(rng, skill)
    media = {Medium.CARD, Medium.ID_DOCUMENT}
    if age >= 60 and rng.random() < _PASSBOOK_SHARE:
        media.add(Medium.PASSBOOK)
    return Customer(
        tier=tier,
        age=age,
        device_skill=skill,
        mobile_active=limit > 0,
        mobile_limit=limit,
        media=frozenset(media),
        flags=draw.draw_flags(rng, tier),
        access=draw.draw_access(rng, age),
        needs_help=draw.draw_needs_help(rng, age),
    )


def _need(rng: Random, business: str, *, is_elder: bool) -> tuple[Need, float]:
    if business in _CASH_BANDS:
        shares, means, amounts = _CASH_BANDS[business]
        if is_elder and business == "cash_withdrawal":
            shares = (_ELDERS_SMALL_CASH * shares[0], *shares[1:])
        band = rng.choices(range(len(shares)), shares)[0]
        return Need(business, amount=amounts[band]), means[band]
    amount = 1000 * rng.randint(1, 80) if business == "transfer" else 0
    return Need(business, amount=amount), POLICY.businesses[business].human_minutes


def _ticket(rng: Random, at: float, visitor: _Visitor, queues: tuple[str, ...]) -> _Row:
    handling = demo_table("traffic")["handling"]
    patience = _lognormal(rng, handling["patience_minutes"], handling["patience_sigma"])
    patience *= handling["elder_patience_factor"] if visitor.is_elder else 1.0
    # One visitor in a hundred is gone at once, and of those who wait an hour eight are.
    least, most = handling["no_show_least"], handling["no_show_most"]
    luck = rng.random()
    if luck < most:
        patience = min(patience, max(0.0, _LONG_WAIT * (luck - least) / (most - least)))
    result = visitor.result
    starts = max(at, at - visitor.offset) if visitor.offset is not None else at
    variation = handling["corporate_cv" if visitor.need.code == "corporate" else "cv"]
    return (
        at,
        starts,
        PRIORITIES.index(result.priority),
        queues.index(result.queue or ""),
        _lognormal(rng, visitor.human_minutes, math.sqrt(math.log1p(variation**2))),
        at + patience,
    )


def _lognormal(rng: Random, mean: float, sigma: float) -> float:
    return rng.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)


def _poisson(rng: Random, mean: float) -> int:
    count, passed = 0, rng.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += rng.expovariate(1.0)
    return count
