"""Keys in one file of this user only: for kiosks without a session, and for the demo."""

import base64
import json
import os
import stat
from pathlib import Path

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import SecretState


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
        value = self._read().get(name)
        return base64.b64decode(value) if value is not None else None

    def put(self, name: str, value: bytes) -> None:
        """Store a secret: written beside the file, flushed, then moved over it."""
        values = self._read()
        values[name] = base64.b64encode(value).decode()
        self._write(values)

    def delete(self, name: str) -> None:
        """Forget a secret."""
        values = self._read()
        if values.pop(name, None) is not None:
            self._write(values)

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        if os.name == "posix":
            status = self._path.stat()
            is_ours = status.st_uid == os.geteuid()
            if not is_ours or status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KnownError("secrets.key_file_open", file=str(self._path))
        try:
            values = json.loads(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise KnownError("secrets.key_file_unreadable", file=str(self._path)) from error
        if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
            raise KnownError("secrets.key_file_unreadable", file=str(self._path))
        return values

    def _write(self, values: dict[str, str]) -> None:
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.unlink(missing_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(values, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            raise KnownError("secrets.key_file_unwritable", file=str(self._path)) from error
