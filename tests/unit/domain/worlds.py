"""Generated customers, needs and floors for property tests of triage and dispatch."""

from datetime import date, time

from hypothesis import strategies as st

from lobby_app.domain.business import Need, Policy, Priority
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
from lobby_app.domain.dispatch import WaitingTicket
from lobby_app.domain.floor import Appointment, ChannelState, Floor
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource

POLICY: Policy = load_policy(resource("policy"))
_MACHINES = [code for code, entry in POLICY.channels.items() if entry.self_service]
_ages = st.none() | st.integers(0, 110)


def _subset(kind: type) -> st.SearchStrategy[frozenset]:
    return st.frozensets(st.sampled_from(list(kind)), max_size=3)


def _mostly(usual: object, otherwise: st.SearchStrategy) -> st.SearchStrategy:
    """Three times in four the usual value: all odd at once, no visit would reach a machine."""
    return st.one_of(st.just(usual), st.just(usual), st.just(usual), otherwise)


customers = st.builds(
    Customer,
    known=_mostly(True, st.just(False)),
    tier=st.sampled_from(list(Tier)),
    age=_ages,
    potential=st.none() | st.integers(0, 100),
    aum=st.none() | st.integers(0, 10**8),
    device_skill=_mostly(2, st.integers(0, 1)),
    mobile_active=st.booleans(),
    mobile_limit=st.integers(0, 10**6),
    media=_mostly(frozenset({Medium.CARD, Medium.ID_DOCUMENT}), _subset(Medium)),
    flags=_mostly(frozenset(), _subset(Flag)),
    access=_mostly(frozenset(), _subset(Access)),
    needs_help=_mostly(False, st.just(True)),
    preference=st.sampled_from(list(Preference)),
    life_stage=st.none() | st.sampled_from(list(LifeStage)),
    relationship_stage=st.sampled_from(list(RelationshipStage)),
    missing_documents=_mostly(
        frozenset(), st.frozensets(st.sampled_from(list(POLICY.documents)), max_size=2)
    ),
    aum_change_90d_percent=st.floats(-100, 200),
    days_to_maturity=st.none() | st.integers(-10, 400),
)
needs = st.builds(
    Need,
    code=st.sampled_from([*POLICY.businesses, "something_new"])
    | st.sampled_from([code for code, entry in POLICY.businesses.items() if entry.self_service]),
    amount=st.sampled_from([0, 250, 1000, 20_000, 50_000, 50_001, 80_000])
    | st.sampled_from([0, 100, 5_000])
    | st.integers(-100, 10**7)
    | st.floats(0, 10**6),
    currency=_mostly("CNY", st.just("USD")),
    agent=_mostly(False, st.just(True)),
    cash_funded=_mostly(False, st.just(True)),
    product_risk=st.none() | st.integers(1, 5),
    new_payee=st.booleans(),
)
floors = st.builds(
    Floor,
    date=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    time=_mostly(time(10, 20), st.times(time(8, 0), time(18, 0))),
    channels=_mostly(
        dict.fromkeys(_MACHINES, ChannelState.UP),
        st.dictionaries(st.sampled_from(_MACHINES), st.sampled_from(list(ChannelState))),
    ),
    wait_minutes=st.dictionaries(st.sampled_from(list(POLICY.channels)), st.floats(0, 240)),
    appointment=st.none() | st.builds(Appointment, st.integers(-300, 300)),
    offline=st.booleans(),
    cache_age_days=_mostly(0, st.none() | st.integers(0, 40)),
    private_banking_on_site=st.booleans(),
    vip_counter_open=st.booleans(),
    cash_stock_ok=st.booleans(),
    fx_cash_stocked=st.booleans(),
)
halls = st.lists(
    st.tuples(st.sampled_from(list(Priority)), st.floats(0, 120)), min_size=1, max_size=12
).map(
    lambda rows: [
        WaitingTicket(str(i), f"A{i:03d}", "hall", priority, start)
        for i, (priority, start) in enumerate(rows)
    ]
)
