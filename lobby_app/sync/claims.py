"""Asking for a call: the centre, else the branch's relay, each within its time (design 3.6)."""

import logging
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Event, encode
from lobby_app.domain.ports import LinkReport, LocalReplica
from lobby_app.domain.replication import (
    PRIORITY_CENTRE,
    PRIORITY_RELAY,
    ClaimAnswer,
    ClaimIntent,
    ClaimVerdict,
    Link,
    Place,
    Verdict,
)
from lobby_app.sync.exchange import exchange
from lobby_app.sync.remote import RemoteReplica
from lobby_app.sync.wire import Document, Transport

CENTRE_S, RELAY_S = 1.5, 0.7
"""A teller waits no longer: then the call is made here alone, and says so."""
_TRY_S = 0.8
_AVOID_S = 5.0
_EXCHANGES = 3
_log = logging.getLogger(__name__)

GrantHere = Callable[[str, str], ClaimAnswer]
"""(claim id, body) → the decision of this desk, where it is the branch's relay itself."""


class AskedClaims:
    """ports.Claims over lines of their own: an exchange under way delays no call."""

    def __init__(
        self,
        local: LocalReplica,
        centre: Transport,
        relay: Transport | None,
        grant_here: GrantHere | None,
        link: LinkReport,
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            local: the desk's file.
            centre: line to the centre.
            relay: line to the relay, None = there is none.
            grant_here: this desk is the relay; asked instead of `relay`.
            link: as the exchange process reports it; while it reaches the centre, so may we.
        """
        self._local = local
        self._centre = _TimedLine(centre)
        self._relay = _TimedLine(relay) if relay is not None else None
        self._grant_here = grant_here
        self._link = link
        self._avoid_until = monotonic()

    def claim(self, intent: ClaimIntent) -> ClaimAnswer:
        """Ask for a ticket; `verdict` None: nobody answered in time."""
        answer = None
        if monotonic() >= self._avoid_until or self._link().link is Link.CENTRE:
            answer = self._ask(self._centre, intent, PRIORITY_CENTRE, CENTRE_S)
            if answer is None:
                self._avoid_until = monotonic() + _AVOID_S
        if answer is None and self._grant_here is not None:
            answer = self._granted_here(self._grant_here, intent)
        elif answer is None and self._relay is not None:
            answer = self._ask(self._relay, intent, PRIORITY_RELAY, RELAY_S)
        return answer or ClaimAnswer(None)

    def close(self) -> None:
        """Let go of the lines."""
        self._centre.close()
        if self._relay is not None:
            self._relay.close()

    def _granted_here(self, grant: GrantHere, intent: ClaimIntent) -> ClaimAnswer | None:
        draft = replace(intent.draft, claim_priority=PRIORITY_RELAY)
        try:
            return grant(intent.claim_id, encode(draft))
        except KnownError as error:
            _log.warning("a call could not be granted here: %s", error.key)
            return None

    def _ask(
        self, line: "_TimedLine", intent: ClaimIntent, priority: int, seconds: float
    ) -> ClaimAnswer | None:
        """Return the answer, None when there was none in time.

        No answer is asked for once more, with the same claim: it may have been granted.
        """
        draft = replace(intent.draft, claim_priority=priority)
        line.end = monotonic() + seconds
        partner = RemoteReplica(line)
        is_centre = priority == PRIORITY_CENTRE
        for _ in range(2):
            try:
                answer = partner.claim(draft, _TRY_S)
                if answer.verdict is ClaimVerdict.UNKNOWN:
                    # It has not heard of the ticket yet: give it what we have, then ask again.
                    exchange(self._local, partner, is_centre=is_centre)
                    answer = partner.claim(draft, _TRY_S)
            except KnownError as error:
                _log.info("a call asked for: %s", error.key)
                if error.key != "sync.no_answer":
                    return None
                continue
            if answer.verdict is ClaimVerdict.UNKNOWN:
                return None
            self._learn(answer, partner, is_centre=is_centre)
            return answer
        return None

    def _learn(self, answer: ClaimAnswer, partner: RemoteReplica, *, is_centre: bool) -> None:
        """Take over what was decided; what does not come now comes with the next exchange.

        Mostly the answer says all that is new: a counter need not wait for two questions more.
        """
        try:
            if answer.event is not None and self._take(answer.event):
                return
            for _ in range(_EXCHANGES):
                if exchange(self._local, partner, is_centre=is_centre).is_complete:
                    return
        except KnownError as error:
            _log.info("after a call: %s", error.key)

    def _take(self, event: Event) -> bool:
        """Write a granted call behind what we hold of the granter's log, if it follows that.

        Never into a log of our own, whatever a partner says: nobody else writes there.
        """
        if event.log_id in self._local.own_logs():
            return False
        head = self._local.heads().of.get(event.log_id)
        end = head.end if head is not None else Place.start(event.log_id)
        return self._local.append(end, [event]).verdict is Verdict.TAKEN


class NobodyToAsk:
    """ports.Claims of a desk whose lines cannot be opened: it calls alone, and says so."""

    def claim(self, _intent: ClaimIntent) -> ClaimAnswer:
        """Answer as silence does."""
        return ClaimAnswer(None)


class _TimedLine:
    """A transport whose calls all end by `end`, seconds of the monotonic clock."""

    def __init__(self, line: Transport) -> None:
        self._line = line
        self.end = monotonic()

    def call(self, name: str, document: Document, timeout_s: float | None = None) -> dict[str, Any]:
        """Call within what is left of the time."""
        left = self.end - monotonic()
        if left <= 0:
            raise KnownError("sync.no_answer")
        return self._line.call(name, document, left if timeout_s is None else min(left, timeout_s))

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()
