"""The gateway in front of a real PostgreSQL: the same calls, decided by the database."""

import contextlib
import ipaddress
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lobby_app.central.passing import Passing
from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import Place, Verdict
from lobby_app.sync.exchange import exchange
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.peer.gateway import gateway_app, gateway_context, gateway_line
from lobby_app.sync.peer.roster import RosterFile, read_roster
from lobby_app.sync.peer.server import listening_socket, serving
from lobby_app.sync.remote import RemoteReplica
from tests.helpers.postgres import Central, free_port
from tests.peer.network import PATIENCE_S, identity, refusal, until
from tests.peer.processes import start
from tests.storage.desk import issue, issued
from tests.storage.replicas import Desk, told

BRANCH = 7


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return certificate and key of a server at 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("proof")
    files = folder / "gateway.crt", folder / "gateway.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.fixture
def gateway(central: Central, proof: tuple[Path, Path]) -> Iterator[str]:
    """Return the URL of a running gateway with two connections."""
    central.add_branch(BRANCH)
    passing = Passing(central.address, None, 2)
    listener = listening_socket("127.0.0.1:0")
    port = listener.getsockname()[1]
    with serving(gateway_app(passing.call, 2), gateway_context(*proof), listener):
        yield f"https://127.0.0.1:{port}"
    passing.close()


@contextlib.contextmanager
def line(url: str, proof: tuple[Path, Path], token: str) -> Iterator[HttpsTransport]:
    made = gateway_line(url, proof[0], token, timeout_s=30.0)
    yield made
    made.close()


def test_desks_meet_at_the_centre_through_the_gateway(
    gateway: str, proof: tuple[Path, Path], central: Central, tmp_path: Path
) -> None:
    desks = [Desk(tmp_path / name) for name in ("ann", "bob")]
    tokens = [central.add_desk(BRANCH, slot) for slot in (1, 2)]
    for desk in desks:
        issue(desk.log)
    for _ in range(2):
        for desk, token in zip(desks, tokens, strict=True):
            with line(gateway, proof, token) as transport:
                exchange(desk.replica, RemoteReplica(transport))
    tickets = [desk.rows("SELECT ticket_id FROM ticket ORDER BY 1") for desk in desks]
    assert tickets[0] == tickets[1]
    assert len(tickets[0]) == 2
    for desk in desks:
        desk.log.close()


def test_the_database_decides_who_calls(
    gateway: str, proof: tuple[Path, Path], central: Central
) -> None:
    token = central.add_desk(BRANCH, 1)
    with line(gateway, proof, token) as transport, line(gateway, proof, "nobody") as stranger:
        assert transport.call("heads", {})["heads"] == []
        assert refusal(lambda: stranger.call("heads", {})) == "sync.not_enrolled"
        central.run("UPDATE lobby.desk SET revoked_at = now()")
        assert refusal(lambda: transport.call("heads", {})) == "sync.not_enrolled"


def test_statuses_are_those_of_the_contract(
    gateway: str, proof: tuple[Path, Path], central: Central
) -> None:
    token = central.add_desk(BRANCH, 1)
    import ssl

    context = ssl.create_default_context(cafile=proof[0])
    with httpx.Client(verify=context, trust_env=False, base_url=f"{gateway}/v1/") as client:
        assert client.post("heads", json={}).status_code == 403
        basic = {"authorization": f"Basic {token}"}
        assert client.post("heads", json={}, headers=basic).status_code == 403
        client.headers["authorization"] = f"Bearer {token}"
        assert client.post("heads", json={}).status_code == 200
        assert client.post("read", json={"after": 1, "limit": 1}).status_code == 400
        assert client.post("read", json={"after": ["\0"], "limit": 1}).status_code == 400
        assert client.post("pg_sleep", json={}).status_code == 404
        many = [{"seq": 1, "hlc": 0, "chain": "00", "body": ""}] * 1001
        log = {"log": "0b4c9c9e-5c1e-4a53-9a4c-8d9d5d2c9a01", "after": {"seq": 0, "chain": "00"}}
        assert client.post("append", json=log | {"events": many}).status_code == 413
        central.run("UPDATE lobby.desk SET min_version = 9")
        assert client.post("heads", json={"version": 1}).status_code == 426


def test_the_roster_of_the_centre_is_what_a_desk_keeps(
    gateway: str, proof: tuple[Path, Path], central: Central, tmp_path: Path
) -> None:
    who = identity("desk")
    token = central.add_desk(BRANCH, 1, "relay")
    central.add_desk(BRANCH, 2)
    central.run(
        "UPDATE lobby.desk SET certificate = %s, relay_address = '192.0.2.7:7443' WHERE slot = 1",
        who.certificate_pem,
    )
    file = RosterFile(tmp_path / "roster.json")
    with line(gateway, proof, token) as transport:
        file.save(read_roster(transport.call("roster", {})))
        roster = file.load()
        assert roster is not None
        assert [(desk.slot, desk.relay) for desk in roster.relays()] == [(1, "192.0.2.7:7443")]
        assert set(roster.certificates()) == {who.fingerprint}
        central.run("UPDATE lobby.desk SET revoked_at = now() WHERE slot = 1")
    with line(gateway, proof, central.add_desk(BRANCH, 3)) as transport:
        file.save(read_roster(transport.call("roster", {})))
    roster = file.load()
    assert roster is not None
    assert (roster.relays(), roster.certificates()) == ((), {})


def test_many_desks_share_few_connections(
    gateway: str, proof: tuple[Path, Path], central: Central
) -> None:
    """Six desks at once over two connections: each is itself, and nothing is lost."""
    slots = range(1, 7)
    tokens = {slot: central.add_desk(BRANCH, slot) for slot in slots}
    verdicts: list[Verdict] = []
    names: dict[int, int] = {}

    def work(slot: int) -> None:
        with line(gateway, proof, tokens[slot]) as transport:
            for _ in range(5):
                names[slot] = transport.call("roster", {})["slot"]
                events = told([issued(f"A{slot}001")])
                start = Place.start(events[0].log_id)
                verdicts.append(RemoteReplica(transport).append(start, events).verdict)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in slots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == {slot: slot for slot in slots}
    assert verdicts == [Verdict.TAKEN] * 30
    assert central.run("SELECT count(*) FROM lobby.event") == [(30,)]
    used = central.run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = 'lobby_desk'"
    )
    assert 1 <= used[0][0] <= 2


def test_a_centre_that_is_gone_is_no_answer(
    proof: tuple[Path, Path], central: Central, expected_log
) -> None:
    expected_log("heads: sync.no_answer")
    from dataclasses import replace

    passing = Passing(replace(central.address, port=1), None, 1)
    listener = listening_socket("127.0.0.1:0")
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    with (
        serving(gateway_app(passing.call, 1), gateway_context(*proof), listener),
        line(url, proof, "token") as transport,
    ):
        assert refusal(lambda: transport.call("heads", {})) == "sync.no_answer"


def test_a_gateway_nobody_vouches_for_is_told_no_token(
    gateway: str, proof: tuple[Path, Path], tmp_path: Path
) -> None:
    unknown = gateway_line(gateway, None, "token", timeout_s=5.0)
    assert refusal(lambda: unknown.call("heads", {})) == "sync.no_answer"
    unknown.close()
    named = gateway_line(gateway.replace("127.0.0.1", "localhost"), proof[0], "t", timeout_s=5.0)
    assert refusal(lambda: named.call("heads", {})) == "sync.no_answer"
    named.close()


def test_wrong_settings_are_one_sentence(tmp_path: Path, proof: tuple[Path, Path]) -> None:
    for url in ("http://gateway", "gateway:443", "https://", "https://gateway/path"):
        with pytest.raises(KnownError, match=r"peer\.wrong_address"):
            gateway_line(url, None, "t", timeout_s=1.0)
    with pytest.raises(KnownError, match=r"peer\.wrong_certificate"):
        gateway_line("https://gateway", tmp_path / "none.crt", "t", timeout_s=1.0)
    with pytest.raises(KnownError, match=r"peer\.wrong_certificate"):
        gateway_context(proof[0], proof[0])


def test_the_gateway_as_the_process_it_is(
    proof: tuple[Path, Path], central: Central, tmp_path: Path
) -> None:
    central.add_branch(BRANCH)
    token = central.add_desk(BRANCH, 1)
    here, port = central.address, free_port()
    (tmp_path / "lobby.toml").write_text(
        f'[central]\naddress = "{here.host}:{here.port}/{here.database}"\n'
        f'[gateway]\nlisten = "127.0.0.1:{port}"\nconnections = 2\n'
        f'certificate = "{proof[0]}"\nkey = "{proof[1]}"\n',
        encoding="utf-8",
    )
    process = start("gateway", tmp_path)
    with line(f"https://127.0.0.1:{port}", proof, token) as transport:
        until(lambda: refusal(lambda: transport.call("roster", {})) == "")
        assert transport.call("roster", {})["slot"] == 1
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (0, b"")
    log = (tmp_path / "log" / "lobby.log").read_text(encoding="utf-8")
    assert "the gateway ends" in log
    assert token not in log
