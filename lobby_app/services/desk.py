"""What every use case is handed: this desk with its ports, bound once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from lobby_app.domain.branch import Branch
from lobby_app.domain.business import Policy
from lobby_app.domain.credential import Credential, Unreadable
from lobby_app.domain.customer_ports import CustomerCache, CustomerLookup, ask_nobody
from lobby_app.domain.ports import (
    ChangeCounter,
    Claims,
    Clock,
    LinkReport,
    UnitOfWorkFactory,
)
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.services.pin_guard import PinGuard
from lobby_app.services.present_forecast import LatestForecast
from lobby_app.services.views import SelfCheck, StoreState


def alone() -> LinkStatus:
    """Report the link of a desk for which no centre was ever set up."""
    return LinkStatus(Link.ALONE)


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk of one branch.

    Attributes:
        unit_of_work: opens a writing transaction on the log.
        reader: opens a reading transaction on the log; cannot commit.
        changes: rises whenever anybody committed to the log.
        scan: raw text of a reader → credential; the number dies inside.
        new_id: returns a fresh UUID text. new_ticket_token: an unguessable QR token.
        ticket_url: prefix of the QR payload.
        latest_forecast: kept up to date by the program; empty where none runs.
        claims: asks whoever can grant a call; None where no centre was ever set up.
        link: tells how replication is doing.
        look_up: asks the centre for a customer who is not in `customers`.
    """

    branch: Branch
    slot: int
    policy: Policy
    clock: Clock
    unit_of_work: UnitOfWorkFactory
    reader: UnitOfWorkFactory
    changes: ChangeCounter
    customers: CustomerCache
    scan: Callable[[str], Credential | Unreadable]
    new_id: Callable[[], str]
    new_ticket_token: Callable[[], str]
    ticket_url: str
    store: StoreState
    self_check: SelfCheck
    pin_guard: PinGuard
    latest_forecast: LatestForecast = field(default_factory=LatestForecast)
    claims: Claims | None = None
    link: LinkReport = alone
    look_up: CustomerLookup = ask_nobody

    def now(self) -> datetime:
        """Return the branch's present time."""
        return self.clock.now()

    def business_day(self) -> date:
        """Return the business day: the branch's local date."""
        return self.clock.now().date()
