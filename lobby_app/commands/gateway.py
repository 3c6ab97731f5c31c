"""`lobby gateway`: the calls of many desks passed to the central database. It keeps nothing."""

import logging
from contextlib import closing

from lobby_app.assembly import open_secrets
from lobby_app.commands.beside import Ending
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.logsetup import set_up_logging
from lobby_app.partners import open_passing
from lobby_app.sync.peer.gateway import gateway_app, gateway_context
from lobby_app.sync.peer.server import listening_socket, serving

_log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Pass calls on until told to end; return the exit status.

    Raises:
        KnownError: `peer.no_listen`, `peer.wrong_certificate`, `peer.cannot_listen`,
            `sync.not_set_up` …
    """
    mine = settings.gateway
    if not mine.listen:
        raise KnownError("peer.no_listen", table="gateway")
    ending = Ending()
    set_up_logging(settings.data_dir / "log")
    folder = settings.data_dir
    context = gateway_context(folder / mine.certificate, folder / mine.key)
    with closing(open_passing(settings, open_secrets(settings))) as passing:
        listener = listening_socket(mine.listen)
        with serving(gateway_app(passing.call, mine.connections), context, listener):
            _log.info("the gateway listens on port %d", listener.getsockname()[1])
            ending.wait()
    _log.info("the gateway ends")
    return 0
