"""A partner at the other end of a transport, as a replica."""

from collections.abc import Mapping, Sequence

from lobby_app.domain.event import Draft, Event
from lobby_app.domain.replication import Appended, ClaimAnswer, Head, Heads, Page, Place
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
    read_mark,
    read_page,
    read_request,
    whole,
)

_MOST_NAMED = 500


class RemoteReplica:
    """ports.Replica over a transport, and the claim that only a partner can grant. Blocking.

    Raises KnownError `sync.*`. Thread: one at a time.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._listed: Mapping[str, Head] = {}
        self._mark: str | None = None
        self._named: set[str] = set()

    def heads(self) -> Heads:
        """Return the partner's heads of the branch, and of old logs that were asked for before.

        A partner that marks its heads is told the mark of those we know: nearly always it answers
        that they are the same. The mark of other heads, or of another partner, is never that one.
        """
        question: Document = {"logs": sorted(self._named)} if self._named else {}
        if self._mark is not None:
            question = {**question, "mark": self._mark}
        answer = self._ask("heads", question)
        if self._mark is not None and read_mark(answer) == self._mark and "heads" not in answer:
            return Heads(self._listed, whole(answer, "now_ms"))
        heads = read_heads(answer)
        self._listed, self._mark = heads.of, read_mark(answer)
        return heads

    def read(self, after: Sequence[Place], limit: int) -> Page:
        """Return what follows each place; nothing else, and without gaps."""
        self._name({place.log_id for place in after} - self._listed.keys() - self._named)
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
        question = claim_request(draft)
        return read_claim_answer(self._ask("claim", question, timeout_s), question["body"])

    def _ask(self, name: str, question: Document, timeout_s: float | None = None) -> Document:
        """Carry a question there, and say which version asks."""
        return self._transport.call(name, {**question, "version": VERSION}, timeout_s)

    def _name(self, logs: set[str]) -> None:
        """Remember logs that the partner holds perhaps but does not list by itself."""
        if logs:
            self._mark = None  # it is that of a shorter list
        self._named |= logs
        while len(self._named) > _MOST_NAMED:
            self._named.pop()
