"""Whatever is sent to a relay: a status and a name, never a trace, and nothing written."""

import asyncio
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import Place
from lobby_app.sync.peer.certificate import client_context
from lobby_app.sync.peer.routes import make_app
from lobby_app.sync.peer.server import listening_socket
from lobby_app.sync.serving import MAX_DOCUMENT_BYTES
from lobby_app.sync.wire import append_request, claim_request
from tests.peer.network import Relay, identity, listed, refusal, running_relay
from tests.storage.desk import issued
from tests.storage.replicas import Desk, told

ANN = identity("ann")
GENESIS = "0" * 64


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    folder: Path = tmp_path_factory.mktemp("relay")
    desk = Desk(folder / "desk")
    with running_relay(desk, folder, listed(2, ANN)) as running:
        yield running
    desk.log.close()


@pytest.fixture(scope="module")
def client(relay: Relay) -> Iterator[httpx.Client]:
    context = client_context(ANN, relay.identity.certificate_pem)
    with httpx.Client(
        verify=context, trust_env=False, base_url=f"https://{relay.address}/v1/", timeout=30
    ) as made:
        yield made


def _said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


def test_only_json_objects_are_documents(client: httpx.Client) -> None:
    as_json = {"content-type": "application/json"}
    for body in (b"", b"[]", b"1", b"{", b'{"a":NaN}', b"\xff{}", b"[" * 100_000, b"1" * 5000):
        assert _said(client.post("heads", content=body, headers=as_json)) == (400, "malformed")
    assert _said(client.post("heads", content=b"{}")) == (400, "malformed")
    with_charset = {"content-type": "application/json; charset=utf-8"}
    assert client.post("heads", content=b"{}", headers=with_charset).status_code == 200


def test_other_methods_and_paths_are_none(client: httpx.Client) -> None:
    assert client.get("heads").status_code == 405
    assert client.post("../", json={}).status_code == 404
    assert client.post("heads/more", json={}).status_code == 404
    assert _said(client.post("customers", json={})) == (404, "unknown_call")
    assert _said(client.post("__class__", json={})) == (404, "unknown_call")


EVENT = {"seq": 1, "hlc": 0, "chain": GENESIS, "body": "{}"}
LOG = str(uuid4())
AFTER = {"seq": 0, "chain": GENESIS}
ASKED = {"log": LOG, **AFTER}


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("read", {}),
        ("read", {"after": [], "limit": 0}),
        ("read", {"after": [], "limit": True}),
        ("read", {"after": {}, "limit": 1}),
        ("read", {"after": [ASKED | {"log": LOG.upper()}], "limit": 1}),
        ("read", {"after": [ASKED | {"chain": "0" * 63}], "limit": 1}),
        ("read", {"after": [ASKED | {"seq": 2**63}], "limit": 1}),
        ("read", {"after": [ASKED, ASKED], "limit": 1}),
        ("append", {}),
        ("append", {"log": LOG, "after": AFTER, "events": []}),
        ("append", {"log": LOG, "after": AFTER, "events": [EVENT | {"seq": 0}]}),
        ("append", {"log": LOG, "after": AFTER, "events": [EVENT | {"hlc": -1}]}),
        ("append", {"log": LOG, "after": AFTER, "events": [EVENT | {"body": None}]}),
        ("append", {"log": LOG, "after": AFTER, "events": [EVENT | {"body": "\ud800"}]}),
        ("append", {"log": LOG, "after": AFTER, "events": [EVENT | {"body": "a\0b"}]}),
        ("append", {"log": LOG, "after": None, "events": [EVENT]}),
        ("append", {"log": "x", "after": AFTER, "events": [EVENT]}),
        ("claim", {}),
        ("claim", {"claim": LOG, "body": "{}"}),
    ],
)
def test_what_is_not_of_its_form_is_malformed(
    client: httpx.Client, name: str, document: dict[str, Any]
) -> None:
    body = json.dumps(document).encode("ascii")
    answer = client.post(name, content=body, headers={"content-type": "application/json"})
    assert _said(answer) == (400, "malformed")


def _call(**changes: object) -> dict[str, Any]:
    from dataclasses import replace

    from lobby_app.domain.event import RANK_CALLED, EventKind

    draft = replace(
        issued(),
        kind=EventKind.TICKET_CALLED,
        rank=RANK_CALLED,
        counter=3,
        claim_id=str(uuid4()),
        claim_priority=1,
    )
    return dict(claim_request(replace(draft, **changes)))


def test_a_claim_says_what_will_be_written(client: httpx.Client) -> None:
    wrong = [
        _call(claim_priority=2),
        _call(claim_priority=0),
        _call(kind="service_started"),
        _call(rank=20),
        _call(rank=None),
        _call(counter=None),
        _call() | {"counter": 4},
        _call() | {"generation": 1},
        _call() | {"claim": str(uuid4())},
        _call() | {"ticket": str(uuid4())},
        _call() | {"business_day": "2026-11-25"},
    ]
    for document in wrong:
        assert _said(client.post("claim", json=document)) == (400, "malformed"), document


def test_more_than_a_batch_may_hold_is_too_big(client: httpx.Client) -> None:
    too_many = {"log": LOG, "after": AFTER, "events": [EVENT] * 1001}
    assert _said(client.post("append", json=too_many)) == (413, "too_big")
    as_json = {"content-type": "application/json"}
    long = b" " * (MAX_DOCUMENT_BYTES + 1)
    assert _said(client.post("append", content=long, headers=as_json)) == (413, "too_big")
    parts = (b" " * 1_000_000 for _ in range(9))
    try:
        answer = client.post("append", content=parts, headers=as_json)
    except httpx.TransportError:
        return  # the relay answered and hung up while we still sent
    assert _said(answer) == (413, "too_big")


def test_a_large_batch_within_the_limit_is_taken(client: httpx.Client, relay: Relay) -> None:
    events = told([issued(f"A2{n:03d}") for n in range(1000)])
    document = append_request(Place.start(events[0].log_id), events)
    assert client.post("append", json=document).json()["verdict"] == "taken"
    assert relay.desk.end(events[0].log_id).seq == 1000


def test_a_poisoned_body_is_taken_and_folded_nowhere(relay: Relay, client: httpx.Client) -> None:
    from tests.storage.replicas import written

    (event,) = written([(1 << 16, '{"kind":"票"')])
    document = append_request(Place.start(event.log_id), [event])
    assert client.post("append", json=document).json()["verdict"] == "taken"
    assert relay.desk.tail(Place.start(event.log_id)) == [event]
    assert (event.seq,) in relay.desk.rows("SELECT seq FROM quarantine")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from([LOG, GENESIS, "{}", 0, 1, 2**63 - 1, 2**63]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["log", "seq", "chain", "after", "events", "hlc", "body", "limit", "claim", "logs"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(["heads", "read", "append", "claim"])
PLACES = st.fixed_dictionaries({"log": st.just(LOG) | VALUES, "seq": VALUES, "chain": VALUES})


@given(name=NAMES, document=st.dictionaries(st.text(max_size=8), VALUES, max_size=4) | VALUES)
def test_no_document_makes_the_relay_fail(
    client: httpx.Client, name: str, document: object
) -> None:
    body = json.dumps(document).encode()
    answer = client.post(name, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400)


@given(
    name=NAMES,
    change=st.dictionaries(
        st.sampled_from(["after", "events", "log", "limit", "claim", "body", "ticket", "counter"]),
        VALUES | st.lists(PLACES, max_size=2),
        max_size=2,
    ),
)
def test_no_document_that_is_almost_right_makes_the_relay_fail(
    client: httpx.Client, name: str, change: dict[str, Any]
) -> None:
    right = {
        "heads": {"logs": [LOG]},
        "read": {"after": [ASKED], "limit": 5},
        "append": {"log": LOG, "after": AFTER, "events": [EVENT]},
        "claim": _call(claim_priority=2),
    }[name]
    answer = client.post(name, json=right | change)
    assert answer.status_code in (200, 400)


@given(name=NAMES, body=st.binary(max_size=64))
def test_no_bytes_make_the_relay_fail(client: httpx.Client, name: str, body: bytes) -> None:
    answer = client.post(name, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400)


def _raw(relay: Relay) -> ssl.SSLSocket:
    host, _, port = relay.address.partition(":")
    context = client_context(ANN, relay.identity.certificate_pem)
    return context.wrap_socket(socket.create_connection((host, int(port)), 30))


def test_what_is_no_http_is_hung_up_on(relay: Relay, expected_log) -> None:
    expected_log("Invalid HTTP request")
    with _raw(relay) as line:
        line.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
        said = b"".join(iter(lambda: line.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 400")
    assert said.endswith(b"\r\n\r\nInvalid HTTP request received.")


def test_who_hangs_up_in_the_middle_harms_nobody(relay: Relay, client: httpx.Client) -> None:
    for _ in range(3):
        with _raw(relay) as line:
            line.sendall(
                b"POST /v1/append HTTP/1.1\r\nhost: r\r\ncontent-type: application/json\r\n"
                b'content-length: 1000\r\n\r\n{"log":'
            )
    assert client.post("heads", json={}).status_code == 200


def _ask(app: Any, parts: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Send a request of these parts straight to an application; then nothing more comes."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if parts:
            return parts.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/heads",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_body_that_never_ends_is_not_waited_for() -> None:
    async def answer(*_: object) -> dict[str, Any]:
        raise AssertionError("nothing came in whole")

    part = {"type": "http.request", "body": b"{", "more_body": True}
    said = _ask(make_app(answer, body_s=0.05), [part])
    assert said == (408, {"error": "too_slow"})


def test_our_own_trouble_is_told_without_a_trace(expected_log) -> None:
    expected_log("a call could not be answered")

    async def answer(*_: object) -> dict[str, Any]:
        raise ZeroDivisionError("secret")

    said = _ask(make_app(answer), [{"type": "http.request", "body": b"{}"}])
    assert said == (500, {"error": "internal"})


def test_a_full_disk_is_the_worlds_trouble(expected_log) -> None:
    expected_log("heads: cache.disk_full")

    async def answer(*_: object) -> dict[str, Any]:
        raise KnownError("cache.disk_full")

    said = _ask(make_app(answer), [{"type": "http.request", "body": b"{}"}])
    assert said == (503, {"error": "disk_full"})


def test_an_address_that_is_taken_or_none_is_one_sentence() -> None:
    with listening_socket("127.0.0.1:0") as taken:
        port = taken.getsockname()[1]
        assert refusal(lambda: listening_socket(f"127.0.0.1:{port}")) == "peer.cannot_listen"
    for wrong in ("7443", "host", "host:", ":7443", "1.2.3.4:70000", "a b:1"):
        assert refusal(lambda address=wrong: listening_socket(address)) == "peer.wrong_address"
