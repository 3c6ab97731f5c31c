"""The roles that many log in as, as they should be: that of all desks, and that of enrolment.

PostgreSQL lets every role alter its own password and settings, so that one stolen desk can lock all
others out. That cannot be forbidden; it can be undone.
"""

import base64
import hashlib
import hmac

from psycopg import sql as quoting

from lobby_app.central.administration import Change, Connection
from lobby_app.central.enrolling import ENROLMENT_ROLE
from lobby_app.central.transport import ROLE

_SETTINGS = {
    ROLE: (
        "statement_timeout=10s",
        "lock_timeout=5s",
        "idle_in_transaction_session_timeout=10s",
        "TimeZone=UTC",
    ),
    ENROLMENT_ROLE: ("statement_timeout=10s",),
}


def verifier(sql: Connection, role: str) -> str | None:
    """Return what the server knows a role's password by, None when it has none."""
    row = sql.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (role,)).fetchone()
    return None if row is None else row[0]


def set_password(sql: Connection, role: str, password: str) -> None:
    """Set a role's password; the server is told its SCRAM verifier only, and may log that."""
    told = sql.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    statement = quoting.SQL("ALTER ROLE {} PASSWORD {}").format(
        quoting.Identifier(role), quoting.Literal(told.decode())
    )
    sql.execute(statement)


def restore(sql: Connection, role: str, password: str, *, dry_run: bool) -> list[Change]:
    """Give a role its password and its settings back, where somebody changed them."""
    changes = []
    if not _is_of(verifier(sql, role) or "", password):
        if not dry_run:
            set_password(sql, role, password)
        changes.append(Change("central.password_restored", {"role": role}))
    places = sql.execute(
        "SELECT d.datname, s.setconfig FROM pg_db_role_setting s"
        " LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE s.setrole = %s::regrole",
        (role,),
    ).fetchall()
    if [(place, set(settings)) for place, settings in places] != [(None, set(_SETTINGS[role]))]:
        if not dry_run:
            _reset(sql, role, [place for place, _ in places])
        changes.append(Change("central.settings_restored", {"role": role}))
    return changes


def _reset(sql: Connection, name: str, places: list[str | None]) -> None:
    role = quoting.Identifier(name)
    with sql.transaction():
        for place in places:
            where = (
                quoting.SQL("")
                if place is None
                else quoting.SQL("IN DATABASE {} ").format(quoting.Identifier(place))
            )
            sql.execute(quoting.SQL("ALTER ROLE {} {}RESET ALL").format(role, where))
        for setting in _SETTINGS[name]:
            key, _, value = setting.partition("=")
            sql.execute(
                quoting.SQL("ALTER ROLE {} SET {} = {}").format(
                    role, quoting.Identifier(key), quoting.Literal(value)
                )
            )


def _is_of(known: str, password: str) -> bool:
    """Tell whether a SCRAM verifier (RFC 5803) is that of a password."""
    try:
        scheme, costs, keys = known.split("$")
        iterations, salt = costs.split(":")
        stored = base64.b64decode(keys.split(":")[0])
        salted = hashlib.pbkdf2_hmac(
            "sha256", password.encode(), base64.b64decode(salt), int(iterations)
        )
    except ValueError:
        return False
    client = hmac.digest(salted, b"Client Key", "sha256")
    return scheme == "SCRAM-SHA-256" and hmac.compare_digest(
        hashlib.sha256(client).digest(), stored
    )
