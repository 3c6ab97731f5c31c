"""Disks that fill up, folders that may not be written, power that goes at any moment."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lobby_app.cache.self_check import self_check
from lobby_app.cache.watermark import watermark_from
from lobby_app.devices.key_file import KeyFile
from tests.storage.desk import DAY, SetClock, issue, open_desk
from tests.storage.processes import ROOT, start

# Issues tickets until the disk is full, says what it was told, makes room and goes on.
FILLER = """
import ctypes, os, sys
from pathlib import Path
from lobby_app.cache.self_check import self_check
from lobby_app.domain.errors import KnownError
from tests.storage.desk import DAY, SetClock, issue, open_desk

folder = Path(sys.argv[1])
if sys.argv[2] == "tmpfs":
    mount = ctypes.CDLL(None, use_errno=True).mount
    if mount(b"none", str(folder).encode(), b"tmpfs", 0, b"size=1500k") != 0:
        sys.exit(77)
ballast = folder / "ballast"
ballast.write_bytes(bytes(700_000))
log = open_desk(folder)
given, told = [], None
try:
    for _ in range(5_000):
        given.append(issue(log) if len(given) < 900 else None)
except KnownError as error:
    told = error.key
for _ in range(3):  # it stays a sentence, however often one tries
    try:
        issue(log)
    except KnownError as error:
        assert error.key == told, error.key
with log.reader() as work:
    kept = [ticket.number for ticket in work.tickets(DAY)]
assert sorted(kept) == sorted(given), "lost or doubled"
ballast.unlink()
again = [issue(log), issue(log)]
assert not set(again) & set(given), "a number came twice"
assert self_check(log, SetClock().now()).problems == ()
log.close()
log = open_desk(folder)
assert log.notices == [], log.notices
with log.reader() as work:
    assert len(work.tickets(DAY)) == len(given) + 2
log.close()
print(told, len(given) > 0)
"""


def _can_have_a_small_disk() -> bool:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _can_have_a_small_disk(), reason="needs user and mount name spaces")
def test_a_full_disk_is_a_sentence_loses_nothing_and_goes_on_when_there_is_room(tmp_path) -> None:
    command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-c", FILLER]
    done = subprocess.run(
        [*command, str(tmp_path), "tmpfs"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this system does not let us mount a small disk")
    assert done.stdout == "cache.disk_full True\n", done.stderr
    assert done.returncode == 0


# The same without any privilege: the database itself is told it may not grow.
LIMITED = """
import sys
from pathlib import Path
from lobby_app.domain.errors import KnownError
from sqlalchemy import event
from tests.storage.desk import DAY, issue, open_desk

log = open_desk(Path(sys.argv[1]))
given = [issue(log)]

def limit(connection, pages):
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

with log.engine.connect() as connection:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit(connection, pages + 4)
try:
    while True:
        given.append(issue(log))
except KnownError as error:
    print(error.key, len(given))
with log.engine.connect() as connection:
    limit(connection, 1_000_000)
given.append(issue(log))
with log.reader() as work:
    assert sorted(t.number for t in work.tickets(DAY)) == sorted(given)
log.close()
"""


def test_a_database_that_may_not_grow_says_so_and_goes_on_later(tmp_path: Path) -> None:
    output, error = start(LIMITED, [str(tmp_path)]).communicate()
    assert error == ""
    key, count = output.split()
    assert key == "cache.disk_full"
    assert int(count) > 2


READER = """
import os, sys
from pathlib import Path
from lobby_app.domain.errors import KnownError
from tests.storage.desk import issue, open_desk

folder = Path(sys.argv[1])
log = open_desk(folder)
issue(log)
log.close()
if os.geteuid() == 0:  # root may write anywhere
    for path in [folder, *folder.iterdir()]:
        os.chown(path, 65534, 65534)
    os.setgid(65534)
    os.setuid(65534)
for path in folder.iterdir():
    path.chmod(0o400)
folder.chmod(0o500)
try:
    open_desk(folder)
except KnownError as error:
    print(error.key)
folder.chmod(0o700)
for path in folder.iterdir():
    path.chmod(0o600)
log = open_desk(folder)
print(issue(log), log.notices)
log.close()
"""


@pytest.mark.skipif(os.name != "posix", reason="needs file modes")
def test_a_read_only_folder_is_a_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Directly under the system's temporary folder: another user must be able to reach it.
    folder = Path(tempfile.mkdtemp())
    try:
        output, error = start(READER, [str(folder)]).communicate()
    finally:
        shutil.rmtree(folder)
    assert error == ""
    assert output.splitlines() == ["cache.cannot_open", "A1002 []"]


WRITER = """
import sys
from pathlib import Path
from tests.storage.desk import issue, open_desk
log = open_desk(Path(sys.argv[1]))
while True:
    print(issue(log), flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_wal_cut_anywhere_by_a_power_cut_leaves_a_whole_beginning(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    process = start(WRITER, [str(desk)])
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(150)]
    process.kill()
    said += process.communicate()[0].split()
    wal = (desk / "log.db-wal").read_bytes()
    assert len(wal) > 100_000
    mark = watermark_from(KeyFile(desk / "keys.json").get("watermark"))
    assert mark is not None
    counts = []
    for part in range(0, 11):
        cut = tmp_path / f"cut{part}"
        cut.mkdir()
        shutil.copy(desk / "log.db", cut / "log.db")
        shutil.copy(desk / "keys.json", cut / "keys.json")
        (cut / "log.db-wal").write_bytes(wal[: len(wal) * part // 10 + part])
        log = open_desk(cut)
        with log.reader() as work:
            kept = [ticket.number for ticket in work.tickets(DAY)]
        # The last ticket may be committed and not said any more.
        assert kept[: len(said)] == said[: len(kept)]
        assert set(self_check(log, SetClock().now()).problems) == set()
        # Synced commits cannot go missing from a disk that keeps its word; from one that does not,
        # the note in the key file tells as far as it reaches.
        is_noticed = log.notices == ["cache.notice_rolled_back"]
        assert is_noticed == (len(kept) < mark.seq)
        if is_noticed or len(kept) >= len(said):
            assert issue(log) not in said
        counts.append(len(kept))
        log.close()
    assert counts == sorted(counts)
    assert counts[-1] >= len(said)


def test_a_long_reader_does_not_keep_the_wal_from_being_reused(tmp_path: Path) -> None:
    log = open_desk(tmp_path)
    issue(log)
    wal = tmp_path / "log.db-wal"
    with log.reader() as work:
        assert len(work.tickets(DAY)) == 1
        for _ in range(300):
            issue(log)
        assert len(work.tickets(DAY)) == 1  # still the same moment
        grown = wal.stat().st_size
    for _ in range(300):
        issue(log)
    assert wal.stat().st_size <= grown + 4_300_000  # once round after the reader has gone
    with log.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy is not None
    assert busy[0] == 0
    assert wal.stat().st_size == 0
    log.close()
