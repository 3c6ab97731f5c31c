"""What services need from the outside world, as Protocols. Adapters implement them.

A window imports this before its first paint: what is only named in annotations stays away then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from lobby_app.domain.link import LinkStatus

if TYPE_CHECKING:
    from lobby_app.domain.announcement import Announcement
    from lobby_app.domain.branch import StaffMember
    from lobby_app.domain.event import Draft, Event
    from lobby_app.domain.floor import ChannelState
    from lobby_app.domain.replication import Appended, ClaimAnswer, ClaimIntent, Heads, Page, Place
    from lobby_app.domain.slip import TicketSlip
    from lobby_app.domain.ticket import Ticket


class Clock(Protocol):
    """Wall time of the branch."""

    def now(self) -> datetime:
        """Return the present time, aware, in the branch's time zone."""
        ...


@dataclass(frozen=True, slots=True)
class Unsent:
    """Own events the centre has not confirmed. `oldest_at` is None when there are none."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """State of a machine as last told, and when."""

    state: ChannelState
    since: datetime


@dataclass(frozen=True, slots=True)
class CounterReport:
    """A human counter as last told. `queues`: channel codes it serves; `staff`: staff number."""

    number: int
    is_open: bool
    queues: tuple[str, ...]
    staff: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a ticket to a counter. `is_again`: a recall. `number`: as printed."""

    ticket_id: str
    number: str
    zone: str
    counter: int
    priority: str
    at: datetime
    is_again: bool
    without_sound: bool


class UnitOfWork(Protocol):
    """One transaction on log.db. Leaving the block without `commit()` rolls back.

    Raises KnownError (`cache.*`) for the environment: disk full, locked, unreadable.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def commit(self) -> None:
        """Make everything since `__enter__` durable."""
        ...

    def append(self, draft: Draft) -> Event:
        """Add an event to the desk's own log and fold it into the projections."""
        ...

    def take_number(self, zone: str, business_day: date) -> int:
        """Return the next number of the series (1, 2, …), never returned before on this desk.

        Raises KnownError `cache.numbers_used_up` after 999.
        """
        ...

    def ticket(self, ticket_id: str) -> Ticket | None:
        """Return the projected state of one ticket."""
        ...

    def tickets(self, business_day: date) -> Sequence[Ticket]:
        """Return all tickets of a business day, oldest first."""
        ...

    def latest(self, business_day: date, count: int) -> Sequence[Ticket]:
        """Return the last `count` tickets of a business day, newest first."""
        ...

    def waiting(self, business_day: date) -> Sequence[Ticket]:
        """Return the waiting tickets of a business day, oldest first."""
        ...

    def heads(self, business_day: date, queues: Sequence[str]) -> Sequence[Ticket]:
        """Return the first two of each queue and priority that are not `reserved`.

        With those reserved they are all that the rule looks at.
        """
        ...

    def reserved(self, business_day: date) -> Sequence[Ticket]:
        """Return the waiting tickets that a step has tied to a counter or kept from one."""
        ...

    def parked(self, business_day: date) -> Sequence[Ticket]:
        """Return the tickets that stepped aside and will come back."""
        ...

    def at_counter(self, business_day: date, counter: int) -> Ticket | None:
        """Return the ticket that is called to or served at a counter, None when it is free."""
        ...

    def counters(self, business_day: date) -> Sequence[CounterReport]:
        """Return every counter that was opened on a day, as it is now."""
        ...

    def calls(
        self, business_day: date, *, counter: int | None = None, limit: int
    ) -> Sequence[Call]:
        """Return the last calls of a day, newest first, of the branch or of one counter."""
        ...

    def events(self, business_day: date, kinds: Sequence[str]) -> Sequence[Event]:
        """Return events of some kinds on a business day, in log order."""
        ...

    def events_after(self, business_day: date, heads: Mapping[str, int]) -> Sequence[Event]:
        """Return the events of a day that came after `heads` (log id → last seq known), any kind.

        A log that is not in `heads` is returned whole; events of one log are in order.
        """
        ...

    def rewrites(self) -> int:
        """Return a number that rises when events are taken out of logs that were already read.

        Whoever reads on by `events_after` begins anew then.
        """
        ...

    def device_reports(self, business_day: date) -> dict[str, DeviceReport]:
        """Return the last report of that day of each device id."""
        ...

    def last_event_at(self) -> datetime | None:
        """Return the time of the newest own event, None before the first."""
        ...

    def unsent(self) -> Unsent:
        """Return what still waits to be exchanged."""
        ...

    def put_intent(self, intent: ClaimIntent) -> None:
        """Note a call that is about to be asked for."""
        ...

    def intents(self) -> Sequence[ClaimIntent]:
        """Return the calls asked for whose answer was never dealt with."""
        ...

    def drop_intent(self, claim_id: str) -> None:
        """Forget a call that was answered."""
        ...

    def staff(self, number: str) -> StaffMember | None:
        """Return the member of staff with this number."""
        ...

    def put_staff(self, members: Sequence[StaffMember]) -> None:
        """Replace the list of staff who may sign on at this desk."""
        ...


UnitOfWorkFactory = Callable[[], UnitOfWork]

ChangeCounter = Callable[[], int]
"""Returns a number that rises whenever anybody, also another process, committed to the log.

Cheap enough to be asked many times a second, by one thread at a time. Raises KnownError
(`cache.*`).
"""


class Replica(Protocol):
    """Anything that holds logs: the desk's file, the centre, a relay. Blocking.

    Raises KnownError: `cache.*` for a file, `sync.*` for a partner (`sync.no_answer` when it cannot
    be reached or does not answer in time; then whatever was asked may or may not have happened).
    """

    def heads(self) -> Heads:
        """Return where the replica stands in every log of the branch that is still of interest."""
        ...

    def read(self, after: Sequence[Place], limit: int) -> Page:
        """Return what follows each place, at most `limit` events in all."""
        ...

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        """Take events of one log, `after.seq + 1` and on, all or nothing; repeating is harmless.

        What is already held is compared, not written. A log that is new here begins at seq 0.
        """
        ...


class LocalReplica(Replica, Protocol):
    """The desk's own file: what only the owner of logs can do. Each call is one transaction."""

    @property
    def current_log(self) -> str:
        """The log that new events go to."""
        ...

    def own_logs(self) -> frozenset[str]:
        """Return every log this desk ever opened here and has not given up."""
        ...

    def confirm(self, place: Place) -> None:
        """Note how far the partner holds an own log; may go back, as it may have lost its tail."""
        ...

    def reissue(self, log_id: str, common: Place) -> None:
        """Move what follows `common` from an own log into a new own log, which becomes current.

        Bodies and clocks stay, chains are new; the old log goes on as somebody else's.
        """
        ...

    def set_aside(self, log_id: str, common: Place) -> None:
        """Give up what follows `common` in somebody else's log: the partner's version stands.

        The events are kept apart, byte for byte, and counted in the status.
        """
        ...

    def rebase(self, base: Place) -> None:
        """Begin somebody else's log anew at `base`: what came before is held nowhere."""
        ...

    def correct_clock(self, offset_ms: int) -> None:
        """Note the partner's clock minus ours, for the hybrid clock."""
        ...


class Claims(Protocol):
    """Asks whoever can grant a call: the centre, else the relay. Blocking for about two seconds."""

    def claim(self, intent: ClaimIntent) -> ClaimAnswer:
        """Ask for a ticket. Never raises for the network: no answer is an answer."""
        ...


LinkReport = Callable[[], LinkStatus]
"""Returns how replication is doing; cheap, never blocks for the network."""


class SecretState(StrEnum):
    """Where this desk's keys live."""

    KEY_STORE = "key_store"
    KEY_FILE = "key_file"
    NONE = "none"


class Secrets(Protocol):
    """Named secrets of this desk. Blocking: never ask on the GUI thread."""

    @property
    def state(self) -> SecretState:
        """Where they are kept; NONE = nowhere, nothing persists."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return a secret, None when it was never stored."""
        ...

    def put(self, name: str, value: bytes) -> None:
        """Store a secret durably."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret for ever."""
        ...


class PrintOutcome(StrEnum):
    """The four honest answers of a printer (devices 4.3). Only NOT_SENT may be retried alone."""

    PRINTED = "printed"
    NOT_SENT = "not_sent"
    HELD = "held"
    UNKNOWN = "unknown"


class PrinterProblem(StrEnum):
    """What stands between a job and paper; each has one sentence in resources/i18n."""

    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    UNRECOVERABLE = "unrecoverable"
    OVERHEATED = "overheated"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    CONNECTION_LOST = "connection_lost"
    NOT_CONFIRMED = "not_confirmed"
    NO_FEEDBACK = "no_feedback"
    NO_PRINTER = "no_printer"


@dataclass(frozen=True, slots=True)
class PrintResult:
    """How a job ended. `problem` is None only for PRINTED."""

    outcome: PrintOutcome
    problem: PrinterProblem | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """Health of the printer; `problems` empty = ready. `near_end`: paper is running low."""

    problems: tuple[PrinterProblem, ...] = ()
    near_end: bool = False


class TicketPrinter(Protocol):
    """Anything that turns a slip into paper (or a file). Blocking: call on a device worker."""

    def print(self, slip: TicketSlip, job_id: str) -> PrintResult:
        """Print one slip. `job_id`: four printable ASCII characters, unique among recent jobs."""
        ...

    def status(self) -> PrinterStatus:
        """Ask the printer how it is."""
        ...


class VoiceOutcome(StrEnum):
    """How an announcement ended. What was not said has to be shown all the more."""

    SAID = "said"
    NO_DEVICE = "no_device"
    NO_CLIPS = "no_clips"
    STOPPED = "stopped"


class Voice(Protocol):
    """Says announcements. Blocking for seconds: call on a device worker."""

    def say(self, announcement: Announcement, volume: int) -> VoiceOutcome:
        """Say one announcement once, chime first. `volume`: percent, above 0."""
        ...

    def stop(self) -> None:
        """Fall silent at once and for ever; may be called from another thread."""
        ...
