"""Where keys live: the OS key store (allow-listed, with a time-out), a named file, or nowhere.

Never a silent plain-text back end and never a hang: a locked key store without a prompter may
block for ever, so every call runs on a thread that is given up after five seconds.
"""

import base64
import binascii
import threading
from collections.abc import Callable
from typing import TypeVar

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState

TIMEOUT_S = 5.0
_ALLOWED = (
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
        self._timeout_s = timeout_s

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
        except binascii.Error as error:
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
                return

        self._ask(forget)

    def _ask(self, question: Callable[[], _Result]) -> _Result:
        try:
            return with_timeout(question, self._timeout_s)
        except TimeoutError as error:
            raise KnownError("secrets.no_answer") from error
        except Exception as error:
            raise KnownError("secrets.refused") from error


def with_timeout(question: Callable[[], _Result], timeout_s: float) -> _Result:
    """Return what `question` returns, asked on a thread that is given up after `timeout_s`.

    Raises:
        TimeoutError: no answer in time. Whatever `question` raises is raised here.
    """
    answers: list[_Result] = []
    errors: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=ask, name="key-store", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError
    return answers[0]


def open_key_store(service: str, timeout_s: float = TIMEOUT_S) -> KeyringSecrets | NoSecrets:
    """Return the first allow-listed back end that works here, or NoSecrets.

    `keyring`'s own choice is not used: it may silently pick a plain-text file or ask on stdin.
    """
    for module, name in _ALLOWED:
        backend = _backend(module, name, timeout_s)
        if backend is not None:
            return KeyringSecrets(backend, service, timeout_s)
    return NoSecrets()


def _backend(module: str, name: str, timeout_s: float) -> KeyringBackend | None:
    """Return a back end that answered a harmless question in time."""

    def make() -> KeyringBackend | None:
        from importlib import import_module

        kind = getattr(import_module(module), name)
        if not kind.viable:
            return None
        backend: KeyringBackend = kind()
        backend.get_password("lobby", "probe")
        return backend

    try:
        return with_timeout(make, timeout_s)
    except (TimeoutError, KeyringError, ImportError, AttributeError, RuntimeError, OSError):
        return None
