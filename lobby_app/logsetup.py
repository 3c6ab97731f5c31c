"""The log file: rotating, and blind to anything that looks like a number of a person."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

_SENSITIVE = re.compile(
    r"[%;+][A-Z]?\d{8,19}[\^=][^\s?]*\??"  # a stripe track, whole
    r"|\d(?:[ -]?\d){12,18}[Xx]?"  # card and identity numbers, also in groups
    r"|(?<!\d)1\d{10}(?!\d)"  # mobile numbers
    r"|[A-Z0-9<]{28,}<<[A-Z0-9<]*"  # machine-readable zones
)


def redacted(text: str) -> str:
    """Return `text` with everything that may be a card, document or phone number blacked out."""
    return _SENSITIVE.sub("█", text)


class RedactingFormatter(logging.Formatter):
    """Second line of defence: the first is that nobody logs numbers (devices 6.1)."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line, tracebacks included, with sensitive runs blacked out."""
        return redacted(super().format(record))


def set_up_logging(folder: Path) -> RotatingFileHandler:
    """Send all records from INFO up to `folder/lobby.log` (5 files of 1 MB); return the handler."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "lobby.log", maxBytes=1_000_000, backupCount=4, encoding="utf-8"
    )
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in ("alembic", "httpx"):  # a line for every step, or for every call
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler
