"""Customer reference data of the branch: followed change by change, forgotten when it must be."""

import logging
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import monotonic

from lobby_app.domain.customer import CustomerRecord
from lobby_app.domain.customer_json import MOST_TOKENS, read_record
from lobby_app.domain.customer_ports import (
    KEEP,
    CustomerChange,
    CustomerPage,
    CustomerStore,
    FeedPlace,
)
from lobby_app.domain.errors import KnownError
from lobby_app.sync.wire import Transport, flag, items, malformed, matching, whole

PAGE = 500
INTERVAL_S = 60.0
"""How often a desk asks what changed; the answer is one index probe when nothing did."""
EXPIRY_S = 3600.0
_MOST_PAGES = 20
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,40}")
_TOKEN = re.compile(r"k[0-9]{1,4}:[A-Z2-7]{32}")
_INCARNATION = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_log = logging.getLogger(__name__)


def refresh_customers(store: CustomerStore, transport: Transport, now: datetime) -> bool:
    """Take over what the bank changed since the last time; a bounded piece of work.

    Desk data that the bank has not confirmed for seven days is erased, and at once when the bank
    no longer knows this desk.

    Args:
        store: this desk's customers.db.
        transport: to the centre; never to a relay, which has no customers to give.
        now: aware.

    Returns:
        Whether the desk has everything now; False: call again soon.

    Raises:
        KnownError: `sync.*`, `cache.*`; what was taken before stays.
    """
    store.drop_looked_up(now - KEEP)
    try:
        for _ in range(_MOST_PAGES):
            place = store.place()
            page = _page(transport, place)
            if page.changes or page.is_new_start or page.place != place or page.is_last:
                store.take(page, now)
            if page.is_last:
                return True
            if page.place.position <= place.position and not page.is_new_start:
                raise malformed("position: no progress")
    except KnownError as error:
        if error.key == "sync.not_enrolled":
            store.erase()
        elif error.key.startswith("sync."):
            expire_customers(store, now)
        raise
    return False


class CustomerFeed:
    """Refreshes now and then for whoever runs rounds; at once again while there is more to take."""

    def __init__(
        self, store: CustomerStore, transport: Transport, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._transport = transport
        self._now = now
        self._due = monotonic()

    def follow(self) -> None:
        """Refresh if it is time.

        Raises:
            KnownError: `sync.*`, `cache.*`; it is tried again in the next interval.
        """
        if monotonic() < self._due:
            return
        self._due = monotonic() + INTERVAL_S * random.uniform(0.8, 1.2)  # noqa: S311  # a jitter
        if not refresh_customers(self._store, self._transport, self._now()):
            self._due = monotonic()


def expire_customers(store: CustomerStore, now: datetime) -> None:
    """Erase what the bank has not confirmed for seven days; for times without any exchange.

    Raises:
        KnownError: `cache.*`.
    """
    store.drop_looked_up(now - KEEP)
    confirmed = store.confirmed_at()
    if confirmed is not None and now - confirmed > KEEP:
        _log.warning("customer data not confirmed since %s: erased", confirmed.date())
        store.erase()


class CustomerExpiry:
    """Sees to it, every hour, that unconfirmed data goes also while no centre answers."""

    def __init__(self, store: CustomerStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._due = monotonic()

    def look(self) -> None:
        """Erase if it is time; what the own file cannot do now is tried again in an hour."""
        if monotonic() < self._due:
            return
        self._due = monotonic() + EXPIRY_S
        try:
            expire_customers(self._store, self._now())
        except KnownError as error:
            _log.info("customer data cannot be looked through: %s", error.key)


def look_up(transport: Transport, token: str, timeout_s: float | None) -> CustomerRecord | None:
    """Ask the centre for a customer of any branch.

    Raises:
        KnownError: `sync.*`.
    """
    answer = transport.call("customer", {"token": token}, timeout_s)
    if answer.get("record") is None:
        return None
    change = _change({**answer, "deleted": False})
    return change.record


def _page(transport: Transport, place: FeedPlace) -> CustomerPage:
    answer = transport.call(
        "customers",
        {"incarnation": place.incarnation, "position": place.position, "limit": PAGE},
    )
    incarnation = None
    if answer.get("incarnation") is not None:
        incarnation = matching(answer, "incarnation", _INCARNATION)
    changes = items(answer, "records", _change, PAGE)
    # What came here before there was a feed is nothing that its changes could be added to.
    is_new_start = flag(answer, "erased") or (place.incarnation is None and incarnation is not None)
    there = FeedPlace(incarnation, whole(answer, "position"))
    return CustomerPage(there, changes, flag(answer, "is_last"), is_new_start)


def _change(document: object) -> CustomerChange:
    reference = matching(document, "customer_ref", _REFERENCE)
    if not isinstance(document, dict) or flag(document, "deleted"):
        return CustomerChange(reference, None)
    tokens = items(document, "tokens", _token, MOST_TOKENS)
    record = document.get("record")
    if not isinstance(record, dict) or record.get("customer_ref") != reference:
        raise malformed("record: none of this customer")
    try:
        return CustomerChange(reference, replace(read_record(record), tokens=tuple(tokens)))
    except ValueError as error:
        raise malformed(f"record: {error}") from None


def _token(item: object) -> str:
    if not isinstance(item, str) or not _TOKEN.fullmatch(item):
        raise malformed("tokens: no token")
    return item
