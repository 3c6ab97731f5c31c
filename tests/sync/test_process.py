"""`lobby sync` as the process it is: two desks over the real server, ends, kills, a second one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.replication import Link
from lobby_app.domain.secret_names import DESK_TOKEN
from lobby_app.sync.enrolment.joining import token_text
from lobby_app.sync.status import StatusFile
from tests.helpers.postgres import Central
from tests.storage.desk import SetClock, issued

ROOT = Path(__file__).parents[2]
BRANCH, PATIENCE_S = 7, 60.0
TODAY = datetime.now(UTC).date()


@dataclass
class DeskFolder:
    """An enrolled data folder, its log open as a window has it, and its `lobby sync`."""

    folder: Path
    log: OpenLog
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> "subprocess.Popen[bytes]":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lobby_app", "sync", "--data-dir", str(self.folder), "--demo"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "LANG": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return self.process

    def issue(self) -> str:
        ticket = str(uuid4())
        with self.log.unit_of_work() as work:
            work.append(issued(ticket=ticket, day=TODAY))
            work.commit()
        return ticket

    def has(self, ticket: str) -> bool:
        with self.log.reader() as work:
            return work.ticket(ticket) is not None

    def is_linked(self) -> bool:
        return StatusFile(self.folder, lambda: datetime.now(UTC)).read().link is Link.CENTRE

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.communicate(timeout=PATIENCE_S)
        self.log.close()


@pytest.fixture
def desks(tmp_path: Path, central: Central) -> Iterator[list[DeskFolder]]:
    central.add_branch(BRANCH)
    at = central.address
    both = []
    for slot in (1, 2):
        folder = tmp_path / str(slot)
        folder.mkdir()
        (folder / "lobby.toml").write_text(
            f'slot = {slot}\n[central]\naddress = "{at.host}:{at.port}/{at.database}"\n'
        )
        token, keys = os.urandom(32), KeyFile(folder / "demo-keys.json")
        keys.put(DESK_TOKEN, token)
        central.add_desk(BRANCH, slot)
        central.run(
            "UPDATE lobby.desk SET token_hash = %s WHERE desk_id = %s",
            sha256(token_text(token).encode()).digest(),
            slot,
        )
        log = open_log(folder / "log.db", keys, SetClock(datetime.now(UTC)))
        both.append(DeskFolder(folder, log))
    yield both
    for desk in both:
        desk.end()


def _await(what: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE_S
    while not what():
        assert monotonic() < end, "it never happened"


def test_what_one_desk_writes_the_other_has_and_both_end_in_order(desks: list[DeskFolder]) -> None:
    one, two = desks
    for desk in desks:
        desk.start()
    _await(lambda: one.is_linked() and two.is_linked())
    ticket = one.issue()
    _await(lambda: two.has(ticket))
    assert one.process is not None
    assert two.process is not None
    one.process.send_signal(signal.SIGTERM)
    assert one.process.communicate(timeout=PATIENCE_S) == (b"", b"")
    # Closing its input is what a window's end does.
    assert two.process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert (one.process.returncode, two.process.returncode) == (0, 0)


def test_one_process_a_folder_and_a_killed_one_leaves_nothing_behind(
    desks: list[DeskFolder], central: Central
) -> None:
    one, _ = desks
    first = one.start()
    _await(one.is_linked)
    second = one.start()
    _, said = second.communicate(timeout=PATIENCE_S)
    assert (second.returncode, said.decode().strip()) == (
        2,
        "The exchange of this data folder is already running.",
    )
    first.kill()
    first.communicate(timeout=PATIENCE_S)
    one.issue()
    one.start()
    _await(lambda: central.run("SELECT count(*) FROM lobby.event") == [(1,)])
    text = (one.folder / "log" / "lobby.log").read_text(encoding="utf-8")
    token = KeyFile(one.folder / "demo-keys.json").get(DESK_TOKEN)
    assert token is not None
    assert token_text(token) not in text
