"""log.db: durable, gap-free, chained, encrypted; numbers are never given twice."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from lobby_app.cache.opening import LOG_KEY
from lobby_app.cache.self_check import self_check
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.domain.event import Draft, EventKind, genesis, link
from lobby_app.domain.ticket import TicketState
from tests.storage.desk import DAY, SetClock, cancelled, issue, issued, open_desk


def _events(log) -> list[tuple]:
    with log.reading.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT log_id, seq, hlc, chain, body FROM event ORDER BY log_id, seq"
        ).fetchall()


def test_a_ticket_is_there_after_reopening(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    number = issue(log)
    log.close()
    again = open_desk(tmp_path)
    with again.reader() as work:
        assert [t.number for t in work.waiting(DAY)] == [number]
    assert again.notices == []
    again.close()


def test_leaving_without_commit_leaves_nothing(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.unit_of_work() as work:
        work.append(issued(f"A1{work.take_number('A', DAY):03d}"))
    assert _events(log) == []
    assert issue(log) == "A1001"
    log.close()


def test_the_log_is_gap_free_and_chained(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    for _ in range(5):
        issue(log)
    rows = _events(log)
    from uuid import UUID

    chain = genesis(str(UUID(bytes=rows[0][0])))
    for expected, (_, seq, hlc, stored, body) in enumerate(rows, start=1):
        chain = link(chain, seq, hlc, body)
        assert (seq, stored) == (expected, chain)
    log.close()


def test_a_cancelled_ticket_no_longer_waits(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    draft = issued()
    with log.unit_of_work() as work:
        work.append(draft)
        work.append(cancelled(draft.ticket or ""))
        work.commit()
        assert work.waiting(DAY) == []
        ticket = work.ticket(draft.ticket or "")
    assert ticket is not None
    assert ticket.state is TicketState.CANCELLED
    log.close()


def test_print_truth_does_not_move_the_ticket(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    draft = issued()
    with log.unit_of_work() as work:
        work.append(draft)
        for copy in (0, 1):
            work.append(
                Draft(
                    kind=EventKind.TICKET_PRINTED,
                    actor="0017",
                    ticket=draft.ticket,
                    business_day=DAY,
                    data={"outcome": "printed", "problem": None, "copy": copy},
                )
            )
        work.commit()
        (ticket,) = work.waiting(DAY)
    assert (ticket.copies, ticket.print_outcome) == (1, "printed")
    log.close()


def test_an_event_outside_the_grammar_is_our_bug(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.unit_of_work() as work, pytest.raises(BugError):
        work.append(Draft(kind="Not A Code", actor="0017"))
    log.close()


def test_numbers_end_with_a_sentence(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO series VALUES ('A', ?, 998)", (DAY.isoformat(),))
    assert issue(log) == "A1999"
    with pytest.raises(KnownError) as caught:
        issue(log)
    assert caught.value.key == "cache.numbers_used_up"
    log.close()


def test_numbers_survive_a_clock_that_jumps(tmp_path: Path) -> None:
    clock = SetClock()
    log = open_desk(tmp_path, clock)
    seen = [issue(log)]
    for step in (timedelta(days=1), timedelta(days=-1), timedelta(days=-2), timedelta(days=2)):
        clock.at += step
        day = clock.now().date()
        seen.append(f"{day} {issue(log, day)}")
    assert len(set(seen)) == len(seen)
    hlcs = [row[2] for row in _events(log)]
    assert hlcs == sorted(set(hlcs))
    log.close()


def test_file_and_wal_show_nothing(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("log.db*"))
    assert b"A1001" not in raw
    assert b"ticket_issued" not in raw
    assert b"SQLite format" not in raw
    log.close()


def test_a_lost_key_keeps_the_old_file_aside_and_skips_numbers(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    old = issue(log)
    log.close()
    (tmp_path / "keys.json").unlink()
    again = open_desk(tmp_path)
    assert again.notices == ["cache.notice_key_lost"]
    assert list(tmp_path.glob("log.db.locked-*"))
    assert int(issue(again)[2:]) > int(old[2:]) + 100
    again.close()


def test_a_damaged_file_is_kept_aside_and_numbers_go_on(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    given = {issue(log) for _ in range(3)}
    log.close()
    path = tmp_path / "log.db"
    path.write_bytes(os.urandom(path.stat().st_size))
    again = open_desk(tmp_path)
    assert again.notices == ["cache.notice_unreadable"]
    assert issue(again) not in given
    again.close()


def test_a_restored_backup_opens_a_new_log_and_gives_no_number_twice(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    given = [issue(log) for _ in range(3)]
    log.close()
    backup = shutil.copy(tmp_path / "log.db", tmp_path / "backup.db")
    log = open_desk(tmp_path)
    old_id = _events(log)[0][0]
    given += [issue(log) for _ in range(4)]
    log.close()
    for name in ("log.db-wal", "log.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(backup, tmp_path / "log.db")
    again = open_desk(tmp_path)
    assert again.notices == ["cache.notice_rolled_back"]
    given += [issue(again) for _ in range(2)]
    assert len(set(given)) == len(given)
    assert {row[0] for row in _events(again)} > {old_id}
    again.close()


def test_a_copied_file_on_another_computer_opens_a_new_log(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    key = KeyFile(tmp_path / "keys.json").get(LOG_KEY)
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "log.db", other / "log.db")
    assert key is not None
    KeyFile(other / "keys.json").put(LOG_KEY, key)
    copy = open_desk(other)
    assert copy.notices == ["cache.notice_copied"]
    issue(copy)
    assert len({row[0] for row in _events(copy)}) == 2
    copy.close()


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    log.close()
    with pytest.raises(KnownError) as caught:
        open_desk(tmp_path)
    assert caught.value.key == "cache.newer_schema"


def test_self_check_passes_and_names_the_next_numbers(tmp_path: Path) -> None:
    clock = SetClock()
    log = open_desk(tmp_path, clock)
    for _ in range(3):
        issue(log)
    report = self_check(log, clock.now())
    assert (report.problems, report.checked_events, report.next_numbers) == ((), 3, {"A": 4})
    log.close()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("UPDATE event SET body = REPLACE(body, 'A1002', 'A1009')", "cache.problem_chain"),
        ("DELETE FROM event WHERE seq = 2", "cache.problem_chain"),
        ("UPDATE series SET last_number = 1", "cache.problem_series"),
        ("UPDATE ticket SET queue = 'x' WHERE number = 'A1001'", "cache.problem_projection"),
        ("UPDATE me SET last_hlc = last_hlc + (7200000 << 16)", "cache.problem_clock"),
    ],
)
def test_self_check_finds_damage(tmp_path: Path, damage: str, problem: str) -> None:
    clock = SetClock()
    log = open_desk(tmp_path, clock)
    for _ in range(3):
        issue(log)
    with log.engine.begin() as connection:
        connection.exec_driver_sql(damage)
    assert problem in self_check(log, clock.now()).problems
    log.close()


WRITER = """
import resource, signal, sys
from pathlib import Path
from tests.storage.desk import issue, open_desk
from lobby_app.domain.errors import KnownError
log = open_desk(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
if len(sys.argv) > 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    for _ in range(int(sys.argv[2])):
        print(issue(log), flush=True)
except KnownError as error:
    print(error.key, flush=True)
"""


def test_many_processes_never_share_a_number(tmp_path: Path) -> None:
    open_desk(tmp_path).close()
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), "60"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    numbers = [line for writer in writers for line in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(numbers) == len(set(numbers)) == 240
    log = open_desk(tmp_path)
    assert self_check(log, SetClock().now()).problems == ()
    log.close()


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs POSIX file-size limits")
def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    log.close()
    limit = (tmp_path / "log.db").stat().st_size + 60_000
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), "500", str(limit)],
        capture_output=True,
        text=True,
        check=True,
    )
    *numbers, last = done.stdout.split()
    assert last in ("cache.disk_full", "cache.io")
    again = open_desk(tmp_path)
    with again.reader() as work:
        assert set(numbers) <= {t.number for t in work.tickets(DAY)}
    assert self_check(again, SetClock().now()).problems == ()
    again.close()


def test_a_read_only_engine_refuses_to_write(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.reader() as work, pytest.raises(KnownError) as caught:
        work.take_number("A", date(2026, 1, 1))
    assert caught.value.key == "cache.read_only"
    log.close()


def test_unsent_counts_own_events(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    with log.reader() as work:
        assert (work.unsent().count, work.unsent().oldest_at) == (0, None)
    issue(log)
    with log.reader() as work:
        assert work.unsent().count == 1
        assert work.unsent().oldest_at == SetClock().now()
    log.close()


def test_watermark_names_no_person(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    log.write_watermark()
    stored = KeyFile(tmp_path / "keys.json").get("watermark")
    assert stored is not None
    assert set(json.loads(stored)) == {"log_id", "seq", "series"}
    log.close()


def test_the_file_cannot_be_opened_without_its_key(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    log.close()
    connection = driver.connect(str(tmp_path / "log.db"))
    with pytest.raises(driver.DatabaseError):
        connection.execute("SELECT * FROM event")
    connection.close()
