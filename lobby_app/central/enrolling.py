"""A desk that has nothing but a one-time code fetches what the code opens."""

import json

import psycopg

from lobby_app.central.connection import CentralAddress, connect
from lobby_app.domain.errors import KnownError

ENROLMENT_ROLE = "lobby_enrol"
ENROLMENT_PASSWORD = "lobby-enrolment"  # noqa: S105
"""Known to everybody on purpose: a desk before its enrolment has no secret but its code. The role
may call one function, which gives a sealed text to whoever names 256 bits derived from the code."""
_TIMEOUT_S = 10.0


def fetch_bundle(address: CentralAddress, lookup: str) -> object:
    """Return what is kept for a code, still wrapped.

    Raises:
        KnownError: `enrolment.unknown_code` when it is unknown, used or too old;
            `sync.no_answer`.
    """
    try:
        with connect(address, ENROLMENT_ROLE, ENROLMENT_PASSWORD, timeout_s=_TIMEOUT_S) as sql:
            row = sql.execute(
                "SELECT lobby.bundle(%s, %s::jsonb)", (lookup, json.dumps({}))
            ).fetchone()
    except psycopg.Error as error:
        if error.sqlstate == "LB001":
            raise KnownError("enrolment.unknown_code") from error
        raise KnownError("sync.no_answer") from error
    return row[0].get("wrapped") if row is not None and isinstance(row[0], dict) else None
