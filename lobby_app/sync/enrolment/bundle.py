"""What a desk is given at its enrolment, wrapped so that only the code opens it. Pure."""

import base64
import binascii
import json
import secrets as randomness
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lobby_app.domain.errors import KnownError
from lobby_app.sync.enrolment.code import EnrolmentCode

TOKEN_KEY_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"lobby enrolment bundle 1"
_MOST_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything a desk needs to reach the centre and to recognise the bank's customers.

    Attributes:
        address: "host:port/database" of the central database, empty where desks use a gateway.
        gateway: "https://host:port", empty where they do not.
        password: of the role that all desks share; empty where a gateway holds it.
        root_certificate: who vouches for the centre (PEM); empty = whom the system trusts.
        token_key: the bank's key of keyed tokens, 32 bytes.
    """

    address: str
    gateway: str
    password: str = field(repr=False)
    root_certificate: str
    token_key: bytes = field(repr=False)


def wrap(code: EnrolmentCode, bundle: Bundle) -> str:
    """Return the bundle as text that only `code` opens (AES-256-GCM, base64)."""
    document = {
        "address": bundle.address,
        "gateway": bundle.gateway,
        "password": bundle.password,
        "root_certificate": bundle.root_certificate,
        "token_key": bundle.token_key.hex(),
    }
    nonce = randomness.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(code.wrapping_key).encrypt(nonce, json.dumps(document).encode(), _PURPOSE)
    return base64.b64encode(nonce + sealed).decode("ascii")


def unwrap(code: EnrolmentCode, wrapped: object) -> Bundle:
    """Return the bundle that the centre keeps for `code`.

    Raises:
        KnownError: `enrolment.cannot_open` when it is not what was wrapped with this very code.
    """
    if not isinstance(wrapped, str) or len(wrapped) > _MOST_BYTES:
        raise KnownError("enrolment.cannot_open")
    try:
        sealed = base64.b64decode(wrapped, validate=True)
        opened = AESGCM(code.wrapping_key).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE
        )
        return _read(json.loads(opened))
    except (InvalidTag, binascii.Error, ValueError, KeyError, TypeError) as error:
        raise KnownError("enrolment.cannot_open") from error


def _read(document: dict[str, Any]) -> Bundle:
    """Return the bundle of a document that is authentic; raises ValueError, KeyError, TypeError."""
    names = ("address", "gateway", "password", "root_certificate")
    if not all(isinstance(document[name], str) for name in names):
        raise TypeError
    key = bytes.fromhex(document["token_key"])
    if len(key) != TOKEN_KEY_BYTES or bool(document["address"]) == bool(document["gateway"]):
        raise ValueError
    return Bundle(**{name: document[name] for name in names}, token_key=key)
