"""The catalogue's types: businesses, channels, documents, zones, prompts and thresholds.

The values are the bank's and come from resources/policy; codes that a rule must name are here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from lobby_app.domain.customer import Tier
from lobby_app.domain.text import Text


class Priority(StrEnum):
    """Priority classes (domain 2.6), defined in the order of their strength."""

    SAFETY = "safety"
    CARE = "care"
    APPOINTMENT = "appointment"
    TIER = "tier"
    ORDINARY = "ordinary"


class AmountBand(StrEnum):
    """Amounts are stored as bands, never as figures (domain 2.9)."""

    NONE = "none"
    UP_TO_20K = "up_to_20k"
    UP_TO_50K = "20k_50k"
    UP_TO_200K = "50k_200k"
    ABOVE_200K = "above_200k"


@dataclass(frozen=True, slots=True)
class Need:
    """What the customer came for. Amounts in units of `currency`; `product_risk` 1-5 (R1-R5)."""

    code: str
    amount: float = 0
    currency: str = "CNY"
    agent: bool = False
    cash_funded: bool = False
    product_risk: int | None = None
    new_payee: bool = False


@dataclass(frozen=True, slots=True)
class ChannelEntry:
    """One channel of the catalogue.

    Attributes:
        human: a person serves there (or answers on the spot).
        self_service: a machine or the customer's phone.
        queued: tickets are issued for it; `zone` is then its letter on the ticket.
    """

    code: str
    name: Text
    human: bool
    self_service: bool
    queued: bool
    zone: str | None


@dataclass(frozen=True, slots=True)
class BusinessEntry:
    """One business of the catalogue (domain 2.8).

    Attributes:
        name: as on the tile. search: extra search keys (pinyin initials such as `qx`).
        self_service: candidate channel codes in order of preference.
        human: channel code of the human queue.
        documents: document codes always needed.
        in_person: must be done by the person (R12).
        human_minutes, self_minutes: planning means of handling, minutes; None = not possible there.
        amount_prompt: whether the desk asks for an amount.
    """

    code: str
    name: Text
    search: tuple[str, ...]
    self_service: tuple[str, ...]
    human: str
    documents: tuple[str, ...]
    in_person: bool
    human_minutes: float
    self_minutes: Mapping[str, float]
    amount_prompt: bool


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers of the decision table; names as in the worked cases' `parameters`.

    Attributes:
        credit_minutes: what a class starts with on the calling rule's clock; absent = 0.
    """

    cash_recycler_withdrawal_limit: int
    cash_recycler_deposit_limit: int
    withdrawal_booking_above: int
    cash_identification_from: int
    fx_cash_permit_above_usd: int
    smart_teller_transfer_limit: int
    elder_age: int
    elder_priority_age: int
    investor_elder_age: int
    appointment_window_min: tuple[int, int]
    cache_valid_days: int
    wait_amber_minutes: float
    wait_red_minutes: float
    open_counter_wait_minutes: float
    wealth_cutoff: time
    closing: time
    target_wait_minutes: Mapping[Priority, float]
    credit_minutes: Mapping[Priority, float]
    scam_check_transfer_from: int
    vip_counter_wait_minutes: float
    machine_queue_margin_minutes: float
    tier_near_share: float
    potential_from: int
    maturity_days: int
    churn_percent: float
    ceiling_minutes: float
    ceiling_care_minutes: float
    guard_minutes: float
    guard_calls: int
    idle_help_minutes: float


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything the bank may decide, read once and checked (lobby_app.policy).

    Attributes:
        version: written on every recommendation.
        tier_minimum: lowest AUM in CNY of each tier that is reached by assets.
        posted_rule: the calling rule as posted in the hall and printed on each ticket.
        posted_rule_short: the same in one line, to be read from eight metres on the wall.
    """

    version: str
    thresholds: Thresholds
    channels: Mapping[str, ChannelEntry]
    businesses: Mapping[str, BusinessEntry]
    documents: Mapping[str, Text]
    zones: Mapping[str, Text]
    tiers: Mapping[Tier, Text]
    tier_minimum: Mapping[Tier, int]
    prompts: Mapping[str, Text]
    reasons: Mapping[str, Text]
    next_best_actions: Mapping[str, Text]
    alerts: Mapping[str, Text]
    priorities: Mapping[Priority, Text]
    posted_rule: Text
    posted_rule_short: Text
    tiles: tuple[str, ...]
    hotline: str
