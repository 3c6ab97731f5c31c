"""As many invented customers as a test or a measurement needs, streamed into the cache."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from lobby_app.cache.customers import SqlCustomerCache
from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.customer import (
    Access,
    CustomerRecord,
    Flag,
    Medium,
    RelationshipStage,
    Tier,
    Title,
)
from lobby_app.domain.text import Language

_TIERS = (Tier.STANDARD, Tier.GOLD, Tier.PLATINUM, Tier.DIAMOND, Tier.PRIVATE)


def record(number: int, token: str) -> CustomerRecord:
    """Return the invented customer with this running number."""
    return CustomerRecord(
        customer_ref=f"C-{number}",
        tokens=(token,),
        masked_name=f"M. P*******{number:07d}",
        surname=f"Surname{number:07d}",
        title=(Title.MR, Title.MS, Title.NONE)[number % 3],
        language=Language.EN if number % 7 == 0 else Language.ZH,
        birth_date=f"{1935 + number % 70}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        tier=_TIERS[number % len(_TIERS)],
        tier_as_of=f"2026-11-{number % 28 + 1:02d}",
        aum=number * 100,
        potential=number % 101,
        device_skill=number % 3,
        mobile_active=number % 2 == 0,
        mobile_limit=50_000,
        media=frozenset({Medium.CARD, Medium.ID_DOCUMENT}),
        flags=frozenset({Flag.DOC_EXPIRED}) if number % 50 == 0 else frozenset(),
        access=frozenset({Access.WHEELCHAIR}) if number % 100 == 0 else frozenset(),
        needs_help=False,
        relationship_stage=RelationshipStage.MATURE,
        aum_change_90d_percent=-1.5,
        next_maturity="2026-12-01" if number % 9 == 0 else None,
        manager_name="Manager Seven",
        usual_businesses=("cash_withdrawal", "transfer"),
    )


def fill_customers(
    cache: SqlCustomerCache,
    count: int,
    token: Callable[[int], str],
    appointments: Iterable[BookedAppointment] = (),
) -> None:
    """Replace the cache by customers 0 … count-1; `token` gives each running number its token."""
    people = (record(number, token(number)) for number in range(count))
    cache.replace_all(people, appointments, datetime(2026, 11, 24, 6, tzinfo=UTC))
