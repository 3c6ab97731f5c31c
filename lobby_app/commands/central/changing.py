"""`lobby central init | migrate | renew-incarnation | add-branch | enrol-desk | revoke-desk`."""

import argparse
import re
import secrets as randomness
import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import qrcode

from lobby_app.assembly import open_secrets
from lobby_app.central import administration
from lobby_app.central.connection import parse_address
from lobby_app.central.initialising import bank_secrets, bring_up_to_date, initialise
from lobby_app.commands.central.opening import address_of, opened, tell
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.messages import Messages
from lobby_app.sync.enrolment.bundle import Bundle, wrap
from lobby_app.sync.enrolment.code import SECRET_BYTES, EnrolmentCode

_LISTENING = re.compile(r"[^\s:/]+:[0-9]{1,5}")
_MOST_HOURS = 24 * 14
_MOST_BRANCH = 2**31 - 1


def init(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Make everything an empty database lacks."""
    keys = open_secrets(settings)
    with opened(options, settings, messages) as sql:
        changes = initialise(sql, keys, dry_run=options.dry_run)
    tell(changes, messages, dry_run=options.dry_run)
    return 0


def migrate(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Bring the schema to this version's."""
    with opened(options, settings, messages) as sql:
        changes = bring_up_to_date(sql, dry_run=options.dry_run)
    tell(changes, messages, dry_run=options.dry_run)
    return 0


def renew_incarnation(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Let the centre write on in new logs of its own."""
    with opened(options, settings, messages) as sql:
        changes = administration.renew_incarnation(sql, dry_run=options.dry_run)
    tell(changes, messages, dry_run=options.dry_run)
    return 0


def add_branch(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Make or change a branch."""
    if not 1 <= options.branch <= _MOST_BRANCH or not options.name.strip():
        raise KnownError("central.wrong_branch")
    try:
        ZoneInfo(options.time_zone)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise KnownError("central.unknown_time_zone", value=options.time_zone) from error
    with opened(options, settings, messages) as sql:
        changes = administration.add_branch(
            sql, options.branch, options.name, options.time_zone, dry_run=options.dry_run
        )
    tell(changes, messages, dry_run=options.dry_run)
    return 0


def enrol_desk(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Print a one-time code; it is shown here and nowhere else, ever."""
    if not 1 <= options.hours <= _MOST_HOURS:
        raise KnownError("central.wrong_hours", most=_MOST_HOURS)
    if options.relay is not None and not _LISTENING.fullmatch(options.relay):
        raise KnownError("central.wrong_relay", value=options.relay)
    code = EnrolmentCode(randomness.token_bytes(SECRET_BYTES))
    wrapped = wrap(code, _bundle(options, settings))
    place = administration.Place(options.branch, options.slot, options.kind, options.relay)
    with opened(options, settings, messages) as sql:
        changes = administration.open_enrolment(
            sql, place, code.lookup, wrapped, options.hours, dry_run=options.dry_run
        )
    tell(changes, messages, dry_run=options.dry_run)
    if not options.dry_run:
        sys.stdout.write(f"\n    {code.text}\n\n")
        _draw(code.text)
    return 0


def revoke_desk(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Refuse a desk from now on."""
    with opened(options, settings, messages) as sql:
        changes = administration.revoke_desk(
            sql, options.branch, options.slot, dry_run=options.dry_run
        )
    tell(changes, messages, dry_run=options.dry_run)
    return 0


def _bundle(options: argparse.Namespace, settings: Settings) -> Bundle:
    """Return what the desk is given: through the gateway it needs no password."""
    bank = bank_secrets(open_secrets(settings))
    file = options.desk_certificate or address_of(options, settings).root_certificate
    certificate = ""
    if file is not None:
        try:
            certificate = file.read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise KnownError("enrolment.no_certificate", file=str(file)) from error
    if options.gateway:
        if not options.gateway.startswith("https://"):
            raise KnownError("peer.wrong_address", address=options.gateway)
        return Bundle("", options.gateway, "", certificate, bank.token_key)
    text = options.desk_address or options.database or settings.central.address
    parse_address(text)
    return Bundle(text, "", bank.password, certificate, bank.token_key)


def _draw(text: str) -> None:
    """Draw the code for a reader, where the output can show it."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    try:
        code.print_ascii(out=sys.stdout)
    except UnicodeEncodeError:
        return  # a terminal without block characters: the text above says the same
