"""What everybody may do in a fresh database, and nobody in the centre's.

Rights on a database itself are in no dump: a restored one is open again until `init` closes it.
"""

from pathlib import Path

from lobby_app.central.administration import Change, Connection

_CLOSED = Path(__file__).parent / "migrations" / "sql_0001" / "13_closed.sql"


def is_open(sql: Connection) -> bool:
    """Tell whether anybody who may connect may do more than the centre's roles are meant to."""
    row = sql.execute(_IS_OPEN).fetchone()
    return row is not None and bool(row[0])


def close(sql: Connection, *, dry_run: bool) -> list[Change]:
    """Take away again what everybody may do."""
    if not is_open(sql):
        return []
    if not dry_run:
        sql.execute(_CLOSED.read_bytes())
    return [Change("central.closed")]


_IS_OPEN = """
SELECT has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY')
    OR NOT (SELECT bool_and(has_database_privilege(r, current_database(), 'CONNECT'))
            FROM unnest(ARRAY['lobby_desk', 'lobby_report', 'lobby_admin']) r)
    OR has_schema_privilege('public', 'public', 'USAGE, CREATE')
    OR has_language_privilege('public', 'plpgsql', 'USAGE')
    OR EXISTS (
      SELECT FROM pg_catalog.pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND p.proname ~ ('^(pg_(try_)?advisory_.*|pg_(terminate|cancel)_backend|pg_notify'
                         || '|lo_(creat|create|from_bytea|open|put|unlink))$')
        AND has_function_privilege('public', p.oid, 'EXECUTE'))
"""
