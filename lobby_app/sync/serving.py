"""Wire documents in, calls on a replica, wire documents out: what a relay answers and refuses.

What is not exactly a document of the contract is refused before the replica hears of it; what a
newer version adds is passed over.
"""

import re
from collections.abc import Callable, Mapping

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import RANK_CALLED, Envelope, Event, EventKind, parse_body
from lobby_app.domain.ports import Replica
from lobby_app.domain.replication import PAGE, PRIORITY_RELAY, ClaimAnswer, Heads, Place
from lobby_app.sync.wire import (
    MAX_EVENTS,
    Document,
    items,
    malformed,
    matching,
    place_document,
    whole,
)

MAX_DOCUMENT_BYTES = 8_000_000
"""Of one question; more is `sync.too_big`."""
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_CHAIN = re.compile(r"[0-9a-f]{64}")

Grant = Callable[[str, str], ClaimAnswer]
"""(claim id, body of the call) → the decision, the same for ever; GRANTED: the call is in the
granter's own log. Blocking."""

_CLAIMED = ("ticket", "business_day", "generation", "counter")


class Serving:
    """Answers the calls of the wire from a replica of this desk. Blocking.

    Raises KnownError: `sync.malformed`, `sync.too_big`, `peer.unknown_call`, and what the replica
    raises (`cache.*`).
    """

    WRITING = frozenset({"append", "claim"})
    """Calls that write."""

    def __init__(self, replica: Replica, grant: Grant, now_ms: Callable[[], int]) -> None:
        """Serve `replica`; `now_ms`: this desk's clock, ms since the epoch."""
        self._replica = replica
        self._grant = grant
        self._now_ms = now_ms
        self._calls: Mapping[str, Callable[[Document], Document]] = {
            "heads": self._heads,
            "read": self._read,
            "append": self._append,
            "claim": self._claim,
        }

    def call(self, name: str, document: Document) -> Document:
        """Return the answer to one document."""
        answer = self._calls.get(name)
        if answer is None:
            raise KnownError("peer.unknown_call")
        return answer(document)

    def _heads(self, document: Document) -> Document:
        # Logs asked for by name are among the heads of a desk, or nowhere.
        return _heads_document(self._replica.heads())

    def _read(self, document: Document) -> Document:
        after = items(document, "after", _place)
        limit = min(whole(document, "limit", 1), PAGE)
        if len({place.log_id for place in after}) != len(after):
            raise malformed("after: a log twice")
        page = self._replica.read(after, limit)
        return {
            "events": [
                {**place_document(_end(event)), "hlc": event.hlc, "body": event.body}
                for event in page.events
            ],
            "diverged": sorted(page.diverged),
            "is_last": page.is_last,
        }

    def _append(self, document: Document) -> Document:
        log_id = matching(document, "log", _UUID)
        after = _place_in(log_id, document.get("after"))
        given = document.get("events")
        if isinstance(given, list) and len(given) > MAX_EVENTS:
            raise KnownError("sync.too_big")
        events = items(document, "events", lambda item: _event(log_id, item))
        if not events:
            raise malformed("events: none")
        appended = self._replica.append(after, events)
        return {"verdict": appended.verdict.value, **_heads_document(appended.heads)}

    def _claim(self, document: Document) -> Document:
        claim_id, body = matching(document, "claim", _UUID), _body(document)
        call = parse_body(body)
        if call is None or not _is_a_call(call) or call.claim_id != claim_id:
            raise malformed("body: not the call of this claim")
        if any(document.get(name) != getattr(call, name) for name in _CLAIMED):
            raise malformed("body: another call than claimed")
        answer = self._grant(claim_id, body)
        verdict = answer.verdict.value if answer.verdict else None
        return {"verdict": verdict, "counter": answer.counter, "now_ms": self._now_ms()}


def _is_a_call(call: Envelope) -> bool:
    """Tell whether a relay may write this into its own log on somebody's behalf."""
    return (
        call.kind == EventKind.TICKET_CALLED
        and call.rank == RANK_CALLED
        and call.claim_priority == PRIORITY_RELAY
        and call.ticket is not None
        and call.counter is not None
    )


def _heads_document(heads: Heads) -> Document:
    return {
        "now_ms": heads.now_ms,
        "heads": [
            {
                **place_document(head.end),
                "base_seq": head.base.seq,
                "base_chain": head.base.chain.hex(),
            }
            for head in heads.of.values()
        ],
    }


def _end(event: Event) -> Place:
    return Place(event.log_id, event.seq, event.chain)


def _place(document: object) -> Place:
    return _place_in(matching(document, "log", _UUID), document)


def _place_in(log_id: str, document: object) -> Place:
    return Place(log_id, whole(document, "seq"), _chain(document))


def _event(log_id: str, document: object) -> Event:
    seq, hlc = whole(document, "seq", 1), whole(document, "hlc")
    return Event(log_id, seq, hlc, _chain(document), _body(document))


def _chain(document: object) -> bytes:
    return bytes.fromhex(matching(document, "chain", _CHAIN))


def _body(document: object) -> str:
    """Return a body: any text that every replica can keep byte for byte, a poisoned one too."""
    body = document.get("body") if isinstance(document, Mapping) else None
    if not isinstance(body, str) or "\0" in body:
        raise malformed("body: no text")
    try:
        body.encode("utf-8")
    except UnicodeEncodeError as error:
        raise malformed("body: half a character") from error
    return body
