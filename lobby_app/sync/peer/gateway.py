"""The gateway: documents passed to the central database with their desk's token; it keeps nothing.

For banks whose desks are too many for connections of their own. Who calls and what they may is
decided by the database's functions; the gateway adds no rule of its own.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.peer.routes import Caller, make_app
from lobby_app.sync.wire import Document

PASSED = frozenset(
    ("heads", "read", "append", "claim", "customers", "customer", "roster", "bundle", "enrol")
)
"""The calls of the wire."""

Pass = Callable[[str, str, Document], Mapping[str, Any]]
"""(token, call, document) → answer. Blocking; raises KnownError `sync.*`."""


def gateway_app(pass_on: Pass, connections: int) -> Starlette:
    """Return the gateway's application; `connections`: how many calls are passed on at a time."""
    pool = ThreadPoolExecutor(connections, "gateway")

    async def answer(caller: Caller, name: str, document: Document) -> Mapping[str, Any]:
        if name not in PASSED:
            raise KnownError("peer.unknown_call")
        if caller.token is None:
            raise KnownError("sync.not_enrolled")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, pass_on, caller.token, name, document)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        pool.shutdown()

    return make_app(answer, lifespan)


def gateway_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what the gateway listens with: a certificate of the bank's own authority.

    Raises:
        KnownError: `peer.wrong_certificate`.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        raise KnownError("peer.wrong_certificate", file=str(certificate)) from error
    return context


def gateway_line(
    url: str, root_certificate: Path | None, token: str, *, timeout_s: float
) -> HttpsTransport:
    """Return a desk's line to the gateway, whose name and certificate are verified.

    Args:
        url: "https://host" or "https://host:port".
        root_certificate: who vouches for it; None = the system's store.
        token: the desk's.
        timeout_s: of a call that names none of its own.

    Raises:
        KnownError: `peer.wrong_address`, `peer.wrong_certificate`.
    """
    scheme, _, address = url.rstrip("/").partition("://")
    if scheme != "https" or not address or "/" in address:
        raise KnownError("peer.wrong_address", address=url)
    try:
        context = ssl.create_default_context(cafile=root_certificate)
    except (OSError, ValueError) as error:
        raise KnownError("peer.wrong_certificate", file=str(root_certificate)) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return HttpsTransport(address, context, timeout_s=timeout_s, token=token)
