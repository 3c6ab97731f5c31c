"""What holds for the whole hall: messages on the wall, zones that pause, short cash."""

import re
from collections.abc import Sequence
from datetime import timedelta

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, Event, EventKind, parse_body
from lobby_app.domain.ports import UnitOfWork
from lobby_app.domain.text import Text
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session

MESSAGE_ZH, MESSAGE_EN = 32, 70
"""Longest message that the wall shows large enough, characters."""
MESSAGE_MINUTES = (1, 480)
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}")
CASH_SHORT = ("large_withdrawals", "delivery_late", "other")
CASH_ENOUGH = ("delivered", "mistake", "other")
"""Reasons why cash is short, or is not any more; sentences `cash_…` in the area `supervisor`."""
_ZONE_KINDS = (EventKind.QUEUE_PAUSED, EventKind.QUEUE_RESUMED)


def broadcast(desk: Desk, session: Session, zh: str, en: str, minutes: int) -> None:
    """Show a message on every wall for some minutes. `en` may be empty, `zh` not.

    Raises:
        KnownError: `hall.message_*`; a public wall shows no long number.
    """
    zh, en = " ".join(zh.split()), " ".join(en.split())
    if not zh:
        raise KnownError("hall.message_empty")
    if len(zh) > MESSAGE_ZH or len(en) > MESSAGE_EN:
        raise KnownError("hall.message_long", zh=MESSAGE_ZH, en=MESSAGE_EN)
    if _LONG_NUMBER.search(zh) or _LONG_NUMBER.search(en):
        raise KnownError("hall.message_number")
    least, most = MESSAGE_MINUTES
    if not least <= minutes <= most:
        raise KnownError("hall.message_minutes", least=least, most=most)
    until = desk.now() + timedelta(minutes=minutes)
    _note(desk, session, EventKind.WALL_MESSAGE, _message(zh, en, round(until.timestamp() * 1000)))


def withdraw_messages(desk: Desk, session: Session) -> None:
    """Take every message off the walls."""
    _note(desk, session, EventKind.WALL_MESSAGE, _message("", "", 0))


def _message(zh: str, en: str, until_ms: int) -> dict[str, object]:
    return {"zh": zh, "en": en, "until_ms": until_ms}


def pause_zone(desk: Desk, session: Session, zone: str, why: str = "") -> None:
    """Issue no tickets of a zone until it is resumed.

    Raises:
        KnownError: `hall.unknown_zone`.
    """
    _set_zone(desk, session, EventKind.QUEUE_PAUSED, zone, why)


def resume_zone(desk: Desk, session: Session, zone: str, why: str = "") -> None:
    """Issue tickets of a zone again. Raises KnownError `hall.unknown_zone`."""
    _set_zone(desk, session, EventKind.QUEUE_RESUMED, zone, why)


def _set_zone(desk: Desk, session: Session, kind: EventKind, zone: str, why: str) -> None:
    if zone not in desk.policy.zones:
        raise KnownError("hall.unknown_zone", zone=zone, allowed=", ".join(desk.policy.zones))
    _note(desk, session, kind, {"zone": zone, "why": why})


def mark_cash(desk: Desk, session: Session, *, is_short: bool, why: str) -> None:
    """Note whether the branch can pay out large sums that nobody booked (rule R40c)."""
    _note(desk, session, EventKind.CASH_STOCK_SET, {"is_short": is_short, "why": why})


def _note(desk: Desk, session: Session, kind: EventKind, data: dict[str, object]) -> None:
    with desk.unit_of_work() as work:
        work.append(
            Draft(
                kind=kind,
                actor=session.staff_number,
                business_day=desk.business_day(),
                data=data,
            )
        )
        work.commit()


def wall_messages(desk: Desk, work: UnitOfWork) -> tuple[Text, ...]:
    """Return what the wall says now, newest first."""
    now_ms = desk.now().timestamp() * 1000
    messages: list[Text] = []
    for event in _in_order(work.events(desk.business_day(), (EventKind.WALL_MESSAGE,))):
        body = parse_body(event.body)
        zh, en, until = (body.data.get(key) if body else None for key in ("zh", "en", "until_ms"))
        if not isinstance(zh, str) or not isinstance(en, str) or not isinstance(until, int):
            continue
        if not zh:
            messages.clear()
        elif until > now_ms:
            messages.insert(0, Text(zh, en))
    return tuple(messages)


def paused_zones(desk: Desk, work: UnitOfWork) -> tuple[str, ...]:
    """Return the zones whose tickets are not issued at present, by letter."""
    paused: set[str] = set()
    for event in _in_order(work.events(desk.business_day(), _ZONE_KINDS)):
        body = parse_body(event.body)
        zone = body.data.get("zone") if body else None
        if body is None or not isinstance(zone, str):
            continue
        if body.kind == EventKind.QUEUE_PAUSED:
            paused.add(zone)
        else:
            paused.discard(zone)
    return tuple(sorted(paused))


def is_cash_short(desk: Desk, work: UnitOfWork) -> bool:
    """Tell whether cash is short; a day on which nobody has said so has enough."""
    is_short = False
    for event in _in_order(work.events(desk.business_day(), (EventKind.CASH_STOCK_SET,))):
        body = parse_body(event.body)
        said = body.data.get("is_short") if body else None
        if isinstance(said, bool):
            is_short = said
    return is_short


def _in_order(events: Sequence[Event]) -> list[Event]:
    """Return events of all logs in the order in which they happened."""
    return sorted(events, key=lambda event: (event.hlc, event.log_id))
