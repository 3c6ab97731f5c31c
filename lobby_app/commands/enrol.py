"""`lobby enrol`: a one-time code typed, pasted or scanned makes this desk one of the bank's."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lobby_app.assembly import BranchClock, open_secrets
from lobby_app.cache.customers import wipe_customers
from lobby_app.cache.numbers import raise_numbers
from lobby_app.cache.opening import open_log
from lobby_app.central.connection import CentralAddress, parse_address
from lobby_app.central.enrolling import fetch_bundle
from lobby_app.central.transport import PostgresTransport
from lobby_app.commands.sync import LOCK
from lobby_app.config import CentralSettings, Settings, with_enrolment, write_enrolment
from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import Secrets, SecretState
from lobby_app.locking import locked
from lobby_app.messages import Messages
from lobby_app.sync.enrolment.bundle import Bundle
from lobby_app.sync.enrolment.code import read_code
from lobby_app.sync.enrolment.joining import Centre, Joined, join, keep
from lobby_app.sync.peer.gateway import gateway_line
from lobby_app.sync.wire import Transport

_ROOT = "central-root.pem"
_TIMEOUT_S = 10.0


def run(
    settings: Settings,
    messages: Messages,
    address: str,
    root_certificate: Path | None,
    name: str | None,
) -> int:
    """Enrol this desk; the code comes on standard input, never as an argument.

    Args:
        settings: of this desk; slot and centre are written into its `lobby.toml`.
        messages: in the language of whoever installs.
        address: "host:port/database", or "https://host:port" of the gateway.
        root_certificate: who vouches for the centre; None = whom the system trusts.
        name: under which administrators see this desk; None = the computer's name.

    Raises:
        KnownError: `enrolment.*`, `sync.*`, `secrets.*`, `config.*`, `cache.*`.
    """
    secrets = open_secrets(settings)
    if secrets.state is SecretState.NONE:
        raise KnownError("secrets.no_key_store")
    if root_certificate is not None and not root_certificate.is_file():
        raise KnownError("enrolment.no_certificate", file=str(root_certificate))
    centre = _centre(settings, address, root_certificate)
    # Found out before the code is used up.
    with_enrolment(settings.data_dir, settings.slot, settings.central)
    code = read_code(_typed(messages))
    with _alone(settings):
        try:
            joined = join(code, centre, name or socket.gethostname())
        except KnownError as error:
            # Here nothing goes on by itself: whoever installs must look at what was typed.
            if error.key == "sync.no_answer":
                raise KnownError("enrolment.no_answer", address=address) from error
            raise
        _keep_all(settings, secrets, joined)
    sys.stdout.write(messages("enrolment.done", branch=joined.branch, slot=joined.slot) + "\n")
    return 0


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold what the exchange of this folder holds: it would go on with the old secrets."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with locked(settings.data_dir / LOCK, 0.0):
            yield
    except TimeoutError as error:
        raise KnownError("enrolment.desk_is_open") from error


def _keep_all(settings: Settings, secrets: Secrets, joined: Joined) -> None:
    # Tokens of an earlier key find nobody any more; they go before the new key comes.
    wipe_customers(settings.data_dir / "customers.db", secrets)
    keep(joined, secrets)
    _begin_above(settings, secrets, joined)
    write_enrolment(settings.data_dir, joined.slot, _settings_of(settings, joined))


def _begin_above(settings: Settings, secrets: Secrets, joined: Joined) -> None:
    """Give no number that a desk of this slot gave before, also one that was lost with it."""
    if not joined.given:
        return
    log = open_log(settings.data_dir / "log.db", secrets, BranchClock("UTC"))
    try:
        raise_numbers(log, joined.given)
    finally:
        log.close()


def _typed(messages: Messages) -> str:
    """Return one line of standard input, asked for when somebody sits there."""
    if sys.stdin is None:
        raise KnownError("enrolment.wrong_code")
    if sys.stdin.isatty():
        sys.stderr.write(messages("enrolment.ask") + " ")
        sys.stderr.flush()
    return sys.stdin.readline().strip()


def _centre(settings: Settings, address: str, root: Path | None) -> Centre:
    """Return how the centre is reached; its certificate is verified from the first byte."""
    if "://" in address:

        def fetch(lookup: str) -> object:
            line = gateway_line(address, root, lookup, timeout_s=_TIMEOUT_S)
            try:
                return line.call("bundle", {}).get("wrapped")
            except KnownError as error:
                if error.key == "sync.not_enrolled":
                    raise KnownError("enrolment.unknown_code") from error
                raise
            finally:
                line.close()

        return Centre(
            fetch, lambda _, lookup: gateway_line(address, root, lookup, timeout_s=_TIMEOUT_S)
        )
    central = settings.central
    where = CentralAddress(
        *parse_address(address),
        root,
        settings.file(central.client_certificate),
        settings.file(central.client_key),
    )

    def line_to(bundle: Bundle, lookup: str) -> Transport:
        return PostgresTransport(where, bundle.password or None, lookup)

    return Centre(lambda lookup: fetch_bundle(where, lookup), line_to)


def _settings_of(settings: Settings, joined: Joined) -> CentralSettings:
    """Keep the centre's certificate beside `lobby.toml` and return the table `[central]`."""
    bundle = joined.bundle
    root = settings.data_dir / _ROOT
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if bundle.root_certificate:
            root.write_text(bundle.root_certificate, encoding="ascii")
        else:
            root.unlink(missing_ok=True)
    except OSError as error:
        raise KnownError("config.unwritable", file=str(root)) from error
    return replace(
        settings.central,
        address=bundle.address,
        gateway=bundle.gateway,
        root_certificate=_ROOT if bundle.root_certificate else "",
    )
