"""The relay: this desk's log served to the desks of its branch, and to nobody else."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.certificate import Identity, server_context, trust
from lobby_app.sync.peer.roster import RosterDesk, RosterFile
from lobby_app.sync.peer.routes import Caller, make_app
from lobby_app.sync.serving import Serving
from lobby_app.sync.wire import Document

_LOOK_S = 0.5
"""How often the roster's file is looked at, for desks that are new and could not call yet."""
_log = logging.getLogger(__name__)


class Trusted:
    """Whom the relay answers: the very certificates of the roster, as it is now.

    TLS lets in whoever was trusted since the start; a certificate can be added to it but not taken
    away. Therefore every call is checked once more, and a revoked desk is refused at its next one.
    """

    def __init__(self, file: RosterFile, identity: Identity) -> None:
        self._file = file
        self._stamp: tuple[int, ...] | None = None
        self._known: set[str] = set()
        self._desks: dict[str, RosterDesk] = {}
        self.context = server_context(identity, ())
        self.refresh()

    def refresh(self) -> None:
        """Read the roster again if its file changed; without a readable one the last stays."""
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        roster = self._file.load()
        if roster is None:
            _log.warning("no roster that can be read: only desks known before are served")
            return
        self._desks = roster.certificates()
        new = {desk.certificate for desk in self._desks.values() if desk.certificate} - self._known
        trust(self.context, new)
        self._known |= new

    def desk(self, certificate: str | None) -> RosterDesk:
        """Return the desk with this fingerprint.

        Raises:
            KnownError: `sync.not_enrolled`.
        """
        self.refresh()
        desk = self._desks.get(certificate or "")
        if desk is None:
            raise KnownError("sync.not_enrolled")
        return desk


def relay_app(serving: Serving, trusted: Trusted) -> Starlette:
    """Return the relay's application; one thread writes, so writers queue here, not at the file."""
    writer = ThreadPoolExecutor(1, "relay-write")
    reader = ThreadPoolExecutor(1, "relay-read")

    async def answer(caller: Caller, name: str, document: Document) -> Mapping[str, Any]:
        trusted.desk(caller.certificate)
        pool = writer if name in Serving.WRITING else reader
        return await asyncio.get_running_loop().run_in_executor(pool, serving.call, name, document)

    return make_app(answer, _lifespan(trusted, writer, reader))


def _lifespan(trusted: Trusted, *pools: ThreadPoolExecutor) -> Any:
    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            trusted.refresh()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        looking = asyncio.create_task(look())
        yield
        looking.cancel()
        for pool in pools:
            pool.shutdown()

    return lifespan
