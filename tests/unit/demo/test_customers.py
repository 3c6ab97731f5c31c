"""The demo's customers: the recipe's shares, obviously false numbers, the same everywhere."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from lobby_app.cache.customers import record_to_json
from lobby_app.demo.appointments import demo_appointments
from lobby_app.demo.customers import CUSTOMER_COUNT, demo_customers
from lobby_app.demo.names import Name
from lobby_app.demo.numbers import Numbers
from lobby_app.demo.population import EPOCH, business_weights
from lobby_app.demo.samples import samples
from lobby_app.domain.credential import Credential
from lobby_app.domain.customer import CustomerRecord, Flag, Tier, Title
from lobby_app.domain.stages import tier_of
from lobby_app.domain.text import Language
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.scans.checks import full_years, gb11643_check, luhn_ok
from lobby_app.scans.parse import parse
from tests.unit.demo.desk import DAY, TOKEN, at, context

DIGEST = """
import hashlib
from datetime import date
from lobby_app.cache.customers import record_to_json
from lobby_app.demo.appointments import demo_appointments
from lobby_app.demo.customers import demo_customers
records = list(demo_customers(lambda domain, number: f"{domain}:{number}", date(2026, 11, 24)))
text = "".join(record_to_json(r) + "".join(r.tokens) for r in records)
text += repr(demo_appointments(records, date(2026, 11, 24)))
print(hashlib.sha256(text.encode()).hexdigest())
"""


class Seen(list[tuple[str, str]]):
    """A token function that remembers the numbers: what the real one never does."""

    def __call__(self, domain: str, number: str) -> str:
        self.append((domain, number))
        return TOKEN(domain, number)


@pytest.fixture(scope="module")
def generated() -> tuple[Seen, Sequence[CustomerRecord]]:
    seen = Seen()
    return seen, list(demo_customers(seen, DAY))


@pytest.fixture(scope="module")
def seen(generated: tuple[Seen, Sequence[CustomerRecord]]) -> Seen:
    return generated[0]


@pytest.fixture(scope="module")
def customers(generated: tuple[Seen, Sequence[CustomerRecord]]) -> Sequence[CustomerRecord]:
    return generated[1]


def _age(customer: CustomerRecord) -> int:
    return full_years(date.fromisoformat(customer.birth_date or ""), EPOCH)


def _share(customers: Sequence[CustomerRecord], *, of: object) -> float:
    assert callable(of)
    return sum(map(of, customers)) / len(customers)


def test_the_same_bytes_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_is_another_branch_and_another_day_only_moves_dates() -> None:
    first = list(demo_customers(TOKEN, DAY, count=200))
    other = list(demo_customers(TOKEN, DAY, seed=2, count=200))
    later = list(demo_customers(TOKEN, DAY + timedelta(days=9), count=200))
    known = sum(sample.is_known for sample in samples())
    assert [c.masked_name for c in first] != [c.masked_name for c in other]
    assert first[:known] == other[:known]
    assert [c.tokens for c in first] == [c.tokens for c in later]
    assert [c.tier for c in first] == [c.tier for c in later]
    assert first[0].tier_as_of != later[0].tier_as_of


def test_eight_thousand_different_people(customers: Sequence[CustomerRecord]) -> None:
    assert len(customers) == CUSTOMER_COUNT == 8000
    assert len({c.customer_ref for c in customers}) == 8000
    tokens = [token for c in customers for token in c.tokens]
    assert len(tokens) == len(set(tokens))
    assert min(len(c.tokens) for c in customers) >= 3


def test_no_number_could_be_somebodys(customers: Sequence[CustomerRecord], seen: Seen) -> None:
    kinds = Counter(domain for domain, _ in seen)
    assert kinds["card"] == kinds["mobile"] == kinds["document"] == len(customers)
    for domain, number in seen:
        if domain == "card":
            assert number.startswith("999900")
            assert len(number) == 19
            assert not luhn_ok(number)
        elif domain == "mobile":
            assert number.startswith("1000000")
            assert len(number) == 11
        elif domain == "document" and not number.startswith("DEMO"):
            assert number.startswith("999999")
            assert gb11643_check(number[:17]) != number[17]
        else:
            assert number.startswith("DEMO")


def test_no_number_leaves_the_generator(customers: Sequence[CustomerRecord], seen: Seen) -> None:
    stored = "\n".join(record_to_json(c) for c in customers)
    numbers = {number for _, number in seen}
    assert min(map(len, numbers)) == 9
    assert numbers & set(re.findall(r"[0-9A-Z]{9,}", stored)) == set()


def test_a_scan_of_each_number_finds_its_customer(
    customers: Sequence[CustomerRecord], seen: Seen
) -> None:
    owners = {token: c for c in customers for token in c.tokens}
    for domain, number in seen[:: len(seen) // 600]:
        if number.startswith("DEMO"):
            continue
        scan = parse(number, context(at("10:00")))
        assert isinstance(scan, Credential), (domain, scan)
        assert owners[scan.token].tokens
        if domain == "document":
            owner = owners[scan.token]
            assert (scan.title, scan.age) == (
                owner.title,
                full_years(date.fromisoformat(owner.birth_date or ""), DAY),
            )


def test_outside_the_demo_nobody_reads_its_documents(seen: Seen) -> None:
    strict = context(at("10:00"), is_demo=False)
    resident = next(number for _, number in seen if number.startswith("999999"))
    mobile = next(number for domain, number in seen if domain == "mobile")
    assert not isinstance(parse(resident, strict), Credential)
    assert not isinstance(parse(mobile, strict), Credential)


def test_tiers_are_mixed_as_visitors_are(customers: Sequence[CustomerRecord]) -> None:
    mix = {tier: _share(customers, of=lambda c, t=tier: c.tier is t) for tier in Tier}
    assert mix[Tier.STANDARD] == pytest.approx(0.66, abs=0.02)
    assert mix[Tier.GOLD] == pytest.approx(0.23, abs=0.02)
    assert mix[Tier.PLATINUM] == pytest.approx(0.10, abs=0.012)
    assert mix[Tier.DIAMOND] == pytest.approx(0.007, abs=0.004)
    assert mix[Tier.PRIVATE] == pytest.approx(0.003, abs=0.002)
    assert mix[Tier.UNKNOWN] == mix[Tier.NON_CUSTOMER] == 0


def test_assets_agree_with_the_tier(customers: Sequence[CustomerRecord]) -> None:
    minimum = load_policy(resource("policy")).tier_minimum
    assert [c.customer_ref for c in customers if tier_of(c.aum or 0, minimum) is not c.tier] == []


def test_ages_skills_and_help_follow_the_recipe(customers: Sequence[CustomerRecord]) -> None:
    elders = [c for c in customers if _age(c) >= 60]
    oldest = [c for c in customers if _age(c) >= 70]
    young = [c for c in customers if _age(c) < 45]
    assert len(elders) / len(customers) == pytest.approx(0.38, abs=0.02)
    assert max(map(_age, customers)) < 95
    assert _share(young, of=lambda c: c.device_skill == 2) == pytest.approx(0.85, abs=0.03)
    assert _share(oldest, of=lambda c: c.device_skill == 0) == pytest.approx(0.65, abs=0.04)
    assert _share(elders, of=lambda c: c.needs_help) == pytest.approx(0.22, abs=0.03)
    assert all(c.mobile_active == (c.mobile_limit > 0) for c in customers)


def test_flags_and_dates_follow_the_recipe(customers: Sequence[CustomerRecord]) -> None:
    def flagged(flag: Flag) -> float:
        return _share(customers, of=lambda c: flag in c.flags)

    assert flagged(Flag.DOC_EXPIRED) == pytest.approx(0.02, abs=0.006)
    assert flagged(Flag.COUNTER_VERIFY) == pytest.approx(0.006, abs=0.004)
    assert flagged(Flag.NO_MARKETING) == pytest.approx(0.08, abs=0.012)
    assert flagged(Flag.SCAM_SIGNS) == 0
    yesterday = (DAY - timedelta(days=1)).isoformat()
    week_ago = (DAY - timedelta(days=7)).isoformat()
    assert _share(customers, of=lambda c: c.tier_as_of == yesterday) > 0.88
    assert 0.005 < _share(customers, of=lambda c: c.tier_as_of < week_ago) < 0.04
    rich = [c for c in customers if c.tier is not Tier.STANDARD]
    assert _share(rich, of=lambda c: c.next_maturity is not None) == pytest.approx(0.35, abs=0.03)


def test_usual_businesses_are_of_the_catalogue_and_fit_the_age(
    customers: Sequence[CustomerRecord],
) -> None:
    catalogue = load_policy(resource("policy")).businesses
    assert {code for c in customers for code in c.usual_businesses} <= catalogue.keys()
    elders = business_weights(is_elder=True)
    others = business_weights(is_elder=False)
    assert sum(elders.values()) == pytest.approx(1) == sum(others.values())
    assert elders["passbook_update"] > 1.5 * others["passbook_update"]
    assert elders["corporate"] < 0.2 * others["corporate"]


def test_names_are_masked(customers: Sequence[CustomerRecord]) -> None:
    assert all("*" in c.masked_name for c in customers)
    assert Name("王", "晓明").masked == "王*明"
    assert Name("王", "明").masked == "王*"
    assert Name("欧阳", "明").masked == "欧阳*"
    assert Name("欧阳", "启明").masked == "欧阳*明"
    assert Name("Eriksson", "Anna", is_latin=True).masked == "A. E*******"
    foreign = [c for c in customers if c.language is Language.EN]
    assert 30 < len(foreign) < 150
    assert any(c.surname == "欧阳" for c in customers)
    assert {c.title for c in customers} == {Title.MR, Title.MS}


def test_tokens_name_their_domain() -> None:
    tokens = Numbers("1", "2", "3", "4").tokens(lambda domain, number: f"{domain}{number}")
    assert tokens == ("card1", "document2", "mobile3", "licence4")


def test_bookings_of_a_day_belong_to_customers_nothing_else_hurries(
    customers: Sequence[CustomerRecord],
) -> None:
    bookings = demo_appointments(customers, DAY)
    tomorrow = demo_appointments(customers, DAY + timedelta(days=1))
    assert [b.code for b in bookings] == [b.code for b in tomorrow]
    assert [b.customer_ref for b in bookings] != [b.customer_ref for b in tomorrow]
    assert len({b.code for b in bookings}) == len(bookings) == 21
    by_ref = {c.customer_ref: c for c in customers}
    assert all(not by_ref[b.customer_ref or ""].flags for b in bookings)
    assert bookings[0].starts_at == "2026-11-24T08:40:00"
