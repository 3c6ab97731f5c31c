"""JSON documents of the wire ↔ values, and who carries them. What is read is read strictly.

The same documents go to PostgreSQL functions and to HTTPS routes; a gateway passes them unread.
A document comes from outside: whatever is not exactly of its form is `sync.malformed`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn, Protocol, TypeVar

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, Event, encode
from lobby_app.domain.replication import (
    Appended,
    ClaimAnswer,
    ClaimVerdict,
    Head,
    Heads,
    Page,
    Place,
    Verdict,
)

VERSION = 1
"""Of the documents that this program sends; the centre refuses desks below what it asks of them."""
MAX_EVENTS = 1000
"""Events of one document; whoever gets more answers `too_big`."""
_T = TypeVar("_T")
_LOG = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_CHAIN = re.compile(r"[0-9a-f]{64}")
_MARK = re.compile(r"[!-~]{1,100}")
_MAX = 2**63 - 1
_MAX_LOGS = 100_000

Document = Mapping[str, Any]


class Transport(Protocol):
    """Carries one document there and the answer back. One caller at a time; blocking.

    Raises KnownError: `sync.no_answer`, `sync.not_enrolled`, `sync.too_big`, `sync.malformed`,
    `sync.too_old`. After `sync.no_answer` the call may have been carried out or not.
    """

    def call(self, name: str, document: Document, timeout_s: float | None = None) -> dict[str, Any]:
        """Call `name` (`heads`, `read`, `append`, `claim`, …).

        `timeout_s`: the longest that the whole call may take, connecting included; None = the
        transport's own limit.
        """
        ...

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        ...


def malformed(what: str) -> KnownError:
    """Return the error of a document that is not of its form. `what`: never its content."""
    return KnownError("sync.malformed", what=what)


def _refuse(what: str) -> NoReturn:
    raise malformed(what)


def _field(document: Any, name: str) -> Any:
    try:
        return document[name]
    except TypeError:  # JSON knows nothing else that is asked by name; looking first costs more
        _refuse(f"{name}: no object")
    except KeyError:
        _refuse(f"{name}: missing")


def whole(document: object, name: str, least: int = 0, most: int = _MAX) -> int:
    """Return a whole number of a document. Raises KnownError `sync.malformed`."""
    value = _field(document, name)
    if type(value) is not int or not least <= value <= most:
        _refuse(f"{name}: no number in range")
    return value


def matching(document: object, name: str, pattern: re.Pattern[str]) -> str:
    """Return a text of a document that fits `pattern`. Raises KnownError `sync.malformed`."""
    value = _field(document, name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        _refuse(f"{name}: no text of its form")
    return value


def flag(document: object, name: str) -> bool:
    """Return a truth value of a document. Raises KnownError `sync.malformed`."""
    value = _field(document, name)
    if not isinstance(value, bool):
        _refuse(f"{name}: neither true nor false")
    return value


def items(
    document: object, name: str, read: Callable[[object], _T], most: int = _MAX_LOGS
) -> list[_T]:
    """Return a list of a document, every item read. Raises KnownError `sync.malformed`."""
    value = _field(document, name)
    if not isinstance(value, list) or len(value) > most:
        _refuse(f"{name}: no list in range")
    return [read(item) for item in value]


def _log_id(item: object) -> str:
    if not isinstance(item, str) or not _LOG.fullmatch(item):
        _refuse("log: no text of its form")
    return item


def _body(document: object) -> str:
    """Return a body: any text that every replica can keep byte for byte, also a poisoned one."""
    value = _field(document, "body")
    if not isinstance(value, str) or "\x00" in value:
        _refuse("body: no text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        _refuse("body: half a character")
    return value


def _chain(document: object, name: str) -> bytes:
    return bytes.fromhex(matching(document, name, _CHAIN))


def place_document(place: Place) -> Document:
    """Return a place with its log."""
    return {"log": place.log_id, "seq": place.seq, "chain": place.chain.hex()}


def _read_head(document: object) -> Head:
    end = Place(matching(document, "log", _LOG), whole(document, "seq"), _chain(document, "chain"))
    base_seq = whole(document, "base_seq", most=end.seq)
    return Head(end, Place(end.log_id, base_seq, _chain(document, "base_chain")))


def read_heads(document: object) -> Heads:
    """Return the heads of an answer. Raises KnownError `sync.malformed`."""
    heads = items(document, "heads", _read_head)
    return Heads({head.end.log_id: head for head in heads}, whole(document, "now_ms"))


def read_mark(document: object) -> str | None:
    """Return the mark of an answer's heads, None where there is none: a relay, an old centre.

    Raises KnownError `sync.malformed`.
    """
    if isinstance(document, Mapping) and document.get("mark") is None:
        return None
    return matching(document, "mark", _MARK)


def read_request(after: Sequence[Place], limit: int) -> Document:
    """Return the question `read`."""
    return {"after": [place_document(place) for place in after], "limit": limit}


def _read_event(document: object) -> Event:
    return _placed(document, _body(document))


def _placed(place: object, body: str) -> Event:
    return Event(
        matching(place, "log", _LOG),
        whole(place, "seq", 1),
        whole(place, "hlc"),
        _chain(place, "chain"),
        body,
    )


def read_page(document: object) -> Page:
    """Return the page of an answer. Raises KnownError `sync.malformed`."""
    return Page(
        items(document, "events", _read_event, MAX_EVENTS),
        frozenset(items(document, "diverged", _log_id)),
        flag(document, "is_last"),
    )


def append_request(after: Place, events: Iterable[Event]) -> Document:
    """Return the question `append`."""
    return {
        "log": after.log_id,
        "after": {"seq": after.seq, "chain": after.chain.hex()},
        "events": [
            {"seq": event.seq, "hlc": event.hlc, "chain": event.chain.hex(), "body": event.body}
            for event in events
        ],
    }


def read_appended(document: object) -> Appended:
    """Return the answer to `append`. Raises KnownError `sync.malformed`."""
    return Appended(_word(document, "verdict", Verdict), read_heads(document))


def claim_request(draft: Draft) -> Document:
    """Return the question `claim`: the call as it shall be written, and what it must agree with.

    `draft`: with the claim priority of who is asked.
    """
    return {
        "claim": draft.claim_id,
        "ticket": draft.ticket,
        "business_day": draft.business_day.isoformat() if draft.business_day else None,
        "generation": draft.generation,
        "counter": draft.counter,
        "body": encode(draft),
    }


def read_claim_answer(document: object, body: str = "") -> ClaimAnswer:
    """Return the answer to `claim`, in which `body` was asked for.

    Raises KnownError `sync.malformed`.
    """
    counter, event = None, None
    if _field(document, "counter") is not None:
        counter = whole(document, "counter", most=9_999)
    if isinstance(document, Mapping) and document.get("place") is not None:
        event = _placed(document["place"], body)
    return ClaimAnswer(_word(document, "verdict", ClaimVerdict), counter, event)


def _word(document: object, name: str, kind: Callable[[str], _T]) -> _T:
    value = _field(document, name)
    try:
        return kind(value)
    except ValueError:
        _refuse(f"{name}: no word of its form")
