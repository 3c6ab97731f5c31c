"""The change counter: rises with every commit of anybody, stands still otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby_app.assembly import OpenDesk
from lobby_app.services import calling
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for
from tests.storage.processes import run_together

ANOTHER = """
import sys
from pathlib import Path
from tests.helpers.calling_desk import calling_desk, tickets_for
opened = calling_desk(Path(sys.argv[1]))
print(*tickets_for(opened, 1))
opened.close()
"""


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenDesk]:
    desk = calling_desk(tmp_path)
    yield desk
    desk.close()


def test_looking_changes_nothing(opened: OpenDesk) -> None:
    first = opened.desk.changes()
    with opened.desk.reader() as work:
        work.waiting(opened.desk.business_day())
    with opened.desk.unit_of_work() as work:
        work.waiting(opened.desk.business_day())  # rolled back
    assert opened.desk.changes() == first


def test_own_commits_are_seen_whoever_makes_them(opened: OpenDesk) -> None:
    seen = [opened.desk.changes()]
    tickets_for(opened, 1)
    seen.append(opened.desk.changes())
    calling.open_counter(opened.desk, session_of("0017"), 1, ["cash_counter"])
    seen.append(opened.desk.changes())
    assert seen == sorted(set(seen))


def test_commits_of_another_process_are_seen(opened: OpenDesk, tmp_path: Path) -> None:
    before = opened.desk.changes()
    (number,) = run_together(ANOTHER, [str(tmp_path)], 1)
    assert opened.desk.changes() > before
    with opened.desk.reader() as work:
        tickets = work.waiting(opened.desk.business_day())
    assert [ticket.number for ticket in tickets] == [number.strip()]


def test_a_lost_connection_counts_as_a_change(opened: OpenDesk) -> None:
    before = opened.desk.changes()
    opened.desk.changes.close()  # type: ignore[attr-defined]  # the adapter, not the port
    assert opened.desk.changes() > before
