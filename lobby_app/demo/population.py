"""Attributes of invented customers, drawn by the recipe of domain 6.2 and 6.4.

Visitors are not the customer base: the tiers are mixed as people come through the door, so that
any customer drawn from the demo is a plausible visitor. Shares without a source are assumptions.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import NormalDist

from lobby_app.demo.data import demo_table
from lobby_app.domain.customer import Access, Flag, RelationshipStage, Tier
from lobby_app.domain.stages import relationship_stage

EPOCH = date(2026, 1, 1)
"""Ages are drawn as of this day, so that the printed cards stay valid."""

_TIERS = {
    Tier.STANDARD: 0.66,
    Tier.GOLD: 0.23,
    Tier.PLATINUM: 0.10,
    Tier.DIAMOND: 0.007,
    Tier.PRIVATE: 0.003,
}
_MINOR_SHARE = 0.006
_OLDEST_SHARE_OF_ELDERS = 0.48
_LOG_AUM = NormalDist(7.7278, 2.3)
_NO_ASSETS_SHARE = 0.25
_GOLD_FROM, _PLATINUM_FROM, _DIAMOND_FROM, _PRIVATE_FROM = 50_000, 500_000, 5_000_000, 10_000_000
_PARETO, _PRIVATE_PARETO = 1.0613, 1.5515
_PRIVATE_UP_TO = 300_000_000
_MONTHLY_SIGMA, _JUMP_SHARE = 0.12, 0.03
_SKILLS = ((45, (0.03, 0.12, 0.85)), (60, (0.12, 0.28, 0.60)), (70, (0.35, 0.35, 0.30)),
           (200, (0.65, 0.25, 0.10)))  # fmt: skip
_MOBILE_ACTIVE = (0.08, 0.45, 0.90)
_MOBILE_LIMITS = (5_000, 20_000, 50_000, 200_000, 500_000)
_FLAG_SHARES = (
    (Flag.DOC_EXPIRED, 0.02),
    (Flag.COUNTER_VERIFY, 0.006),
    (Flag.LEGAL_HOLD, 0.0005),
    (Flag.NO_MARKETING, 0.08),
)
_INVESTOR_SHARES = {Tier.STANDARD: 0.06}
_INVESTOR_SHARE_ABOVE = 0.40
_RISK_TEST_EXPIRED_SHARE = 0.35
_ACCESS_SHARES = ((Access.HEARING, 0.003), (Access.VISUAL, 0.002), (Access.WHEELCHAIR, 0.003))


@dataclass(frozen=True, slots=True)
class Assets:
    """What a customer holds. `maturity_in_days`: of the next term deposit, None when none."""

    aum: int
    change_90d_percent: float
    maturity_in_days: int | None


def draw_birth(rng: Random, elder_share: float) -> date:
    """Return a birth date: minors, adults and elders as they visit this branch."""
    if rng.random() < _MINOR_SHARE:
        age = rng.randint(7, 15)
    elif rng.random() < elder_share:
        oldest = rng.random() < _OLDEST_SHARE_OF_ELDERS
        age = int(rng.triangular(70, 92, 70)) if oldest else rng.randint(60, 69)
    else:
        age = rng.randint(18, 59)
    return EPOCH - timedelta(days=int(age * 365.2425) + rng.randrange(365))


def draw_tier(rng: Random) -> Tier:
    """Return a tier by the mix of visitors."""
    return rng.choices(list(_TIERS), list(_TIERS.values()))[0]


def draw_assets(rng: Random, tier: Tier) -> Assets:
    """Return assets that lead to `tier`, their change over three months and a maturity."""
    aum = int(_draw_aum(rng, tier))
    change = math.exp(rng.gauss(0, _MONTHLY_SIGMA * math.sqrt(3))) - 1
    jump = rng.random()
    if jump < _JUMP_SHARE:
        change = -rng.uniform(0.3, 0.8)
    elif jump < 2 * _JUMP_SHARE:
        change = 1 / (1 - rng.uniform(0.3, 0.8)) - 1
    matures = tier is not Tier.STANDARD and rng.random() < 0.35
    return Assets(
        aum=aum,
        change_90d_percent=round(100 * change, 1) if aum else 0.0,
        maturity_in_days=rng.randrange(365) if matures else None,
    )


def _draw_aum(rng: Random, tier: Tier) -> float:
    if tier is Tier.STANDARD:
        no_assets = rng.random() < _NO_ASSETS_SHARE
        return 0 if no_assets else _lognormal(rng, 1, _GOLD_FROM)
    if tier is Tier.GOLD:
        return _lognormal(rng, _GOLD_FROM, _PLATINUM_FROM)
    if tier is Tier.PLATINUM:
        return _pareto(rng, _PLATINUM_FROM, _DIAMOND_FROM, _PARETO)
    if tier is Tier.DIAMOND:
        return _pareto(rng, _DIAMOND_FROM, _PRIVATE_FROM, _PARETO)
    return _pareto(rng, _PRIVATE_FROM, _PRIVATE_UP_TO, _PRIVATE_PARETO)


def _lognormal(rng: Random, least: float, below: float) -> float:
    low, high = (_LOG_AUM.cdf(math.log(bound)) for bound in (least, below))
    drawn = math.exp(_LOG_AUM.inv_cdf(rng.uniform(low, high)))
    return min(max(drawn, least), below - 1)


def _pareto(rng: Random, least: float, below: float, alpha: float) -> float:
    span = 1 - (least / below) ** alpha
    return min(least * math.pow(1 - rng.random() * span, -1 / alpha), below - 1)


def draw_device_skill(rng: Random, age: int) -> int:
    """Return 0, 1 or 2 by age."""
    weights = next(weights for below, weights in _SKILLS if age < below)
    return rng.choices((0, 1, 2), weights)[0]


def draw_mobile_limit(rng: Random, device_skill: int) -> int:
    """Return the daily limit on the phone, 0 when the phone is not used for banking."""
    active = rng.random() < _MOBILE_ACTIVE[device_skill]
    return rng.choice(_MOBILE_LIMITS) if active else 0


def draw_flags(rng: Random, tier: Tier) -> frozenset[Flag]:
    """Return the neutral flags that systems would send."""
    flags = {flag for flag, share in _FLAG_SHARES if rng.random() < share}
    invests = rng.random() < _INVESTOR_SHARES.get(tier, _INVESTOR_SHARE_ABOVE)
    if invests and rng.random() < _RISK_TEST_EXPIRED_SHARE:
        flags.add(Flag.RISK_TEST_EXPIRED)
    return frozenset(flags)


def draw_access(rng: Random, age: int) -> frozenset[Access]:
    """Return what a customer agreed to have kept; most needs are only seen at the door."""
    access = {kind for kind, share in _ACCESS_SHARES if rng.random() < share}
    return frozenset(access | ({Access.MINOR} if age < 16 else set()))


def draw_needs_help(rng: Random, age: int) -> bool:
    """Return whether the person asks for help at machines."""
    return rng.random() < (0.22 if age >= 60 else 0.03)


def draw_potential(rng: Random, age: int) -> int | None:
    """Return the branch's percentile of potential; minors and a third of all have none."""
    return rng.randrange(101) if age >= 18 and rng.random() < 0.67 else None


def draw_relationship(rng: Random, aum: int, change_90d_percent: float) -> RelationshipStage:
    """Return the stage of the relationship from an invented history."""
    return relationship_stage(
        has_account=True,
        is_closed=False,
        days_since_opening=int(rng.expovariate(1 / 2400)),
        days_since_activity=int(rng.expovariate(1 / 60)),
        aum=aum,
        aum_change_90d_percent=change_90d_percent,
        has_new_product=rng.random() < 0.04,
    )


def business_weights(*, is_elder: bool) -> dict[str, float]:
    """Return the share of visits per business code, by the age of the visitor."""
    table = demo_table("businesses")
    factors = table["elder_factor"] if is_elder else {}
    weights = {code: share * factors.get(code, 1.0) for code, share in table["share"].items()}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}


def draw_businesses(rng: Random, weights: dict[str, float], count: int) -> tuple[str, ...]:
    """Return `count` different businesses a customer usually comes for, most frequent first."""
    codes, shares = list(weights), list(weights.values())
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        chosen[rng.choices(codes, shares)[0]] = None
    return tuple(chosen)
