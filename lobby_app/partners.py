"""From settings to lines: how this desk reaches the centre, its gateway and its branch's relay."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lobby_app.cache.granting import Granting
from lobby_app.cache.opening import OpenLog
from lobby_app.cache.replica import SqliteReplica
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Claims, LinkReport, Secrets
from lobby_app.domain.secret_names import DESK_PASSWORD, DESK_TOKEN

if TYPE_CHECKING:
    from lobby_app.central.connection import CentralAddress
    from lobby_app.central.passing import Passing
    from lobby_app.sync.peer.relays import Hint, RelayTransport
    from lobby_app.sync.wire import Transport

ROSTER = "roster.json"
_CALL_S = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenClaims:
    """Who is asked for calls, and how to let go of the lines."""

    claims: Claims
    close: Callable[[], None]


def central_address(settings: Settings) -> "CentralAddress":
    """Return where the central database is and how it is proved.

    Raises:
        KnownError: `sync.not_set_up`, `config.central_address`.
    """
    from lobby_app.central.connection import CentralAddress, parse_address

    central = settings.central
    if not central.address:
        raise KnownError("sync.not_set_up")
    host, port, database = parse_address(central.address)
    files = (central.root_certificate, central.client_certificate, central.client_key)
    root, certificate, key = (settings.data_dir / file if file else None for file in files)
    return CentralAddress(host, port, database, root, certificate, key)


def open_line(settings: Settings, secrets: Secrets) -> "Transport":
    """Return this desk's line to the centre or its gateway; nothing is connected yet.

    Raises:
        KnownError: `sync.not_set_up`, `config.central_address`, `secrets.*`.
    """
    from lobby_app.central.transport import PostgresTransport
    from lobby_app.sync.enrolment.joining import token_text
    from lobby_app.sync.peer.gateway import gateway_line

    central = settings.central
    token = secrets.get(DESK_TOKEN)
    if token is None or not central.is_set:
        raise KnownError("sync.not_set_up")
    if central.gateway:
        root = settings.file(central.root_certificate)
        return gateway_line(central.gateway, root, token_text(token), timeout_s=_CALL_S)
    password = secrets.get(DESK_PASSWORD)
    address = central_address(settings)
    return PostgresTransport(address, password.decode() if password else None, token_text(token))


def open_passing(settings: Settings, secrets: Secrets) -> "Passing":
    """Return what a gateway passes calls on with; nothing is connected yet.

    Raises:
        KnownError: `sync.not_set_up`, `config.central_address`, `secrets.*`.
    """
    from lobby_app.central.passing import Passing

    address = central_address(settings)
    password = secrets.get(DESK_PASSWORD)
    return Passing(address, password.decode() if password else None, settings.gateway.connections)


def open_relay_line(
    settings: Settings, secrets: Secrets, hint: "Hint | None" = None
) -> "RelayTransport | None":
    """Return the line to the branch's relay, None before this desk has a certificate.

    Args:
        settings: of this desk.
        secrets: of this desk.
        hint: where a relay was heard of that the roster's address does not lead to.

    Raises:
        KnownError: `secrets.*`.
    """
    from lobby_app.sync.peer.certificate import load_identity
    from lobby_app.sync.peer.relays import RelayTransport
    from lobby_app.sync.peer.roster import RosterFile

    identity = load_identity(secrets)
    if identity is None:
        return None
    roster = RosterFile(settings.data_dir / ROSTER)
    return RelayTransport(roster, identity, hint or (lambda _: None))


def open_claims(
    settings: Settings, secrets: Secrets, log: OpenLog, link: LinkReport
) -> OpenClaims | None:
    """Return who grants this desk's calls, None for a desk that stands alone."""
    if not settings.central.is_set:
        return None
    from lobby_app.sync.claims import AskedClaims, NobodyToAsk

    try:
        centre = open_line(settings, secrets)
        relay = open_relay_line(settings, secrets)
    except KnownError as error:
        # Others of the branch call all the same: this desk is apart from them, not alone.
        _log.warning("calls cannot be asked for: %s", error.key)
        return OpenClaims(NobodyToAsk(), lambda: None)
    grant_here = Granting(log) if settings.relay.listen else None
    claims = AskedClaims(SqliteReplica(log, settings.slot), centre, relay, grant_here, link)
    return OpenClaims(claims, claims.close)
