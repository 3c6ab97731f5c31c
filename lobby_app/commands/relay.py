"""`lobby relay`: this desk's log served to its branch; the exchange runs beside it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from lobby_app.assembly import OpenReplica, open_replica
from lobby_app.commands.beside import Ending, exchange_beside
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.logsetup import set_up_logging
from lobby_app.sync.peer.certificate import Identity, load_identity
from lobby_app.sync.peer.discovery import announced
from lobby_app.sync.peer.relay import Trusted, relay_app
from lobby_app.sync.peer.roster import RosterFile
from lobby_app.sync.peer.server import listening_socket, serving
from lobby_app.sync.serving import Serving

_EARLY = timedelta(days=30)
_log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Serve until told to end; return the exit status.

    Raises:
        KnownError: `peer.no_listen`, `peer.not_enrolled`, `peer.cannot_listen`, `cache.*` …
    """
    if not settings.relay.listen:
        raise KnownError("peer.no_listen", table="relay")
    ending = Ending()
    set_up_logging(settings.data_dir / "log")
    opened = open_replica(settings)
    try:
        identity = load_identity(opened.secrets)
        if identity is None:
            raise KnownError("peer.not_enrolled")
        _warn_in_time(identity)
        with _served(settings, opened, identity), exchange_beside(settings):
            ending.wait()
    finally:
        opened.close()
    return 0


def _warn_in_time(identity: Identity) -> None:
    """Say early that desks will not find this relay any more."""
    ends = identity.certificate.not_valid_after_utc
    if ends - datetime.now(UTC) < _EARLY:
        _log.warning("this desk's certificate ends on %s: enrol it again", ends.date())


@contextmanager
def _served(settings: Settings, opened: OpenReplica, identity: Identity) -> Iterator[None]:
    trusted = Trusted(RosterFile(settings.data_dir / "roster.json"), identity)
    answering = Serving(opened.replica, opened.grant, opened.now_ms)
    app = relay_app(answering, trusted)
    listener = listening_socket(settings.relay.listen)
    host, port = listener.getsockname()[:2]
    with serving(app, trusted.context, listener), announced(identity.fingerprint, host, port):
        _log.info("the relay listens on port %d", port)
        yield
    _log.info("the relay ends")
