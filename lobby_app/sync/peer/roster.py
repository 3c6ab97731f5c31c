"""The roster of the branch: which desks belong to it, by which certificate, and who relays.

The centre says it; the last one heard is kept beside the log, because it is needed most when the
centre is gone. It names desks, never people.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lobby_app.domain.errors import KnownError
from lobby_app.sync.peer.certificate import fingerprint_of_pem
from lobby_app.sync.wire import flag, items, matching, whole

_ADDRESS = re.compile(
    r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(?P<port>[0-9]{1,5})"
)
_KIND = re.compile(r"[a-z_]{1,40}")
_MOST_BYTES, _MOST_DESKS = 2_000_000, 1_000


@dataclass(frozen=True, slots=True)
class RosterDesk:
    """One desk of the branch.

    Attributes:
        desk: its id in the branch.
        certificate: PEM, None when it has none that can be read; then it can reach no relay.
        relay: "host:port" where it serves the branch, None when it does not.
    """

    desk: int
    slot: int
    kind: str
    certificate: str | None = None
    relay: str | None = None
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """The desks of one branch, as the centre last said it."""

    desks: tuple[RosterDesk, ...] = ()

    def certificates(self) -> dict[str, RosterDesk]:
        """Return the desks that may exchange with each other, by fingerprint."""
        return {
            fingerprint_of_pem(desk.certificate): desk
            for desk in self.desks
            if desk.certificate and not desk.is_revoked
        }

    def relays(self) -> tuple[RosterDesk, ...]:
        """Return the desks that serve the branch, in the order everybody asks them: by slot."""
        able = [d for d in self.desks if d.relay and d.certificate and not d.is_revoked]
        return tuple(sorted(able, key=lambda desk: desk.slot))


def read_roster(document: object) -> Roster:
    """Return the roster of an answer of the centre.

    A certificate or an address that cannot be read costs that desk its access, not the branch its
    roster.

    Raises:
        KnownError: `sync.malformed` when the document is no roster.
    """
    return Roster(tuple(items(document, "desks", _desk, _MOST_DESKS)))


def _desk(document: object) -> RosterDesk:
    return RosterDesk(
        desk=whole(document, "desk"),
        slot=whole(document, "slot", 1, 99),
        kind=matching(document, "kind", _KIND),
        certificate=_certificate(_optional(document, "certificate")),
        relay=_address(_optional(document, "relay")),
        is_revoked=flag(document, "is_revoked"),
    )


def _optional(document: object, name: str) -> object:
    return document.get(name) if isinstance(document, Mapping) else None


def _certificate(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        fingerprint_of_pem(value)
    except ValueError:
        return None
    return value


def _address(value: object) -> str | None:
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    return value if match and 0 < int(match["port"]) < 65536 else None  # type: ignore[return-value]


class RosterFile:
    """`roster.json` of the data folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> tuple[int, ...]:
        """Return what changes when the file does, empty while there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return ()
        # The clock of a file system may stand still for milliseconds.
        return status.st_mtime_ns, status.st_ino, status.st_size

    def load(self) -> Roster | None:
        """Return the roster kept, None when there is none or it cannot be read."""
        try:
            with self.path.open("rb") as file:
                return read_roster(json.loads(file.read(_MOST_BYTES)))
        except (OSError, ValueError, RecursionError, AttributeError, KnownError):
            return None

    def save(self, roster: Roster) -> None:
        """Keep a roster, whole or not at all; one that says nothing new is not written.

        Raises:
            KnownError: `cache.io`.
        """
        if roster == self.load():
            return
        new = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            with new.open("w", encoding="utf-8") as file:
                json.dump(asdict(roster), file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise KnownError("cache.io") from error
