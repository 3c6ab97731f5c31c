"""A desk joins its branch: its token and its certificate are born here and never leave."""

import re
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Secrets
from lobby_app.domain.secret_names import DESK_PASSWORD, DESK_TOKEN, TOKEN_KEY
from lobby_app.domain.series import GivenNumber
from lobby_app.sync.enrolment.bundle import Bundle, unwrap
from lobby_app.sync.enrolment.code import EnrolmentCode
from lobby_app.sync.peer.certificate import Identity, new_identity, store_identity
from lobby_app.sync.wire import Transport, items, malformed, matching, whole

_TOKEN_BYTES = 32
_MOST_SERIES = 100
_DAY = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_ZONE = re.compile(r"[A-Z]")
_COMMON_NAME = "lobby desk"


@dataclass(frozen=True, slots=True)
class Joined:
    """A desk as the centre entered it, with what only the desk has.

    Attributes:
        bundle: what the code opened.
        token: the desk's own secret.
        identity: its certificate for the branch's relay.
        given: the last number that the slot may have given, of each series.
    """

    branch: int
    slot: int
    bundle: Bundle
    given: tuple[GivenNumber, ...]
    token: bytes = field(repr=False)
    identity: Identity = field(repr=False)


@dataclass(frozen=True, slots=True)
class Centre:
    """How a desk reaches the centre while it enrols.

    Attributes:
        fetch: lookup value of a code → what is wrapped for it.
        line: the bundle and the lookup value → who carries the enrolment.
    """

    fetch: Callable[[str], object]
    line: Callable[[Bundle, str], Transport]


def token_text(token: bytes) -> str:
    """Return a desk's token as calls carry it."""
    return token.hex()


def join(code: EnrolmentCode, centre: Centre, name: str) -> Joined:
    """Enrol this desk. The code is used up when this returns.

    Args:
        code: as the administrator gave it.
        centre: how the centre is reached.
        name: under which administrators see this desk.

    Raises:
        KnownError: `enrolment.unknown_code`, `enrolment.cannot_open`, `sync.*`.
    """
    bundle = unwrap(code, centre.fetch(code.lookup))
    token = randomness.token_bytes(_TOKEN_BYTES)
    identity = new_identity(_COMMON_NAME)
    line = centre.line(bundle, code.lookup)
    try:
        answer = line.call(
            "enrol",
            {
                "token_hash": sha256(token_text(token).encode()).hexdigest(),
                "name": name,
                "certificate": identity.certificate_pem,
            },
        )
    except KnownError as error:
        if error.key == "sync.not_enrolled":
            raise KnownError("enrolment.unknown_code") from error
        raise
    finally:
        line.close()
    slot = whole(answer, "slot", 1, 99)
    given = tuple(items(answer, "numbers", _given, _MOST_SERIES))
    return Joined(whole(answer, "branch", 1), slot, bundle, given, token, identity)


def _given(document: object) -> GivenNumber:
    day = matching(document, "business_day", _DAY)
    try:
        business_day = date.fromisoformat(day)
    except ValueError:
        raise malformed("business_day: no day") from None
    return GivenNumber(
        matching(document, "zone", _ZONE), business_day, whole(document, "last", 1, 9_999)
    )


def keep(joined: Joined, secrets: Secrets) -> None:
    """Store everything secret of an enrolment.

    Raises:
        KnownError: `secrets.*`.
    """
    secrets.put(TOKEN_KEY, joined.bundle.token_key)
    if joined.bundle.password:
        secrets.put(DESK_PASSWORD, joined.bundle.password.encode())
    else:
        secrets.delete(DESK_PASSWORD)
    store_identity(secrets, joined.identity)
    secrets.put(DESK_TOKEN, joined.token)
