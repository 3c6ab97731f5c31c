"""The 8,000 customers of the demo branch: the same on every computer, dated by the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import overload

from lobby_app.demo import population as draw
from lobby_app.demo.branches import elder_share
from lobby_app.demo.data import SEED, demo_table
from lobby_app.demo.names import Name, chinese_name, latin_name
from lobby_app.demo.numbers import (
    Numbers,
    Token,
    card_of,
    licence_of,
    mobile_of,
    passport_of,
    resident_of,
)
from lobby_app.demo.samples import Sample, samples
from lobby_app.domain.customer import (
    CustomerRecord,
    Medium,
    RelationshipStage,
    Tier,
    Title,
)
from lobby_app.domain.text import Language
from lobby_app.scans.checks import full_years

CUSTOMER_COUNT = 8_000
_LATIN_SHARE = 0.01
_STALE_SHARE = 0.02
_LATE_SHARE = 0.06
_MANAGED = {Tier.GOLD: 0.3, Tier.PLATINUM: 0.9, Tier.DIAMOND: 1.0, Tier.PRIVATE: 1.0}
_PASSBOOK_SHARE_OF_ELDERS = 0.55
_USUAL_BUSINESSES = 3


def demo_customers(
    token: Token, today: date, *, seed: int = SEED, count: int = CUSTOMER_COUNT
) -> Iterator[CustomerRecord]:
    """Yield the customers, the sample persons first. Same seed and day: the same records.

    `token`: domain and number → keyed token; the numbers exist only in here.
    """
    rng = Random(seed)  # noqa: S311  # a demo must be the same everywhere; nothing here is secret
    taken = {numbers.document for numbers in sample_numbers()}
    known = [sample for sample in samples() if sample.is_known]
    for sample in known:
        yield _of_sample(sample, sample_numbers()[sample.place], token, today)
    weights = {elder: draw.business_weights(is_elder=elder) for elder in (False, True)}
    run = _Run(rng, token, today, elder_share(), weights, taken)
    for place in range(len(samples()), len(samples()) + count - len(known)):
        yield _drawn(run, place)


@cache
def sample_numbers() -> tuple[Numbers, ...]:
    """Return the numbers of the sample persons, in their order."""
    taken: set[str] = set()
    return tuple(
        Numbers(
            card=card_of(sample.place),
            document=passport_of(sample.place)
            if sample.name.is_latin
            else resident_of(sample.place, sample.born, is_male=sample.is_male, taken=taken),
            mobile=mobile_of(sample.place),
            licence=licence_of(sample.place) if sample.scan == "licence" else None,
        )
        for sample in samples()
    )


def _of_sample(sample: Sample, numbers: Numbers, token: Token, today: date) -> CustomerRecord:
    return CustomerRecord(
        customer_ref=_reference(sample.place),
        tokens=numbers.tokens(token),
        masked_name=sample.name.masked,
        surname=sample.name.surname,
        title=Title.MR if sample.is_male else Title.MS,
        language=_language(sample.name),
        birth_date=sample.born.isoformat(),
        tier=sample.tier,
        tier_as_of=_day(today, -sample.stale_days),
        aum=sample.aum,
        potential=sample.potential,
        device_skill=sample.device_skill,
        mobile_active=sample.mobile_limit > 0,
        mobile_limit=sample.mobile_limit,
        media=_media(has_passbook=sample.has_passbook),
        flags=sample.flags,
        access=sample.access,
        needs_help=sample.needs_help,
        relationship_stage=RelationshipStage.MATURE,
        aum_change_90d_percent=sample.aum_change,
        next_maturity=_day(today, sample.maturity_days),
        manager_name=sample.manager,
        usual_businesses=sample.usual,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What one generation shares. `taken`: documents given so far; grows."""

    rng: Random
    token: Token
    today: date
    elder_share: float
    weights: dict[bool, dict[str, float]]
    taken: set[str]


def _drawn(run: _Run, place: int) -> CustomerRecord:
    rng = run.rng
    birth = draw.draw_birth(rng, run.elder_share)
    age = full_years(birth, draw.EPOCH)
    is_elder, is_male, is_latin = age >= 60, rng.random() < 0.48, rng.random() < _LATIN_SHARE
    name = (latin_name if is_latin else chinese_name)(rng, is_male=is_male)
    document = passport_of(place)
    if not is_latin:
        document = resident_of(place, birth, is_male=is_male, taken=run.taken)
    tier = draw.draw_tier(rng) if age >= 18 else Tier.STANDARD
    assets = draw.draw_assets(rng, tier)
    skill = draw.draw_device_skill(rng, age)
    limit = draw.draw_mobile_limit(rng, skill)
    return CustomerRecord(
        customer_ref=_reference(place),
        tokens=Numbers(card_of(place), document, mobile_of(place)).tokens(run.token),
        masked_name=name.masked,
        surname=name.surname,
        title=Title.MR if is_male else Title.MS,
        language=_language(name),
        birth_date=birth.isoformat(),
        tier=tier,
        tier_as_of=_day(run.today, -_tier_age(rng)),
        aum=assets.aum,
        potential=draw.draw_potential(rng, age),
        device_skill=skill,
        mobile_active=limit > 0,
        mobile_limit=limit,
        media=_media(has_passbook=is_elder and rng.random() < _PASSBOOK_SHARE_OF_ELDERS),
        flags=draw.draw_flags(rng, tier),
        access=draw.draw_access(rng, age),
        needs_help=draw.draw_needs_help(rng, age),
        relationship_stage=draw.draw_relationship(rng, assets.aum, assets.change_90d_percent),
        aum_change_90d_percent=assets.change_90d_percent,
        next_maturity=_day(run.today, assets.maturity_in_days),
        manager_name=_manager(rng, tier),
        usual_businesses=draw.draw_businesses(rng, run.weights[is_elder], _USUAL_BUSINESSES),
    )


@overload
def _day(today: date, offset: int) -> str: ...
@overload
def _day(today: date, offset: int | None) -> str | None: ...
def _day(today: date, offset: int | None) -> str | None:
    """Return the ISO day `offset` days after today, None for None."""
    return None if offset is None else (today + timedelta(days=offset)).isoformat()


def _reference(place: int) -> str:
    return f"DEMO-{place:05d}"


def _language(name: Name) -> Language:
    return Language.EN if name.is_latin else Language.ZH


def _media(*, has_passbook: bool) -> frozenset[Medium]:
    media = {Medium.CARD, Medium.ID_DOCUMENT}
    return frozenset(media | {Medium.PASSBOOK} if has_passbook else media)


def _tier_age(rng: Random) -> int:
    """Return how many days ago the nightly file had this tier: a few are too old to be used."""
    drawn = rng.random()
    if drawn < _STALE_SHARE:
        return rng.randint(8, 40)
    return rng.randint(2, 6) if drawn < _STALE_SHARE + _LATE_SHARE else 1


def _manager(rng: Random, tier: Tier) -> str:
    if rng.random() >= _MANAGED.get(tier, 0.0):
        return ""
    name: str = rng.choice(demo_table("people")["managers"])
    return name
