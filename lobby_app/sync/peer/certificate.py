"""A desk's self-signed certificate and what TLS is told about it.

No authority signs desks: the roster of the branch holds each certificate itself, and only that very
certificate is trusted (docs/adr/0021). The private key is born here, is kept by the key store
and never lies on a disk in the clear.
"""

import hashlib
import secrets as randomness
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Secrets

IDENTITY = "relay-key"
"""Name of the secret: the key's PEM followed by the certificate's."""
_VALID_FROM = datetime(1980, 1, 1, tzinfo=UTC)
_VALID_UNTIL = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No well-defined end (RFC 5280, 4.1.2.5), as device identities have it (IEEE 802.1AR): the roster
says who is trusted. A date would stop a branch on the day that its line is cut, and so would a
clock that an empty battery has set back to a PC's first day.
"""


@dataclass(frozen=True, slots=True)
class Identity:
    """A desk's certificate with its private key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def certificate_pem(self) -> str:
        """Return the public half, as the roster holds it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def fingerprint(self) -> str:
        """Return sha256 of the certificate, lower-case hex."""
        return fingerprint(self.certificate.public_bytes(serialization.Encoding.DER))


def fingerprint(der: bytes) -> str:
    """Return sha256 of a certificate's DER bytes, lower-case hex."""
    return hashlib.sha256(der).hexdigest()


def fingerprint_of_pem(pem: str) -> str:
    """Return the fingerprint of a certificate's text. Raises ValueError when it is none."""
    return fingerprint(ssl.PEM_cert_to_DER_cert(_checked(pem)))


def new_identity(desk: str) -> Identity:
    """Return a new key (ECDSA P-256) with a certificate for `desk`, which the roster ends.

    `desk`: what to call it; names no person.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    # No two certificates have one name: whoever verifies looks the issuer up by name.
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, desk),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, randomness.token_hex(8)),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        # Not an authority: trusting this certificate is trusting nothing that it might sign.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signing_only(), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
    )
    return Identity(key, builder.sign(key, hashes.SHA256()))


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def store_identity(secrets: Secrets, identity: Identity) -> None:
    """Keep an identity in the key store. Blocking.

    Raises:
        KnownError: `secrets.*`.
    """
    secrets.put(IDENTITY, _key_pem(identity, None) + identity.certificate_pem.encode("ascii"))


def load_identity(secrets: Secrets) -> Identity | None:
    """Return the identity kept, None when this desk was never enrolled. Blocking.

    Raises:
        KnownError: `secrets.*`; `secrets.refused` when what is kept is no identity.
    """
    kept = secrets.get(IDENTITY)
    if kept is None:
        return None
    try:
        key = serialization.load_pem_private_key(kept, password=None)
        certificate = x509.load_pem_x509_certificate(kept)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KnownError("secrets.refused") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KnownError("secrets.refused")
    return Identity(key, certificate)


def server_context(identity: Identity, trusted: Iterable[str]) -> ssl.SSLContext:
    """Return what a relay listens with: clients must show one of the `trusted` certificates (PEM).

    More may be trusted later with `trust`; none can be taken away from a context.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _tighten(context)
    _load(context, identity)
    context.verify_mode = ssl.CERT_REQUIRED
    # Every connection shows its certificate anew.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    trust(context, trusted)
    return context


def client_context(identity: Identity, pinned: str) -> ssl.SSLContext:
    """Return what a desk connects with: the server must show the very certificate `pinned` (PEM).

    Raises:
        ValueError: `pinned` is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _tighten(context)
    _load(context, identity)
    # The certificate is the name: a relay may move to another address.
    context.check_hostname = False
    trust(context, [pinned])
    return context


def trust(context: ssl.SSLContext, certificates: Iterable[str]) -> None:
    """Let a context trust further certificates (PEM). Raises ValueError for what is none."""
    for pem in certificates:
        context.load_verify_locations(cadata=_checked(pem))


def _checked(pem: str) -> str:
    """Return the PEM of the one certificate in `pem`, as this program writes it."""
    certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _tighten(context: ssl.SSLContext) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Whoever is trusted is trusted itself, without anybody above it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    """Give a context the identity; `ssl` reads files only: an encrypted one, gone at once."""
    password = randomness.token_hex(32)
    with TemporaryDirectory(prefix="lobby-") as folder:  # mode 0700
        file = Path(folder) / "identity.pem"
        file.touch(mode=0o600)
        file.write_bytes(_key_pem(identity, password) + identity.certificate_pem.encode("ascii"))
        context.load_cert_chain(file, password=password)


def _key_pem(identity: Identity, password: str | None) -> bytes:
    return identity.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode("ascii"))
        if password
        else serialization.NoEncryption(),
    )
