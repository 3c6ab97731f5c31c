"""The loop: when it exchanges, with whom, what it says; a day of it in no time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from lobby_app.domain.errors import KnownError
from lobby_app.domain.replication import Heads, Link, LinkStatus
from lobby_app.sync.worker import (
    BUSY_FOR_S,
    BUSY_S,
    CALM_FOR_S,
    CALM_S,
    LOOK_S,
    QUIET_S,
    Surroundings,
    Worker,
)
from tests.helpers.log_guard import ExpectedLog
from tests.sync.memory import MemoryReplica

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
SPREAD_S = 2.0


class Partner(MemoryReplica):
    """A centre or relay that answers, or says why not."""

    trouble: str | None = None
    ahead_ms = 0

    def __init__(self) -> None:
        super().__init__()
        self.now: Callable[[], datetime] = lambda: START
        self.meanwhile: Callable[[], None] = lambda: None

    def heads(self) -> Heads:
        if self.trouble is not None:
            raise KnownError(self.trouble)
        heads = super().heads()
        self.meanwhile()
        return Heads(heads.of, round(self.now().timestamp() * 1000) + self.ahead_ms)


class File(MemoryReplica):
    """The desk's file as a worker needs it."""

    kept = (0, 0)

    def __init__(self) -> None:
        super().__init__()
        self.corrections: list[int] = []
        self.pruned: list[date] = []
        self.trouble: str | None = None

    def heads(self) -> Heads:
        if self.trouble is not None:
            raise KnownError(self.trouble)
        return super().heads()

    def kept_apart(self) -> tuple[int, int]:
        return self.kept

    def correct_clock(self, offset_ms: int) -> None:
        self.corrections.append(offset_ms)

    def prune(self, today: date) -> int:
        self.pruned.append(today)
        return 0


@dataclass
class Stage:
    """A worker with its partners, its time and what it said."""

    relay_exists: bool = True
    is_relay: bool = False
    desk: File = field(default_factory=File)
    centre: Partner = field(default_factory=Partner)
    relay: Partner = field(default_factory=Partner)
    seconds: float = 0.0
    commits: int = 0
    said: list[tuple[float, LinkStatus]] = field(default_factory=list)
    full_disk: bool = False
    errands: list[float] = field(default_factory=list)
    errand_trouble: str | None = None

    def __post_init__(self) -> None:
        around = Surroundings(
            monotonic=lambda: self.seconds,
            now=lambda: START + timedelta(seconds=self.seconds),
            changes=lambda: self.commits,
            say=self._say,
            dice=random.Random(3),
        )
        self.centre.now = self.relay.now = around.now
        relay = self.relay if self.relay_exists else None
        self.worker = Worker(
            self.desk, self.centre, relay, around, self._errand, is_relay=self.is_relay
        )

    def _say(self, status: LinkStatus) -> None:
        if self.full_disk:
            raise OSError(28, "No space left on device")
        self.said.append((self.seconds, status))

    def _errand(self) -> float:
        self.errands.append(self.seconds)
        trouble, self.errand_trouble = self.errand_trouble, None
        if trouble is not None:
            raise KnownError(trouble)
        return SPREAD_S

    def play(self, seconds: float, until: Callable[[], bool] = lambda: False) -> float:
        """Let time pass; return how long it was until `until` held."""
        begun, end = self.seconds, self.seconds + seconds

        def is_over(wait: float) -> bool:
            self.seconds += wait
            return self.seconds >= end or until()

        self.worker.run(is_over)
        return self.seconds - begun

    def write(self) -> None:
        self.desk.write()
        self.commits += 1

    @property
    def link(self) -> Link:
        return self.worker.status.link

    def holds_all(self, partner: MemoryReplica) -> bool:
        return all(
            partner.logs.get(log, []) == events for log, events in self.desk.logs.items() if events
        )


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_what_is_written_here_leaves_at_the_next_look(stage: Stage) -> None:
    stage.play(1.0)
    stage.write()
    took = stage.play(5.0, lambda: stage.holds_all(stage.centre))
    assert took <= 3 * LOOK_S


def test_what_is_written_elsewhere_comes_with_the_next_poll(stage: Stage) -> None:
    stage.play(1.0)
    other = stage.centre.write()[0].log_id
    took = stage.play(5.0, lambda: other in stage.desk.logs)
    assert took <= 1.2 * BUSY_S + 2 * LOOK_S


def _polls(stage: Stage, seconds: float) -> int:
    begun = len(stage.errands)
    stage.play(seconds)
    return len(stage.errands) - begun


def test_the_calmer_the_branch_the_rarer_the_polls(stage: Stage) -> None:
    assert 2.3 < _polls(stage, 60) / 60 * 1.0 < 1 / (0.8 * BUSY_S) + 1
    stage.play(BUSY_FOR_S)
    assert _polls(stage, 60) == pytest.approx(60 / CALM_S, rel=0.15)
    stage.play(CALM_FOR_S)
    assert _polls(stage, 120) == pytest.approx(120 / QUIET_S, rel=0.15)
    stage.write()
    stage.play(1.0)
    assert _polls(stage, 10) > 20, "one event, and the branch is awake"


def test_a_wrong_clock_is_corrected_once_and_the_right_one_again(stage: Stage) -> None:
    stage.centre.ahead_ms = 86_400_000
    stage.play(10.0)
    assert (stage.desk.corrections, stage.worker.status.skew_ms) == ([86_400_000], 86_400_000)
    stage.centre.ahead_ms = 86_400_100
    stage.play(10.0)
    assert stage.desk.corrections == [86_400_000]
    stage.centre.ahead_ms = 0
    stage.play(10.0)
    assert (stage.desk.corrections, stage.worker.status.skew_ms) == ([86_400_000, 0], 0)


def test_what_an_earlier_process_corrected_does_not_stay_for_ever(stage: Stage) -> None:
    # Its desk was switched off with a wrong clock and on again with the right one.
    stage.play(1.0)
    assert stage.desk.corrections == [0]


@pytest.mark.parametrize("slept_s", [60.0, -60.0])
def test_a_clock_that_jumps_between_question_and_answer_corrects_nothing(
    stage: Stage, slept_s: float
) -> None:
    def sleep() -> None:
        stage.seconds += slept_s

    stage.play(1.0)
    stage.centre.meanwhile = sleep
    stage.play(0.0)
    stage.worker.round()
    assert (stage.desk.corrections, stage.worker.status.skew_ms) == ([0], 0)


def test_polls_of_many_desks_do_not_fall_into_step(stage: Stage) -> None:
    stage.play(30)
    gaps = [round(b - a, 3) for a, b in pairwise(stage.errands)]
    assert len(set(gaps)) > 2


def test_the_relay_holds_the_branch_together_while_the_centre_is_gone(stage: Stage) -> None:
    stage.play(2.0)
    assert stage.link is Link.CENTRE
    stage.centre.trouble = "sync.no_answer"
    lost = stage.play(30.0, lambda: stage.link is Link.RELAY)
    assert lost < 1.0
    since = stage.worker.status.since
    stage.write()
    stage.play(5.0, lambda: stage.holds_all(stage.relay))
    assert stage.holds_all(stage.relay)
    assert stage.desk.confirmed == {}, "what only a relay holds is not safe yet"
    assert stage.worker.status.since == since
    stage.centre.trouble = None
    back = stage.play(30.0, lambda: stage.link is Link.CENTRE)
    assert back <= 2 * SPREAD_S + 2 * BUSY_S
    assert stage.holds_all(stage.centre)


def test_nobody_answers_then_somebody_does(stage: Stage) -> None:
    stage.centre.trouble = stage.relay.trouble = "sync.no_answer"
    stage.play(40.0)
    assert stage.link is Link.OFFLINE
    stage.write()
    stage.play(20.0)
    stage.relay.trouble = None
    assert stage.play(30.0, lambda: stage.link is Link.RELAY) < 7.0
    stage.centre.trouble = None
    stage.play(70.0, lambda: stage.link is Link.CENTRE)
    assert stage.holds_all(stage.centre)


def test_a_desk_without_relay_is_offline_and_comes_back() -> None:
    stage = Stage(relay_exists=False)
    stage.play(1.0)
    stage.centre.trouble = "sync.no_answer"
    stage.play(10.0)
    assert stage.link is Link.OFFLINE
    since = stage.worker.status.since
    stage.play(300.0)
    assert stage.worker.status.since == since, "since it was lost, however often it was tried"
    stage.centre.trouble = None
    assert stage.play(30.0, lambda: stage.link is Link.CENTRE) <= 2 * SPREAD_S + 2 * BUSY_S


def test_the_relay_itself_is_not_alone_without_the_centre() -> None:
    stage = Stage(is_relay=True)
    stage.relay.trouble = stage.centre.trouble = "sync.no_answer"
    stage.play(1.0)
    assert stage.link is Link.RELAY
    stage.centre.trouble = None
    stage.play(30.0)
    assert stage.link is Link.CENTRE


@pytest.mark.parametrize("key", ["sync.not_enrolled", "sync.too_old", "sync.malformed"])
def test_what_the_centre_says_no_with_is_said(stage: Stage, key: str) -> None:
    stage.play(1.0)
    stage.centre.trouble = key
    stage.play(5.0)
    assert stage.worker.status.problem == key
    assert stage.link is Link.RELAY
    stage.centre.trouble = None
    stage.play(30.0)
    assert (stage.link, stage.worker.status.problem) == (Link.CENTRE, None)


def test_an_errand_that_fails_is_said_and_keeps_no_ticket_from_the_centre(stage: Stage) -> None:
    stage.play(1.0)
    stage.errand_trouble = "sync.malformed"
    stage.write()
    stage.play(5.0)
    assert (stage.link, stage.worker.status.problem) == (Link.CENTRE, "sync.malformed")
    assert stage.holds_all(stage.centre)
    stage.play(100.0)
    assert stage.worker.status.problem is None, "it went well since"


def test_an_errand_without_an_answer_is_no_trouble(stage: Stage) -> None:
    stage.play(1.0)
    stage.errand_trouble = "sync.no_answer"
    stage.play(5.0)
    assert (stage.link, stage.worker.status.problem) == (Link.CENTRE, None)


def test_a_busy_or_full_own_file_ends_nothing(stage: Stage, expected_log: ExpectedLog) -> None:
    expected_log("exchange: cache.locked")
    stage.play(1.0)
    stage.desk.trouble = "cache.locked"
    stage.play(2.0)
    stage.desk.trouble = None
    stage.write()
    stage.play(2.0)
    assert stage.holds_all(stage.centre)


def test_the_status_is_said_on_news_and_now_and_then(stage: Stage) -> None:
    stage.play(60.0)
    times = [time for time, _ in stage.said]
    assert all(b - a <= 5.5 for a, b in pairwise(times))
    assert len(times) < 20
    count = len(times)
    stage.desk.kept = (1, 0)
    stage.play(1.0)
    assert stage.said[count][1].quarantined == 1


def test_a_status_that_cannot_be_written_is_said_later(stage: Stage) -> None:
    stage.full_disk = True
    stage.play(10.0)
    assert stage.said == []
    stage.full_disk = False
    stage.play(1.0)
    assert stage.said[-1][1].link is Link.CENTRE


def test_a_month_goes_out_page_by_page(stage: Stage) -> None:
    stage.desk.write(30_000)
    stage.commits += 1
    stage.play(60.0, lambda: stage.holds_all(stage.centre))
    assert stage.holds_all(stage.centre)
    assert stage.desk.largest_page <= 500
    assert len(stage.errands) > 1, "others had their turn between"


def test_the_past_is_forgotten_once_a_day_and_only_when_the_centre_has_it(stage: Stage) -> None:
    stage.centre.trouble = "sync.no_answer"
    stage.play(60.0)
    assert stage.desk.pruned == []
    stage.centre.trouble = None
    stage.play(90.0)
    stage.play(86_400.0 / 24)
    assert stage.desk.pruned == [START.date()]
    stage.seconds += 86_400.0
    stage.play(10.0)
    assert stage.desk.pruned == [START.date(), START.date() + timedelta(days=1)]
