"""Who stands at the door: the values that triage may use and the masks that people may see."""

from dataclasses import dataclass
from enum import StrEnum

from lobby_app.domain.text import Language


class Tier(StrEnum):
    """Customer tier; the bank's own names for them are in resources/policy."""

    STANDARD = "standard"
    GOLD = "gold"
    PLATINUM = "platinum"
    DIAMOND = "diamond"
    PRIVATE = "private"
    NON_CUSTOMER = "non_customer"
    UNKNOWN = "unknown"


class LifeStage(StrEnum):
    """Where a person stands in life (domain 2.3); never changes a queue."""

    STUDENT = "student"
    STARTER = "starter"
    FAMILY = "family"
    PEAK = "peak"
    PRE_RETIRE = "pre_retire"
    RETIRED = "retired"


class RelationshipStage(StrEnum):
    """Where the relationship with the bank stands (domain 2.3); never changes a queue."""

    PROSPECT = "prospect"
    NEW = "new"
    GROWING = "growing"
    MATURE = "mature"
    DECLINING = "declining"
    DORMANT = "dormant"
    LOST = "lost"


class Flag(StrEnum):
    """Action flags at the door. Those from systems are neutral: never a reason, never a grade."""

    COUNTER_VERIFY = "counter_verify"
    LEGAL_HOLD = "legal_hold"
    DOC_EXPIRED = "doc_expired"
    RISK_TEST_EXPIRED = "risk_test_expired"
    NO_MARKETING = "no_marketing"
    SCAM_SIGNS = "scam_signs"
    MEDICAL = "medical"
    SECURITY = "security"


class Access(StrEnum):
    """What gives care priority or needs a person; kept for the visit only, never with a reason."""

    WHEELCHAIR = "wheelchair"
    VISUAL = "visual"
    HEARING = "hearing"
    PREGNANT = "pregnant"
    INFANT = "infant"
    MILITARY = "military"
    VETERAN = "veteran"
    MARTYR_FAMILY = "martyr_family"
    FIREFIGHTER = "firefighter"
    MINOR = "minor"
    IMMOBILE_ABSENT = "immobile_absent"


class Preference(StrEnum):
    """The customer's stated wish: stronger than anything but safety, law and documents."""

    NONE = "none"
    HUMAN = "human"
    CASH = "cash"
    SELF = "self"


class Medium(StrEnum):
    """What the customer has in hand."""

    ID_DOCUMENT = "id_document"
    CARD = "card"
    PASSBOOK = "passbook"


class Title(StrEnum):
    """How a person is addressed."""

    MR = "mr"
    MS = "ms"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Customer:
    """What triage knows of a person; no name and no number.

    Attributes:
        known: whether a credential led to a record.
        age: full years, None when unknown.
        device_skill: 0 cannot or will not, 1 with help, 2 independent (used within 90 days).
        mobile_limit: CNY a day the customer allowed on the phone.
        aum: CNY, monthly daily average; None when unknown.
        potential: 0-100; selects an introduction, never a queue.
        care_granted: the greeter lifted the visit to care priority; no reason is kept (3.5).
        missing_documents: document codes the greeter found missing.
        aum_change_90d_percent: change of assets over 90 days, in percent.
        days_to_maturity: days until the next term deposit matures, None when there is none.
    """

    known: bool = True
    tier: Tier = Tier.STANDARD
    age: int | None = None
    potential: int | None = None
    aum: int | None = None
    device_skill: int = 1
    mobile_active: bool = False
    mobile_limit: int = 0
    media: frozenset[Medium] = frozenset()
    flags: frozenset[Flag] = frozenset()
    access: frozenset[Access] = frozenset()
    needs_help: bool = False
    care_granted: bool = False
    preference: Preference = Preference.NONE
    life_stage: LifeStage | None = None
    relationship_stage: RelationshipStage = RelationshipStage.MATURE
    missing_documents: frozenset[str] = frozenset()
    aum_change_90d_percent: float = 0.0
    days_to_maturity: int | None = None


ANONYMOUS = Customer(known=False, tier=Tier.UNKNOWN)
"""Rule R01: nobody identified; served all the same."""


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """One row of the desk's customer cache: reference data of the bank, replaceable at any time.

    Attributes:
        customer_ref: the bank's opaque reference; the only name of a person in any event.
        tokens: keyed tokens of cards, documents and phone numbers (never the numbers).
        masked_name: already masked, for example `王*明` or `A. E*******`.
        birth_date: ISO date or None; leaves the cache as an age only.
        tier_as_of: ISO date the tier was computed; older than the policy's limit means unknown.
        manager_name: relationship manager's display name, empty when none.
        next_maturity: ISO date of the next maturing term deposit, or None.
        usual_businesses: business codes, most frequent first.
    """

    customer_ref: str
    tokens: tuple[str, ...]
    masked_name: str
    surname: str
    title: Title
    language: Language
    birth_date: str | None
    tier: Tier
    tier_as_of: str
    aum: int | None
    potential: int | None
    device_skill: int
    mobile_active: bool
    mobile_limit: int
    media: frozenset[Medium]
    flags: frozenset[Flag]
    access: frozenset[Access]
    needs_help: bool
    relationship_stage: RelationshipStage
    aum_change_90d_percent: float
    next_maturity: str | None
    manager_name: str
    usual_businesses: tuple[str, ...]
