"""Many rows to a statement do what one row to a statement does."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection

from lobby_app.cache.engine import insert_many, make_engine, run, run_many

_PLAIN = "INSERT INTO said (name, value) VALUES (?, ?)"
_LARGER = (
    "INSERT INTO said (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET"
    " value = excluded.value WHERE (excluded.value) > (said.value)"
)
_REPLACE = "INSERT OR REPLACE INTO said (name, value) VALUES (?, ?)"


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = make_engine(None, None)
    with engine.begin() as connection:
        run(connection, "CREATE TABLE said (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID")
        yield connection
    engine.dispose()


def _written(
    connection: Connection,
    write: Callable[[Connection, str, list[tuple[str, int]]], None],
    sql: str,
    rows: list[tuple[str, int]],
) -> list[tuple[str, int]]:
    run(connection, "DELETE FROM said")
    write(connection, sql, rows)
    return run(connection, "SELECT name, value FROM said ORDER BY name")


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 237])
def test_every_row_is_written_once(connection: Connection, count: int) -> None:
    rows = [(f"{number:03d}", number) for number in range(count)]
    assert _written(connection, insert_many, _PLAIN, rows) == rows


@pytest.mark.parametrize("sql", [_LARGER, _REPLACE])
def test_rows_that_speak_of_one_thing_meet_in_their_order(connection: Connection, sql: str) -> None:
    rows = [(f"{number % 7}", number * 37 % 101) for number in range(237)]
    expected = _written(connection, run_many, sql, rows)
    assert len(expected) == 7
    assert _written(connection, insert_many, sql, rows) == expected
