"""The event envelope: its grammar, its hash chain and the total order (sync design 3.2).

One grammar for every replica: what this module accepts, every replica folds; what it refuses,
every replica keeps byte for byte and folds nowhere.
"""

import hashlib
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from lobby_app.domain.errors import BugError


class EventKind(StrEnum):
    """Kinds this version writes. Unknown kinds of newer versions fold by their envelope."""

    DAY_STARTED = "day_started"
    SIGNED_ON = "signed_on"
    SIGNED_OFF = "signed_off"
    PROFILE_VIEWED = "profile_viewed"
    VISIT_TRIAGED = "visit_triaged"
    VISIT_CLOSED = "visit_closed"
    RECOMMENDATION_OVERRIDDEN = "recommendation_overridden"
    TICKET_ISSUED = "ticket_issued"
    TICKET_PRINTED = "ticket_printed"
    PRINT_FAILED = "print_failed"
    TICKET_CANCELLED = "ticket_cancelled"
    COMPLAINT_REGISTERED = "complaint_registered"
    SATISFACTION_ANSWERED = "satisfaction_answered"
    HELP_CALLED = "help_called"
    ELDER_ASSISTED = "elder_assisted"
    DEVICE_STATE_SET = "device_state_set"
    CASH_STOCK_SET = "cash_stock_set"
    COUNTER_OPENED = "counter_opened"
    COUNTER_CLOSED = "counter_closed"
    TICKET_CALLED = "ticket_called"
    TICKET_RECALLED = "ticket_recalled"
    TICKET_SKIPPED = "ticket_skipped"
    SERVICE_STARTED = "service_started"
    SERVICE_FINISHED = "service_finished"
    TICKET_PARKED = "ticket_parked"
    TICKET_RETURNED = "ticket_returned"
    TICKET_TRANSFERRED = "ticket_transferred"
    TICKET_NO_SHOW = "ticket_no_show"
    TICKET_REJOINED = "ticket_rejoined"
    STEP_UNDONE = "step_undone"
    QUEUE_PAUSED = "queue_paused"
    QUEUE_RESUMED = "queue_resumed"
    WALL_MESSAGE = "wall_message"
    ALARM_ANSWERED = "alarm_answered"


RANK_WAITING = 0
RANK_CALLED = 10
RANK_SERVING = 20
RANK_PARKED = 25
RANK_CANCELLED = 30
RANK_NO_SHOW = 31
RANK_SERVED = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """An event before the log gives it a place: envelope and free `data`.

    Attributes:
        ticket: UUID of the ticket, None for events that are about no ticket.
        business_day: required with `ticket`.
        rank: None = the event is about the ticket but does not change its state (print truth).
        queue: channel code of the queue.
        priority: Priority value.
        eligible_at: ms since the epoch, the priority clock's zero.
        data: free payload, JSON types only, ASCII after encoding; never personal data.
    """

    kind: str
    actor: str
    ticket: str | None = None
    business_day: date | None = None
    generation: int = 0
    rank: int | None = None
    claim_priority: int = 0
    queue: str | None = None
    priority: str | None = None
    eligible_at: int | None = None
    counter: int | None = None
    claim_id: str | None = None
    version: int = 1
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its place in a log: what replicas exchange."""

    log_id: str
    seq: int
    hlc: int
    chain: bytes
    body: str
    _parsed: "tuple[Envelope | None] | None" = field(
        default=None, init=False, repr=False, compare=False
    )

    def envelope(self) -> "Envelope | None":
        """Return the envelope as `parse_body` gives it; parsed once, by whoever asks first."""
        parsed = self._parsed
        if parsed is None:
            parsed = (parse_body(self.body),)
            object.__setattr__(self, "_parsed", parsed)
        return parsed[0]


_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))
MAX_BODY_BYTES = 16_384
# How deep a parser may go differs between replicas; so many brackets, nested or not, none refuses.
MAX_BRACKETS = 200
# A number of more than a hundred characters, or with an exponent of three digits.
_UNFIT = re.compile(r"[0-9.][eE][-+]?[0-9]{3}|[-+.0-9eE]{101}")
# A whole number of so many characters has a hundred digits in a row, whatever stands before it.
_DIGITS = bytes.maketrans(b"0123456789", b"9999999999")
_LONG = b"9" * 100
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ACTOR = re.compile(r"[A-Za-z0-9._-]{1,40}")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_DAY = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
# A moment after 2099 is no moment: every replica must be able to show it as a date.
_LAST_MS = 4_102_444_799_999
_WHOLE = {
    "version": 9_999,
    "generation": 9_999,
    "rank": 9_999,
    "claim_priority": 9,
    "eligible_at": _LAST_MS,
    "counter": 9_999,
}
_WORDS = {"kind": _CODE, "actor": _ACTOR, "queue": _CODE, "priority": _CODE, "claim_id": _UUID}


class Envelope(NamedTuple):
    """The part of a body that every replica understands for ever; `data` is free."""

    kind: str
    actor: str
    ticket: str | None
    business_day: str | None
    generation: int
    rank: int | None
    claim_priority: int
    queue: str | None
    priority: str | None
    eligible_at: int | None
    counter: int | None
    claim_id: str | None
    version: int
    data: Mapping[str, Any]


def encode(draft: Draft) -> str:
    """Return the body of a draft: exact ASCII JSON text, the same for the same draft.

    Raises:
        BugError: `data` holds something that JSON cannot say.
    """
    body: dict[str, object] = {
        "kind": str(draft.kind),
        "version": draft.version,
        "actor": draft.actor,
        "ticket": draft.ticket,
        "business_day": draft.business_day.isoformat() if draft.business_day else None,
        "generation": draft.generation,
        "rank": draft.rank,
        "claim_priority": draft.claim_priority,
        "queue": draft.queue,
        "priority": str(draft.priority) if draft.priority else None,
        "eligible_at": draft.eligible_at,
        "counter": draft.counter,
        "claim_id": draft.claim_id,
        "data": dict(draft.data),
    }
    filled = {key: value for key, value in body.items() if value is not None}
    try:
        return _ENCODER.encode(filled)
    except (TypeError, ValueError, RecursionError) as error:
        raise BugError(f"an event whose data is not JSON: {draft.kind}") from error


def decode(body: str) -> Draft:
    """Return the draft whose body this is.

    Raises:
        BugError: `encode` did not make it.
    """
    envelope = parse_body(body)
    if envelope is None:
        raise BugError("not the body of a draft")
    day = envelope.business_day
    return Draft(
        kind=envelope.kind,
        actor=envelope.actor,
        ticket=envelope.ticket,
        business_day=date.fromisoformat(day) if day is not None else None,
        generation=envelope.generation,
        rank=envelope.rank,
        claim_priority=envelope.claim_priority,
        queue=envelope.queue,
        priority=envelope.priority,
        eligible_at=envelope.eligible_at,
        counter=envelope.counter,
        claim_id=envelope.claim_id,
        version=envelope.version,
        data=envelope.data,
    )


def parse_body(body: str) -> Envelope | None:
    """Return the envelope of a body, or None: then the event is kept and folded nowhere.

    The grammar is part of the protocol: every replica must give the same answer.
    """
    if not body.isascii() or len(body) > MAX_BODY_BYTES or "\\u0000" in body:
        return None
    if body.count("{") + body.count("[") > MAX_BRACKETS:
        return None
    try:
        document = (_CAREFUL if _has_long_number(body) else _PLAIN).decode(body)
    except ValueError:
        return None
    if not isinstance(document, dict) or not _is_grammatical(document):
        return None
    if _holds_half_a_character(body, document):
        return None
    return Envelope(
        kind=document["kind"],
        actor=document["actor"],
        ticket=document.get("ticket"),
        business_day=document.get("business_day"),
        generation=document.get("generation") or 0,
        rank=document.get("rank"),
        claim_priority=document.get("claim_priority") or 0,
        queue=document.get("queue"),
        priority=document.get("priority"),
        eligible_at=document.get("eligible_at"),
        counter=document.get("counter"),
        claim_id=document.get("claim_id"),
        version=document.get("version") or 1,
        data=document["data"] if document.get("data") is not None else {},
    )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _has_long_number(body: str) -> bool:
    """Tell whether a whole number may be too long; asking of each one takes three times as long."""
    return _LONG in body.encode("ascii").translate(_DIGITS)


def _checked(number: str) -> str:
    """Return a number that every replica can hold; replicas differ in how far theirs go."""
    if _UNFIT.search(number):
        raise ValueError(number)
    return number


def _fit_float(number: str) -> float:
    return float(_checked(number))


def _fit_whole(number: str) -> int:
    return int(_checked(number))


_PLAIN = json.JSONDecoder(parse_constant=_refuse, parse_float=_fit_float)
_CAREFUL = json.JSONDecoder(parse_constant=_refuse, parse_float=_fit_float, parse_int=_fit_whole)


def _holds_half_a_character(body: str, document: Mapping[str, Any]) -> bool:
    """Tell whether a lone surrogate hides in an escape: no database could store its text."""
    if "\\ud" not in body.lower():
        return False
    try:
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _is_grammatical(document: Mapping[str, Any]) -> bool:
    if "kind" not in document or "actor" not in document:
        return False
    for key, most in _WHOLE.items():
        value = document.get(key)
        if value is not None and (type(value) is not int or not 0 <= value <= most):
            return False
    for key, pattern in _WORDS.items():
        value = document.get(key)
        optional = key not in ("kind", "actor")
        if value is None and optional:
            continue
        if not isinstance(value, str) or not pattern.fullmatch(value):
            return False
    if not isinstance(document.get("data"), dict | None):
        return False
    return _is_about_a_ticket_of_a_day(document.get("ticket"), document.get("business_day"))


def _is_about_a_ticket_of_a_day(ticket: object, day: object) -> bool:
    if ticket is not None and not (isinstance(ticket, str) and _UUID.fullmatch(ticket)):
        return False
    if day is None:
        return ticket is None
    return isinstance(day, str) and _is_day(day)


@lru_cache(maxsize=64)
def _is_day(day: str) -> bool:
    """Tell whether this is a day; a month of events has thirty of them."""
    if not _DAY.fullmatch(day):
        return False
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def genesis(log_id: str) -> bytes:
    """Return the chain value before a log's first event."""
    return genesis_of(UUID(log_id).bytes)


def genesis_of(log_id: bytes) -> bytes:
    """Return the chain value before a log's first event, from the 16 bytes of its id."""
    return hashlib.sha256(log_id).digest()


def link(previous: bytes, seq: int, hlc: int, body: str) -> bytes:
    """Return the chain value of an event: sha256(previous, int8 seq, int8 hlc, UTF-8 body).

    Also for bodies outside the grammar, which are kept and passed on as they came.
    """
    return hashlib.sha256(previous + struct.pack(">qq", seq, hlc) + body.encode("utf-8")).digest()
