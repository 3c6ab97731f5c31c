"""From settings to one working desk: the only place that picks adapters."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes

from lobby_app.config import Settings
from lobby_app.domain.business import Policy
from lobby_app.domain.credential import Credential, Unreadable
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.scans.context import ScanContext
from lobby_app.scans.parse import parse


def open_policy(settings: Settings) -> Policy:
    """Return the bank's policy, or the one shipped with the program.

    Raises:
        KnownError: `policy.*`.
    """
    return load_policy(Path(settings.policy_dir) if settings.policy_dir else resource("policy"))


def reader_check(settings: Settings) -> Callable[[str], Credential | Unreadable]:
    """Return a scan function for setting up a reader: a throw-away key, no store, no customer."""
    key = token_bytes(32)

    def scan(text: str) -> Credential | Unreadable:
        return parse(
            text,
            ScanContext(
                token_key=key,
                key_number=0,
                now=datetime.now(UTC).astimezone(),
                ticket_url=settings.ticket_url,
                is_demo=settings.demo,
            ),
        )

    return scan
