"""Life-cycle axes and the tier rule."""

import pytest

from lobby_app.domain.amounts import amount_band
from lobby_app.domain.business import AmountBand
from lobby_app.domain.customer import LifeStage, RelationshipStage, Tier
from lobby_app.domain.stages import life_stage, relationship_stage, tier_after, tier_of
from tests.unit.domain.worlds import POLICY

MINIMUM = POLICY.tier_minimum


@pytest.mark.parametrize(
    ("aum", "tier"),
    [
        (49_999.99, Tier.STANDARD),
        (50_000, Tier.GOLD),
        (499_999.99, Tier.GOLD),
        (500_000, Tier.PLATINUM),
        (4_999_999.99, Tier.PLATINUM),
        (5_000_000, Tier.DIAMOND),
        (9_999_999.99, Tier.DIAMOND),
        (10_000_000, Tier.PRIVATE),
    ],
)
def test_tier_boundaries(aum: float, tier: Tier) -> None:
    assert tier_of(aum, MINIMUM) is tier
    assert tier_after([aum], MINIMUM) is tier


@pytest.mark.parametrize(
    ("months", "tier"),
    [
        ([600_000, 100_000, 100_000], Tier.PLATINUM),
        ([600_000, 100_000, 100_000, 100_000], Tier.GOLD),
        ([600_000, 100_000, 100_000, 600_000, 100_000, 100_000], Tier.PLATINUM),
        ([600_000, 100_000, 10, 10], Tier.GOLD),
        ([12_000_000] + [100_000] * 5, Tier.PRIVATE),
        ([12_000_000] + [100_000] * 6, Tier.GOLD),
        ([10, 20, 600_000], Tier.PLATINUM),
        ([], Tier.STANDARD),
    ],
)
def test_tier_goes_up_at_once_and_down_after_the_months_of_grace(
    months: list[float], tier: Tier
) -> None:
    assert tier_after(months, MINIMUM) is tier


@pytest.mark.parametrize(
    ("age", "stage"),
    [(22, LifeStage.STUDENT), (23, LifeStage.STARTER), (29, LifeStage.STARTER),
     (30, LifeStage.FAMILY), (45, LifeStage.PEAK), (55, LifeStage.PRE_RETIRE),
     (59, LifeStage.PRE_RETIRE), (60, LifeStage.RETIRED)],
)  # fmt: skip
def test_life_stage_boundaries(age: int, stage: LifeStage) -> None:
    assert life_stage(age) is stage


def _stage(**changes: object) -> RelationshipStage:
    facts: dict[str, object] = {
        "has_account": True,
        "is_closed": False,
        "days_since_opening": 1000,
        "days_since_activity": 10,
        "aum": 20_000.0,
        "aum_change_90d_percent": 0.0,
        "has_new_product": False,
    }
    return relationship_stage(**{**facts, **changes})  # type: ignore[arg-type]


def test_relationship_stages_follow_their_precedence() -> None:
    assert _stage() is RelationshipStage.MATURE
    assert _stage(aum_change_90d_percent=20.0) is RelationshipStage.GROWING
    assert _stage(aum_change_90d_percent=-30.0) is RelationshipStage.DECLINING
    assert _stage(days_since_activity=180, aum=999.0) is RelationshipStage.DORMANT
    assert _stage(days_since_opening=90, aum_change_90d_percent=-50.0) is RelationshipStage.NEW
    assert _stage(has_account=False, days_since_opening=5) is RelationshipStage.PROSPECT
    assert _stage(is_closed=True, has_account=False) is RelationshipStage.LOST


@pytest.mark.parametrize(
    ("amount", "band"),
    [(0, AmountBand.NONE), (1, AmountBand.UP_TO_20K), (20_000, AmountBand.UP_TO_20K),
     (20_001, AmountBand.UP_TO_50K), (50_001, AmountBand.UP_TO_200K),
     (200_001, AmountBand.ABOVE_200K)],
)  # fmt: skip
def test_amounts_are_kept_as_bands(amount: int, band: AmountBand) -> None:
    assert amount_band(amount) is band
