"""Projections of the log: ticket and device rows, updated in the transaction of their event."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from lobby_app.domain.event import Envelope, EventKind
from lobby_app.domain.ticket import (
    BirthRegister,
    PrintRegister,
    StateRegister,
    TicketFold,
    fold_of,
)

COLUMNS = (
    "ticket_id, business_day, generation, rank, claim_priority, hlc, log_id, queue, priority,"
    " eligible_at, counter, claim_id, issued_hlc, issued_log_id, number, zone, business,"
    " customer_ref, qr_token, language, large_type, printed_hlc, printed_log_id, print_outcome,"
    " copies"
)
_SELECT = f"SELECT {COLUMNS} FROM ticket WHERE ticket_id = ?"  # noqa: S608  # constants only
_PLACES = ", ".join("?" * len(COLUMNS.split(",")))
_UPSERT = f"INSERT OR REPLACE INTO ticket ({COLUMNS}) VALUES ({_PLACES})"  # noqa: S608
_DEVICE = (
    "INSERT INTO device_state (device_id, business_day, state, hlc, log_id) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (device_id) DO UPDATE SET business_day = excluded.business_day,"
    " state = excluded.state, hlc = excluded.hlc, log_id = excluded.log_id"
    " WHERE (excluded.hlc, excluded.log_id, excluded.state)"
    " > (device_state.hlc, device_state.log_id, device_state.state)"
)


def project(connection: Connection, envelope: Envelope, hlc: int, log_id: str) -> None:
    """Fold one event into the projections. `log_id`: 32 hex digits."""
    if envelope.kind == EventKind.DEVICE_STATE_SET:
        device, state = envelope.data.get("device"), envelope.data.get("state")
        if isinstance(device, str) and isinstance(state, str) and envelope.business_day:
            connection.exec_driver_sql(_DEVICE, (device, envelope.business_day, state, hlc, log_id))
    fold = fold_of(envelope, hlc, log_id)
    if fold is None:
        return
    row = connection.exec_driver_sql(_SELECT, (fold.ticket_id,)).fetchone()
    if row is not None:
        fold = fold_from_row(row).merge(fold)
    connection.exec_driver_sql(_UPSERT, row_from_fold(fold))


def row_from_fold(fold: TicketFold) -> tuple[Any, ...]:
    """Return a ticket row in the order of COLUMNS."""
    state, birth, printed = fold.state, fold.birth, fold.printed
    state_values: Sequence[Any] = (
        (
            state.generation, state.rank, state.claim_priority, state.hlc, state.log_id,
            state.queue, state.priority, state.eligible_at, state.counter, state.claim_id,
        )
        if state
        else (None,) * 10
    )  # fmt: skip
    birth_values: Sequence[Any] = (
        (
            birth.hlc, birth.log_id, birth.number, birth.zone, birth.business,
            birth.customer_ref, birth.qr_token, birth.language, int(birth.large_type),
        )
        if birth
        else (None,) * 9
    )  # fmt: skip
    print_values: Sequence[Any] = (
        (printed.hlc, printed.log_id, printed.outcome) if printed else (None,) * 3
    )
    return (
        fold.ticket_id,
        fold.business_day,
        *state_values,
        *birth_values,
        *print_values,
        fold.copies,
    )


def _birth(values: Sequence[Any]) -> BirthRegister:
    *plain, large_type = values
    return BirthRegister(*plain, bool(large_type))  # type: ignore[call-arg]


def fold_from_row(row: Sequence[Any]) -> TicketFold:
    """Return the fold that a row stores."""
    values = tuple(row)
    state, birth, printed = values[2:12], values[12:21], values[21:24]
    return TicketFold(
        ticket_id=values[0],
        business_day=values[1],
        state=StateRegister(*state) if state[0] is not None else None,
        birth=_birth(birth) if birth[0] is not None else None,
        printed=PrintRegister(*printed) if printed[0] is not None else None,
        copies=values[24],
    )
