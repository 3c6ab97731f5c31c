"""Who is called aloud and when: one announcement at a time, on the voice's own worker."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from PySide6.QtCore import QObject, Signal

from lobby_app.domain.announcement import Announcement, AnnouncementQueue
from lobby_app.domain.hours import DayHours
from lobby_app.domain.ports import Voice, VoiceOutcome
from lobby_app.services.views import BoardCall
from lobby_app.ui.tasks import TaskRunner

TOO_LATE = timedelta(minutes=5)
"""A call that waited longer for its turn is not said: the wall slept, and it was answered.

Twenty calls at once are all said within this time."""
_log = logging.getLogger(__name__)
_UNHEARD = (VoiceOutcome.NO_DEVICE, VoiceOutcome.NO_CLIPS)


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud and how often. `volume`, `quiet_volume`: percent, 0 = not at all."""

    volume: int
    repeats: int
    quiet: DayHours | None
    quiet_volume: int

    def at(self, moment: time) -> int:
        """Return the volume at a time of day."""
        return self.quiet_volume if self.quiet is not None and moment in self.quiet else self.volume


class Speaker(QObject):
    """Says new calls one after the other. GUI thread; the voice works on its own worker.

    Signals:
        unheard(): a call that should have been heard was not.
    """

    unheard = Signal()

    def __init__(
        self,
        parent: QObject,
        worker: TaskRunner,
        voice: Voice,
        loudness: Loudness,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(parent)
        self._worker, self._voice = worker, voice
        self._loudness, self._clock = loudness, clock
        self.queue = AnnouncementQueue()
        self._standing: frozenset[tuple[str, int]] = frozenset()
        self._rounds = 0
        self._last_outcome: VoiceOutcome | None = None

    def call(self, calls: Sequence[BoardCall], shown: Sequence[BoardCall]) -> None:
        """Say new calls; those without sound are called by sight or in person (domain 4.4).

        `shown`: all calls that stand. What was taken back or is over is not said any more.
        """
        self._standing = frozenset((c.number, c.counter) for c in shown if not c.is_over)
        now = self._clock()
        if self._loudness.at(now.time()) == 0:
            return
        for call in calls:
            if not call.without_sound:
                self.queue = self.queue.with_call(Announcement(call.number, call.counter, now))
        self._go_on()

    def _go_on(self) -> None:
        now = self._clock()
        self.queue = self.queue.since(now - TOO_LATE).standing(self._standing)
        if not self.queue.can_begin:
            return
        self.queue, self._rounds = self.queue.begun(), 0
        self._say()

    def _say(self) -> None:
        """Say the present call once."""
        said, volume = self.queue.current, self._loudness.at(self._clock().time())
        if said is None or volume == 0:
            self._over(VoiceOutcome.STOPPED)
            return
        self._rounds += 1
        voice = self._voice
        self._worker.submit(lambda: voice.say(said, volume), self._over, self._failed)

    @property
    def _is_said_again(self) -> bool:
        """Whether the present call has another round: once is enough while others wait."""
        said, waiting = self.queue.current, self.queue.standing(self._standing).waiting
        stands = said is not None and (said.number, said.counter) in self._standing
        return stands and not waiting and self._rounds < self._loudness.repeats

    def _over(self, outcome: VoiceOutcome) -> None:
        if outcome is VoiceOutcome.SAID and self._is_said_again:
            self._last_outcome = outcome
            self._say()
            return
        self.queue = self.queue.done()
        if outcome in _UNHEARD:
            if outcome is not self._last_outcome:
                _log.info("calls are not heard: %s", outcome.value)
            self.unheard.emit()
        self._last_outcome = outcome
        self._go_on()

    def _failed(self, error: BaseException) -> None:
        _log.error("the voice failed", exc_info=error)
        self._over(VoiceOutcome.NO_DEVICE)
