"""One entry for every scan: raw text in, a credential out; the number dies here.

Order of recognition (devices 1.5): stripe, licence, machine-readable zone, own codes, identity
numbers, phone, card number. Eighteen digits are an identity number when region and birth date are
plausible, unless only Luhn holds; fifteen digits are a card when Luhn holds (American Express),
unless it would be an identity number of the form that is no longer valid; eight digits are a Taiwan
travel permit.
"""

import re
import unicodedata

from lobby_app.domain.credential import Credential, CredentialKind, Unreadable
from lobby_app.scans.aamva import looks_like_licence, parse_licence
from lobby_app.scans.cards import looks_like_track, parse_card_number, parse_tracks
from lobby_app.scans.checks import gb11643_check, luhn_ok, mask_ends
from lobby_app.scans.codes import (
    looks_like_signed_code,
    parse_appointment,
    parse_signed_code,
    parse_ticket,
)
from lobby_app.scans.context import ScanContext
from lobby_app.scans.demo_numbers import is_demo_mobile, is_demo_resident_number
from lobby_app.scans.mrz import looks_like_mrz, parse_mrz
from lobby_app.scans.prc import (
    OLD_FOREIGNER_FORM,
    PRC_FORM,
    is_old_number,
    is_plausible,
    parse_old_foreigner_number,
    parse_prc_number,
)

MAX_CHARACTERS = 4000
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1\d{10})")
# What surrounds a scan or stands in it without meaning: framing, byte-order and direction marks.
_FRAME = "\x02\x03 \t\r\n\0\ufeff"
_SEPARATORS = re.compile(
    "[-\\s\u2010-\u2014\u2212._\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_SIGNED_PREFIX = "B1:"
_AMEX = ("34", "37")  # fifteen digits too, and province codes
_TRAVEL = re.compile(
    r"[HM]\d{8}(?:\d{2})?"  # mainland travel permit of Hong Kong and Macau residents
    r"|C(?:\d{8}|[A-HJ-NP-Z]\d{7})"  # exit-entry permit
    r"|E(?:\d{8}|[A-HJ-NP-Z]\d{7})|[GPSD]\d{8}"  # PRC passports
    r"|\d{8}[A-Z]?"  # mainland travel permit of Taiwan residents
)


def parse(text: str, context: ScanContext) -> Credential | Unreadable:
    """Return what a scan proves. Never raises; nothing of the number survives the call.

    Spaces, full-width and lower-case forms are understood. Reasons of Unreadable have sentences
    under `scans.*`.
    """
    if len(text) > MAX_CHARACTERS:
        return Unreadable("too_long")
    raw = _plain(text)
    raw = _AIM.sub("", raw, count=1) if _AIM.match(raw) else raw
    if not raw:
        return Unreadable("empty")
    structured = _structured(raw, context)
    if structured is not None:
        return structured
    return _number(_SEPARATORS.sub("", raw.upper()), context)


def _plain(text: str) -> str:
    """Return the text in plain characters: full-width forms and foreign decimal digits in ASCII."""
    plain = unicodedata.normalize("NFKC", text).strip(_FRAME)
    if plain.isascii():
        return plain
    return "".join(str(unicodedata.decimal(character, character)) for character in plain)


def _structured(raw: str, context: ScanContext) -> Credential | Unreadable | None:
    """Read everything that announces its form."""
    if looks_like_licence(raw.upper()):
        return parse_licence(raw.upper(), context)
    if looks_like_track(raw):
        return parse_tracks(raw.upper(), context)
    if looks_like_mrz(raw.upper()):
        return parse_mrz(raw.upper(), context)
    signed = raw[len(_SIGNED_PREFIX) :] if raw.upper().startswith(_SIGNED_PREFIX) else raw
    if looks_like_signed_code(signed):
        return parse_signed_code(signed, context)
    if signed is not raw:
        return Unreadable("code_signature")
    ticket = parse_ticket(raw, context)
    return ticket if ticket is not None else parse_appointment(raw, context)


def _number(text: str, context: ScanContext) -> Credential | Unreadable:
    """Read a bare number by its form."""
    if PRC_FORM.fullmatch(text):
        return _eighteen(text, context)
    if OLD_FOREIGNER_FORM.fullmatch(text):
        return parse_old_foreigner_number(text, context)
    mobile = _MOBILE.fullmatch(text)
    if mobile and (mobile[1][1] in "3456789" or (context.is_demo and is_demo_mobile(mobile[1]))):
        return Credential(
            kind=CredentialKind.MOBILE_NUMBER,
            token=context.token("mobile", mobile[1]),
            mask=mask_ends(mobile[1], 3, 4),
        )
    if _TRAVEL.fullmatch(text):
        return Credential(
            kind=CredentialKind.TRAVEL_DOCUMENT,
            token=context.token("document", text),
            mask=mask_ends(text, 1, 3),
        )
    if is_old_number(text) and not (text[:2] in _AMEX and luhn_ok(text)):
        return Unreadable("old_id_form")
    if text.isascii() and text.isdigit() and len(text) >= 12:
        return parse_card_number(text, context)
    return Unreadable("unknown_code")


def _eighteen(text: str, context: ScanContext) -> Credential | Unreadable:
    known = text[:17].isdigit() and gb11643_check(text[:17]) == text[17]
    known = known or (context.is_demo and is_demo_resident_number(text))
    is_card = text.isdigit() and luhn_ok(text) and not known
    if is_card and not is_plausible(text, context):
        return parse_card_number(text, context)
    return parse_prc_number(text, context)
