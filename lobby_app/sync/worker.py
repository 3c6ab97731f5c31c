"""The loop that keeps a desk's file together with everybody else's: one per data folder.

A timer drives it, not an event: a round that failed comes again by itself. What it waits with is
handed in, so that a day passes in a test as fast as it can be computed.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from lobby_app.domain.errors import KnownError
from lobby_app.domain.ports import LocalReplica, Replica
from lobby_app.domain.replication import Link, LinkStatus
from lobby_app.sync.backoff import Backoff
from lobby_app.sync.exchange import Exchanged, exchange

BUSY_S, CALM_S, QUIET_S = 0.3, 1.0, 5.0
"""Seconds between two looks at the partner's heads: while the branch is busy, calm, asleep."""
BUSY_FOR_S, CALM_FOR_S = 120.0, 1800.0
"""How long after an event of anybody the branch counts as busy, and as calm."""
LOOK_S = 0.05
"""How often the own log is looked at: what happened here leaves at the next look."""
_LEAST_PAUSE_S = 0.1
_RELAY_AGAIN_S = 5.0
_SAY_EVERY_S = 5.0
_SKEW_MS = 250
_SURE_MS = 2_000
_TROUBLE_S = 90.0
"""Errands come again within a minute or so: until then, what went wrong with one stands."""
_NO_TROUBLE: tuple[str | None, float] = (None, 0.0)
_log = logging.getLogger(__name__)


class Keeper(LocalReplica, Protocol):
    """The desk's file, and what in it needs somebody's attention."""

    def kept_apart(self) -> tuple[int, int]:
        """Return how many events are quarantined, and how many were set aside."""
        ...

    def prune(self, today: date) -> int:
        """Forget what is long past; return how many events."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker needs besides its partners.

    Attributes:
        monotonic: seconds that never go back. now: wall time, aware. changes: rises with every
            commit to the own file. say: hears the status; may raise OSError.
        dice: for jitter.
    """

    monotonic: Callable[[], float]
    now: Callable[[], datetime]
    changes: Callable[[], int]
    say: Callable[[LinkStatus], None]
    dice: random.Random


class Worker:
    """Exchanges with the centre; with the branch's relay while the centre does not answer."""

    def __init__(
        self,
        local: Keeper,
        centre: Replica,
        relay: Replica | None,
        around: Surroundings,
        after_centre: Callable[[], float | None],
        *,
        is_relay: bool = False,
    ) -> None:
        """Prepare; nothing is connected yet.

        Args:
            local: the desk's file.
            centre: where everything shall end.
            relay: who holds the branch together meanwhile, None = nobody.
            around: clocks, changes, listeners.
            after_centre: further errands at the centre (roster, customers), each in its own time;
                returns the spread of retries that the centre asks for, None = as before. Raises
                KnownError.
            is_relay: the branch meets at this desk: without the centre it is not alone.
        """
        self._local, self._centre, self._relay = local, centre, relay
        self._around = around
        self._after_centre = after_centre
        self._without_anybody = Link.RELAY if is_relay else Link.OFFLINE
        self._backoff = Backoff(around.dice)
        start = around.monotonic()
        self._centre_at = self._relay_at = self._said_at = start
        self._last_event = start
        self._seen = -1
        self._status = LinkStatus(Link.OFFLINE, around.now())
        self._said: LinkStatus | None = None
        # None: what the file was told before this process is not known.
        self._skew_ms: int | None = None
        self._pruned: date | None = None
        self._trouble = _NO_TROUBLE

    @property
    def status(self) -> LinkStatus:
        """How it is doing."""
        return self._status

    def run(self, is_over: Callable[[float], bool]) -> None:
        """Exchange until `is_over(seconds)`, which waits that long, says so."""
        due = self._around.monotonic()
        while not is_over(LOOK_S):
            if self._around.monotonic() >= due or self._is_kicked():
                due = self._around.monotonic() + self.round()

    def _is_kicked(self) -> bool:
        """Tell whether somebody committed since the last round began."""
        if self._status.link is Link.OFFLINE:
            return False
        try:
            return self._around.changes() != self._seen
        except KnownError:
            return False

    def round(self) -> float:
        """Do one round; return after how many seconds the next is due."""
        try:
            self._seen = self._around.changes()
            done = self._exchange()
            if done is not None:
                self._note(done)
                self._prune(done)
        except KnownError as error:
            # The own file: busy, full. Its windows say it; the next round may find it well again.
            _log.warning("exchange: %s", error.key)
            done = None
        self._tell()
        if done is not None and not done.is_complete:
            return _LEAST_PAUSE_S
        return self._interval()

    def _exchange(self) -> Exchanged | None:
        """Exchange with whoever answers."""
        time = self._around.monotonic()
        if time >= self._centre_at:
            done = self._with_centre()
            if done is not None:
                return done
        if self._relay is not None and time >= self._relay_at:
            return self._with_relay(self._relay)
        return None

    def _with_centre(self) -> Exchanged | None:
        try:
            done = exchange(self._local, self._centre, clock_ms=self._clock_ms)
        except KnownError as error:
            if not error.key.startswith("sync."):
                raise
            self._centre_at = self._around.monotonic() + self._backoff.failed()
            _log.info("the centre: %s", error.key)
            if self._status.link is not Link.RELAY:
                self._be(self._without_anybody)
            problem = None if error.key == "sync.no_answer" else error.key
            self._status = replace(self._status, problem=problem)
            return None
        self._backoff.succeeded()
        self._be(Link.CENTRE)
        self._status = replace(self._status, problem=self._run_errands() or _problem_of(done))
        return done

    def _run_errands(self) -> str | None:
        """Do what else is due at the centre; return what went wrong there.

        A customer that cannot be read must not keep tickets from the centre.
        """
        try:
            spread = self._after_centre()
        except KnownError as error:
            if not error.key.startswith("sync."):
                raise
            _log.info("after the exchange: %s", error.key)
            if error.key != "sync.no_answer":
                self._trouble = error.key, self._around.monotonic() + _TROUBLE_S
            return self._trouble[0]
        if spread is not None:
            self._backoff.spread_s = spread
        if self._around.monotonic() >= self._trouble[1]:
            self._trouble = _NO_TROUBLE
        return self._trouble[0]

    def _with_relay(self, relay: Replica) -> Exchanged | None:
        try:
            done = exchange(self._local, relay, is_centre=False, clock_ms=self._clock_ms)
        except KnownError as error:
            if not error.key.startswith("sync."):
                raise
            self._relay_at = self._around.monotonic() + _RELAY_AGAIN_S
            self._be(self._without_anybody)
            return None
        self._be(Link.RELAY)
        return done

    def _be(self, link: Link) -> None:
        if self._status.link is not link:
            _log.info("the link is now: %s", link.value)
            self._status = replace(self._status, link=link, since=self._around.now())

    def _note(self, done: Exchanged) -> None:
        if done.pulled or done.pushed:
            self._last_event = self._around.monotonic()
        # A computer that slept or was set between question and answer knows nothing of the offset.
        if 0 <= done.round_trip_ms < _SURE_MS:
            self._correct_clock(done.offset_ms)
        for what in ("reissued", "left", "set_aside", "rebased", "broken", "refused"):
            if logs := getattr(done, what):
                _log.warning("exchange: %s %s", what, ", ".join(logs))
        self._status = replace(
            self._status,
            last_exchange=self._around.now() if done.is_complete else self._status.last_exchange,
            skew_ms=self._skew_ms or 0,
        )

    def _correct_clock(self, offset_ms: int) -> None:
        """Let new events have the partner's time; the own one again when it was put right."""
        skew_ms = offset_ms if abs(offset_ms) > _SKEW_MS else 0
        if self._skew_ms is None or abs(skew_ms - self._skew_ms) > _SKEW_MS:
            self._local.correct_clock(skew_ms)
            self._skew_ms = skew_ms

    def _clock_ms(self) -> int:
        return round(self._around.now().timestamp() * 1000)

    def _prune(self, done: Exchanged) -> None:
        """Forget what is long past, once a day and only when the centre has it all."""
        today = self._around.now().date()
        if today == self._pruned or not done.is_complete or self._status.link is not Link.CENTRE:
            return
        count = self._local.prune(today)
        self._pruned = today
        if count:
            _log.info("%d events of long past days are held by the centre alone now", count)

    def _tell(self) -> None:
        """Say how it is when that changed, and now and then so that all know somebody is there."""
        time = self._around.monotonic()
        try:
            quarantined, set_aside = self._local.kept_apart()
        except KnownError:
            quarantined, set_aside = self._status.quarantined, self._status.set_aside
        self._status = replace(self._status, quarantined=quarantined, set_aside=set_aside)
        # A time that moves with every poll is no news by itself.
        news = replace(self._status, last_exchange=None, skew_ms=self._status.skew_ms // 1000)
        if news == self._said and time - self._said_at < _SAY_EVERY_S:
            return
        try:
            self._around.say(self._status)
        except OSError as error:
            _log.info("the status cannot be written: %s", error.strerror)
            return
        self._said, self._said_at = news, time

    def _interval(self) -> float:
        quiet_for = self._around.monotonic() - self._last_event
        seconds = BUSY_S if quiet_for < BUSY_FOR_S else CALM_S
        if quiet_for >= CALM_FOR_S:
            seconds = QUIET_S
        return seconds * self._around.dice.uniform(0.8, 1.2)


def _problem_of(done: Exchanged) -> str | None:
    """Return what operations should hear of, the worst first."""
    for key, logs in (
        ("sync.broken", done.broken),
        ("sync.refused", done.refused),
        ("sync.out_of_reach", done.out_of_reach),
    ):
        if logs:
            return key
    return None
