"""What a parser may know besides the text: keys, today, and whether this is a demo."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ScanContext:
    """Everything around a scan.

    Attributes:
        token_key: 32-byte key of the keyed tokens; `key_number` names it.
        now: present time, aware.
        customer_code_keys: key id → Ed25519 public key of the bank's signed customer codes.
        audience: who those codes must be meant for.
        first_use: tells whether a one-time code id was not seen before, and remembers it.
        is_demo: the obviously false numbers of the demo branch are understood.
    """

    token_key: bytes
    key_number: int
    now: datetime
    ticket_url: str = "HTTPS://Q.EXAMPLE.COM/T/"
    customer_code_keys: Mapping[str, Any] = field(default_factory=dict)
    audience: str = "lobby"
    first_use: Callable[[str, float], bool] = lambda code, until: True
    is_demo: bool = False

    def token(self, domain: str, number: str) -> str:
        """Return `k<key number>:` + base32 of the first 20 bytes of HMAC-SHA-256.

        `domain` keeps a card and a document with the same digits apart.
        """
        digest = hmac.new(self.token_key, f"{domain}:{number}".encode(), hashlib.sha256).digest()
        return f"k{self.key_number}:{b32encode(digest[:20]).decode()}"


class ReplayGuard:
    """Remembers one-time code ids until they expire."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def first_use(self, code: str, until: float) -> bool:
        """Tell whether `code` is new; `until`: seconds since the epoch it stays remembered."""
        horizon = until - 3600
        self._seen = {known: end for known, end in self._seen.items() if end > horizon}
        if code in self._seen:
            return False
        self._seen[code] = until
        return True
