"""Bringing a file to this version's schema: looked at by plain SQL, backed up, then migrated."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from lobby_app.cache.engine import ONLY_READS, copy_into
from lobby_app.cache.errors import known_errors
from lobby_app.domain.errors import KnownError

_KEEP_BACKUPS = 3


@dataclass(frozen=True, slots=True)
class Original:
    """The file behind an engine, to be copied before it is changed. `key`: None = plain."""

    path: Path
    key: bytes | None


def migrate(engine: Engine, original: Original | None, name: str, head: str, now: datetime) -> None:
    """Migrate one file to `head`.

    `original` is the file to back up first, None for a store that may be lost; `name` is the folder
    of the migrations, `log` or `customers`.

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
            if original is not None:
                _back_up(engine, original, now)
        _upgrade(engine, name, head)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        connection.execution_options(**{ONLY_READS: True})
        if not connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).fetchone():
            return None
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _upgrade(engine: Engine, name: str, head: str) -> None:
    # Alembic costs a third of a second to import: only those pay who have something to migrate.
    from alembic import command
    from alembic.config import Config

    folder = str(Path(__file__).parent / "migrations" / name)
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)


def _back_up(engine: Engine, original: Original, now: datetime) -> None:
    """Copy what is committed, encrypted with the same key, and keep the last three copies."""
    path = original.path
    folder = path.parent / "backup"
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.stem}-{now:%Y%m%d-%H%M%S}.db"
    unfinished = target.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    copy_into(engine, unfinished, original.key)
    unfinished.replace(target)
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-_KEEP_BACKUPS]:
        old.unlink()


def is_readable(engine: Engine, *, thoroughly: bool) -> bool:
    """Tell whether the key fits and the file is a database; `thoroughly` looks at every page.

    Raises:
        KnownError: the file could not be looked at (`cache.locked`, `cache.cannot_open` …): that
            says nothing about the file.
    """
    question = "PRAGMA quick_check(1)" if thoroughly else "SELECT COUNT(*) FROM sqlite_master"
    try:
        with known_errors(), engine.connect() as connection:
            connection.execution_options(**{ONLY_READS: True})  # somebody may be writing
            answer = connection.exec_driver_sql(question).scalar_one()
    except KnownError as error:
        if error.key == "cache.unreadable":
            return False
        raise
    return answer == "ok" or not thoroughly
