"""Hypothesis strategies for events about one ticket, told by several logs, forks included."""

from datetime import date

from hypothesis import strategies as st

from lobby_app.domain.event import Draft, EventKind, encode, parse_body
from lobby_app.domain.ticket import TicketFold, fold_of

TICKET = "0c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e10"
DAY = date(2026, 11, 24)
LOGS = tuple(f"{n:032x}" for n in (1, 2, 0xFFFF))

_kinds = st.sampled_from([*EventKind, "transferred_by_a_newer_version"])
_ranks = st.one_of(st.none(), st.sampled_from([0, 10, 20, 30, 31, 32]), st.integers(0, 9_999))
_any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    st.lists,
    max_leaves=4,
)
_data = st.fixed_dictionaries(
    {},
    optional={
        "number": st.sampled_from(["A1001", "A1002"]) | _any_json,
        "zone": st.sampled_from(["A", "V"]) | _any_json,
        "business": st.sampled_from(["cash_withdrawal", "loan"]) | _any_json,
        "customer_ref": st.none() | st.just("C-1") | _any_json,
        "qr_token": st.just("TOKEN") | _any_json,
        "language": st.sampled_from(["zh_CN", "en"]) | _any_json,
        "large_type": st.booleans() | _any_json,
        "call_without_sound": st.booleans() | _any_json,
        "documents_incomplete": st.booleans() | _any_json,
        "course": st.dictionaries(
            st.sampled_from(["calls", "counter", "undo", "why", "newer"]), _any_json, max_size=3
        )
        | _any_json,
        "outcome": st.sampled_from(["printed", "held"]) | _any_json,
        "copy": st.integers(-1, 3) | _any_json,
        "device": st.sampled_from(["stm-1", "atm-1"]) | _any_json,
        "state": st.sampled_from(["up", "down"]) | _any_json,
    },
)

drafts = st.builds(
    Draft,
    kind=_kinds,
    actor=st.just("0017"),
    ticket=st.just(TICKET),
    business_day=st.sampled_from([DAY, date(2026, 11, 25)]),
    generation=st.integers(0, 2),
    rank=_ranks,
    claim_priority=st.integers(0, 2),
    queue=st.none() | st.sampled_from(["cash_counter", "vip_counter"]),
    priority=st.none() | st.sampled_from(["ordinary", "care"]),
    eligible_at=st.none() | st.integers(0, 4_102_444_799_999),
    counter=st.none() | st.integers(1, 3),
    claim_id=st.none() | st.just(TICKET),
    data=_data,
)

# Few clock values and logs, so that ties and forks (one place, two events) are common.
placed = st.tuples(drafts, st.integers(1, 4).map(lambda n: n << 16), st.sampled_from(LOGS))


def bodies(events: list[tuple[Draft, int, str]]) -> list[tuple[str, int, str]]:
    """Return those that are inside the grammar, as text with their place."""
    texts = [(encode(draft), hlc, log) for draft, hlc, log in events]
    return [event for event in texts if parse_body(event[0]) is not None]


def folded(events: list[tuple[str, int, str]]) -> TicketFold | None:
    """Fold events one after the other."""
    fold: TicketFold | None = None
    for body, hlc, log in events:
        envelope = parse_body(body)
        one = fold_of(envelope, hlc, log) if envelope else None
        if one is not None:
            fold = fold.merge(one) if fold else one
    return fold
