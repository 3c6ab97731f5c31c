"""Who stands at this desk: sign on with staff number and PIN, unlock, sign off."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from lobby_app.domain.errors import KnownError
from lobby_app.domain.event import Draft, EventKind
from lobby_app.services.desk import Desk
from lobby_app.services.views import Session

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("")
"""Checked for a number that nobody has, so that a refusal takes as long and tells nothing."""


def sign_on(desk: Desk, number: str, pin: str) -> Session:
    """Check number and PIN, note the sign-on and open a session.

    Raises:
        KnownError: `signon.refused` (number or PIN wrong: it does not say which) or
            `signon.paused` after too many wrong attempts.
    """
    now = desk.now()
    desk.pin_guard.check(number, now)
    with desk.reader() as work:
        member = work.staff(number)
    matches = _matches(member.pin_hash if member else _NOBODY, pin)
    if member is None or not matches:
        desk.pin_guard.wrong(number, now)
        raise KnownError("signon.refused")
    with desk.unit_of_work() as work:
        work.append(_presence(desk, EventKind.SIGNED_ON, number))
        work.commit()
    desk.pin_guard.right(number)
    return Session(staff_number=number, name=member.name, signed_on_at=now)


def unlock(desk: Desk, session: Session, pin: str) -> Session:
    """Open the same session again after the desk locked itself."""
    return sign_on(desk, session.staff_number, pin)


def sign_off(desk: Desk, session: Session) -> None:
    """Note that the greeter left the desk."""
    with desk.unit_of_work() as work:
        work.append(_presence(desk, EventKind.SIGNED_OFF, session.staff_number))
        work.commit()


def _presence(desk: Desk, kind: EventKind, number: str) -> Draft:
    return Draft(kind=kind, actor=number, business_day=desk.business_day())


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin)
    except VerifyMismatchError:
        return False
