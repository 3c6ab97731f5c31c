"""The two life-cycle axes and the tier rule (domain 2.3, 1 (c)). None of them moves a queue."""

from collections.abc import Mapping, Sequence

from lobby_app.domain.customer import LifeStage, RelationshipStage, Tier

DOWNGRADE_MONTHS = 3
PRIVATE_DOWNGRADE_MONTHS = 6


def life_stage(age: int) -> LifeStage:
    """Return the life stage of a person of `age` full years (domain 2.3)."""
    for limit, stage in (
        (23, LifeStage.STUDENT),
        (30, LifeStage.STARTER),
        (45, LifeStage.FAMILY),
        (55, LifeStage.PEAK),
        (60, LifeStage.PRE_RETIRE),
    ):
        if age < limit:
            return stage
    return LifeStage.RETIRED


def relationship_stage(
    *,
    has_account: bool,
    is_closed: bool,
    days_since_opening: int,
    days_since_activity: int,
    aum: float,
    aum_change_90d_percent: float,
    has_new_product: bool,
) -> RelationshipStage:
    """Return the stage of the relationship; the first that fits, in the precedence of 2.3."""
    stages = (
        (is_closed, RelationshipStage.LOST),
        (not has_account, RelationshipStage.PROSPECT),
        (days_since_opening <= 90, RelationshipStage.NEW),
        (days_since_activity >= 180 and aum < 1000, RelationshipStage.DORMANT),
        (aum_change_90d_percent <= -30, RelationshipStage.DECLINING),
        (aum_change_90d_percent >= 20 or has_new_product, RelationshipStage.GROWING),
    )
    return next((stage for fits, stage in stages if fits), RelationshipStage.MATURE)


def tier_of(aum: float, minimum: Mapping[Tier, int]) -> Tier:
    """Return the tier whose minimum (CNY, monthly daily average) `aum` reaches."""
    reached = [tier for tier, least in minimum.items() if aum >= least]
    return max(reached, key=lambda tier: minimum[tier], default=Tier.STANDARD)


def tier_after(monthly_aum: Sequence[float], minimum: Mapping[Tier, int]) -> Tier:
    """Return the tier after a series of monthly averages, oldest first.

    Upgrade with the next month; downgrade only after three consecutive months below (private: six),
    to the best tier reached within them: a published rule of a bank (domain 1 (c)).
    """
    tier, below = Tier.STANDARD, 0
    floor = {Tier.STANDARD: 0, **minimum}
    recent: list[float] = []
    for aum in monthly_aum:
        reached = tier_of(aum, minimum)
        if floor[reached] >= floor[tier]:
            tier, below, recent = reached, 0, []
            continue
        below += 1
        recent.append(aum)
        if below >= (PRIVATE_DOWNGRADE_MONTHS if tier is Tier.PRIVATE else DOWNGRADE_MONTHS):
            tier = tier_of(max(recent), minimum)
            below, recent = 0, []
    return tier
