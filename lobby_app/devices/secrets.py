"""Where keys live: the OS key store (allow-listed, with a time-out), a named file, or nowhere.

Never a silent plain-text back end and never a hang: a locked key store without a prompter may
block for ever, so every call runs on a thread that is given up after five seconds.
"""

import base64
import contextlib
import threading
from collections.abc import Callable
from importlib import import_module
from typing import TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState

TIMEOUT_S = 5.0
ALLOWED = (
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.macOS", "Keyring"),
    ("keyring.backends.SecretService", "Keyring"),
    ("keyring.backends.libsecret", "Keyring"),
    ("keyring.backends.kwallet", "DBusKeyring"),
)
_Result = TypeVar("_Result")


class NoSecrets:
    """No key store: nothing is kept, and everybody is told."""

    state = SecretState.NONE

    def get(self, name: str) -> bytes | None:
        """Return nothing: nothing is ever kept."""
        return None

    def put(self, name: str, value: bytes) -> None:
        """Refuse: a caller must look at `state` first."""
        raise KnownError("secrets.no_key_store")

    def delete(self, name: str) -> None:
        """Forget what was never kept."""


class KeyringSecrets:
    """The OS key store through one allow-listed back end."""

    state = SecretState.KEY_STORE

    def __init__(self, backend: KeyringBackend, service: str, timeout_s: float = TIMEOUT_S) -> None:
        self._backend = backend
        self._service = service
        self._patience = Patience(timeout_s)

    def get(self, name: str) -> bytes | None:
        """Return a secret.

        Raises:
            KnownError: `secrets.no_answer` or `secrets.refused`.
        """
        text = self._ask(lambda: self._backend.get_password(self._service, name))
        if text is None:
            return None
        try:
            return base64.b64decode(text, validate=True)
        except ValueError as error:  # binascii.Error, or not even ASCII
            raise KnownError("secrets.refused") from error

    def put(self, name: str, value: bytes) -> None:
        """Store a secret; small values only (Windows keeps at most 2.5 kB)."""
        text = base64.b64encode(value).decode()
        self._ask(lambda: self._backend.set_password(self._service, name, text))

    def delete(self, name: str) -> None:
        """Forget a secret; one that was never stored is forgotten already."""

        def forget() -> None:
            try:
                self._backend.delete_password(self._service, name)
            except PasswordDeleteError:
                # Raised alike for "never stored" and "could not": erasing must not be claimed.
                if self._backend.get_password(self._service, name) is not None:
                    raise

        self._ask(forget)

    def _ask(self, question: Callable[[], _Result]) -> _Result:
        try:
            return self._patience.ask(question)
        except TimeoutError as error:
            raise KnownError("secrets.no_answer") from error
        except Exception as error:
            raise KnownError("secrets.refused") from error


class Patience:
    """Asks blocking questions one at a time on threads that are given up after `timeout_s`.

    While a given-up question still hangs, further ones are refused at once: a key store that never
    answers must not collect a thread for each time we ask.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, question: Callable[[], _Result]) -> _Result:
        """Return what `question` returns.

        Raises:
            TimeoutError: no answer in time. Whatever `question` raises is raised here.
        """
        if not self._turn.acquire(timeout=self._timeout_s):
            raise TimeoutError
        try:
            if self._thread is not None and self._thread.is_alive():
                raise TimeoutError
            return self._asked(question)
        finally:
            self._turn.release()

    def _asked(self, question: Callable[[], _Result]) -> _Result:
        answers: list[_Result] = []
        errors: list[Exception] = []

        def ask() -> None:
            try:
                answers.append(question())
            except Exception as error:
                errors.append(error)

        self._thread = threading.Thread(target=ask, name="key-store", daemon=True)
        self._thread.start()
        self._thread.join(self._timeout_s)
        if errors:
            raise errors[0]
        if not answers:
            raise TimeoutError
        return answers[0]


def open_key_store(service: str, timeout_s: float = TIMEOUT_S) -> KeyringSecrets | NoSecrets:
    """Return the first allow-listed back end that works here, or NoSecrets.

    `keyring`'s own choice is not used: it may silently pick a plain-text file or ask on stdin.
    """
    try:
        backend = Patience(timeout_s).ask(lambda: _first_backend(service))
    except TimeoutError:
        return NoSecrets()
    return KeyringSecrets(backend, service, timeout_s) if backend is not None else NoSecrets()


def _first_backend(service: str) -> KeyringBackend | None:
    """Return the first back end of the list that answers a harmless question."""
    for module, name in ALLOWED:
        # A back end may fail with any error of its own D-Bus or system library: it is out then.
        with contextlib.suppress(Exception):
            kind = getattr(import_module(module), name)
            if kind.viable:
                backend: KeyringBackend = kind()
                backend.get_password(service, "probe")
                return backend
    return None
