"""The bank's own codes: signed customer code, appointment code, ticket code."""

import re
from datetime import timedelta
from secrets import token_bytes

import jwt

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.scans.context import ScanContext

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_APPOINTMENT = re.compile(r"(?:.{0,60}/)?A1:([0-9A-HJKMNP-TV-Z]{8})")
_TICKET_TOKEN = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_JWS = re.compile(r"[A-Za-z0-9_-]{10,200}\.[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{80,90}")
_CUSTOMER_REF = re.compile(r"[A-Za-z0-9_-]{1,40}")
_MAX_LIFE = timedelta(seconds=90)
_SKEW_S = 60


def crockford(value: int, length: int) -> str:
    """Return a number in Crockford's base 32, upper case, zero-padded."""
    digits = [_ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(length))]
    return "".join(digits)


def new_ticket_token() -> str:
    """Return an unguessable ticket token: 128 random bits in 26 characters."""
    return crockford(int.from_bytes(token_bytes(16)), 26)


def appointment_code(value: int) -> str:
    """Return an appointment code: seven characters of `value` and a check character."""
    body = crockford(value, 7)
    return body + _check(body)


def _check(body: str) -> str:
    return _ALPHABET[sum((i + 1) * _ALPHABET.index(c) for i, c in enumerate(body)) % 31]


def looks_like_signed_code(text: str) -> bool:
    """Tell whether the text has the form of a compact JWS."""
    return _JWS.fullmatch(text) is not None


def parse_signed_code(text: str, context: ScanContext) -> Credential | Unreadable:
    """Verify a customer code: JWS, EdDSA only, pinned keys, our audience, short life, used once.

    Reasons: `code_signature`, `code_expired`, `code_used`.
    """
    try:
        key = context.customer_code_keys[str(jwt.get_unverified_header(text).get("kid"))]
        claims = jwt.decode(
            text,
            key,
            algorithms=["EdDSA"],
            audience=context.audience,
            options={
                "require": ["exp", "iat", "aud", "sub", "jti"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError):
        return Unreadable("code_signature")
    now = context.now.timestamp()
    if expires - issued > _MAX_LIFE.total_seconds() or not (
        issued - _SKEW_S <= now <= expires + _SKEW_S
    ):
        return Unreadable("code_expired")
    reference, code_id = claims["sub"], claims["jti"]
    if not isinstance(reference, str) or not _CUSTOMER_REF.fullmatch(reference):
        return Unreadable("code_signature")
    if not isinstance(code_id, str) or not context.first_use(code_id, expires + _SKEW_S):
        return Unreadable("code_used")
    return Credential(
        kind=CredentialKind.CUSTOMER_CODE,
        token=context.token("customer", reference),
        mask="",
        reference=reference,
    )


def parse_appointment(text: str, context: ScanContext) -> Credential | Unreadable | None:
    """Read an appointment code `A1:` + 8 characters, bare or in a link; None when it is none.

    Reason: `code_check`.
    """
    found = _APPOINTMENT.fullmatch("".join(text.upper().split()))
    if found is None:
        return None
    code = found[1]
    if _check(code[:7]) != code[7]:
        return Unreadable("code_check")
    return Credential(
        kind=CredentialKind.APPOINTMENT_CODE,
        token=context.token("appointment", code),
        mask=f"{code[:2]}****{code[-2:]}",
        reference=code,
    )


def parse_ticket(text: str, context: ScanContext) -> Credential | Unreadable | None:
    """Read our own ticket's QR; None when it is none. Reason: `code_check`."""
    upper = text.upper()
    if not upper.startswith(context.ticket_url.upper()):
        return None
    token = upper[len(context.ticket_url) :]
    if not _TICKET_TOKEN.fullmatch(token):
        return Unreadable("code_check")
    return Credential(
        kind=CredentialKind.TICKET_CODE,
        token=context.token("ticket", token),
        mask=f"{token[:2]}****{token[-2:]}",
        reference=token,
    )
