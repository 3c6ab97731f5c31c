"""A desk's certificate: kept whole by the key store, and never in the clear on a disk."""

import os
import ssl
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.certificate import (
    IDENTITY,
    client_context,
    fingerprint_of_pem,
    load_identity,
    server_context,
    store_identity,
)
from tests.helpers.set_clock import SetClock
from tests.peer.network import identity
from tests.storage.processes import ROOT

# A UTF-16 text of the Windows key store holds 2,560 bytes, and base64 makes four of three.
WINDOWS_BYTES = 2560 // 2 * 3 // 4


def test_an_identity_is_kept_whole(tmp_path: Path) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    assert load_identity(secrets) is None
    made = identity("0b4c9c9e-5c1e-4a53-9a4c-8d9d5d2c9a01")
    store_identity(secrets, made)
    kept = load_identity(secrets)
    assert kept is not None
    assert kept.fingerprint == made.fingerprint == fingerprint_of_pem(made.certificate_pem)
    assert kept.key.private_numbers() == made.key.private_numbers()
    assert len(secrets.get(IDENTITY) or b"") <= WINDOWS_BYTES


@pytest.mark.parametrize("kept", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_secret_that_is_no_identity_is_refused(tmp_path: Path, kept: bytes) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    secrets.put(IDENTITY, kept)
    with pytest.raises(KnownError, match=r"secrets\.refused"):
        load_identity(secrets)


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    secrets = KeyFile(tmp_path / "keys.json")
    secrets.put(IDENTITY, identity("a").certificate_pem.encode())
    with pytest.raises(KnownError, match=r"secrets\.refused"):
        load_identity(secrets)


def test_the_key_lies_on_no_disk_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[tuple[str, int, int]] = []
    load = ssl.SSLContext.load_cert_chain

    def watched(context: ssl.SSLContext, file: Path, **options: str) -> None:
        mode, folder = file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777
        seen.append((file.read_text(encoding="ascii"), mode, folder))
        load(context, file, **options)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watched)
    client_context(identity("a"), identity("b").certificate_pem)
    ((text, mode, folder),) = seen
    assert "BEGIN ENCRYPTED PRIVATE KEY" in text
    assert "BEGIN PRIVATE KEY" not in text
    if os.name == "posix":
        assert (mode, folder) == (0o600, 0o700)
    assert list(tmp_path.iterdir()) == [], "the file is gone"


def _shaken(server: ssl.SSLContext, client: ssl.SSLContext) -> ssl.SSLObject:
    """Return the server's side of a handshake; raises ssl.SSLError when a side refuses."""
    up, down, down_in, up_in = (ssl.MemoryBIO() for _ in range(4))
    here = server.wrap_bio(up_in, down, server_side=True)
    there = client.wrap_bio(down_in, up)
    waiting = {here, there}
    while waiting:
        for side in (there, here):
            try:
                side.do_handshake()
                waiting.discard(side)
            except ssl.SSLWantReadError:
                pass
            up_in.write(up.read())
            down_in.write(down.read())
    return here


def test_the_strictest_reading_accepts_what_we_write() -> None:
    desk, relay = identity("desk"), identity("relay")
    server = server_context(relay, [desk.certificate_pem])
    client = client_context(desk, relay.certificate_pem)
    for context in (server, client):
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    shown = _shaken(server, client).getpeercert(binary_form=True)
    assert shown == ssl.PEM_cert_to_DER_cert(desk.certificate_pem)


def test_desks_of_one_name_are_told_apart() -> None:
    desks = [identity("lobby desk") for _ in range(3)]
    assert len({desk.certificate.subject for desk in desks}) == 3
    relay, *others = desks
    for desk in others:
        server = server_context(relay, [other.certificate_pem for other in desks])
        _shaken(server, client_context(desk, relay.certificate_pem))


def test_who_is_not_trusted_is_refused_by_either_side() -> None:
    desk, relay, other = identity("desk"), identity("relay"), identity("other")
    pairs = [
        (server_context(relay, [other.certificate_pem]), desk, relay),
        (server_context(relay, []), desk, relay),
        (server_context(relay, [desk.certificate_pem]), desk, other),
    ]
    for server, who, pinned in pairs:
        with pytest.raises(ssl.SSLCertVerificationError):
            _shaken(server, client_context(who, pinned.certificate_pem))


@pytest.mark.parametrize("year", [1980, 2099])
def test_a_wrong_clock_keeps_no_desk_from_its_relay(tmp_path: Path, year: int) -> None:
    # The roster ends a certificate, not the calendar. In a process of its own, for OpenSSL asks the
    # system what time it is.
    clock = SetClock(tmp_path)
    clock.set((datetime(year, 7, 1, tzinfo=UTC) - datetime.now(UTC)).total_seconds())
    done = subprocess.run(
        [sys.executable, "-m", "tests.peer.test_certificate"],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | clock.environment,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, str(year)), done.stderr


if __name__ == "__main__":
    _desk, _relay = identity("desk"), identity("relay")
    _shaken(
        server_context(_relay, [_desk.certificate_pem]),
        client_context(_desk, _relay.certificate_pem),
    )
    sys.stdout.write(f"{datetime.now(UTC).year}\n")
