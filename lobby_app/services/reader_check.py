"""Setting up a new reader: scans are understood without a store or a key of the bank."""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_bytes

from lobby_app.domain.credential import Credential, Unreadable
from lobby_app.scans.context import ScanContext
from lobby_app.scans.parse import parse


def reader_check(ticket_url: str, *, is_demo: bool) -> Callable[[str], Credential | Unreadable]:
    """Return a scan function with a throw-away key: its tokens mean nothing to anybody."""
    key = token_bytes(32)

    def scan(text: str) -> Credential | Unreadable:
        now = datetime.now(UTC).astimezone()
        return parse(text, ScanContext(key, 0, now, ticket_url=ticket_url, is_demo=is_demo))

    return scan
