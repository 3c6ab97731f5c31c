"""What an administrator changes in the central database: branches, desks, enrolments.

Every function says what it changes as `Change`s and, when only asked to (`dry_run`), changes
nothing; done again, it finds nothing left to do.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import psycopg

from lobby_app.central.connection import CentralAddress, connect
from lobby_app.domain.errors import KnownError

TIMEOUT_S = 3600.0
"""A migration, an import or a check of the chains may take long; an administrator can interrupt."""
_KEYS = {
    "28P01": "central.refused",
    "28000": "central.refused",
    "3D000": "central.no_database",
    "3F000": "central.not_initialised",
    "42P01": "central.not_initialised",
    "42883": "central.not_initialised",
    "42501": "central.not_allowed",
}
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing changed, or that would be.

    Attributes:
        key: of its sentence. params: of the sentence; never a secret.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def administration(
    address: CentralAddress, user: str, password: str | None
) -> Iterator[Connection]:
    """Connect as an administrator for the length of the block, in autocommit.

    `password` None: libpq's own ways (PGPASSFILE, a certificate, trust).

    Raises:
        KnownError: `central.*` for whatever the database or the line to it does in the block.
    """
    try:
        with connect(address, user, password, timeout_s=TIMEOUT_S) as connection:
            yield connection
    except psycopg.Error as error:
        raise known(error) from error


def known(error: psycopg.Error) -> KnownError:
    """Return the error as an administrator reads it; nothing that was sent is in it."""
    detail = (error.diag.message_primary or str(error)).strip()
    if error.sqlstate in _KEYS:
        return KnownError(_KEYS[error.sqlstate])
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        # No server answered, or it refused before anybody could say a code.
        if "password" in detail or "authentication" in detail:
            return KnownError("central.refused")
        if "database" in detail and "does not exist" in detail:
            return KnownError("central.no_database")
        return KnownError("central.no_answer")
    return KnownError("central.failed", code=error.sqlstate or "?")


def add_branch(
    sql: Connection, branch: int, name: str, time_zone: str, *, dry_run: bool
) -> list[Change]:
    """Make a branch, or give it another name or time zone."""
    row = sql.execute(
        "SELECT name, time_zone FROM lobby.branch WHERE branch_id = %s", (branch,)
    ).fetchone()
    if row == (name, time_zone):
        return []
    what = "branch_added" if row is None else "branch_changed"
    if not dry_run:
        with sql.transaction():
            sql.execute(
                "INSERT INTO lobby.branch (branch_id, name, time_zone) VALUES (%s, %s, %s)"
                " ON CONFLICT (branch_id) DO UPDATE"
                " SET name = excluded.name, time_zone = excluded.time_zone",
                (branch, name, time_zone),
            )
            _note(sql, branch, what, f"{name}, {time_zone}")
    return [Change(f"central.{what}", {"branch": branch, "name": name, "time_zone": time_zone})]


@dataclass(frozen=True, slots=True)
class Place:
    """A desk's place in a branch, and what it will be there.

    Attributes:
        relay: "host:port" where it serves the branch; None = it serves nobody.
    """

    branch: int
    slot: int
    kind: str
    relay: str | None = None


def open_enrolment(
    sql: Connection, place: Place, lookup: str, wrapped: str, hours: int, *, dry_run: bool
) -> list[Change]:
    """Let one desk enrol with the code of `lookup`; an earlier unused code of the place is void.

    Raises:
        KnownError: `central.unknown_branch`.
    """
    expect_branch(sql, place.branch)
    params = {"branch": place.branch, "slot": place.slot, "kind": place.kind, "hours": hours}
    changes = [Change("central.enrolment_opened", params)]
    holder = _holder(sql, place.branch, place.slot)
    if holder is not None:
        changes.append(Change("central.will_be_replaced", {"name": holder, "slot": place.slot}))
    if not dry_run:
        with sql.transaction():
            sql.execute(
                "DELETE FROM lobby.enrolment"
                " WHERE branch_id = %s AND slot = %s AND used_at IS NULL",
                (place.branch, place.slot),
            )
            sql.execute(
                "INSERT INTO lobby.enrolment"
                " (code_hash, branch_id, slot, kind, relay_address, wrapped, expires_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, now() + make_interval(hours => %s))",
                (
                    sha256(lookup.encode()).digest(),
                    place.branch, place.slot, place.kind, place.relay, wrapped, hours,
                ),
            )  # fmt: skip
            _note(sql, place.branch, "enrolment_opened", f"slot {place.slot}")
    return changes


def revoke_desk(sql: Connection, branch: int, slot: int, *, dry_run: bool) -> list[Change]:
    """Refuse the desk of a slot from now on, and void a code nobody used.

    Raises:
        KnownError: `central.unknown_branch`.
    """
    expect_branch(sql, branch)
    name = _holder(sql, branch, slot)
    codes = sql.execute(
        "SELECT count(*) FROM lobby.enrolment"
        " WHERE branch_id = %s AND slot = %s AND used_at IS NULL",
        (branch, slot),
    ).fetchone()
    changes = []
    if name is not None:
        changes.append(Change("central.desk_revoked", {"name": name, "slot": slot}))
    if codes is not None and codes[0]:
        changes.append(Change("central.code_voided", {"slot": slot}))
    if changes and not dry_run:
        with sql.transaction():
            sql.execute(
                "UPDATE lobby.desk SET revoked_at = now()"
                " WHERE branch_id = %s AND slot = %s AND revoked_at IS NULL",
                (branch, slot),
            )
            sql.execute(
                "DELETE FROM lobby.enrolment"
                " WHERE branch_id = %s AND slot = %s AND used_at IS NULL",
                (branch, slot),
            )
            _note(sql, branch, "desk_revoked", f"slot {slot}")
    return changes


def renew_incarnation(sql: Connection, *, dry_run: bool) -> list[Change]:
    """Let the centre begin new logs after files were copied back: desks may hold more of the old.

    Where it wrote nothing as this incarnation there is nothing that desks could hold.
    """
    with sql.transaction(force_rollback=dry_run):
        row = sql.execute(
            "SELECT lobby.renew_incarnation() WHERE EXISTS ("
            "SELECT FROM lobby.centre_log c WHERE c.incarnation = lobby.incarnation())"
        ).fetchone()
    if row is None:
        return []
    return [Change("central.incarnation_renewed", {"incarnation": row[0]})]


def expect_branch(sql: Connection, branch: int) -> None:
    """Go on only with a branch that there is; raises `central.unknown_branch`."""
    if not sql.execute("SELECT 1 FROM lobby.branch WHERE branch_id = %s", (branch,)).fetchone():
        raise KnownError("central.unknown_branch", branch=branch)


def _holder(sql: Connection, branch: int, slot: int) -> str | None:
    row = sql.execute(
        "SELECT name FROM lobby.desk WHERE branch_id = %s AND slot = %s AND revoked_at IS NULL",
        (branch, slot),
    ).fetchone()
    return None if row is None else str(row[0])


def _note(sql: Connection, branch: int, action: str, what: str) -> None:
    sql.execute(
        "INSERT INTO lobby.audit (branch_id, action, detail)"
        " VALUES (%s, %s, jsonb_build_object('what', %s::text))",
        (branch, action, what),
    )
