"""Which log a file may continue: never a repaired one, a new one is free (sync design 3.1)."""

import secrets as randomness
from datetime import date
from string import ascii_uppercase
from uuid import uuid4

from sqlalchemy import Connection

from lobby_app.cache.watermark import Notes, Watermark, numbers_given
from lobby_app.domain.event import genesis
from lobby_app.domain.ports import SecretState

BINDING = "binding"
# A file that cannot know which numbers were given starts so far ahead of the last it knows: well
# above what one watermark may miss.
SAFE_STEP = 100
# Where nothing at all is known of today's numbers: the upper half of three digits.
UNKNOWN_START = 500


def incarnate(
    connection: Connection, notes: Notes, today: date, *, is_successor: bool
) -> str | None:
    """Open a new log when this file is new, copied or rolled back; return what to say about it.

    Args:
        connection: inside a writing transaction on a migrated file.
        notes: what this desk knows outside the file.
        today: the business day.
        is_successor: the file stands in for one that this desk wrote and cannot read.

    Raises:
        KnownError: `secrets.*`; nothing must be committed then.
    """
    row = connection.exec_driver_sql("SELECT binding, answered_mark FROM me").fetchone()
    has_keys = notes.secrets.state is not SecretState.NONE
    stored = notes.secrets.get(BINDING) if has_keys else None
    mark = notes.in_key_store() if has_keys else None
    notice = None
    if row is None:
        notice = "cache.notice_missing" if mark is not None and not is_successor else None
    elif has_keys and stored != row.binding:
        notice = "cache.notice_copied"
    elif mark is not None and mark.text() != row.answered_mark and _is_behind(connection, mark):
        notice = "cache.notice_rolled_back"
    else:
        return None
    binding = stored or randomness.token_bytes(16)
    _open_log(connection, binding, mark)
    marks = (mark, notes.in_file())
    if row is not None or is_successor or any(marks):
        _skip_numbers(connection, marks, today)
    if has_keys and stored is None:
        notes.secrets.put(BINDING, binding)
    return notice


def _open_log(connection: Connection, binding: bytes, mark: Watermark | None) -> None:
    """Begin a log. Older ones stay, still ours, with whatever of them is not sent yet.

    `mark` is what this log answers: if no newer one can be kept, it must not open a log each start.
    """
    log_id = uuid4()
    connection.exec_driver_sql(
        "INSERT INTO log_head (log_id, last_seq, last_chain, base_seq, is_own, acked_seq)"
        " VALUES (?, 0, ?, 0, 1, 0)",
        (log_id.bytes, genesis(str(log_id))),
    )
    connection.exec_driver_sql(
        "INSERT INTO me (id, log_id, last_hlc, clock_offset_ms, binding, answered_mark)"
        " VALUES (1, ?, 0, 0, ?, ?) ON CONFLICT (id) DO UPDATE SET log_id = excluded.log_id,"
        " binding = excluded.binding, answered_mark = excluded.answered_mark",
        (log_id.bytes, binding, mark.text() if mark else None),
    )


def _is_behind(connection: Connection, mark: Watermark) -> bool:
    """Tell whether the desk once was further than this file."""
    seq = connection.exec_driver_sql(
        "SELECT last_seq FROM log_head WHERE log_id = ?", (bytes.fromhex(mark.log_id),)
    ).scalar()
    return seq is None or seq < mark.seq


def _skip_numbers(connection: Connection, marks: tuple[Watermark | None, ...], today: date) -> None:
    """Continue every day's series beyond every number that may already be on paper."""
    days = {date.fromisoformat(day) for mark in marks if mark for day in mark.series} | {today}
    for day in days:
        given = numbers_given(marks, day)
        here = _numbers_here(connection, day)
        for zone in ascii_uppercase:
            if given is None and zone not in here:
                start = UNKNOWN_START
            else:
                start = max((given or {}).get(zone, 0), here.get(zone, 0)) + SAFE_STEP
            connection.exec_driver_sql(
                "INSERT INTO series VALUES (?, ?, ?) ON CONFLICT (zone, business_day)"
                " DO UPDATE SET last_number = excluded.last_number",
                (zone, day.isoformat(), start),
            )


def _numbers_here(connection: Connection, day: date) -> dict[str, int]:
    rows = connection.exec_driver_sql(
        "SELECT zone, last_number FROM series WHERE business_day = ?", (day.isoformat(),)
    ).fetchall()
    return {row.zone: row.last_number for row in rows}
