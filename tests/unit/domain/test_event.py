"""The envelope's grammar and the hash chain."""

import json
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.errors import BugError
from lobby_app.domain.event import (
    MAX_BODY_BYTES,
    Draft,
    Envelope,
    encode,
    genesis,
    link,
    parse_body,
)
from tests.unit.domain.events import drafts

LOG = "0c5f1a52-7d3e-4b1a-9a64-2f6f0d7c1e10"
GOOD = {"kind": "called", "actor": "0017", "ticket": LOG, "business_day": "2026-11-24", "rank": 10}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
near_misses = st.dictionaries(
    st.sampled_from([*GOOD, "queue", "generation", "claim_id", "eligible_at", "data", "version"]),
    json_values | st.sampled_from(list(GOOD.values())),
)


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_answered(body: str) -> None:
    assert isinstance(parse_body(body), Envelope | None)


@given(near_misses)
def test_what_is_accepted_can_be_kept_and_shown_by_everyone(changes: dict[str, object]) -> None:
    envelope = parse_body(json.dumps(GOOD | changes))
    if envelope is not None:
        json.dumps(dict(envelope.data), ensure_ascii=False).encode("utf-8")
        assert 0 <= envelope.generation <= 9_999
        assert envelope.rank is None or 0 <= envelope.rank <= 9_999
        assert envelope.ticket is None or str(UUID(envelope.ticket)) == envelope.ticket
        if envelope.business_day is not None:
            assert date.fromisoformat(envelope.business_day).isoformat() == envelope.business_day
        assert (envelope.ticket is None) or (envelope.business_day is not None)


@given(drafts)
def test_what_is_written_is_read_back(draft: Draft) -> None:
    body = encode(draft)
    assert body == encode(draft)
    envelope = parse_body(body)
    if envelope is None:
        # Only the free payload of the strategy can be outside the grammar.
        assert parse_body(encode(Draft(kind=draft.kind, actor=draft.actor))) is not None
        assert "\\u" in body
        return
    assert (envelope.kind, envelope.actor, envelope.ticket) == (draft.kind, "0017", draft.ticket)
    assert envelope.business_day == (draft.business_day and draft.business_day.isoformat())
    for name in (
        "generation", "rank", "claim_priority", "queue", "priority",
        "eligible_at", "counter", "claim_id", "version",
    ):  # fmt: skip
        assert getattr(envelope, name) == getattr(draft, name)
    assert dict(envelope.data) == draft.data


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": None},
        {"kind": "Called"},
        {"kind": "x" * 41},
        {"kind": "called\n"},
        {"actor": ""},
        {"actor": "a b"},
        {"ticket": "A1001"},
        {"ticket": LOG.upper()},
        {"ticket": LOG.replace("-", "")},
        {"business_day": None},
        {"business_day": "2026-02-30"},
        {"business_day": "1999-01-01"},
        {"business_day": "2026-11-24T09:00"},
        {"rank": 10.0},
        {"rank": True},
        {"rank": -1},
        {"rank": 10_000},
        {"rank": "10"},
        {"claim_priority": 10},
        {"eligible_at": 4_102_444_800_000},
        {"claim_id": "1"},
        {"queue": "Cash Counter"},
        {"data": []},
        {"data": 0},
        {"data": ""},
        {"data": False},
        {"data": {"number": "\ud800"}},
        {"data": {"\udfff": 1}},
        {"data": {"number": "\u0000"}},
        {"data": {"x": float("nan")}},
        {"data": {"x": float("inf")}},
        {"data": {"x": "x" * MAX_BODY_BYTES}},
        {"data": {"x": [[]] * 200}},
    ],
    ids=str,
)
def test_outside_the_grammar(changes: dict[str, object]) -> None:
    assert parse_body(json.dumps(GOOD)) is not None
    assert parse_body(json.dumps(GOOD | changes)) is None


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{", '"x"', "{}", "NaN", "é", "[" * 9_000, '{"kind":"a"}{}', "1" * 5_000],
)
def test_not_an_event_at_all(body: str) -> None:
    assert parse_body(body) is None


def test_a_whole_character_outside_the_basic_plane_is_fine() -> None:
    envelope = parse_body(json.dumps(GOOD | {"data": {"note": "𠮷"}}))
    assert envelope is not None
    assert envelope.data == {"note": "𠮷"}


@pytest.mark.parametrize("data", [{"x": float("nan")}, {"x": object()}, {"x": b"1"}])
def test_a_draft_that_json_cannot_say_is_our_bug(data: dict[str, object]) -> None:
    with pytest.raises(BugError):
        encode(Draft(kind="called", actor="0017", data=data))


def _chain(events: list[tuple[int, str]]) -> bytes:
    chain = genesis(LOG)
    for seq, (hlc, body) in enumerate(events, start=1):
        chain = link(chain, seq, hlc, body)
    return chain


bodies = st.text(st.characters(codec="ascii"), min_size=1, max_size=30)
logs = st.lists(st.tuples(st.integers(0, 2**62), bodies), min_size=1, max_size=6)


@given(logs, st.data())
def test_the_chain_sees_any_changed_byte(
    events: list[tuple[int, str]], data: st.DataObject
) -> None:
    which = data.draw(st.integers(0, len(events) - 1))
    hlc, body = events[which]
    raw = bytearray(body.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 127))
    changed = [*events]
    changed[which] = (hlc, raw.decode())
    assert _chain(changed) != _chain(events)


@given(logs, st.data())
def test_the_chain_sees_any_changed_clock_order_or_length(events, data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(events) - 1))
    hlc, body = events[which]
    assert _chain([*events[:which], (hlc ^ 1, body), *events[which + 1 :]]) != _chain(events)
    assert _chain(events[:which] + events[which + 1 :]) != _chain(events)
    assert _chain([*events, (hlc, body)]) != _chain(events)
    backwards = events[::-1]
    assert (_chain(backwards) == _chain(events)) == (backwards == events)


def test_the_chain_is_the_published_formula() -> None:
    import hashlib
    import struct

    start = hashlib.sha256(UUID(LOG).bytes).digest()
    assert genesis(LOG) == start
    body = "opaque é"
    wanted = hashlib.sha256(start + struct.pack(">qq", 1, 2) + body.encode("utf-8")).digest()
    assert link(start, 1, 2, body) == wanted
