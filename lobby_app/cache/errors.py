"""Foreign exceptions end here: the environment becomes a KnownError, the rest is ours."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lobby_app.domain.errors import BugError, KnownError

_SENTENCES = (
    ("database or disk is full", "cache.disk_full"),
    ("database is locked", "cache.locked"),
    ("readonly database", "cache.read_only"),
    ("unable to open database file", "cache.cannot_open"),
    ("disk i/o error", "cache.io"),
    ("file is not a database", "cache.unreadable"),
    ("disk image is malformed", "cache.unreadable"),
    # One customer at a counter, one counter for a ticket: held by the table, not only by us.
    ("constraint failed: occupancy", "calling.counter_busy"),
)
_ERRNOS = {
    errno.ENOSPC: "cache.disk_full",
    errno.EDQUOT: "cache.disk_full",
    errno.EFBIG: "cache.disk_full",
    errno.EROFS: "cache.read_only",
    errno.EACCES: "cache.cannot_open",
    errno.EPERM: "cache.cannot_open",
}


@contextmanager
def known_errors() -> Iterator[None]:
    """Turn database and file errors inside the block into KnownError or BugError."""
    try:
        yield
    except DBAPIError as error:
        raise _converted(error.orig or error) from error
    except driver.Error as error:
        raise _converted(error) from error
    except (PoolTimeoutError, TimeoutError) as error:
        raise KnownError("cache.locked") from error
    except OSError as error:
        raise KnownError(_ERRNOS.get(error.errno or 0, "cache.io")) from error


def _converted(error: BaseException) -> Exception:
    text = str(error).lower()
    for fragment, key in _SENTENCES:
        if fragment in text:
            return KnownError(key)
    return BugError(f"database: {type(error).__name__}")
