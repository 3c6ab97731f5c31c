"""`lobby central init` and `migrate`: from an empty database to one that desks can use."""

import secrets as randomness
from dataclasses import dataclass

from psycopg import sql as quoting

from lobby_app.central.administration import Change, Connection
from lobby_app.central.closing import close
from lobby_app.central.enrolling import ENROLMENT_PASSWORD, ENROLMENT_ROLE
from lobby_app.central.migrate import REVISION, migrate, revision
from lobby_app.central.shared_roles import restore, set_password, verifier
from lobby_app.central.transport import ROLE
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Secrets, SecretState
from lobby_app.domain.secret_names import DESK_PASSWORD, TOKEN_KEY

LEAST_SERVER = 150_000
_MOST_ENROLLING = 20
"""Everybody knows the password of the role for enrolment: it must not fill the server's places."""
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class BankSecrets:
    """What the bank's administrator keeps. `password`: of the role of all desks."""

    password: str
    token_key: bytes


def bring_up_to_date(sql: Connection, *, dry_run: bool) -> list[Change]:
    """Migrate the schema and make the partitions of the next days.

    Raises:
        KnownError: `central.old_server`, `central.newer_schema`.
    """
    if sql.info.server_version < LEAST_SERVER:
        raise KnownError("central.old_server", version=sql.info.server_version // 10_000)
    present = revision(sql)
    if present is not None and present > REVISION:
        raise KnownError("central.newer_schema", revision=present)
    changes = []
    if present != REVISION:
        if not dry_run:
            migrate(sql)
        changes.append(Change("central.migrated", {"before": present or "–", "after": REVISION}))
        if dry_run:
            return changes
    # A dry run does it and undoes it, so that what is told is exact.
    with sql.transaction(force_rollback=dry_run):
        made = sql.execute("SELECT lobby.keep_up()").fetchone()
    if made is not None and (made[0]["made"] or made[0]["dropped"]):
        changes.append(Change("central.kept_up", made[0]))
    # A schema made by an earlier program does not tell this.
    if made is not None and made[0].get("postponed"):
        changes.append(Change("central.dropping_postponed"))
    return changes


def initialise(sql: Connection, keys: Secrets, *, dry_run: bool) -> list[Change]:
    """Make roles, schema, partitions, the desks' password and the bank's token key. Idempotent.

    What a desk changed in the roles that are shared is put right, and so is what a restored dump
    lost.

    Args:
        sql: a superuser's connection.
        keys: the administrator's own key store; the secrets born here live nowhere else.
        dry_run: only say what would be done.

    Raises:
        KnownError: `central.keys_elsewhere` when the desks' role has a password that this key store
            does not hold, `secrets.*`, and as `bring_up_to_date`.
    """
    if keys.state is SecretState.NONE:
        raise KnownError("secrets.no_key_store")
    has_password = verifier(sql, ROLE) is not None
    password = keys.get(DESK_PASSWORD)
    if has_password and password is None:
        raise KnownError("central.keys_elsewhere")
    changes = bring_up_to_date(sql, dry_run=dry_run)
    if revision(sql) is not None:
        changes += close(sql, dry_run=dry_run)
    if keys.get(TOKEN_KEY) is None:
        if not dry_run:
            keys.put(TOKEN_KEY, randomness.token_bytes(_KEY_BYTES))
        changes.append(Change("central.token_key_made"))
    if not has_password:
        if not dry_run:
            # Kept first: a role whose password nobody knows could never be used again.
            password = password or randomness.token_urlsafe(_KEY_BYTES).encode()
            keys.put(DESK_PASSWORD, password)
            set_password(sql, ROLE, password.decode())
        changes.append(Change("central.password_made", {"role": ROLE}))
    elif password is not None:
        changes += restore(sql, ROLE, password.decode(), dry_run=dry_run)
    return changes + _enrolment_role(sql, dry_run=dry_run)


def bank_secrets(keys: Secrets) -> BankSecrets:
    """Return what `initialise` left in the administrator's key store.

    Raises:
        KnownError: `central.no_bank_keys`, `secrets.*`.
    """
    password, token_key = keys.get(DESK_PASSWORD), keys.get(TOKEN_KEY)
    if password is None or token_key is None:
        raise KnownError("central.no_bank_keys")
    return BankSecrets(password.decode(), token_key)


def _enrolment_role(sql: Connection, *, dry_run: bool) -> list[Change]:
    """Make the role that may only fetch what a one-time code opens, or put it right."""
    database = sql.info.dbname
    row = sql.execute(
        "SELECT r.rolconnlimit = %s AND has_database_privilege(r.oid, %s, 'CONNECT') AND"
        " has_function_privilege(r.oid, to_regprocedure('lobby.bundle(text,jsonb)'), 'EXECUTE')"
        " FROM pg_roles r WHERE r.rolname = %s",
        (_MOST_ENROLLING, database, ENROLMENT_ROLE),
    ).fetchone()
    if row is not None and row[0]:
        return restore(sql, ENROLMENT_ROLE, ENROLMENT_PASSWORD, dry_run=dry_run)
    if not dry_run:
        role, place = quoting.Identifier(ENROLMENT_ROLE), quoting.Identifier(database)
        with sql.transaction():
            if row is None:
                sql.execute(quoting.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(role))
            for statement in (
                "ALTER ROLE {role} CONNECTION LIMIT {most}",
                "GRANT CONNECT ON DATABASE {place} TO {role}",
                "GRANT USAGE ON SCHEMA lobby TO {role}",
                "GRANT EXECUTE ON FUNCTION lobby.bundle(text, jsonb) TO {role}",
            ):
                sql.execute(
                    quoting.SQL(statement).format(
                        role=role, place=place, most=quoting.Literal(_MOST_ENROLLING)
                    )
                )
            restore(sql, ENROLMENT_ROLE, ENROLMENT_PASSWORD, dry_run=False)
    return [Change("central.role_made", {"role": ENROLMENT_ROLE})]
