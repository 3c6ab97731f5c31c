"""Bringing the central database to this version's schema. Needs a superuser: it makes roles."""

from pathlib import Path
from typing import Any

import psycopg

REVISION = "0001"


def migrate(connection: psycopg.Connection[Any]) -> None:
    """Migrate to `REVISION`; idempotent, all or nothing, two at a time wait for each other.

    Raises:
        psycopg.Error: the role may not do what is needed, or the server is gone.
    """
    # Imported here: desks never migrate, and these cost half a second.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    folder = str(Path(__file__).parent / "migrations")
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool
    )
    was_autocommit = connection.autocommit
    connection.autocommit = False
    try:
        with engine.begin() as opened:
            config.attributes["connection"] = opened
            command.upgrade(config, "head")
    finally:
        connection.autocommit = was_autocommit


def revision(connection: psycopg.Connection[Any]) -> str | None:
    """Return the schema's revision, None before the first migration."""
    found = connection.execute("SELECT to_regclass('lobby.alembic_version')").fetchone()
    if found is None or found[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM lobby.alembic_version").fetchone()
    return None if row is None else str(row[0])
