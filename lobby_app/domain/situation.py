"""One question to triage: customer, need, floor and policy, with what follows from them at once."""

from dataclasses import dataclass
from functools import cached_property

from lobby_app.domain.business import BusinessEntry, Need, Policy, Priority
from lobby_app.domain.customer import Access, Customer, Flag, Preference, Tier
from lobby_app.domain.floor import Floor
from lobby_app.domain.text import Text

CARE = frozenset(
    {
        Access.WHEELCHAIR,
        Access.VISUAL,
        Access.HEARING,
        Access.PREGNANT,
        Access.INFANT,
        Access.MILITARY,
        Access.VETERAN,
        Access.MARTYR_FAMILY,
        Access.FIREFIGHTER,
    }
)
NEEDS_PERSON = frozenset({Access.WHEELCHAIR, Access.VISUAL, Access.HEARING})
SAFETY = frozenset({Flag.SCAM_SIGNS, Flag.MEDICAL, Flag.SECURITY})
VERIFY = frozenset({Flag.COUNTER_VERIFY, Flag.LEGAL_HOLD})
TIER_PRIORITY = frozenset({Tier.PLATINUM, Tier.DIAMOND, Tier.PRIVATE})
ESCORTED = frozenset({Tier.DIAMOND, Tier.PRIVATE})
_TELLER_QUEUES = frozenset({"cash_counter", "service_counter"})
_SALES_QUEUES = frozenset({"wealth_room", "loan_desk"})


@dataclass(frozen=True)
class Situation:
    """The facts of one visit as the rules read them."""

    customer: Customer
    need: Need
    floor: Floor
    policy: Policy

    @cached_property
    def business(self) -> BusinessEntry:
        """The catalogue's entry; a code nobody knows is served by a person (rule R01's spirit)."""
        unknown = BusinessEntry(
            code=self.need.code,
            name=Text("", ""),
            search=(),
            self_service=(),
            human="service_counter",
            documents=(),
            in_person=False,
            human_minutes=10.0,
            self_minutes={},
            amount_prompt=False,
        )
        return self.policy.businesses.get(self.need.code, unknown)

    @cached_property
    def tier(self) -> Tier:
        """The usable tier: stale or missing data makes it unknown (R02)."""
        age = self.floor.cache_age_days
        if not self.customer.known or age is None:
            return Tier.UNKNOWN
        if age > self.policy.thresholds.cache_valid_days:
            return Tier.UNKNOWN
        return self.customer.tier

    @cached_property
    def priority(self) -> Priority:
        """The strongest class that applies (domain 3.2)."""
        customer, limits = self.customer, self.policy.thresholds
        age = customer.age if customer.age is not None else -1
        if SAFETY & customer.flags:
            return Priority.SAFETY
        is_helped_elder = age >= limits.elder_age and customer.needs_help
        by_age = age >= limits.elder_priority_age or is_helped_elder
        if CARE & customer.access or by_age or customer.care_granted:
            return Priority.CARE
        earliest, latest = limits.appointment_window_min
        slot = self.floor.appointment
        if slot is not None and earliest <= slot.offset_min <= latest:
            return Priority.APPOINTMENT
        return Priority.TIER if self.tier in TIER_PRIORITY else Priority.ORDINARY

    @cached_property
    def device_skill(self) -> int:
        """How independent at machines; somebody unknown gets company at least (R01)."""
        skill = self.customer.device_skill
        return skill if self.customer.known else min(skill, 1)

    @cached_property
    def is_elder(self) -> bool:
        """60 or older: the statutory definition (老年人权益保障法 art. 2)."""
        age = self.customer.age
        return age is not None and age >= self.policy.thresholds.elder_age

    @cached_property
    def must_verify(self) -> bool:
        """R10: a neutral flag; its origin never leaves the systems that set it."""
        return bool(VERIFY & self.customer.flags)

    @cached_property
    def is_minor(self) -> bool:
        """R14."""
        return Access.MINOR in self.customer.access

    @cached_property
    def document_expired(self) -> bool:
        """R11: expired, and the visit is not the one that renews it."""
        return Flag.DOC_EXPIRED in self.customer.flags and self.need.code != "information_update"

    @cached_property
    def scam_check(self) -> bool:
        """R46: a large transfer of an elder to a new payee (反电诈法 art. 16, 18)."""
        return (
            self.need.code == "transfer"
            and self.need.amount >= self.policy.thresholds.scam_check_transfer_from
            and self.is_elder
            and self.need.new_payee
        )

    @cached_property
    def wants_person(self) -> bool:
        """R20: the stated wish for a person or for cash."""
        return self.customer.preference in (Preference.HUMAN, Preference.CASH)

    @cached_property
    def wants_machine(self) -> bool:
        """The stated wish for a machine; it outranks age and access (domain 3.5)."""
        return self.customer.preference is Preference.SELF

    @cached_property
    def is_protected(self) -> bool:
        """R21/R22: goes to a person by default; machines are named as alternatives only."""
        if self.wants_machine:
            return False
        if NEEDS_PERSON & self.customer.access:
            return True
        return self.is_elder and (self.device_skill < 2 or self.customer.needs_help)

    @cached_property
    def human_channel(self) -> str:
        """Where a person does this business for this customer."""
        channel = self.business.human
        if self.need.cash_funded:
            channel = "cash_counter"
        if self.must_verify and channel in _SALES_QUEUES:
            channel = "service_counter"
        if self.may_use_vip_counter and channel in _TELLER_QUEUES:
            return "vip_counter"
        return channel

    @cached_property
    def may_use_vip_counter(self) -> bool:
        """Tier priority lives in a dedicated queue where the branch has one (domain 0.6)."""
        return self.tier in TIER_PRIORITY and self.floor.vip_counter_open

    @cached_property
    def is_closed(self) -> bool:
        """R62: no new tickets from here on; machines go on."""
        return self.floor.time >= self.policy.thresholds.closing

    @cached_property
    def above_machine_limit(self) -> bool:
        """R40b: more cash than the recycler pays, or not in hundreds."""
        limit = self.policy.thresholds.cash_recycler_withdrawal_limit
        return self.need.amount > limit or self.need.amount % 100 != 0

    def wait(self, channel: str) -> float:
        """Return the expected wait of a channel in minutes; 0 when nothing is known."""
        return self.floor.wait_minutes.get(channel, 0.0)
