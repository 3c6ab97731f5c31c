"""What windows are given: frozen values without rules, without rows, without anything to leak.

Nothing here carries an amount of assets, a score, a flag's origin or a whole number of a person.
A window imports this before its first paint: what is only named in annotations stays away then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from lobby_app.domain.customer import Preference
from lobby_app.domain.text import Language

if TYPE_CHECKING:
    from lobby_app.domain.business import Need
    from lobby_app.domain.credential import CredentialKind
    from lobby_app.domain.customer import Access, Customer, Tier, Title
    from lobby_app.domain.floor import Appointment, ChannelState
    from lobby_app.domain.link import LinkStatus
    from lobby_app.domain.recommendation import Recommendation
    from lobby_app.domain.slip import TicketSlip, WaitRange
    from lobby_app.domain.text import Text
    from lobby_app.services.called import LostCall


@dataclass(frozen=True, slots=True)
class Session:
    """A greeter who is signed on."""

    staff_number: str
    name: Text
    signed_on_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """Who it is, as the greeter may see it (domain 5.1, 5.5).

    Attributes:
        display_name: masked; empty for somebody unknown.
        surname, title: for the spoken greeting only.
        credential_mask: what was scanned, masked; empty for an anonymous visit.
        data_age_days: age of the cached record, None when there is no record.
        tier_is_stale: tier too old to use; shown as unknown.
    """

    display_name: str
    surname: str
    title: Title
    tier: Tier
    tier_name: Text
    credential_kind: CredentialKind | None
    credential_mask: str
    warnings: tuple[str, ...]
    data_age_days: int | None
    tier_is_stale: bool
    manager_name: str
    language: Language
    is_known: bool
    document_expired: bool
    needs_counter_verify: bool
    appointment_at: datetime | None
    is_elder: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit as it travels between desk and services; windows pass it on unread."""

    visit_id: str
    arrived_at: datetime
    customer: Customer
    customer_ref: str | None
    cache_age_days: int | None
    appointment: Appointment | None
    profile: Profile
    usual_businesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the greeter ticked for this visit: modifiers F2-F7 and the document check."""

    preference: Preference = Preference.NONE
    care: bool = False
    agent: bool = False
    access: frozenset[Access] = frozenset()
    needs_help: bool = False
    safety: str | None = None
    missing_documents: frozenset[str] = frozenset()
    insists_on_ticket: bool = False
    language: Language = Language.ZH
    large_type: bool = False
    override_channel: str | None = None
    override_reason: str | None = None


class PrimaryAction(StrEnum):
    """What Enter does for this very recommendation; the big button says it."""

    PRINT_TICKET = "print_ticket"
    GUIDE_TO_MACHINE = "guide_to_machine"
    SHOW_ON_PHONE = "show_on_phone"
    ESCORT = "escort"
    BOOK = "book"
    CALL_MANAGER = "call_manager"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class ChannelOption:
    """A channel with how long it takes: wait (range) or plain minutes, and people ahead."""

    channel: str
    name: Text
    is_human: bool
    wait: WaitRange | None
    minutes: int | None
    ahead: int | None


@dataclass(frozen=True, slots=True)
class HeldTicket:
    """A ticket this customer already holds."""

    ticket_id: str
    number: str
    ahead: int


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation, ready to be read out.

    Attributes:
        say: the sentence to say, placeholders filled. why: one line from rule ids.
        chips: at most two neutral chip codes: priority, document_expired, counter_verify,
            appointment.
        held: a ticket the customer already holds today, else None.
    """

    recommendation: Recommendation
    need: Need
    action: PrimaryAction
    option: ChannelOption
    human: ChannelOption | None
    alternatives: tuple[ChannelOption, ...]
    say: Text
    why: Text
    documents: tuple[Text, ...]
    missing_documents: tuple[str, ...]
    next_best_action: Text | None
    alerts: tuple[Text, ...]
    chips: tuple[str, ...]
    held: HeldTicket | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A committed ticket and the slip to print. `copy` 0 = original."""

    ticket_id: str
    slip: TicketSlip
    job_id: str


@dataclass(frozen=True, slots=True)
class QueueView:
    """One zone of the side panel."""

    zone: str
    queue: str
    name: Text
    waiting: int
    wait: WaitRange | None
    open_counters: int
    level: str = "ok"


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One machine: state as last told; `since` None when never told."""

    device_id: str
    name: Text
    channel: str
    state: ChannelState
    since: datetime | None


@dataclass(frozen=True, slots=True)
class RecentTicket:
    """One line of "last tickets".

    Attributes:
        can_return: stepped aside or missed the call; may come back into the queue.
    """

    ticket_id: str
    number: str
    zone_name: Text
    issued_at: datetime
    state: str
    copies: int
    print_outcome: str | None
    can_cancel: bool
    can_return: bool


@dataclass(frozen=True, slots=True)
class FloorView:
    """The side panel in one piece. `version` changes only when something visible did."""

    queues: tuple[QueueView, ...]
    devices: tuple[DeviceView, ...]
    recent: tuple[RecentTicket, ...]
    at: datetime


class StoreState(StrEnum):
    """How well the desk's files are protected and readable."""

    ENCRYPTED = "encrypted"
    KEY_FILE = "key_file"
    NO_KEY_STORE = "no_key_store"


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Start-of-day self-check: what was proved about the log. `problems`: message keys."""

    passed: bool
    checked_events: int
    next_numbers: dict[str, int]
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskStatus:
    """The status strip.

    Attributes:
        link: with whom the desk exchanges. unsent: own events nobody else has confirmed.
        oldest_unsent: of them, None when there are none.
        data_as_of: of the customers' reference data.
    """

    branch: Text
    slot: int
    is_demo: bool
    link: LinkStatus
    unsent: int
    oldest_unsent: datetime | None
    data_as_of: datetime | None
    store: StoreState
    self_check: SelfCheck


@dataclass(frozen=True, slots=True)
class Identified:
    """A visit has begun. `tiles`: business codes to offer, most likely first."""

    visit: Visit
    tiles: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ScannedTicket:
    """A ticket of today was scanned, not a person."""

    ticket: RecentTicket


@dataclass(frozen=True, slots=True)
class PlannedCounter:
    """A counter as planned: its queues, and its zones in words."""

    number: int
    queues: tuple[str, ...]
    zones: Text


@dataclass(frozen=True, slots=True)
class CounterPerson:
    """Who stands at the counter, masked; only known to the counter once the service started."""

    display_name: str
    title: Title
    tier_name: Text
    language: Language


@dataclass(frozen=True, slots=True)
class CalledTicket:
    """A ticket as a counter sees it.

    Attributes:
        waited_minutes: from printing to the call, or until now while it waits.
        without_sound: call by sight or in person. why: one sentence, why this one was called.
        person: None until the service has started, and for somebody unknown.
        can_undo: the last step may be taken back.
        is_unconfirmed: called while nobody could be asked; another counter may have called it too.
    """

    ticket_id: str
    number: str
    zone_name: Text
    queue: str
    business: Text
    priority: str
    state: str
    calls: int
    called_at: datetime | None
    started_at: datetime | None
    waited_minutes: int
    language: Language
    without_sound: bool
    documents_incomplete: bool
    why: Text | None
    person: CounterPerson | None
    can_undo: bool
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class CounterView:
    """One counter's panel in one piece.

    Attributes:
        waiting: tickets per queue this counter serves, with the longest wait in minutes.
        parked: tickets that stepped aside here. last: the ticket that left this counter last.
        lost: calls of this counter that others won lately.
    """

    counter: int
    is_open: bool
    staff: str
    queues: tuple[str, ...]
    current: CalledTicket | None
    waiting: tuple[tuple[Text, int, int], ...]
    parked: tuple[CalledTicket, ...]
    last: CalledTicket | None
    at: datetime
    lost: tuple[LostCall, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardCall:
    """One row of the wall: a number and where to go; nothing about a person, no tier.

    Attributes:
        times: how often it was called in a row. is_priority: shows the neutral word and no more.
        is_over: nobody is expected at the counter any more; the row stays.
    """

    number: str
    counter: int
    called_at: datetime
    times: int
    without_sound: bool
    is_priority: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class BoardZone:
    """One zone of the wall: waiting count, range, open counters."""

    zone: str
    name: Text
    waiting: int
    wait: WaitRange | None
    open_counters: int


@dataclass(frozen=True, slots=True)
class BoardView:
    """Everything the wall may show.

    Attributes:
        calls: newest first, more than there are rows, so that each of many at once is heard.
        messages: what the supervisor broadcasts now.
        paused: zones whose tickets are not issued at present.
        at: when it was read, by the clock that calls bear: the centre's, where one is heard.
        data_as_of: up to when the other desks are known; None = up to now, or there are none.
    """

    branch: Text
    calls: tuple[BoardCall, ...]
    zones: tuple[BoardZone, ...]
    messages: tuple[Text, ...]
    paused: tuple[str, ...]
    posted_rule: Text
    is_demo: bool
    at: datetime
    data_as_of: datetime | None
