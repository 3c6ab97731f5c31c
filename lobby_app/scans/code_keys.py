"""The bank's public keys for signed customer codes, pinned by a file of the settings."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lobby_app.domain.errors import KnownError


def read_code_keys(path: Path | None) -> Mapping[str, Any]:
    """Return key id → Ed25519 public key from a JSON Web Key Set (RFC 7517, RFC 8037).

    No path means that the bank issues no such codes.

    Raises:
        KnownError: `scans.code_keys`; names the file.
    """
    if path is None:
        return {}
    try:
        keys = jwt.PyJWKSet.from_dict(json.loads(path.read_text(encoding="utf-8"))).keys
    except (OSError, ValueError, jwt.PyJWTError, AttributeError, TypeError) as error:
        raise KnownError("scans.code_keys", file=str(path)) from error
    usable = {
        key.key_id: key.key for key in keys if key.key_id and isinstance(key.key, Ed25519PublicKey)
    }
    if not usable:
        raise KnownError("scans.code_keys", file=str(path))
    return usable
