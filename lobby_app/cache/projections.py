"""Projections of the log: ticket and device rows, updated in the transaction of their event."""

from collections.abc import Collection, MutableMapping, Sequence
from typing import Any

from sqlalchemy import Connection

from lobby_app.cache.engine import run, run_many
from lobby_app.domain.event import RANK_CALLED, RANK_PARKED, Envelope, EventKind
from lobby_app.domain.ticket import (
    BirthRegister,
    PrintRegister,
    StateRegister,
    TicketFold,
    fold_of,
)

COLUMNS = (
    "ticket_id, business_day, generation, rank, claim_priority, hlc, log_id, queue, priority,"
    " eligible_at, counter, claim_id, course, issued_hlc, issued_log_id, number, zone, business,"
    " customer_ref, qr_token, language, large_type, call_without_sound, documents_incomplete,"
    " printed_hlc, printed_log_id, print_outcome, copies"
)
_SELECT = f"SELECT {COLUMNS} FROM ticket WHERE ticket_id = ?"  # noqa: S608  # constants only
_PLACES = ", ".join("?" * len(COLUMNS.split(",")))
UPSERT = f"INSERT OR REPLACE INTO ticket ({COLUMNS}) VALUES ({_PLACES})"  # noqa: S608
_STEP_1, _STEP_2 = slice(2, 13), slice(24, None)
_ALL = COLUMNS.split(", ")
_CHANGED = ", ".join(f"{name} = ?" for name in (*_ALL[_STEP_1], *_ALL[_STEP_2]))
_STEP = f"UPDATE ticket SET {_CHANGED} WHERE ticket_id = ?"  # noqa: S608  # constants only
_DEVICE = (
    "INSERT INTO device_state (device_id, business_day, state, hlc, log_id) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (device_id) DO UPDATE SET business_day = excluded.business_day,"
    " state = excluded.state, hlc = excluded.hlc, log_id = excluded.log_id"
    " WHERE (excluded.hlc, excluded.log_id, excluded.state, excluded.business_day)"
    " > (device_state.hlc, device_state.log_id, device_state.state, device_state.business_day)"
)
_COUNTER = (
    "INSERT INTO counter_state (business_day, counter, is_open, queues, staff, hlc, log_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (business_day, counter) DO UPDATE SET"
    " is_open = excluded.is_open, queues = excluded.queues, staff = excluded.staff,"
    " hlc = excluded.hlc, log_id = excluded.log_id"
    " WHERE (excluded.hlc, excluded.log_id, excluded.is_open, excluded.queues, excluded.staff)"
    " > (counter_state.hlc, counter_state.log_id, counter_state.is_open, counter_state.queues,"
    " counter_state.staff)"
)
_CALL = (
    "INSERT INTO call (business_day, hlc, log_id, ticket_id, counter, priority, is_again, claim_id)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (business_day, hlc, log_id) DO UPDATE SET"
    " ticket_id = excluded.ticket_id, counter = excluded.counter,"
    " priority = excluded.priority, is_again = excluded.is_again, claim_id = excluded.claim_id"
    " WHERE (excluded.ticket_id, excluded.counter, excluded.is_again,"
    " COALESCE(excluded.priority, ''), COALESCE(excluded.claim_id, ''))"
    " > (call.ticket_id, call.counter, call.is_again,"
    " COALESCE(call.priority, ''), COALESCE(call.claim_id, ''))"
)
_VACATE = "DELETE FROM occupancy WHERE ticket_id = ?"
_OCCUPY = "INSERT INTO occupancy (business_day, counter, ticket_id) VALUES (?, ?, ?)"
_EMPTY = "DELETE FROM occupancy WHERE business_day = ? AND counter = ?"
# Of all that are called to a counter, the one with the latest word is there.
_SETTLE = (
    "INSERT INTO occupancy (business_day, counter, ticket_id)"
    " SELECT business_day, counter, ticket_id FROM ticket"
    " WHERE business_day = ? AND counter = ? AND rank >= 10 AND rank < 25"
    " ORDER BY hlc DESC, log_id DESC, ticket_id DESC LIMIT 1"
)
_COUNTER_KINDS = frozenset({EventKind.COUNTER_OPENED, EventKind.COUNTER_CLOSED})
_CALL_KINDS = frozenset({EventKind.TICKET_CALLED, EventKind.TICKET_RECALLED})
_FALSE, _TRUE = 0, 1
_NO_STATE, _NO_BIRTH, _NOT_PRINTED = (
    (None,) * len(register._fields) for register in (StateRegister, BirthRegister, PrintRegister)
)


def project(
    connection: Connection,
    envelope: Envelope,
    hlc: int,
    log_id: str,
    known: MutableMapping[str, TicketFold],
) -> None:
    """Fold an event of our own that is just being made. `log_id`: 32 hex digits.

    `known`: tickets as this transaction has read or written them; the folded one is put there.

    One counter serves one customer and one ticket is at one counter: the table `occupancy` holds
    it by constraint, so that a second call fails inside its own transaction. What has happened
    elsewhere cannot fail any more: see `folding.fold_in`.
    """
    for sql, row in said_rows(envelope, hlc, log_id):
        run(connection, sql, row)
    fold = fold_of(envelope, hlc, log_id)
    if fold is None:
        return
    before = known.get(fold.ticket_id)
    for row in () if before else run(connection, _SELECT, (fold.ticket_id,)):
        before = fold_from_row(row)
    after = before.merge(fold) if before is not None else fold
    _store(connection, after, before)
    _occupy(connection, after, before)
    known[fold.ticket_id] = after


def _store(connection: Connection, fold: TicketFold, known: TicketFold | None) -> None:
    """Write a ticket's row; a step leaves alone what its birth wrote, and the index on that."""
    row = row_from_fold(fold)
    if known is not None and (known.business_day, known.birth) == (fold.business_day, fold.birth):
        run(connection, _STEP, (*row[_STEP_1], *row[_STEP_2], fold.ticket_id))
    else:
        run(connection, UPSERT, row)


def _occupy(connection: Connection, fold: TicketFold, known: TicketFold | None) -> None:
    """Say where a ticket is; fails when somebody else is there."""
    before, after = place_of(known), place_of(fold)
    if before is not None:
        run(connection, _VACATE, (fold.ticket_id,))
    if after is not None:
        run(connection, _OCCUPY, (*after, fold.ticket_id))
    if before is not None:
        # Whom replicas called to the same counter while they were apart, that counter has still.
        settle(connection, {before})


def place_of(fold: TicketFold | None) -> tuple[str, int] | None:
    """Return the day and counter where a ticket is called to or served, None when it is at none."""
    state = fold.state if fold is not None else None
    if fold is None or state is None or state.counter is None:
        return None
    is_there = RANK_CALLED <= state.rank < RANK_PARKED
    return (fold.business_day, state.counter) if is_there else None


def settle(connection: Connection, places: Collection[tuple[str, int]]) -> None:
    """Say who is at these counters of these days, as the tickets tell."""
    run_many(connection, _EMPTY, places)
    run_many(connection, _SETTLE, places)


def said_rows(envelope: Envelope, hlc: int, log_id: str) -> list[tuple[str, tuple[Any, ...]]]:
    """Return what an event says of machines, counters and calls: statements with their rows.

    Of two that speak of one thing the later stands, whichever is executed first.
    """
    day, counter = envelope.business_day, envelope.counter
    if day is None:
        return []
    if envelope.kind == EventKind.DEVICE_STATE_SET:
        device, state = envelope.data.get("device"), envelope.data.get("state")
        if isinstance(device, str) and isinstance(state, str):
            return [(_DEVICE, (device, day, state, hlc, log_id))]
    elif envelope.kind in _COUNTER_KINDS and counter:
        return [(_COUNTER, _counter_row(envelope, hlc, log_id))]
    elif envelope.kind in _CALL_KINDS and counter and envelope.ticket:
        again = _TRUE if envelope.kind == EventKind.TICKET_RECALLED else _FALSE
        row = (
            day, hlc, log_id, envelope.ticket, counter, envelope.priority, again,
            None if again else envelope.claim_id,
        )  # fmt: skip
        return [(_CALL, row)]
    return []


def _counter_row(envelope: Envelope, hlc: int, log_id: str) -> tuple[Any, ...]:
    queues = envelope.data.get("queues")
    names = [q for q in queues if isinstance(q, str)] if isinstance(queues, list) else []
    is_open = _TRUE if envelope.kind == EventKind.COUNTER_OPENED else _FALSE
    # The supervisor may open a counter for somebody, or change what a colleague's counter serves.
    staff = envelope.data.get("for_staff")
    return (
        envelope.business_day, envelope.counter, is_open, " ".join(names),
        staff if isinstance(staff, str) else envelope.actor, hlc, log_id,
    )  # fmt: skip


def row_from_fold(fold: TicketFold) -> tuple[Any, ...]:
    """Return a ticket row in the order of COLUMNS."""
    return (
        fold.ticket_id,
        fold.business_day,
        *(fold.state or _NO_STATE),
        *(fold.birth or _NO_BIRTH),
        *(fold.printed or _NOT_PRINTED),
        fold.copies,
    )


def fold_from_row(row: Sequence[Any]) -> TicketFold:
    """Return the fold that a row stores."""
    values = tuple(row)
    state, birth = values[2:13], values[13:24]
    printed = values[24:27]
    return TicketFold(
        ticket_id=values[0],
        business_day=values[1],
        state=StateRegister(*state) if state[0] is not None else None,
        birth=_birth(birth) if birth[0] is not None else None,
        printed=PrintRegister(*printed) if printed[0] is not None else None,
        copies=values[27],
    )


def _birth(values: Sequence[Any]) -> BirthRegister:
    plain, truths = values[:-3], values[-3:]
    return BirthRegister(*plain, *(bool(truth) for truth in truths))
