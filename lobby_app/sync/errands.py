"""What else a desk has to do at the centre, each in its own time: roster and customers."""

import random
from collections.abc import Callable

from lobby_app.domain.errors import KnownError
from lobby_app.sync.backoff import DEFAULT_SPREAD_S
from lobby_app.sync.peer.roster import RosterFile, read_roster
from lobby_app.sync.wire import Transport

ROSTER_EVERY_S = 60.0


class Errands:
    """Runs after an exchange with the centre (`sync.worker.Worker`)."""

    def __init__(
        self,
        line: Transport,
        roster: RosterFile,
        follow_customers: Callable[[], None],
        monotonic: Callable[[], float],
        dice: random.Random,
    ) -> None:
        """Prepare; `follow_customers` refreshes reference data when it is time."""
        self._line = line
        self._roster = roster
        self._follow_customers = follow_customers
        self._monotonic = monotonic
        self._dice = dice
        self._roster_at = monotonic()

    def __call__(self) -> float | None:
        """Do what is due; return the spread of retries that the centre asks for, None = no news.

        Raises:
            KnownError: `sync.*` for the centre; trouble with own files waits for the next time.
        """
        spread = None
        try:
            if self._monotonic() >= self._roster_at:
                spread = self._fetch_roster()
            self._follow_customers()
        except KnownError as error:
            if error.key.startswith("sync."):
                raise
        return spread

    def _fetch_roster(self) -> float:
        # First the next time: a roster that cannot be read is not asked for with every poll.
        self._roster_at = self._monotonic() + ROSTER_EVERY_S * self._dice.uniform(0.8, 1.2)
        document = self._line.call("roster", {})
        self._roster.save(read_roster(document))
        spread = document.get("spread_s")
        return float(spread) if isinstance(spread, int | float) else DEFAULT_SPREAD_S
