"""What must be true of a desk's files, whatever was done to its processes."""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from lobby_app.cache.opening import OpenLog, open_log
from lobby_app.cache.projections import COLUMNS, row_from_fold
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.event import Event, EventKind, genesis, link, parse_body
from lobby_app.domain.ticket import TicketFold, fold_of
from tests.storage.desk import SetClock


@dataclass
class Said:
    """What desks said: ticket → (day, number).

    Attributes:
        about: told before the commit. done: told after it. lost: `done` before a file was restored
            from an older copy, so no longer in the log; their numbers still count.
    """

    about: dict[str, tuple[str, str]] = field(default_factory=dict)
    done: dict[str, tuple[str, str]] = field(default_factory=dict)
    lost: dict[str, tuple[str, str]] = field(default_factory=dict)


def check(folder: Path, said: Said) -> list[str]:
    """Return every violation found in a copy of the files as they lie there, WAL and all."""
    copy = folder / "check"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("log.db", "log.db-wal", "keys.json", "numbers.json"):
        if (folder / name).exists():
            shutil.copy(folder / name, copy / name)
    log = open_log(copy / "log.db", KeyFile(copy / "keys.json"), SetClock())
    try:
        events = _events(log)
        return [
            *_chain_problems(log, events),
            *_ticket_problems(events, said),
            *_projection_problems(log, events),
        ]
    finally:
        log.close()


def _events(log: OpenLog) -> list[Event]:
    with log.reading.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT log_id, seq, hlc, chain, body FROM event ORDER BY log_id, seq"
        ).fetchall()
    return [Event(str(UUID(bytes=row[0])), *row[1:]) for row in rows]


def _chain_problems(log: OpenLog, events: list[Event]) -> list[str]:
    problems = []
    with log.reading.connect() as connection:
        rows = connection.exec_driver_sql("SELECT log_id, last_seq, last_chain FROM log_head")
        heads = {str(UUID(bytes=row[0])): (row[1], row[2]) for row in rows}
    for log_id, head in heads.items():
        seq, chain, hlc = 0, genesis(log_id), -1
        for event in (event for event in events if event.log_id == log_id):
            seq, chain = seq + 1, link(chain, seq + 1, event.hlc, event.body)
            if (event.seq, event.chain) != (seq, chain):
                problems.append(f"log {log_id} breaks at {event.seq}")
                break
            if event.hlc <= hlc:
                problems.append(f"log {log_id}: clock goes back at {seq}")
            hlc = event.hlc
        if head != (seq, chain):
            problems.append(f"log {log_id}: head {head[0]} but {seq} events")
    return problems


def _ticket_problems(events: list[Event], said: Said) -> list[str]:
    born: Counter[str] = Counter()
    numbers: dict[str, tuple[str, str]] = {}
    for event in events:
        envelope = parse_body(event.body)
        if envelope is None:
            return [f"an event outside the grammar: {event.log_id} {event.seq}"]
        if envelope.kind == EventKind.TICKET_ISSUED:
            born[str(envelope.ticket)] += 1
            numbers[str(envelope.ticket)] = (str(envelope.business_day), envelope.data["number"])
    problems = [f"{ticket} issued {n} times" for ticket, n in born.items() if n != 1]
    problems += [f"{t} was committed and is lost" for t in said.done if t not in born]
    problems += [f"{t} came from nowhere" for t in born if t not in said.about]
    problems += [f"{t} changed its number" for t in born if numbers[t] != said.about.get(t)]
    given = Counter((said.done | said.lost | numbers).values())
    return problems + [f"number given {n} times: {label}" for label, n in given.items() if n != 1]


def _projection_problems(log: OpenLog, events: list[Event]) -> list[str]:
    folds: dict[str, TicketFold] = {}
    for event in events:
        envelope = parse_body(event.body)
        fold = fold_of(envelope, event.hlc, UUID(event.log_id).hex) if envelope else None
        if fold is not None:
            known = folds.get(fold.ticket_id)
            folds[fold.ticket_id] = known.merge(fold) if known else fold
    with log.reading.connect() as connection:
        stored = connection.exec_driver_sql(f"SELECT {COLUMNS} FROM ticket").fetchall()  # noqa: S608
    if {tuple(row) for row in stored} != {row_from_fold(fold) for fold in folds.values()}:
        return ["the projection is not the fold of the events"]
    return []
