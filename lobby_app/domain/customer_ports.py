"""The bank's customer reference data: the desk's copy, its import, its feed, its look-up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from lobby_app.domain.branch import BookedAppointment
from lobby_app.domain.customer import CustomerRecord


class CustomerCache(Protocol):
    """The desk's copy of the bank's customer reference data (customers.db)."""

    def find(self, token: str) -> CustomerRecord | None:
        """Return the customer a keyed token belongs to."""
        ...

    def get(self, customer_ref: str) -> CustomerRecord | None:
        """Return the customer with this reference."""
        ...

    def appointment(self, code: str, day: date) -> BookedAppointment | None:
        """Return the booking with this code on `day`."""
        ...

    def appointment_of(self, customer_ref: str, day: date) -> BookedAppointment | None:
        """Return the customer's next booking on `day`."""
        ...

    def count(self) -> int:
        """Return how many customers are cached."""
        ...

    def as_of(self) -> datetime | None:
        """Return when the reference data was last refreshed, None when never."""
        ...


class CustomerImport(Protocol):
    """Where the bank's reference data is brought in, all of it at once."""

    def as_of(self) -> datetime | None:
        """Return when the reference data was last refreshed, None when never."""
        ...

    def replace_all(
        self,
        records: Iterable[CustomerRecord],
        appointments: Iterable[BookedAppointment],
        as_of: datetime,
    ) -> None:
        """Replace customers and bookings in one transaction; records are streamed."""
        ...


KEEP = timedelta(days=7)
"""How long the desk keeps reference data that the bank has not confirmed (domain rule R02)."""


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """How far a desk followed the bank's feed of its branch.

    Attributes:
        incarnation: of the feed; None = nothing was ever taken from it.
        position: the last change taken.
    """

    incarnation: str | None
    position: int


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """One customer as the bank has it now. `record` None: a customer no longer."""

    customer_ref: str
    record: CustomerRecord | None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """What the feed answers.

    Attributes:
        place: after this page.
        changes: in the order of the feed.
        is_last: the desk has everything now.
        is_new_start: what the desk had before is void.
    """

    place: FeedPlace
    changes: Sequence[CustomerChange]
    is_last: bool
    is_new_start: bool


class CustomerStore(Protocol):
    """customers.db as the feed fills it, one transaction a call. Raises KnownError `cache.*`."""

    def place(self) -> FeedPlace:
        """Return how far the feed was followed."""
        ...

    def confirmed_at(self) -> datetime | None:
        """Return when the bank last confirmed the data, None when there is nothing of the feed."""
        ...

    def take(self, page: CustomerPage, now: datetime) -> None:
        """Take over a page of the feed; repeating it is harmless."""
        ...

    def keep(self, record: CustomerRecord, now: datetime) -> None:
        """Keep a customer that was looked up; the feed's own record of them stands."""
        ...

    def drop_looked_up(self, before: datetime) -> None:
        """Forget customers that were looked up before a time."""
        ...

    def erase(self) -> None:
        """Forget all reference data."""
        ...


CustomerLookup = Callable[[str], CustomerRecord | None]
"""Keyed token → a customer of any branch. Blocks for 300 ms at most; None also for no answer."""


def ask_nobody(token: str) -> CustomerRecord | None:
    """Look up nothing: no centre was ever set up for this desk."""
    return None
