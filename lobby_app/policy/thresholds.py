"""The numbers of the decision table and of the calling rule, each within the bounds of law."""

from itertools import pairwise
from pathlib import Path

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.policy.reading import Table, read_toml

_KEYS = tuple(Thresholds.__dataclass_fields__)
TARGET_BOUNDS, GUARD_BOUNDS, CEILING_CARE_BOUNDS = (0.5, 120.0), (5.0, 30.0), (1.0, 30.0)
CREDITED = (Priority.CARE, Priority.APPOINTMENT)
MOST_CREDIT = 5.0
_TARGETS = (Priority.CARE, Priority.APPOINTMENT, Priority.TIER, Priority.ORDINARY)


def read_thresholds(path: Path) -> Thresholds:
    """Read thresholds.toml.

    Raises:
        KnownError: `policy.*`.
    """
    return thresholds_of(Table(path.name, "", read_toml(path)))


def thresholds_of(table: Table) -> Thresholds:
    """Return the thresholds of a table that holds them all."""
    table.expect_only(_KEYS)
    return Thresholds(
        cash_recycler_withdrawal_limit=table.whole("cash_recycler_withdrawal_limit"),
        cash_recycler_deposit_limit=table.whole("cash_recycler_deposit_limit"),
        # Up to here cash is paid without booking (商业银行法 art. 29, 33): never asked earlier.
        withdrawal_booking_above=table.whole("withdrawal_booking_above", 50_000),
        cash_identification_from=table.whole("cash_identification_from", 0, 50_000),
        fx_cash_permit_above_usd=table.whole("fx_cash_permit_above_usd", 0, 10_000),
        smart_teller_transfer_limit=table.whole("smart_teller_transfer_limit"),
        # 60 is the statutory age of an elder: a bank may protect earlier, never later.
        elder_age=table.whole("elder_age", 50, 60),
        elder_priority_age=table.whole("elder_priority_age", 50, 80),
        investor_elder_age=table.whole("investor_elder_age", 50, 65),
        appointment_window_min=_window(table),
        # Older reference data is not used (R02).
        cache_valid_days=table.whole("cache_valid_days", 0, 7),
        wait_amber_minutes=table.number("wait_amber_minutes", 1, 60),
        wait_red_minutes=table.number("wait_red_minutes", 1, 120),
        open_counter_wait_minutes=table.number("open_counter_wait_minutes", 1, 60),
        wealth_cutoff=table.clock("wealth_cutoff"),
        closing=table.clock("closing"),
        target_wait_minutes=_targets(table.table("target_wait_minutes")),
        credit_minutes=_credits(table),
        scam_check_transfer_from=table.whole("scam_check_transfer_from", 0, 50_000),
        vip_counter_wait_minutes=table.number("vip_counter_wait_minutes", 0, 60),
        machine_queue_margin_minutes=table.number("machine_queue_margin_minutes", 0, 30),
        tier_near_share=table.number("tier_near_share", 0.5, 1),
        potential_from=table.whole("potential_from", 0, 100),
        maturity_days=table.whole("maturity_days", 0, 60),
        churn_percent=table.number("churn_percent", 0, 100),
        # The posted ceiling for ordinary tickets; longer would break the posted promise.
        ceiling_minutes=table.number("ceiling_minutes", 5, 30),
        ceiling_care_minutes=table.number("ceiling_care_minutes", *CEILING_CARE_BOUNDS),
        guard_minutes=table.number("guard_minutes", *GUARD_BOUNDS),
        guard_calls=table.whole("guard_calls", 1, 20),
        idle_help_minutes=table.number("idle_help_minutes", 0, 30),
    )


def _window(table: Table) -> tuple[int, int]:
    value = table.values.get("appointment_window_min")
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(type(item) is int for item in value)
        or not -120 <= value[0] <= 0 <= value[1] <= 120
    ):
        raise table.wrong("appointment_window_min", "[-10, 15]")
    return value[0], value[1]


def _credits(table: Table) -> dict[Priority, float]:
    """Return the head starts. A tier has none: it never buys more than the guards leave it."""
    if "credit_minutes" not in table.values:
        return {}
    credits_ = table.table("credit_minutes")
    credits_.expect_only(tuple(one.value for one in CREDITED))
    return {one: credits_.number(one, 0, MOST_CREDIT) for one in CREDITED if one in credits_.values}


def _targets(table: Table) -> dict[Priority, float]:
    table.expect_only(tuple(target.value for target in _TARGETS))
    targets = {target: table.number(target.value, *TARGET_BOUNDS) for target in _TARGETS}
    for earlier, later in pairwise(_TARGETS):
        if targets[earlier] > targets[later]:
            raise table.wrong(later, f">= {targets[earlier]:g}")
    return targets
