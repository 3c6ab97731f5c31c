"""Desks of a branch exchange over a relay: real files, real certificates, real connections."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import httpx
import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import Place, Verdict
from lobby_app.sync.exchange import exchange
from lobby_app.sync.peer.certificate import client_context
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.remote import RemoteReplica
from tests.peer.network import Relay, identity, listed, refusal, running_relay, until
from tests.storage.desk import DAY, issue, issued
from tests.storage.replicas import Desk, told

ANN, BOB, EVE = (identity(name) for name in ("ann", "bob", "eve"))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = Desk(tmp_path_factory.mktemp("relay") / "desk")
    yield made
    made.log.close()


@pytest.fixture(scope="module")
def running(hub: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp("roster")
    with running_relay(hub, folder, listed(2, ANN), listed(3, BOB)) as relay:
        yield relay


@pytest.fixture
def relay(running: Relay) -> Relay:
    """Return the relay of two desks; whom TLS ever trusted it still lets in."""
    running.enrol(listed(2, ANN), listed(3, BOB))
    return running


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    made = Desk(tmp_path / "ann"), Desk(tmp_path / "bob")
    yield made
    for desk in made:
        desk.log.close()


def test_two_desks_hear_of_each_other_over_the_relay(
    relay: Relay, desks: tuple[Desk, Desk]
) -> None:
    lines = [relay.line(who) for who in (ANN, BOB)]
    for desk in (*desks, relay.desk):
        issue(desk.log)
    for _ in range(2):
        for desk, line in zip(desks, lines, strict=True):
            exchange(desk.replica, RemoteReplica(line))
    tickets = [desk.rows("SELECT ticket_id FROM ticket ORDER BY 1") for desk in desks]
    assert tickets[0] == tickets[1] == relay.desk.rows("SELECT ticket_id FROM ticket ORDER BY 1")
    assert len(tickets[0]) >= 3
    for line in lines:
        line.close()


def test_a_month_comes_through_in_pages(relay: Relay, desks: tuple[Desk, Desk]) -> None:
    events = told([issued(f"A2{n % 1000:03d}") for n in range(1300)])
    place = Place.start(events[0].log_id)
    line = relay.line(ANN)
    partner = RemoteReplica(line)
    for start in range(0, 1300, 500):
        assert partner.append(place, events[start : start + 500]).verdict is Verdict.TAKEN
        place = Place(place.log_id, *_end(events[: start + 500]))
    exchange(desks[1].replica, partner)
    assert desks[1].tail(Place.start(events[0].log_id)) == events
    line.close()


def _end(events: list) -> tuple[int, bytes]:
    return events[-1].seq, events[-1].chain


def test_an_unknown_certificate_hears_nothing(relay: Relay) -> None:
    line = relay.line(EVE)
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    line.close()


def test_nobody_is_served_without_a_certificate(relay: Relay) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=relay.identity.certificate_pem)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    with (
        httpx.Client(verify=context, trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"https://{relay.address}/v1/heads", json={})
    with (
        httpx.Client(trust_env=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"http://{relay.address}/v1/heads", json={})


def test_a_certificate_signed_by_an_enrolled_desk_is_none(relay: Relay) -> None:
    # Trusting a desk is not trusting what it signs.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    from lobby_app.sync.peer.certificate import Identity

    own = EVE.certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(own.subject)
        .issuer_name(ANN.certificate.subject)
        .public_key(EVE.key.public_key())
        .serial_number(own.serial_number)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
    )
    line = relay.line(Identity(EVE.key, builder.sign(ANN.key, hashes.SHA256())))
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    line.close()


def test_a_revoked_desk_is_refused_at_its_next_call(relay: Relay) -> None:
    line = relay.line(ANN)
    assert line.call("heads", {})["heads"]
    relay.enrol(listed(2, ANN, is_revoked=True), listed(3, BOB))
    assert refusal(lambda: line.call("heads", {})) == "sync.not_enrolled"
    events = told([issued()])
    partner = RemoteReplica(line)
    start = Place.start(events[0].log_id)
    assert refusal(lambda: partner.append(start, events)) == "sync.not_enrolled"
    assert events[0].log_id not in relay.desk.replica.heads().of
    line.close()


def test_a_desk_that_left_the_roster_is_refused_too(relay: Relay) -> None:
    line = relay.line(ANN)
    line.call("heads", {})
    relay.enrol(listed(3, BOB))
    assert refusal(lambda: line.call("heads", {})) == "sync.not_enrolled"
    line.close()


def test_after_a_restart_a_revoked_desk_is_not_even_heard(hub: Desk, tmp_path: Path) -> None:
    with running_relay(hub, tmp_path, listed(2, ANN, is_revoked=True)) as relay:
        line = relay.line(ANN)
        assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
        line.close()


def test_a_desk_enrolled_meanwhile_is_served(relay: Relay) -> None:
    new = identity("new")
    line = relay.line(new)
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    relay.enrol(listed(2, ANN), listed(4, new))
    until(lambda: refusal(lambda: line.call("heads", {})) == "")
    line.close()


def test_a_roster_that_cannot_be_read_leaves_the_last_one_in_force(
    relay: Relay, expected_log
) -> None:
    expected_log("no roster that can be read")
    line = relay.line(ANN)
    assert line.call("heads", {})["heads"]
    relay.roster.path.write_text("{", encoding="utf-8")
    assert line.call("heads", {})["heads"]
    line.close()


def test_a_server_with_another_certificate_is_told_nothing(relay: Relay) -> None:
    line = HttpsTransport(relay.address, client_context(ANN, EVE.certificate_pem), timeout_s=5.0)
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    line.close()


def test_an_old_tls_version_is_refused(relay: Relay) -> None:
    context = client_context(ANN, relay.identity.certificate_pem)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    line = HttpsTransport(relay.address, context, timeout_s=5.0)
    assert line.call("heads", {})["heads"]
    line.close()


def test_the_line_can_be_used_again_after_it_was_closed(relay: Relay) -> None:
    line = relay.line(ANN)
    for _ in range(2):
        assert line.call("heads", {})["heads"]
        line.close()


def test_an_unknown_call_is_no_answer(relay: Relay) -> None:
    line = relay.line(ANN)
    with pytest.raises(KnownError, match="no_answer"):
        line.call("customers", {})
    line.close()


def test_no_proxy_of_the_environment_is_asked(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    line = relay.line(ANN)
    assert line.call("heads", {})["heads"]
    line.close()


def test_what_is_read_is_what_was_written(relay: Relay) -> None:
    issue(relay.desk.log, DAY)
    start = Place.start(relay.desk.replica.current_log)
    line = relay.line(BOB)
    assert list(RemoteReplica(line).read([start], 500).events) == relay.desk.tail(start)
    line.close()


def test_a_small_answer_is_sent_at_once(relay: Relay) -> None:
    # Held back until the client confirms, each answer would take 40 ms.
    line = relay.line(ANN)
    seconds = []
    for _ in range(20):
        start = perf_counter()
        line.call("heads", {})
        seconds.append(perf_counter() - start)
    assert min(seconds) < 0.03
    line.close()


def test_a_relay_that_ends_waits_for_no_idle_desk(hub: Desk, tmp_path: Path) -> None:
    with running_relay(hub, tmp_path, listed(2, ANN)) as relay:
        line = relay.line(ANN)
        line.call("heads", {})
        start = perf_counter()
    assert perf_counter() - start < 3.0
    assert refusal(lambda: line.call("heads", {})) == "sync.no_answer"
    line.close()
