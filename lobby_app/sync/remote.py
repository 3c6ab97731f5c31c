"""A partner at the other end of a transport, as a replica."""

from collections.abc import Sequence

from lobby_app.domain.event import Draft, Event
from lobby_app.domain.replication import Appended, ClaimAnswer, Heads, Page, Place
from lobby_app.sync.wire import (
    VERSION,
    Document,
    Transport,
    append_request,
    claim_request,
    malformed,
    read_appended,
    read_claim_answer,
    read_heads,
    read_page,
    read_request,
)

_MOST_NAMED = 500


class RemoteReplica:
    """ports.Replica over a transport, and the claim that only a partner can grant. Blocking.

    Raises KnownError `sync.*`. Thread: one at a time.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._listed: frozenset[str] = frozenset()
        self._named: set[str] = set()

    def heads(self) -> Heads:
        """Return the partner's heads of the branch, and of old logs that were asked for before."""
        question: Document = {"logs": sorted(self._named)} if self._named else {}
        heads = read_heads(self._ask("heads", question))
        self._listed = frozenset(heads.of)
        return heads

    def read(self, after: Sequence[Place], limit: int) -> Page:
        """Return what follows each place; nothing else, and without gaps."""
        self._name({place.log_id for place in after} - self._listed)
        page = read_page(self._ask("read", read_request(after, limit)))
        ends = {place.log_id: place.seq for place in after}
        for event in page.events:
            if ends.get(event.log_id) != event.seq - 1:
                raise malformed("events: not what was asked for")
            ends[event.log_id] = event.seq
        if len(page.events) > limit:
            raise malformed("events: more than asked for")
        return page

    def append(self, after: Place, events: Sequence[Event]) -> Appended:
        """Give events of one log."""
        return read_appended(self._ask("append", append_request(after, events)))

    def claim(self, draft: Draft, timeout_s: float) -> ClaimAnswer:
        """Ask for a ticket; `draft`: the call with the claim priority of who is asked."""
        return read_claim_answer(self._ask("claim", claim_request(draft), timeout_s))

    def _ask(self, name: str, question: Document, timeout_s: float | None = None) -> Document:
        """Carry a question there, and say which version asks."""
        return self._transport.call(name, {**question, "version": VERSION}, timeout_s)

    def _name(self, logs: set[str]) -> None:
        """Remember logs that the partner holds perhaps but does not list by itself."""
        self._named |= logs
        while len(self._named) > _MOST_NAMED:
            self._named.pop()
