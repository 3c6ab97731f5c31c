"""One grammar: what Python's parse_body takes, PostgreSQL's takes, and reads the same."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lobby_app.domain.errors import BugError
from lobby_app.domain.event import Draft, encode, parse_body
from tests.helpers.postgres import Central

TICKET, CLAIM = str(uuid4()), str(uuid4())
GOOD = {
    "kind": "ticket_called", "version": 1, "actor": "0017", "ticket": TICKET,
    "business_day": "2026-11-25", "generation": 0, "rank": 10, "claim_priority": 2,
    "queue": "cash_counter", "priority": "ordinary", "eligible_at": 1_790_000_000_000,
    "counter": 3, "claim_id": CLAIM, "data": {"number": "A1001"},
}  # fmt: skip
ODD = [
    None, True, False, 0, -0, -1, 1.0, 10_000, 9_999, 4_102_444_799_999, 4_102_444_800_000, 2**70,
    "", "a", "A", "0017", "x" * 40, "x" * 41, "a|b", 'a"b', "é", "\u0000", "\ud800", "\udc00\ud800",
    "\U0001f600", "2026-02-30", "2026-02-28", "1999-01-01", "2026-1-1", "2026-11-25 ",
    TICKET.upper(), "{" + TICKET + "}", TICKET.replace("-", ""), TICKET + "0", [], [1], {},
    {"a": None},
]  # fmt: skip
RAW = [
    "", " ", "null", "[]", "{}", "{", "not json", '"text"', "1", "NaN", '{"kind":NaN}', "{}x",
    '{"kind":"a","actor":"b"}', ' \t\n\r{"kind":"a","actor":"b"} ', '\v{"kind":"a","actor":"b"}',
    '{"kind":"a","actor":"b",}', '{"kind":"a" "actor":"b"}', "{'kind':'a','actor':'b'}",
    '{"kind":"a","kind":"b","actor":"c"}', '{"kind":"b","actor":"c","kind":1}',
    '{"kind":"a","actor":"b","rank":1,"rank":null}', '{"kind":"a","actor":"b","rank":01}',
    '{"kind":"a","actor":"b","rank":-0}', '{"kind":"a","actor":"b","rank":1e1}',
    '{"kind":"a","actor":"b","rank":+1}', '{"kind":"a","actor":"b","rank":"1"}',
    '{"kind":"\\u0061","actor":"b"}', '{"k\\u0069nd":"a","actor":"b"}',
    '{"kind":"a","actor":"b","data":{"x":1e999999}}',
    '{"kind":"a","actor":"b","data":{"x":1E+300}}',
    '{"kind":"a","actor":"b","data":{"x":1e-99}}', '{"kind":"a","actor":"b","data":{"x":1e001}}',
    '{"kind":"a","actor":"b","data":{"x":"1e300"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\\\1e300"}}',
    '{"kind":"a","actor":"b","data":{"x":' + "9" * 100 + "}}",
    '{"kind":"a","actor":"b","data":{"x":' + "9" * 101 + "}}",
    '{"kind":"a","actor":"b","data":{"x":' + "9" * 5000 + "}}",
    '{"kind":"a","actor":"b","data":{"x":"' + "9" * 5000 + '"}}',
    '{"kind":"a","actor":"b","data":{"x":0.' + "1" * 98 + "}}",
    '{"kind":"a","actor":"b","data":{"x":-Infinity}}', '{"kind":"a","actor":"b","data":[1]}',
    '{"kind":"a","actor":"b","data":"{}"}', '{"kind":"a","actor":"b","data":null}',
    '{"kind":"a","actor":"b","data":{"x":"\\ud800"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\uD800"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\ud83d\\ude00"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\\\ud800"}}',
    '{"kind":"a","actor":"b","data":{"\\udc00":1}}',
    '{"kind":"a","actor":"b","data":{"x":"\\u0000"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\\\u0000"}}',
    '{"kind":"a","actor":"b","data":{"x":"\x01"}}',
    '{"kind":"a","actor":"b","data":{"x":"\t"}}', '{"kind":"a","actor":"b","data":{"x":"\x7f"}}',
    '{"kind":"a","actor":"b","data":{"x":"\\x"}}', '{"kind":"a","actor":"b","data":{"x":"é"}}',
    '{"kind":"a","actor":"b","data":{"x":' + "[" * 150 + "]" * 150 + "}}",
    '{"kind":"a","actor":"b","data":{"x":' + "[" * 199 + "]" * 199 + "}}",
    '{"kind":"a","actor":"b","data":{"x":"' + "x" * 16_300 + '"}}',
    '{"kind":"a","actor":"b","data":{"x":"' + "x" * 16_400 + '"}}',
]  # fmt: skip


def test_every_odd_value_of_every_field_is_judged_alike(central: Central) -> None:
    bodies = [
        json.dumps({**GOOD, key: value}, ensure_ascii=ascii_only)
        for key in (*GOOD, "unknown")
        for value in ODD
        for ascii_only in (True, False)
    ]
    _agree(central, bodies)


def test_bodies_that_are_no_documents_are_judged_alike(central: Central) -> None:
    _agree(central, RAW)


def test_missing_fields_are_judged_alike(central: Central) -> None:
    bodies = [json.dumps({k: v for k, v in GOOD.items() if k != key}) for key in GOOD]
    _agree(central, bodies)


_json = st.recursive(
    st.sampled_from(ODD) | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
_changed = st.tuples(st.sampled_from([*GOOD, "unknown"]), _json).map(
    lambda change: json.dumps({**GOOD, change[0]: change[1]})
)


@st.composite
def _broken(draw: st.DrawFn) -> str:
    """Return the text of a body with a few characters changed."""
    text = list(json.dumps({**GOOD, "data": draw(st.dictionaries(st.text(max_size=3), _json))}))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(text) - 1))
        text[place] = draw(
            st.sampled_from(["", "\\", '"', "{", "}", "0", "e", "\\u", "d", "8", ","])
        )
    return "".join(text)


@given(bodies=st.lists(_changed | _broken(), min_size=30, max_size=60))
@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
def test_whatever_is_written_is_judged_and_read_alike(central: Central, bodies: list[str]) -> None:
    _agree(central, bodies)


@given(data=st.dictionaries(st.text(max_size=5), _json, max_size=4))
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
def test_what_encode_writes_is_grammatical_or_refused_everywhere(
    central: Central, data: dict[str, object]
) -> None:
    try:
        body = encode(Draft("ticket_called", "0017", TICKET, date(2026, 11, 25), data=data))
    except BugError:
        return  # what JSON cannot say: no event comes of it anywhere
    _agree(central, [body])


def _agree(central: Central, bodies: Sequence[str]) -> None:
    sent = [body for body in bodies if "\x00" not in body and _is_whole(body)]
    with central.open() as sql:
        rows = sql.execute(
            "SELECT is_taken, e.* FROM unnest(%s::text[]) WITH ORDINALITY AS b(body, n)"
            " CROSS JOIN LATERAL lobby.is_grammatical(body) AS is_taken"
            " CROSS JOIN LATERAL lobby.parse_body(CASE WHEN is_taken THEN body ELSE %s END) AS e"
            " ORDER BY n",
            (sent, json.dumps(GOOD)),
        ).fetchall()
    for body, row in zip(sent, rows, strict=True):
        ours = parse_body(body)
        if ours is None:
            assert not row[0], f"taken by the centre alone: {body[:300]!r}"
            continue
        assert row[0], f"taken by desks alone: {body[:300]!r}"
        theirs = (
            row[1], row[2] and str(row[2]), row[3] and row[3].isoformat(), *row[4:11],
            row[11] and str(row[11]),
        )  # fmt: skip
        assert theirs == (
            ours.kind, ours.ticket, ours.business_day, ours.generation, ours.rank,
            ours.claim_priority, ours.queue, ours.priority, ours.eligible_at, ours.counter,
            ours.claim_id,
        ), body  # fmt: skip


def _is_whole(body: str) -> bool:
    """Tell whether a text can be sent at all; no transport carries half a character."""
    try:
        body.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("body", ['{"kind":"a","actor":"b"}', json.dumps(GOOD)])
def test_the_comparison_sees_good_bodies(body: str) -> None:
    assert parse_body(body) is not None
