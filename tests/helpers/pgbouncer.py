"""A real PgBouncer in transaction mode before the test server, with TLS towards its clients."""

import datetime as dt
import ipaddress
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lobby_app.central.connection import CentralAddress
from tests.helpers.postgres import Central, free_port

PASSWORD = "a password that all desks of a test share"
_PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@dataclass(frozen=True)
class Authority:
    """Who vouches for certificates. `root`: its own, as a file."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def issue(self, name: str) -> tuple[Path, Path]:
        """Return certificate and key files for a name, valid for the loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.certificate.subject, self.key, is_root=False)
        return _files(self.folder, name, certificate, key)


def authority(folder: Path) -> Authority:
    """Make an authority of its own in `folder`."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bank")])
    certificate = _certificate("Bank", key, subject, key, is_root=True)
    _files(folder, "root", certificate, key)
    return Authority(folder, key, certificate)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(loopback, critical=False)
        .sign(signer, hashes.SHA256())
    )


def _files(
    folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> tuple[Path, Path]:
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    paths[1].chmod(0o600)
    return paths


@contextmanager
def pgbouncer(
    central: Central, folder: Path, bank: Authority, *, wants_certificate: bool = False
) -> Iterator[CentralAddress]:
    """Run a pooler with one server connection; yields where desks find it."""
    assert _PROGRAM is not None, "scripts/setup.sh installs pgbouncer"
    certificate, key = bank.issue("pooler")
    port, database = free_port(), central.database
    (folder / "users").write_text(f'"lobby_desk" "{PASSWORD}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"""[databases]
{database} = host=127.0.0.1 port={central.server.port} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pool_mode = transaction
server_reset_query = RESET ALL
server_reset_query_always = 1
query_timeout = 15
idle_transaction_timeout = 15
default_pool_size = 1
auth_type = scram-sha-256
auth_file = {folder / "users"}
logfile = {folder / "log"}
client_tls_sslmode = {"verify-full" if wants_certificate else "require"}
client_tls_cert_file = {certificate}
client_tls_key_file = {key}
client_tls_ca_file = {bank.root}
"""
    )
    process = subprocess.Popen(
        [_PROGRAM, str(folder / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_unprivileged(folder),
    )  # fmt: skip
    try:
        address = CentralAddress("127.0.0.1", port, database, bank.root)
        _await_listening(process, port, folder)
        yield address
    finally:
        process.terminate()
        process.wait()


def _unprivileged(folder: Path) -> dict[str, Any]:
    """Let root's pooler run as nobody, who has to read all of this."""
    if os.geteuid():
        return {}
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "nobody", "nogroup")
    return {"user": "nobody", "group": "nogroup"}


def _await_listening(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, sslmode="disable", user="x").close()
        except psycopg.OperationalError as error:
            if process.poll() is not None:
                raise AssertionError((folder / "log").read_text()) from error
            if "refused" not in str(error):
                return


def with_proof(address: CentralAddress, bank: Authority, name: str) -> CentralAddress:
    """Return the address as a desk with a certificate of its own has it."""
    certificate, key = bank.issue(name)
    return replace(address, client_certificate=certificate, client_key=key)
