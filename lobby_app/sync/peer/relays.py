"""Which relay a desk asks: the roster's, in the order of their slots; the first that answers."""

import logging
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.certificate import Identity, client_context, fingerprint_of_pem
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.peer.roster import RosterFile
from lobby_app.sync.wire import Document

TIMEOUT_S = 5.0
_AVOID_S = 20.0
"""How long a relay that did not answer is asked last."""
_log = logging.getLogger(__name__)

Hint = Callable[[str], str | None]
"""Certificate fingerprint → "host:port" heard in the branch's network, None when nothing was."""


class RelayTransport:
    """wire.Transport to the relay of this desk's branch, whichever that is at present.

    One call asks one relay: a call has a deadline, and the next call asks the next relay. All desks
    ask in the same order, so that as a rule one relay decides all claims.
    """

    def __init__(self, file: RosterFile, identity: Identity, hint: Hint) -> None:
        """Prepare; nothing is connected yet.

        Args:
            file: the roster, read again when it changes.
            identity: what this desk shows; it never asks itself.
            hint: where a relay is that cannot be reached at the roster's address.
        """
        self._file = file
        self._identity = identity
        self._hint = hint
        self._stamp: tuple[int, ...] | None = None
        self._relays: list[_Relay] = []

    def call(self, name: str, document: Document, timeout_s: float | None = None) -> dict[str, Any]:
        """Return the relay's answer.

        Raises:
            KnownError: as HttpsTransport; `sync.no_answer` also when the branch has no relay.
        """
        self._refresh()
        # A stable sort: among those equally long ago, the order of the roster.
        relay = min(self._relays, key=_Relay.trouble_at, default=None)
        if relay is None:
            raise KnownError("sync.no_answer")
        try:
            return relay.line.call(name, document, timeout_s)
        except KnownError as error:
            if error.key == "sync.no_answer":
                relay.failed(self._hint)
            raise

    def close(self) -> None:
        """Let go of the connections."""
        for relay in self._relays:
            relay.line.close()

    def _refresh(self) -> None:
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.close()
        self._relays = list(self._listed())

    def _listed(self) -> "Iterator[_Relay]":
        roster = self._file.load()
        for desk in roster.relays() if roster else ():
            certificate, address = desk.certificate, desk.relay
            if certificate is None or address is None:
                continue
            if fingerprint_of_pem(certificate) != self._identity.fingerprint:
                yield _Relay(self._identity, certificate, address)


class _Relay:
    """One relay, at the roster's address or where it was heard of."""

    def __init__(self, identity: Identity, certificate: str, address: str) -> None:
        self._context = client_context(identity, certificate)
        self._fingerprint = fingerprint_of_pem(certificate)
        self._listed = self._address = address
        self._failed_at = float("-inf")
        self.line = self._connected()

    def _connected(self) -> HttpsTransport:
        return HttpsTransport(self._address, self._context, timeout_s=TIMEOUT_S)

    def trouble_at(self) -> float:
        """Return when it did not answer, as long as that matters."""
        is_recent = monotonic() - self._failed_at < _AVOID_S
        return self._failed_at if is_recent else float("-inf")

    def failed(self, hint: Hint) -> None:
        """Note that it did not answer; try another address next time, the listed one in turn."""
        self._failed_at = monotonic()
        heard = hint(self._fingerprint) if self._address == self._listed else None
        address = heard or self._listed
        if address != self._address:
            _log.info("the relay is asked at another address")
            self._address = address
            self.line.close()
            self.line = self._connected()
