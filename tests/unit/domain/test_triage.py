"""Triage: the worked cases, their must-nots, and what holds for every visit (domain 3.8)."""

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.business import Need, Priority
from lobby_app.domain.customer import (
    Access,
    Customer,
    Flag,
    LifeStage,
    Medium,
    Preference,
    RelationshipStage,
    Tier,
)
from lobby_app.domain.floor import ChannelState, Floor
from lobby_app.domain.recommendation import Recommendation
from lobby_app.domain.triage import recommend
from lobby_app.services.case_files import CaseResult, triage_file
from tests.unit.domain.worlds import POLICY, customers, floors, needs

CASES = Path(__file__).parents[2] / "cases" / "triage.yaml"
RESULTS = list(triage_file(CASES, POLICY))
STRENGTH = list(Priority)
LADDER = [Tier.STANDARD, Tier.GOLD, Tier.PLATINUM, Tier.DIAMOND, Tier.PRIVATE]


@pytest.mark.parametrize("result", RESULTS, ids=lambda r: str(r.document["id"]))
def test_triage_answers_the_worked_case(result: CaseResult) -> None:
    assert result.differences == ()


def test_all_worked_cases_are_there() -> None:
    assert len(RESULTS) == 71


def ask(customer: Customer, need: Need, floor: Floor) -> Recommendation:
    return recommend(customer, need, floor, POLICY)


def is_self_service(channel: str) -> bool:
    return POLICY.channels[channel].self_service


@given(customers, needs, floors)
def test_every_visit_gets_a_speakable_answer(c: Customer, n: Need, f: Floor) -> None:
    answer = ask(c, n, f)
    assert answer.channel in POLICY.channels
    assert answer.prompt in POLICY.prompts
    assert set(answer.alternatives) <= set(POLICY.channels)
    assert answer.channel not in answer.alternatives
    assert set(answer.documents) <= set(POLICY.documents)
    assert set(answer.alerts) <= set(POLICY.alerts)
    assert answer.reason.zh
    assert answer.reason.en
    assert answer.ticket == (answer.queue is not None)
    assert answer.policy_version == POLICY.version


@given(
    customers,
    needs,
    floors,
    st.none() | st.integers(0, 100),
    st.sampled_from(list(RelationshipStage)),
    st.none() | st.sampled_from(list(LifeStage)),
    st.none() | st.integers(0, 10**8),
)
def test_property_1_value_and_stage_never_move_anybody(
    c: Customer,
    n: Need,
    f: Floor,
    potential: int | None,
    stage: RelationshipStage,
    life: LifeStage | None,
    aum: int | None,
) -> None:
    other = replace(c, potential=potential, relationship_stage=stage, life_stage=life, aum=aum)
    before, after = ask(c, n, f), ask(other, n, f)
    assert (before.channel, before.queue, before.priority) == (
        after.channel,
        after.queue,
        after.priority,
    )


@given(customers, needs, floors, st.integers(0, 3))
def test_property_2_a_higher_tier_never_costs_priority_nor_lifts_a_check(
    c: Customer, n: Need, f: Floor, step: int
) -> None:
    lower = ask(replace(c, tier=LADDER[step]), n, f)
    higher = ask(replace(c, tier=LADDER[step + 1]), n, f)
    assert STRENGTH.index(higher.priority) <= STRENGTH.index(lower.priority)
    kept = {"R00", "R10", "R13"} & set(lower.rules)
    assert kept <= set(higher.rules)


@given(customers, needs, floors)
def test_property_3_a_wish_for_a_person_is_never_answered_with_a_machine(
    c: Customer, n: Need, f: Floor
) -> None:
    answer = ask(replace(c, preference=Preference.HUMAN), n, f)
    assert not is_self_service(answer.channel)


@given(customers, needs, floors, st.integers(60, 110), st.integers(0, 1))
def test_property_4_elders_who_do_not_use_machines_see_a_person(
    c: Customer, n: Need, f: Floor, age: int, skill: int
) -> None:
    preference = c.preference if c.preference is not Preference.SELF else Preference.NONE
    answer = ask(replace(c, age=age, device_skill=skill, preference=preference), n, f)
    assert not is_self_service(answer.channel)


@given(customers, needs, floors)
def test_property_5_a_person_is_always_on_the_way(c: Customer, n: Need, f: Floor) -> None:
    answer = ask(c, n, f)
    assert POLICY.channels[answer.human_alternative].human


@given(customers, needs, floors)
def test_property_6_a_cut_line_refuses_nobody(c: Customer, n: Need, f: Floor) -> None:
    online = ask(c, n, replace(f, offline=False))
    offline = ask(c, n, replace(f, offline=True))
    assert (offline.channel, offline.queue) == (online.channel, online.queue)


@given(customers, needs, floors)
def test_property_7_the_verify_text_is_the_same_for_every_cause(
    c: Customer, n: Need, f: Floor
) -> None:
    rest = c.flags - {Flag.COUNTER_VERIFY, Flag.LEGAL_HOLD}
    first = ask(replace(c, flags=rest | {Flag.COUNTER_VERIFY}), n, f)
    second = ask(replace(c, flags=rest | {Flag.LEGAL_HOLD}), n, f)
    assert first == second


@given(customers, needs, floors, st.integers(1, 50_000), st.times(time(8, 0), time(16, 59)))
def test_cash_is_never_refused(c: Customer, n: Need, f: Floor, amount: int, at: time) -> None:
    """商业银行法 art. 29: up to the booking threshold the counter always serves."""
    wish = replace(
        c,
        preference=Preference.CASH,
        missing_documents=frozenset(),
        flags=c.flags - {Flag.SCAM_SIGNS, Flag.MEDICAL, Flag.SECURITY},
    )
    need = replace(n, code="cash_withdrawal", amount=amount, agent=False)
    answer = ask(wish, need, replace(f, time=at))
    assert answer.queue in ("cash_counter", "vip_counter")


@given(customers, needs, floors)
def test_flags_of_verification_leave_no_unattended_channel(c: Customer, n: Need, f: Floor) -> None:
    answer = ask(replace(c, flags=c.flags | {Flag.COUNTER_VERIFY}), n, f)
    ways = (answer.channel, *answer.alternatives)
    assert not any(is_self_service(way) for way in ways)
    assert answer.next_best_action is None


@pytest.mark.parametrize(
    ("flag", "prompt", "alerts"),
    [
        (Flag.SCAM_SIGNS, "scam_stop", ("supervisor",)),
        (Flag.MEDICAL, "safety", ("supervisor",)),
        (Flag.SECURITY, "safety", ("supervisor", "security")),
    ],
)
def test_safety_comes_before_everything(flag: Flag, prompt: str, alerts: tuple[str, ...]) -> None:
    customer = Customer(tier=Tier.PRIVATE, flags=frozenset({flag, Flag.COUNTER_VERIFY}))
    answer = ask(customer, Need("advisory"), _floor())
    assert (answer.channel, answer.priority) == ("floor_manager", Priority.SAFETY)
    assert (answer.prompt, answer.alerts) == (prompt, alerts)
    assert answer.next_best_action is None


def _floor(**changes: object) -> Floor:
    up = {c: ChannelState.UP for c, entry in POLICY.channels.items() if entry.self_service}
    base = Floor(date(2026, 3, 10), time(10, 20), channels=up)
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_large_transfer_of_an_elder_to_a_new_payee_is_checked() -> None:
    elder = Customer(age=66, device_skill=2, mobile_active=True, mobile_limit=10**6)
    answer = ask(elder, Need("transfer", 80_000, new_payee=True), _floor())
    assert answer.prompt == "scam_check"
    assert "R46" in answer.rules
    assert "supervisor" in answer.alerts
    assert not any(is_self_service(way) for way in answer.alternatives)


def test_an_elder_who_wants_the_machine_gets_it_with_the_counter_beside() -> None:
    elder = Customer(
        age=72, device_skill=1, preference=Preference.SELF, media=frozenset({Medium.CARD})
    )
    answer = ask(elder, Need("cash_withdrawal", 1000), _floor())
    assert answer.channel == "cash_recycler"
    assert "cash_counter" in answer.alternatives


def test_a_stale_tier_gives_no_privilege() -> None:
    private = Customer(tier=Tier.PRIVATE, age=50)
    fresh = ask(private, Need("advisory"), _floor(cache_age_days=7))
    stale = ask(private, Need("advisory"), _floor(cache_age_days=8))
    assert fresh.prompt == "escort"
    assert (stale.queue, stale.priority) == ("wealth_room", Priority.ORDINARY)


def test_a_hall_without_its_machine_sends_people_to_the_counter() -> None:
    customer = Customer(age=30, device_skill=2, media=frozenset({Medium.CARD}))
    answer = ask(customer, Need("cash_withdrawal", 1000), _floor(channels={}))
    assert answer.channel == "cash_counter"


def test_access_keeps_the_machine_as_an_offer_only() -> None:
    customer = Customer(
        age=30,
        device_skill=2,
        media=frozenset({Medium.CARD}),
        access=frozenset({Access.WHEELCHAIR}),
    )
    answer = ask(customer, Need("cash_withdrawal", 1000), _floor())
    assert answer.channel == "cash_counter"
    assert answer.alternatives == ("cash_recycler",)
