"""What asks for the supervisor (domain 4.2), each with one suggested action; and its hysteresis.

`signs` says what is wrong at this moment; `AlarmBook` says what is worth an alarm: raised when it
has lasted two minutes, cleared when it has been away for three, one alarm per cause. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lobby_app.domain.business import Priority, Thresholds
from lobby_app.domain.link import UNSYNCED_MINUTES

RAISE_AFTER, CLEAR_AFTER = 2.0, 3.0
"""Minutes (domain 4.2)."""
CARE_MINUTES = 10.0
NO_SHOWS = 3
ANSWER_ARRIVAL_WITHIN = 3.0
FORGET_AFTER = 30.0
"""After so many minutes an unanswered call or arrival is history, not an alarm."""


class AlarmKind(StrEnum):
    """Causes, the most urgent first."""

    SCAM = "scam"
    HELP = "help"
    CARE_WAITING = "care_waiting"
    LONGEST_WAIT = "longest_wait"
    MACHINE_DOWN = "machine_down"
    QUEUE_WAIT = "queue_wait"
    IDLE_COUNTER = "idle_counter"
    NO_SHOWS = "no_shows"
    ARRIVAL = "arrival"
    CASH_SHORT = "cash_short"
    PRINTER_PAPER = "printer_paper"
    UNSYNCED = "unsynced"
    KEPT_APART = "kept_apart"


class AlarmAction(StrEnum):
    """What an alarm suggests. The last seven are done by people and only noted here."""

    OPEN_COUNTER = "open_counter"
    ADD_QUEUE = "add_queue"
    ASSIGN_TICKET = "assign_ticket"
    BROADCAST = "broadcast"
    GO_THERE = "go_there"
    CHECK_CALLING = "check_calling"
    CALL_ADVISER = "call_adviser"
    ORDER_CASH = "order_cash"
    REFILL_PAPER = "refill_paper"
    CHECK_NETWORK = "check_network"
    TELL_OPERATIONS = "tell_operations"


class Level(StrEnum):
    """How bad it is."""

    AMBER = "amber"
    RED = "red"


LOUD = frozenset({"scam_signs", "medical", "security"})
"""Calls from the entrance that are also heard, at the supervisor only."""
_AT_ONCE = frozenset({AlarmKind.SCAM, AlarmKind.HELP, AlarmKind.ARRIVAL, AlarmKind.NO_SHOWS})
"""What has waited long enough by its own rule."""
_ORDER = list(AlarmKind)


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that is wrong now.

    Attributes:
        subject: what it is about: ticket id, queue, device, counter, visit, event. With the kind
            it is the cause.
        label: the same for people: a ticket's number, a device id, a counter's number.
        value: minutes or a count, for the sentence.
        counter, queue, ticket: what the action is to be done with.
    """

    kind: AlarmKind
    subject: str
    level: Level
    action: AlarmAction
    label: str = ""
    value: float = 0.0
    counter: int | None = None
    queue: str | None = None
    ticket: str = ""

    @property
    def cause(self) -> str:
        """One alarm per cause."""
        return f"{self.kind.value}:{self.subject}"


@dataclass(frozen=True, slots=True)
class WaitingFact:
    """A ticket that waits. `waited`: minutes."""

    ticket_id: str
    number: str
    queue: str
    priority: str
    waited: float


@dataclass(frozen=True, slots=True)
class CounterFact:
    """A planned or open counter. `idle_minutes`: None while it is closed or serves somebody."""

    number: int
    queues: tuple[str, ...]
    is_open: bool
    shared: bool = True
    idle_minutes: float | None = None
    no_shows: int = 0


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call for help, or an arrival that somebody must be told of. `minutes`: how long ago."""

    subject: str
    reason: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall as the alarms see it; minutes throughout.

    Attributes:
        queue_minutes: expected wait of somebody who comes now, None = no open counter serves it.
        machines_down: device ids. is_cash_short: large withdrawals cannot be paid out today.
        help_calls, arrivals: of today, unanswered.
        unsynced_minutes: age of the oldest event the centre has not confirmed; None = no centre.
        printers_out: printers, by the actor of their last print, that are out of paper.
        kept_apart: events that no replica can read or that the centre's log does not hold.
    """

    waiting: Sequence[WaitingFact] = ()
    queue_minutes: Mapping[str, float | None] | None = None
    counters: Sequence[CounterFact] = ()
    machines_down: Sequence[str] = ()
    is_cash_short: bool = False
    help_calls: Sequence[CallFact] = ()
    arrivals: Sequence[CallFact] = ()
    unsynced_minutes: float | None = None
    printers_out: Sequence[str] = ()
    kept_apart: int = 0


def signs(hall: Hall, limits: Thresholds) -> tuple[Sign, ...]:
    """Return everything that is wrong now, at most one sign per cause."""
    found = [
        *_calls(hall),
        *_care(hall),
        *_longest(hall, limits),
        *_machines(hall, limits),
        *_queues(hall, limits),
        *_idle(hall, limits),
        *_no_shows(hall),
        *_technical(hall),
    ]
    return tuple({sign.cause: sign for sign in reversed(found)}.values())[::-1]


def remedy(hall: Hall, queue: str) -> tuple[AlarmAction, int | None]:
    """Return what shortens a queue: open a counter, let an idle one help, or tell the hall."""
    closed = [c for c in hall.counters if not c.is_open and queue in c.queues]
    if closed:
        return AlarmAction.OPEN_COUNTER, closed[0].number
    helper = _helper(hall, queue)
    if helper is not None:
        return AlarmAction.ADD_QUEUE, helper.number
    spare = [c for c in hall.counters if not c.is_open]
    if spare:
        return AlarmAction.OPEN_COUNTER, spare[0].number
    return AlarmAction.BROADCAST, None


def _helper(hall: Hall, queue: str, free_for: float = 0.0) -> CounterFact | None:
    """Return the free counter that may best help a queue it does not serve."""
    idle = [
        c
        for c in hall.counters
        if queue not in c.queues and c.idle_minutes is not None and c.idle_minutes >= free_for
    ]
    return max(idle, key=lambda c: (c.shared, c.idle_minutes or 0.0, -c.number), default=None)


def _calls(hall: Hall) -> Iterable[Sign]:
    for call in hall.help_calls:
        if call.minutes <= FORGET_AFTER:
            kind = AlarmKind.SCAM if call.reason == "scam_signs" else AlarmKind.HELP
            yield Sign(
                kind, call.subject, Level.RED, AlarmAction.GO_THERE, call.reason, call.minutes
            )
    for arrival in hall.arrivals:
        if ANSWER_ARRIVAL_WITHIN <= arrival.minutes <= FORGET_AFTER:
            yield Sign(
                AlarmKind.ARRIVAL, arrival.subject, Level.AMBER, AlarmAction.CALL_ADVISER,
                value=arrival.minutes,
            )  # fmt: skip


def _care(hall: Hall) -> Iterable[Sign]:
    over = [t for t in hall.waiting if t.priority == Priority.CARE and t.waited > CARE_MINUTES]
    if over:
        ticket = max(over, key=lambda t: t.waited)
        yield Sign(
            AlarmKind.CARE_WAITING, "hall", Level.RED, AlarmAction.ASSIGN_TICKET, ticket.number,
            ticket.waited, queue=ticket.queue, ticket=ticket.ticket_id,
        )  # fmt: skip


def _longest(hall: Hall, limits: Thresholds) -> Iterable[Sign]:
    """One alarm, whoever waits longest at the moment: the cause is the hall, not the person."""
    if not hall.waiting:
        return
    ticket = max(hall.waiting, key=lambda t: t.waited)
    if ticket.waited >= limits.wait_amber_minutes:
        level = Level.RED if ticket.waited > limits.wait_red_minutes else Level.AMBER
        action, counter = remedy(hall, ticket.queue)
        yield Sign(
            AlarmKind.LONGEST_WAIT, "hall", level, action, ticket.number, ticket.waited, counter,
            ticket.queue,
        )  # fmt: skip


def _queues(hall: Hall, limits: Thresholds) -> Iterable[Sign]:
    for queue, minutes in (hall.queue_minutes or {}).items():
        waits = any(ticket.queue == queue for ticket in hall.waiting)
        if minutes is None:
            # People wait where no counter is open: worse than any number of minutes.
            if not waits:
                continue
            level = Level.RED
        elif minutes > limits.wait_amber_minutes:
            level = Level.RED if minutes > limits.wait_red_minutes else Level.AMBER
        else:
            continue
        action, counter = remedy(hall, queue)
        yield Sign(
            AlarmKind.QUEUE_WAIT, queue, level, action, queue, minutes or 0.0, counter, queue
        )


def _machines(hall: Hall, limits: Thresholds) -> Iterable[Sign]:
    """The device-failure playbook (domain 0.7): machine down and people wait → open a counter."""
    waits = {q: m for q, m in (hall.queue_minutes or {}).items() if m is not None}
    if not hall.machines_down or not waits:
        return
    queue = max(waits, key=lambda q: waits[q])
    if waits[queue] > limits.open_counter_wait_minutes:
        action, counter = remedy(hall, queue)
        names = ", ".join(sorted(hall.machines_down))
        yield Sign(
            AlarmKind.MACHINE_DOWN, "machines", Level.RED, action, names, waits[queue], counter,
            queue,
        )  # fmt: skip


def _idle(hall: Hall, limits: Thresholds) -> Iterable[Sign]:
    """People wait in a long queue, and a counter is free: one sign a queue, whoever is free."""
    for queue in dict.fromkeys(ticket.queue for ticket in hall.waiting):
        minutes = (hall.queue_minutes or {}).get(queue)
        helper = _helper(hall, queue, limits.idle_help_minutes)
        if helper is not None and minutes is not None and minutes > limits.wait_amber_minutes:
            yield Sign(
                AlarmKind.IDLE_COUNTER, queue, Level.AMBER, AlarmAction.ADD_QUEUE,
                str(helper.number), helper.idle_minutes or 0.0, helper.number, queue,
            )  # fmt: skip


def _no_shows(hall: Hall) -> Iterable[Sign]:
    for counter in hall.counters:
        if counter.is_open and counter.no_shows >= NO_SHOWS:
            yield Sign(
                AlarmKind.NO_SHOWS, str(counter.number), Level.AMBER, AlarmAction.CHECK_CALLING,
                str(counter.number), counter.no_shows, counter.number,
            )  # fmt: skip


def _technical(hall: Hall) -> Iterable[Sign]:
    if hall.is_cash_short:
        yield Sign(AlarmKind.CASH_SHORT, "branch", Level.AMBER, AlarmAction.ORDER_CASH)
    for printer in hall.printers_out:
        yield Sign(AlarmKind.PRINTER_PAPER, printer, Level.AMBER, AlarmAction.REFILL_PAPER, printer)
    age = hall.unsynced_minutes
    if age is not None and age > UNSYNCED_MINUTES:
        yield Sign(AlarmKind.UNSYNCED, "log", Level.AMBER, AlarmAction.CHECK_NETWORK, value=age)
    if hall.kept_apart:
        action, kept = AlarmAction.TELL_OPERATIONS, hall.kept_apart
        yield Sign(AlarmKind.KEPT_APART, "log", Level.AMBER, action, value=kept)


@dataclass(frozen=True, slots=True)
class Latch:
    """A yes or no that follows only what has lasted. `since`: when the opposite began."""

    is_on: bool = False
    since: float | None = None

    def step(self, is_true: bool, now: float, raise_after: float) -> "Latch":
        """Return the latch after a look at minute `now`."""
        if is_true == self.is_on:
            return Latch(self.is_on) if self.since is not None else self
        since = now if self.since is None else self.since
        wanted = CLEAR_AFTER if self.is_on else raise_after
        return Latch(not self.is_on) if now - since >= wanted else Latch(self.is_on, since)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A sign that has lasted. `since`: minute it was raised. `answered`: by whom, empty = nobody.

    Something that gets worse after it was answered is an alarm again.
    """

    sign: Sign
    since: float
    level: Level
    answered: str = ""

    @property
    def is_loud(self) -> bool:
        """Whether it is to be heard."""
        is_call = self.sign.kind in (AlarmKind.SCAM, AlarmKind.HELP)
        return is_call and self.sign.label in LOUD and not self.answered


@dataclass(frozen=True, slots=True)
class _Track:
    sign: Sign
    present: Latch = Latch()
    red: Latch = Latch()
    since: float = 0.0
    answered: str = ""
    answered_level: Level = Level.AMBER

    def alarm(self) -> Alarm:
        level = Level.RED if self.red.is_on else Level.AMBER
        is_worse = level is Level.RED and self.answered_level is Level.AMBER
        return Alarm(self.sign, self.since, level, "" if is_worse else self.answered)


class AlarmBook:
    """The alarms of the day. Looks come in the order of time."""

    def __init__(self) -> None:
        self._tracks: dict[str, _Track] = {}

    def look(self, found: Iterable[Sign], now: float) -> None:
        """Take in what is wrong at minute `now`."""
        present = {sign.cause: sign for sign in found}
        for cause in {**self._tracks, **present}:
            sign = present.get(cause)
            track = self._tracks.get(cause)
            if track is None and sign is not None:
                track = _Track(sign)
            if track is None:
                continue
            track = _stepped(track, sign, now)
            if sign is None and not track.present.is_on:
                self._tracks.pop(cause, None)
            else:
                self._tracks[cause] = track

    def answer(self, cause: str, who: str) -> None:
        """Note that somebody took care of it; it stays on the list until its cause has gone."""
        track = self._tracks.get(cause)
        if track is not None and track.present.is_on:
            self._tracks[cause] = replace(track, answered=who, answered_level=track.alarm().level)

    def alarms(self) -> tuple[Alarm, ...]:
        """Return what is raised: unanswered first, red first, then by urgency of the kind."""
        raised = [track.alarm() for track in self._tracks.values() if track.present.is_on]
        return tuple(sorted(raised, key=_urgency))


def _stepped(track: _Track, sign: Sign | None, now: float) -> _Track:
    kind = track.sign.kind
    delay = 0.0 if kind in _AT_ONCE else RAISE_AFTER
    present = track.present.step(sign is not None, now, delay)
    is_red = sign is not None and sign.level is Level.RED
    red = track.red.step(is_red, now, delay)
    since = now if present.is_on and not track.present.is_on else track.since
    return replace(track, sign=sign or track.sign, present=present, red=red, since=since)


def _urgency(alarm: Alarm) -> tuple[bool, bool, int, float, str]:
    sign = alarm.sign
    place = _ORDER.index(sign.kind)
    return bool(alarm.answered), alarm.level is Level.AMBER, place, alarm.since, sign.cause
