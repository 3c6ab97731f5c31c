"""Calls to a relay or the gateway over HTTPS. Blocking, and never longer than promised."""

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import AsyncGenerator
from typing import Any, cast

import httpx

from lobby_app.domain.errors import KnownError
from lobby_app.sync.wire import Document

CONNECT_S = 1.0
_KEEP_S = 60.0
_MOST_ANSWER_BYTES = 64_000_000
_REFUSALS = {403: "sync.not_enrolled", 413: "sync.too_big", 426: "sync.too_old"}


class HttpsTransport:
    """wire.Transport over HTTPS; calls share a kept connection.

    A time-out holds for all of a call, name look-up and handshake included: the work is done on an
    event loop of its own, which drops what takes longer.
    """

    def __init__(
        self, address: str, context: ssl.SSLContext, *, timeout_s: float, token: str | None = None
    ) -> None:
        """Prepare calls to `address` ("host:port"); nothing is connected yet.

        Args:
            address: where the server listens.
            context: whom to trust and what to show (`certificate.client_context`).
            timeout_s: of a call that names none of its own.
            token: the desk's token, for the gateway only; a relay is never told it.
        """
        self._url = f"https://{address}/v1/"
        self._context = context
        self._timeout_s = timeout_s
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        self._line: _Line | None = None

    def call(self, name: str, document: Document, timeout_s: float | None = None) -> dict[str, Any]:
        """Return the partner's answer.

        Raises:
            KnownError: `sync.no_answer` for everything that the network does, and for answers
                that are none; `sync.not_enrolled`, `sync.too_big`, `sync.malformed`,
                `sync.too_old`.
        """
        body = json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        if self._line is None:
            self._line = _Line(self._context, self._headers)
        status, answer = self._line.post(self._url + name, body, timeout_s or self._timeout_s)
        if status in _REFUSALS:
            raise KnownError(_REFUSALS[status])
        if status == 400:
            raise KnownError("sync.malformed", what=name)
        try:
            said = json.loads(answer) if status == 200 else None
        except (ValueError, RecursionError) as error:
            raise KnownError("sync.no_answer") from error
        if not isinstance(said, dict):
            raise KnownError("sync.no_answer")
        return said

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


class _Line:
    """An event loop on a thread of its own, with the connections that live there."""

    def __init__(self, context: ssl.SSLContext, headers: dict[str, str]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="peer", daemon=True)
        self._thread.start()
        # No proxy and no certificate file of the environment: the partner is in the branch.
        self._client = httpx.AsyncClient(
            verify=context,
            trust_env=False,
            headers=headers,
            limits=httpx.Limits(max_keepalive_connections=2, keepalive_expiry=_KEEP_S),
        )

    def post(self, url: str, body: bytes, timeout_s: float) -> tuple[int, bytes]:
        """Return status and body of the answer. Raises KnownError `sync.no_answer`."""
        asked = asyncio.run_coroutine_threadsafe(self._post(url, body, timeout_s), self._loop)
        try:
            return asked.result()
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise KnownError("sync.no_answer") from error

    async def _post(self, url: str, body: bytes, timeout_s: float) -> tuple[int, bytes]:
        # Connecting is two steps, each with this limit: a connection half made is closed by its own
        # time-out; cancelled from outside it would be left to the collector.
        limits = httpx.Timeout(timeout_s, connect=min(CONNECT_S, 0.45 * timeout_s))
        question = self._client.stream("POST", url, content=body, timeout=limits)
        async with asyncio.timeout(timeout_s), question as response:
            answer = bytearray()
            parts = cast(AsyncGenerator[bytes, None], response.aiter_raw())
            async with contextlib.aclosing(parts):
                async for part in parts:
                    answer += part
                    if len(answer) > _MOST_ANSWER_BYTES:
                        raise httpx.DecodingError("an answer without end")
            return response.status_code, bytes(answer)

    async def _close(self) -> None:
        await self._client.aclose()
        await self._loop.shutdown_asyncgens()
        # A closed connection lets go of its socket in the loop's next rounds.
        for _ in range(3):
            await asyncio.sleep(0)

    def close(self) -> None:
        """End the connections and the thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with contextlib.suppress(TimeoutError):
            closing.result(CONNECT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
