"""Bringing a file to this version's schema: looked at by plain SQL, backed up, then migrated."""

from datetime import datetime
from pathlib import Path

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Engine

from lobby_app.cache.errors import known_errors
from lobby_app.domain.errors import KnownError

_KEEP_BACKUPS = 3


def migrate(engine: Engine, path: Path | None, name: str, head: str, now: datetime) -> None:
    """Migrate one file to `head`.

    `path` is the file to back up first, None for a store in memory; `name` is the folder of the
    migrations, `log` or `customers`.

    Raises:
        KnownError: `cache.newer_schema` when the file was written by a newer program.
    """
    with known_errors():
        revision = _revision(engine)
        if revision == head:
            return
        if revision is not None:
            if revision > head:
                raise KnownError("cache.newer_schema", file=f"{name}.db")
            if path is not None:
                _back_up(engine, path, now)
        _upgrade(engine, name, head)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone():
            return None
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _upgrade(engine: Engine, name: str, head: str) -> None:
    # Alembic costs a third of a second to import: only those pay who have something to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations" / name))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)


def _back_up(engine: Engine, path: Path, now: datetime) -> None:
    """Copy the file as it is, encrypted with the same key, and keep the last three copies."""
    folder = path.parent / "backup"
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.stem}-{now:%Y%m%d-%H%M%S}.db"
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        target.write_bytes(path.read_bytes())
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-_KEEP_BACKUPS]:
        old.unlink()


def is_readable(engine: Engine) -> bool:
    """Tell whether the key fits and the first page is a database."""
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT COUNT(*) FROM sqlite_master").scalar_one()
    except Exception as error:  # the driver's own class is not in the DBAPI tree at connect time
        if isinstance(error, driver.DatabaseError) or "database" in str(error).lower():
            return False
        raise
    return True
