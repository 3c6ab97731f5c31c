"""The named sample persons of resources/demo/cards.toml: one for each kind of recommendation."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from lobby_app.demo.data import demo_table
from lobby_app.demo.names import Name
from lobby_app.domain.business import Need, Priority
from lobby_app.domain.customer import Access, Flag, Tier
from lobby_app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Expected:
    """What the desk recommends on a quiet morning; the sheet promises it and a test holds it."""

    channel: str
    priority: Priority
    prompt: str
    next_best_action: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One person of the demo sheet, at `place` in the population.

    Attributes:
        is_known: False = deliberately not in the customer cache.
        scan: what to scan: card, resident, mobile, passport or licence.
        document_expires: expiry of passport or licence.
        stale_days: how many days ago the tier was computed.
        maturity_days: days until a term deposit matures, None when there is none.
    """

    place: int
    key: str
    title: Text
    is_known: bool
    scan: str
    need: Need
    expected: Expected
    name: Name
    is_male: bool
    born: date
    document_expires: date
    tier: Tier
    aum: int
    device_skill: int
    mobile_limit: int
    flags: frozenset[Flag]
    access: frozenset[Access]
    needs_help: bool
    has_passbook: bool
    stale_days: int
    maturity_days: int | None
    aum_change: float
    potential: int | None
    manager: str
    usual: tuple[str, ...]


@cache
def samples() -> tuple[Sample, ...]:
    """Return all samples, in the order of the sheet."""
    entries = demo_table("cards")["card"]
    return tuple(_sample(place, entry) for place, entry in enumerate(entries))


def _sample(place: int, entry: dict[str, Any]) -> Sample:
    person = entry.get("person", {})
    return Sample(
        place=place,
        key=entry["key"],
        title=Text(entry["zh"], entry["en"]),
        is_known=entry.get("known", True),
        scan=entry["scan"],
        need=Need(**entry["need"]),
        expected=_expected(entry["expect"]),
        name=Name(
            person.get("surname", ""), person.get("given", ""), person.get("is_latin", False)
        ),
        is_male=person.get("is_male", False),
        born=person.get("born", date(1990, 1, 1)),
        document_expires=person.get("document_expires", date(2049, 12, 31)),
        tier=Tier(person.get("tier", "standard")),
        aum=person.get("aum", 8_000),
        device_skill=person.get("device_skill", 2),
        mobile_limit=person.get("mobile_limit", 0),
        flags=frozenset(Flag(flag) for flag in person.get("flags", [])),
        access=frozenset(Access(access) for access in person.get("access", [])),
        needs_help=person.get("needs_help", False),
        has_passbook=person.get("has_passbook", False),
        stale_days=person.get("stale_days", 1),
        maturity_days=person.get("maturity_days"),
        aum_change=person.get("aum_change", 0.0),
        potential=person.get("potential"),
        manager=person.get("manager", ""),
        usual=(entry["need"]["code"], *person.get("usual", [])),
    )


def _expected(entry: dict[str, Any]) -> Expected:
    return Expected(
        channel=entry["channel"],
        priority=Priority(entry.get("priority", "ordinary")),
        prompt=entry["prompt"],
        next_best_action=entry.get("next_best_action"),
    )
