"""Opening: keys that come and go, copies, roll-backs, two processes at once, old files."""

import os
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from lobby_app.cache.incarnation import SAFE_STEP
from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.self_check import self_check
from lobby_app.cache.watermark import Watermark, watermark_from
from lobby_app.devices.key_file import KeyFile
from lobby_app.devices.secrets import NoSecrets
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import RANK_CALLED, Draft, EventKind
from lobby_app.domain.ticket import TicketState
from tests.storage.desk import DAY, SetClock, cancelled, issue, issued, open_desk
from tests.storage.processes import run_together


def _open_without_keys(folder: Path, clock: SetClock | None = None) -> OpenLog:
    return open_log(folder / "log.db", NoSecrets(), clock or SetClock())


def _number(label: str) -> int:
    return int(label[2:])


def _logs(log: OpenLog) -> list[tuple[int, int, int]]:
    with log.reading.connect() as connection:
        rows = connection.exec_driver_sql("SELECT last_seq, is_own, acked_seq FROM log_head")
        return sorted(tuple(row) for row in rows)


def _roll_back(folder: Path, backup: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        (folder / f"log.db{suffix}").unlink(missing_ok=True)
    shutil.copy(backup, folder / "log.db")


def test_without_a_key_store_the_queue_runs_in_the_open(tmp_path: Path) -> None:
    log = _open_without_keys(tmp_path)
    assert issue(log) == "A1001"
    log.close()
    assert (tmp_path / "log.open.db").read_bytes().startswith(b"SQLite format 3")
    again = _open_without_keys(tmp_path)
    assert (issue(again), again.notices) == ("A1002", [])
    again.close()


def test_what_was_recorded_in_the_open_is_taken_over_once_there_is_a_key(tmp_path: Path) -> None:
    log = _open_without_keys(tmp_path)
    first = issue(log)
    log.close()
    again = open_desk(tmp_path)
    assert again.notices == ["cache.notice_encrypted"]
    assert not (tmp_path / "log.open.db").exists()
    assert not (tmp_path / "log.db").read_bytes().startswith(b"SQLite format 3")
    assert _number(issue(again)) > _number(first)
    with again.reader() as work:
        assert len(work.waiting(DAY)) == 2
        assert work.unsent().count == 2
    assert self_check(again, SetClock().now()).problems == ()
    again.close()


def test_a_key_store_that_is_away_for_a_day_loses_no_ticket_and_no_number(tmp_path: Path) -> None:
    given, tickets = [], 0
    for _ in range(3):
        log = open_desk(tmp_path)
        given += [issue(log), issue(log)]
        log.close()
        away = _open_without_keys(tmp_path)
        assert away.notices == ["cache.notice_without_keys"]
        given += [issue(away)]
        away.close()
        tickets += 3
    log = open_desk(tmp_path)
    with log.reader() as work:
        assert sorted(t.number for t in work.waiting(DAY)) == sorted(given)
        assert work.unsent().count == tickets
    assert len(set(given)) == tickets
    assert self_check(log, SetClock().now()).problems == ()
    log.close()


def test_an_open_file_that_somebody_still_writes_is_taken_over_later(tmp_path: Path) -> None:
    away = _open_without_keys(tmp_path)
    issue(away)
    log = open_desk(tmp_path)
    assert log.notices == []
    issue(away)
    log.close()
    away.close()
    log = open_desk(tmp_path)
    with log.reader() as work:
        assert len(work.waiting(DAY)) == 2
    log.close()


def test_an_open_file_that_was_tampered_with_is_kept_aside(tmp_path: Path) -> None:
    away = _open_without_keys(tmp_path)
    issue(away)
    with away.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE event SET body = REPLACE(body, 'A1001', 'A1007')")
    away.close()
    log = open_desk(tmp_path)
    assert log.notices == ["cache.notice_unreadable"]
    assert _logs(log) == [(0, 1, 0)]
    assert list(tmp_path.glob("log.open.db.unreadable-*"))
    log.close()


def test_what_two_files_say_of_one_counter_does_not_stop_the_desk(tmp_path: Path) -> None:
    """Called with keys and, while they were away, called without: both are true."""
    tickets = []
    # The later word about a counter stands; at one and the same moment the log's id would decide.
    later = SetClock(SetClock().now() + timedelta(minutes=1))
    for opened in (open_desk(tmp_path), _open_without_keys(tmp_path, later)):
        draft = issued(f"A1{len(tickets) + 7:03d}")
        with opened.unit_of_work() as work:
            work.append(draft)
            work.append(replace(draft, kind="ticket_called", rank=RANK_CALLED, counter=3, data={}))
            work.commit()
        tickets.append(draft.ticket)
        opened.close()
    log = open_desk(tmp_path, later)
    assert log.notices == ["cache.notice_encrypted"]
    with log.reader() as work:
        states = [work.ticket(str(ticket)) for ticket in tickets]
        there = work.at_counter(DAY, 3)
    assert [ticket.state for ticket in states if ticket] == [TicketState.CALLED] * 2
    assert there == states[1]
    assert self_check(log, later.now()).problems == ()
    log.close()


def test_events_of_an_older_log_stay_unsent_until_somebody_has_them(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    backup = Path(shutil.copy(tmp_path / "log.db", tmp_path / "backup.db"))
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    _roll_back(tmp_path, backup)
    log = open_desk(tmp_path)
    assert log.notices == ["cache.notice_rolled_back"]
    issue(log)
    assert _logs(log) == [(1, 1, 0), (1, 1, 0)]
    with log.reader() as work:
        assert work.unsent().count == 2
        assert work.unsent().oldest_at == SetClock().now()
    with log.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE log_head SET acked_seq = last_seq")
        # Another desk's log is nobody's business here.
        connection.exec_driver_sql(
            "INSERT INTO log_head VALUES (randomblob(16), 9, randomblob(32), NULL, 0, 0, 0, NULL)"
        )
    with log.reader() as work:
        assert (work.unsent().count, work.unsent().oldest_at) == (0, None)
    log.close()


def test_a_roll_back_is_answered_once_even_if_the_key_file_cannot_be_written(
    tmp_path: Path, expected_log
) -> None:
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    backup = Path(shutil.copy(tmp_path / "log.db", tmp_path / "backup.db"))
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    _roll_back(tmp_path, backup)
    (tmp_path / "keys.json").chmod(0o400)
    expected_log("secrets.key_file_unwritable")
    notices = []
    for _ in range(3):
        log = open_desk(tmp_path)
        issue(log)
        notices.append(log.notices)
        log.close()
    assert notices == [["cache.notice_rolled_back"], [], []]


def test_numbers_of_a_wrong_day_do_not_hide_those_of_the_right_one(tmp_path: Path) -> None:
    clock = SetClock()
    log = open_desk(tmp_path, clock)
    given = [issue(log)]
    log.close()
    backup = Path(shutil.copy(tmp_path / "log.db", tmp_path / "backup.db"))
    log = open_desk(tmp_path, clock)
    given += [issue(log) for _ in range(SAFE_STEP + 20)]
    issue(log, DAY + timedelta(days=400))  # the clock was wrong for one customer
    log.close()
    _roll_back(tmp_path, backup)
    log = open_desk(tmp_path, clock)
    assert issue(log) not in given
    assert _number(issue(log, DAY + timedelta(days=400))) > SAFE_STEP
    log.close()


def test_a_log_that_is_gone_is_said(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    given = issue(log)
    log.close()
    (tmp_path / "log.db").unlink()
    log = open_desk(tmp_path)
    assert log.notices == ["cache.notice_missing"]
    assert _number(issue(log)) > _number(given) + SAFE_STEP - 1
    log.close()


def test_a_locked_file_is_not_an_unreadable_one(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    with log.unit_of_work():
        again = open_log(tmp_path / "copy" / "log.db", NoSecrets(), SetClock())
        again.close()
        with pytest.raises(KnownError) as caught:
            open_desk(tmp_path)
    assert caught.value.key == "cache.locked"
    assert [path.name for path in tmp_path.glob("log.db.*")] == []
    log.close()


@pytest.mark.parametrize("page", [1, 3, 8])
def test_one_damaged_page_is_found_on_opening(tmp_path: Path, page: int) -> None:
    log = open_desk(tmp_path)
    for _ in range(40):
        issue(log)
    log.close()
    path = tmp_path / "log.db"
    raw = bytearray(path.read_bytes())
    raw[page * 4096 + 100 : page * 4096 + 200] = os.urandom(100)
    path.write_bytes(raw)
    log = open_desk(tmp_path)
    assert log.notices == ["cache.notice_unreadable"]
    assert _number(issue(log)) > 40
    log.close()


def test_two_odd_files_in_one_second_are_both_kept(tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / "log.db").write_bytes(os.urandom(8192))
        open_desk(tmp_path).close()
        (tmp_path / "log.db").unlink()
    assert len(list(tmp_path.glob("log.db.*-20261124-*"))) == 2


def test_an_empty_file_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    log = open_desk(tmp_path)
    assert (issue(log), log.notices) == ("A1001", [])
    log.close()


FIRST_START = """
import sys
from pathlib import Path
from tests.storage.desk import issue, open_desk
log = open_desk(Path(sys.argv[1]))
print(*[issue(log) for _ in range(5)])
print(log.notices)
log.close()
"""


def test_two_windows_of_one_desk_may_make_its_files_together(tmp_path: Path) -> None:
    answers = run_together(FIRST_START, [str(tmp_path)], count=3)
    numbers = [number for answer in answers for number in answer.splitlines()[0].split()]
    assert len(numbers) == len(set(numbers)) == 15
    assert {answer.splitlines()[1] for answer in answers} == {"[]"}
    log = open_desk(tmp_path)
    assert log.notices == []
    assert _logs(log) == [(15, 1, 0)]
    assert self_check(log, SetClock().now()).problems == ()
    log.close()


def test_nothing_is_written_after_commit(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.unit_of_work() as work:
        work.append(issued())
        work.commit()
        for late in (
            lambda: work.append(issued()),
            lambda: work.take_number("A", DAY),
            lambda: work.put_staff([]),
            work.commit,
        ):
            with pytest.raises(BugError):
                late()
    log.close()


def test_a_commit_does_not_wait_for_the_next_writer(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.unit_of_work() as work:
        draft = issued()
        work.append(draft)
        work.commit()
        with log.unit_of_work() as other:  # takes the write lock while the first block still reads
            other.append(cancelled(str(draft.ticket)))
            assert work.ticket(str(draft.ticket)) is not None
            other.commit()
    log.close()


def test_a_print_after_midnight_belongs_to_the_ticket_of_yesterday(tmp_path: Path) -> None:
    clock = SetClock()
    log = open_desk(tmp_path, clock)
    draft = issued()
    with log.unit_of_work() as work:
        work.append(draft)
        work.commit()
    clock.at += timedelta(hours=16)
    with log.unit_of_work() as work:
        work.append(
            Draft(
                kind=EventKind.TICKET_PRINTED,
                actor="0017",
                ticket=draft.ticket,
                business_day=DAY + timedelta(days=1),
                data={"outcome": "printed", "copy": 0},
            )
        )
        work.append(issued(day=DAY + timedelta(days=1)))
        work.commit()
    for day in (-1, 0):
        checked = self_check(log, clock.now() + timedelta(days=day))
        assert "cache.problem_projection" not in checked.problems
    log.close()


def test_a_number_given_twice_is_found(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    number = issue(log)
    with log.unit_of_work() as work:
        work.append(issued(number))
        work.commit()
    assert "cache.problem_series" in self_check(log, SetClock().now()).problems
    log.close()


def test_the_watermark_writes_itself_off_the_commit_path(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    for _ in range(3):
        issue(log)
    log.keeper.close()
    mark = watermark_from(KeyFile(tmp_path / "keys.json").get("watermark"))
    assert mark is not None
    assert (mark.seq, mark.series) == (3, {DAY.isoformat(): {"A": 3}})
    assert watermark_from((tmp_path / "numbers.json").read_bytes()) == mark
    log.close()


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "{", "7", '{"log_id": 1}', '{"log_id": "zz", "seq": 1, "series": {}}',
        '{"log_id": "00", "seq": "x", "series": {}}', '{"log_id": "00", "seq": 1, "series": []}',
        '{"log_id": "00", "seq": 1, "series": {"today": {}}}', "\x00\xff",
    ],
)  # fmt: skip
def test_a_watermark_that_is_none(text: str) -> None:
    assert watermark_from(text) is None


def test_a_watermark_stays_small_and_comes_back() -> None:
    zones = dict.fromkeys("ABCDEFGHJK", 999)
    days = {(date(2026, 11, 23) + timedelta(days=n)).isoformat(): zones for n in range(6)}
    mark = Watermark("ab" * 16, 2**40, days)
    assert watermark_from(mark.text()) == mark
    assert len(mark.text()) * 4 / 3 < 2_500
