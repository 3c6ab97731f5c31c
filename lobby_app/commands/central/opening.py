"""Connecting as an administrator: address and user from the command line, the password never."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from getpass import getpass

from lobby_app.assembly import open_secrets
from lobby_app.central.administration import Change, Connection, administration
from lobby_app.central.connection import CentralAddress, parse_address
from lobby_app.config import Settings
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Secrets, SecretState
from lobby_app.messages import Messages


def address_of(options: argparse.Namespace, settings: Settings) -> CentralAddress:
    """Return where the database is: named on the command line, or in `[central]`.

    Raises:
        KnownError: `central.no_address`, `config.central_address`.
    """
    text = options.database or settings.central.address
    if not text:
        raise KnownError("central.no_address")
    central = settings.central
    return CentralAddress(
        *parse_address(text),
        options.root_certificate or settings.file(central.root_certificate),
        settings.file(central.client_certificate),
        settings.file(central.client_key),
    )


@contextmanager
def opened(
    options: argparse.Namespace, settings: Settings, messages: Messages
) -> Iterator[Connection]:
    """Connect for the length of the block.

    The password is that of the key store, else libpq's own (PGPASSFILE), else one typed without
    echo, which `--keep-password` puts into the key store.

    Raises:
        KnownError: `central.*`, `secrets.*`.
    """
    address = address_of(options, settings)
    secrets = open_secrets(settings)
    name = f"admin-password:{options.user}@{address.host}:{address.port}"
    kept = secrets.get(name)
    password = kept.decode() if kept else None
    if password is None and _must_ask(address, options.user):
        password = getpass(messages("central.ask_password", user=options.user) + " ")
        if options.keep_password:
            _keep(secrets, name, password)
    with administration(address, options.user, password) as connection:
        yield connection


def _must_ask(address: CentralAddress, user: str) -> bool:
    """Tell whether the server wants a password that libpq does not find and somebody can type."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    try:
        with administration(address, user, None):
            return False
    except KnownError as error:
        if error.key == "central.refused":
            return True
        raise


def _keep(secrets: Secrets, name: str, password: str) -> None:
    if secrets.state is SecretState.NONE:
        raise KnownError("secrets.no_key_store")
    secrets.put(name, password.encode())


def tell(changes: Sequence[Change], messages: Messages, *, dry_run: bool) -> None:
    """Print what was changed, or would be."""
    if not changes:
        sys.stdout.write(messages("central.nothing_to_do") + "\n")
    for change in changes:
        sentence = messages(change.key, **change.params)
        sys.stdout.write((messages("central.would", what=sentence) if dry_run else sentence) + "\n")
