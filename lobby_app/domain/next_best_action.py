"""At most one thing to mention, service reminders first, never a product name (domain 3.3)."""

from lobby_app.domain.business import Priority
from lobby_app.domain.customer import Flag, Tier
from lobby_app.domain.situation import Situation

_ABOVE_STANDARD = (Tier.GOLD, Tier.PLATINUM, Tier.DIAMOND, Tier.PRIVATE)
_LADDER = (Tier.STANDARD, *_ABOVE_STANDARD)


def next_best_action(situation: Situation) -> str | None:
    """Return one code or None. The caller leaves it out where a rule ends in silence (R00 …)."""
    s, customer, limits = situation, situation.customer, situation.policy.thresholds
    silent = Flag.NO_MARKETING in customer.flags or s.tier in (Tier.NON_CUSTOMER, Tier.UNKNOWN)
    if silent or s.must_verify or s.scam_check or s.need.code == "inheritance":
        return None
    age = customer.age
    if s.document_expired:
        return "doc_renew"
    if s.need.code == "wealth_product" and Flag.RISK_TEST_EXPIRED in customer.flags:
        return "risk_test"
    days = customer.days_to_maturity
    if days is not None and 0 <= days <= limits.maturity_days:
        return "maturity"
    if age is not None and age >= limits.investor_elder_age:
        return "antifraud_tip"
    if s.priority is Priority.CARE:
        return None
    if customer.aum_change_90d_percent <= -limits.churn_percent and s.tier in _ABOVE_STANDARD:
        return "churn_care"
    if _is_near_next_tier(s):
        return "tier_near"
    if customer.potential is not None and customer.potential >= limits.potential_from:
        return "potential_rm"
    can_learn = s.device_skill <= 1 and not customer.mobile_active
    if can_learn and age is not None and age < limits.elder_age:
        return "digital_teach"
    return None


def _is_near_next_tier(s: Situation) -> bool:
    if s.customer.aum is None or s.tier not in _LADDER[:-1]:
        return False
    following = _LADDER[_LADDER.index(s.tier) + 1]
    # Above the minimum counts too: the tier itself rises only with the next month (domain 1 (c)).
    return s.customer.aum >= s.policy.thresholds.tier_near_share * s.policy.tier_minimum[following]
