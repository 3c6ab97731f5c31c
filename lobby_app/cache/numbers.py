"""Number series begun above what a slot has given elsewhere: no number twice in a day."""

from collections.abc import Iterable

from lobby_app.cache.engine import run
from lobby_app.cache.errors import known_errors
from lobby_app.cache.opening import OpenLog
from lobby_app.domain.series import GivenNumber

RAISE_SERIES = (
    "INSERT INTO series (zone, business_day, last_number) VALUES (?, ?, ?)"
    " ON CONFLICT (zone, business_day) DO UPDATE SET last_number = excluded.last_number"
    " WHERE excluded.last_number > last_number"
)


def raise_numbers(log: OpenLog, given: Iterable[GivenNumber]) -> None:
    """Let every series go on after what was given; one that is further already stays.

    Raises:
        KnownError: `cache.*`.
    """
    with known_errors(), log.engine.begin() as connection:
        for one in given:
            run(connection, RAISE_SERIES, (one.zone, one.business_day.isoformat(), one.last))
