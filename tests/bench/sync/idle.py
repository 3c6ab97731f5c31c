"""What the server spends: on a poll of an idle desk, on a batch, on a connection; and on a bank.

CPU is that of every process of the server, from /proc; a connection's memory is what it alone
holds (private pages), after it has answered.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from lobby_app.central.connection import DeadlineConnection
from lobby_app.domain.replication import Verdict
from lobby_app.sync.remote import RemoteReplica
from tests.bench.sync.centre import Centre
from tests.bench.sync.visits import VisitLog

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_WARM = 10
"""Polls before any is measured: the first five of a connection are planned anew each time."""


@dataclass(frozen=True, slots=True)
class ServerCosts:
    """Measured on this machine.

    Attributes:
        poll_ms: CPU of one `heads` when nothing is new, one desk after another. bare_ms: of one
            `SELECT 1`.
        append_ms: CPU of an `append` of one event. wal_bytes: of such an event.
        connection_kb: private memory of a direct connection.
    """

    poll_ms: float
    bare_ms: float
    append_ms: float
    wal_bytes: float
    connection_kb: float


def measure_costs(centre: Centre, desks: int, polls: int) -> ServerCosts:
    """Return what the server spends. `desks` poll `polls` times each, and write as often."""
    tokens = centre.add_desks(desks)
    with ExitStack() as stack:
        replicas = [
            RemoteReplica(stack.enter_context(closing(centre.transport(token)))) for token in tokens
        ]
        logs = [VisitLog() for _ in replicas]
        work = [log.batches(polls, 1) for log in logs]
        for replica, batches in zip(replicas, work, strict=True):
            replica.append(*batches.pop(0))  # every branch has its five heads
        for replica in replicas * _WARM:
            replica.heads()
        sql = stack.enter_context(centre.open())
        bare = stack.enter_context(centre.open_as_desk())
        times = desks * polls

        def poll() -> None:
            for _ in range(polls):
                for replica in replicas:
                    replica.heads()

        def append() -> None:
            for replica, batches in zip(replicas, work, strict=True):
                for after, events in batches:
                    assert replica.append(after, events).verdict is Verdict.TAKEN

        def trip() -> None:
            for _ in range(times):
                bare.execute("SELECT 1")

        poll_s, bare_s = _cpu(sql.info.backend_pid, poll), _cpu(sql.info.backend_pid, trip)
        position = _position(sql)
        append_s = _cpu(sql.info.backend_pid, append)
        wal, written = _position(sql) - position, desks * (polls - 1)
        memory = _private_kb(_clients(sql, "lobby_desk"))
    return ServerCosts(
        1000 * poll_s / times, 1000 * bare_s / times, 1000 * append_s / written,
        wal / written, memory,
    )  # fmt: skip


def _position(sql: DeadlineConnection) -> int:
    row = sql.execute(
        "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
    ).fetchone()
    assert row is not None
    return int(row[0])


def _clients(sql: DeadlineConnection, role: str) -> list[int]:
    rows = sql.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", (role,))
    return [row[0] for row in rows]


def _cpu(any_backend: int, work: Callable[[], None]) -> float:
    """Return the CPU seconds of the server's processes meanwhile; none ends in between."""
    before = _cpu_of_server(any_backend)
    work()
    return _cpu_of_server(any_backend) - before


def _cpu_of_server(any_backend: int) -> float:
    parent = _stat(any_backend)[1]
    ticks = 0
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                fields = _stat(int(path.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[1] == parent or path.name == parent:
                ticks += int(fields[11]) + int(fields[12])
    return ticks * _TICK_S


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/pid/stat after the name: state, parent, …"""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _private_kb(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1])
    return total / len(pids)
