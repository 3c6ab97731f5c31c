"""Who comes when, and what for: one day's visitors by the recipe of domain 6.3 and 6.4."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from lobby_app.demo.customers import CUSTOMER_COUNT
from lobby_app.demo.data import demo_table
from lobby_app.demo.numbers import card_of, track_2
from lobby_app.demo.population import business_weights
from lobby_app.demo.samples import samples
from lobby_app.domain.business import Need

OPENING = time(9, 0)
_HALF_HOUR = timedelta(minutes=30)
_NOISE_CV = 0.12
_UNKNOWN_SHARE = 0.08
_WANTS_PERSON_SHARE = 0.06
_COMPLAINT_SHARE = 1 / 400
_CASH = ("cash_withdrawal", "cash_deposit")
_SMALL_CASH_SHARE, _MIDDLE_CASH_SHARE = 0.73, 0.93


@dataclass(frozen=True, slots=True)
class Visitor:
    """One arrival.

    Attributes:
        scan: what the reader sends; empty for somebody who shows nothing.
        patience: minutes after which this person has left unnoticed. minutes_factor: how long the
            handling takes, times the plan. luck: 0-1, decides about a missed call.
    """

    at: datetime
    scan: str
    need: Need
    wants_person: bool
    complains: bool
    patience: float
    minutes_factor: float
    luck: float


def visitors_of(day: date, kind: str, zone: tzinfo, seed: int) -> list[Visitor]:
    """Return the visitors of a day in order. `kind`: normal or pension. Same seed, same day."""
    rng = Random(f"{seed} {day} {kind}")  # noqa: S311  # the same everywhere; nothing is secret
    plan = demo_table("traffic")[kind]
    weights = {elder: business_weights(is_elder=elder) for elder in (False, True)}
    total, shares = plan["visits"], plan["half_hours"]
    factor = rng.gammavariate(1 / _NOISE_CV**2, _NOISE_CV**2)
    begin = datetime.combine(day, OPENING, zone)
    found = []
    for place, share in enumerate(shares):
        mean = total * factor * share / sum(shares)
        for _ in range(_poisson(rng, mean)):
            at = begin + _HALF_HOUR * (place + rng.random())
            found.append(_visitor(rng, at, plan["elder_share"], weights))
    return sorted(found, key=lambda visitor: visitor.at)


def _visitor(
    rng: Random, at: datetime, elder_share: float, weights: dict[bool, dict[str, float]]
) -> Visitor:
    handling = demo_table("traffic")["handling"]
    is_elder = rng.random() < elder_share
    codes, shares = zip(*weights[is_elder].items(), strict=True)
    business = rng.choices(codes, shares)[0]
    place = len(samples()) + rng.randrange(CUSTOMER_COUNT - len(samples()))
    patience = _lognormal(rng, handling["patience_minutes"], handling["patience_sigma"])
    cv = handling["corporate_cv"] if business == "corporate" else handling["cv"]
    return Visitor(
        at=at,
        scan="" if rng.random() < _UNKNOWN_SHARE else track_2(card_of(place)),
        need=Need(business, amount=_amount(rng, business)),
        wants_person=rng.random() < _WANTS_PERSON_SHARE,
        complains=rng.random() < _COMPLAINT_SHARE,
        patience=patience * (handling["elder_patience_factor"] if is_elder else 1.0),
        minutes_factor=_lognormal(rng, 1.0, math.sqrt(math.log(1 + cv**2))),
        luck=rng.random(),
    )


def _amount(rng: Random, business: str) -> int:
    if business == "transfer":
        return 1000 * rng.randint(1, 80)
    if business not in _CASH:
        return 0
    drawn = rng.random()
    if drawn < _SMALL_CASH_SHARE:
        return 100 * rng.randint(1, 200)
    if drawn < _MIDDLE_CASH_SHARE:
        return 100 * rng.randint(201, 500)
    return 1000 * rng.randint(51, 150)


def _lognormal(rng: Random, mean: float, sigma: float) -> float:
    return rng.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)


def _poisson(rng: Random, mean: float) -> int:
    """Return a Poisson number by counting exponential gaps."""
    count, passed = 0, rng.expovariate(1.0)
    while passed < mean:
        count += 1
        passed += rng.expovariate(1.0)
    return count
