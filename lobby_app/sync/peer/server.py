"""The HTTPS server of relay and gateway: uvicorn on a thread of its own, stopped from outside.

A thread, because the process has to end in its own way: close the log, then go.
"""

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.certificate import fingerprint

KEEP_ALIVE_S = 75
"""Longer than clients keep a connection, so that they, not we, close it."""
_MOST_CONNECTIONS = 512
_STOP_S = 5
_LISTEN = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")


class PeerProtocol(H11Protocol):
    """Tells each request which certificate its connection has shown."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the certificate once; a connection that says nothing is closed like an idle one."""
        super().connection_made(transport)
        shown: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        der = shown.getpeercert(binary_form=True) if shown else None
        self.app_state = {**self.app_state, "certificate": fingerprint(der) if der else None}
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def shutdown(self) -> None:
        """End the connection, at once when nothing is under way.

        TLS would wait for the client's goodbye, and an idle client is not listening.
        """
        super().shutdown()
        if self.transport.is_closing():
            self.transport.abort()


def listening_socket(listen: str) -> socket.socket:
    """Return a socket that listens at "host:port"; port 0 = any.

    Raises:
        KnownError: `peer.wrong_address` or `peer.cannot_listen`.
    """
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match["port"]) > 65535:
        raise KnownError("peer.wrong_address", address=listen)
    host = match["host"].strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        made = socket.create_server((host, int(match["port"])), family=family, backlog=128)
    except OSError as error:
        raise KnownError("peer.cannot_listen", address=listen) from error
    # asyncio sends small answers at once (TCP_NODELAY) only where a socket says that it is TCP;
    # otherwise each takes 40 ms.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())


@contextmanager
def serving(app: Starlette, context: ssl.SSLContext, listener: socket.socket) -> Iterator[None]:
    """Serve `app` on `listener` for the length of the block; calls under way are finished."""
    config = uvicorn.Config(
        app,
        http=PeerProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STOP_S,
        ssl_context_factory=lambda *_: context,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="https", daemon=True)
    thread.start()
    server.ready.wait()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell whoever waits that connections are accepted, or that they never will be."""
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    def run(self, *arguments: Any, **options: Any) -> None:
        """Serve; the waiter is let go whatever happens."""
        try:
            super().run(*arguments, **options)
        finally:
            self.ready.set()
