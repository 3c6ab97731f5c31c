"""Slows down guessing of PINs at one desk."""

from datetime import datetime, timedelta

from lobby_app.domain.errors import KnownError

MAX_ATTEMPTS = 5
PAUSE = timedelta(seconds=60)


class PinGuard:
    """Counts wrong PINs per staff number; after five in a row that number rests for a minute."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, datetime]] = {}

    def check(self, number: str, now: datetime) -> None:
        """Raise KnownError `signon.paused` while `number` has to rest."""
        count, last = self._wrong.get(number, (0, now))
        if count >= MAX_ATTEMPTS:
            left = PAUSE - (now - last)
            if left > timedelta(0):
                raise KnownError("signon.paused", seconds=round(left.total_seconds()))
            del self._wrong[number]

    def wrong(self, number: str, now: datetime) -> None:
        """Note a wrong PIN."""
        count, _ = self._wrong.get(number, (0, now))
        self._wrong[number] = (count + 1, now)

    def right(self, number: str) -> None:
        """Forget earlier wrong PINs."""
        self._wrong.pop(number, None)
