"""Keys in one file of this user only: for kiosks without a session, and for the demo."""

import base64
import binascii
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState
from lobby_app.locking import locked

_WAIT_S = 5.0


class KeyFile:
    """A JSON file of base64 values, mode 0600 (or 0400: then keys cannot be added)."""

    state = SecretState.KEY_FILE

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> bytes | None:
        """Return a secret.

        Raises:
            KnownError: `secrets.key_file_open` when others may read the file,
                `secrets.key_file_unreadable`.
        """
        return self._read().get(name)

    def put(self, name: str, value: bytes) -> None:
        """Store a secret: written beside the file, flushed, then moved over it.

        Raises:
            KnownError: as for `get`, and `secrets.key_file_unwritable`.
        """
        self._change(name, value)

    def delete(self, name: str) -> None:
        """Forget a secret."""
        if name in self._read():
            self._change(name, None)

    def _read(self) -> dict[str, bytes]:
        try:
            if not self._path.exists():
                return {}
            self._refuse_if_shared()
            values = json.loads(self._path.read_text(encoding="ascii"))
            return {name: base64.b64decode(text, validate=True) for name, text in values.items()}
        except (OSError, ValueError, TypeError, AttributeError, binascii.Error) as error:
            raise KnownError("secrets.key_file_unreadable", file=str(self._path)) from error

    def _refuse_if_shared(self) -> None:
        if os.name != "posix":
            return
        status = self._path.stat()
        is_ours = status.st_uid in (os.geteuid(), 0)  # root provisions kiosks and reads all anyway
        if not is_ours or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KnownError("secrets.key_file_open", file=str(self._path))

    def _change(self, name: str, value: bytes | None) -> None:
        """Write one value (None: forget it); a second process of the desk may do the same."""
        lock = self._path.with_name(self._path.name + ".lock")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with locked(lock, _WAIT_S):
                values = self._read()
                if self._path.exists() and not self._path.stat().st_mode & stat.S_IWUSR:
                    raise PermissionError(str(self._path))
                if value is None:
                    values.pop(name, None)
                else:
                    values[name] = value
                self._write(values)
        except OSError as error:  # TimeoutError is one
            raise KnownError("secrets.key_file_unwritable", file=str(self._path)) from error

    def _write(self, values: Mapping[str, bytes]) -> None:
        temporary = self._path.with_name(self._path.name + ".new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({key: base64.b64encode(raw).decode() for key, raw in values.items()}, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
        _flush_folder(self._path.parent)


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a power cut: files are encrypted with this key from now on."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
