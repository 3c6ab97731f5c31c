"""`POST /v1/<name>`: one JSON document in, one out; relay and gateway differ in who answers.

Whatever comes in, the client gets a status and the name of what is wrong, never a trace.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from lobby_app.domain.errors import KnownError
from lobby_app.sync.serving import MAX_DOCUMENT_BYTES
from lobby_app.sync.wire import Document, malformed

BODY_S = 10.0
"""A document that takes longer to come in is not waited for."""
_STATUS = {
    "sync.not_enrolled": 403,
    "peer.unknown_call": 404,
    "peer.too_slow": 408,
    "sync.too_big": 413,
    "sync.malformed": 400,
    "sync.too_old": 426,
}
_UNABLE = 503
"""Everything else the world does to us: the caller asks again later."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: by certificate (fingerprint) at a relay, by token at the gateway."""

    certificate: str | None
    token: str | None


Answer = Callable[[Caller, str, Document], Awaitable[Mapping[str, Any]]]
"""Answers one document. Raises KnownError (`sync.*`, `cache.*`)."""


def make_app(
    answer: Answer, lifespan: Lifespan[Starlette] | None = None, *, body_s: float = BODY_S
) -> Starlette:
    """Return the ASGI application. `body_s`: how long a document may take to come in."""

    async def exchange(request: Request) -> Response:
        name = request.path_params["name"]
        try:
            document = await _document(request, body_s)
            return _json(200, await answer(_caller(request), name, document))
        except KnownError as error:
            status = _STATUS.get(error.key, _UNABLE)
            if status == _UNABLE:
                _log.warning("%s: %s", name if name.isalpha() else "call", error.key)
            return _json(status, {"error": error.key.partition(".")[2]})
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            _log.exception("a call could not be answered")
            return _json(500, {"error": "internal"})

    route = Route("/v1/{name:str}", exchange, methods=["POST"])
    return Starlette(routes=[route], lifespan=lifespan)


def _caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return Caller(
        certificate=request.scope.get("state", {}).get("certificate"),
        token=token.strip() or None if scheme.lower() == "bearer" else None,
    )


async def _document(request: Request, body_s: float) -> Document:
    """Return the request's document; at most `MAX_DOCUMENT_BYTES` of it are ever held."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise malformed("content-type")
    try:
        async with asyncio.timeout(body_s):
            body = await _body(request)
    except TimeoutError as error:
        raise KnownError("peer.too_slow") from error
    try:
        document = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise malformed("document: no JSON") from error
    if not isinstance(document, dict):
        raise malformed("document: no object")
    return document


async def _body(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_DOCUMENT_BYTES:
        raise KnownError("sync.too_big")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_DOCUMENT_BYTES:
            raise KnownError("sync.too_big")
    return bytes(body)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _json(status: int, document: Mapping[str, Any]) -> Response:
    # A document that was not read to its end leaves a connection nobody can go on with.
    headers = {"connection": "close"} if status in (408, 413) else None
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Response(text, status, headers, media_type="application/json")
