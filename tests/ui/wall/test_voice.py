"""What the wall says, in which order, how often, and what it says no more."""

from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from PySide6.QtWidgets import QApplication

from lobby_app.assembly import OpenDesk
from lobby_app.domain.announcement import Announcement
from lobby_app.domain.ports import VoiceOutcome
from lobby_app.services import calling
from lobby_app.ui.wall.speaking import TOO_LATE
from tests.helpers.wall_app import (
    MORNING,
    PATIENCE_S,
    RecordingVoice,
    WallPage,
    a_board,
    a_call,
    wall_page,
)
from tests.ui.wall.calls import TELLER, call_next, queue_up


def test_each_call_is_said_twice_and_one_without_sound_not(
    qapp: QApplication, opened: OpenDesk
) -> None:
    with wall_page(None) as page:
        page.open()
        page.window.show_board(a_board(a_call("A1001", 1)))
        silent = a_call("A1002", 2, MORNING, without_sound=True)
        page.window.show_board(a_board(a_call("A1003", 3, MORNING), silent))
        page.settle()
        assert page.voice.said == [("A1003", 3, 80)] * 2
        assert page.lit == ["A1003", "A1002"]
        assert not page.view.veil.is_framed


class HeldVoice(RecordingVoice):
    """Takes its time with every sentence, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = Event()

    def say(self, announcement: Announcement, volume: int) -> VoiceOutcome:
        outcome = super().say(announcement, volume)
        self.may_end.wait(PATIENCE_S)
        return outcome

    def stop(self) -> None:
        self.may_end.set()


def test_what_waited_for_its_turn_through_a_sleep_is_not_said(
    qapp: QApplication, opened: OpenDesk
) -> None:
    voice = HeldVoice()
    with wall_page(opened, voice=voice) as page:
        page.open()
        first = page.time.at
        calls = [a_call("A1002", 2, first), a_call("A1001", 1, first - timedelta(seconds=1))]
        page.window.show_board(a_board(*calls, at=first))
        page.time.at += TOO_LATE / 2
        calls.insert(0, a_call("A1003", 3, page.time.at))
        page.window.show_board(a_board(*calls, at=page.time.at))
        page.time.at += TOO_LATE / 2 + timedelta(seconds=1)
        voice.may_end.set()
        page.settle()
        assert voice.numbers == ["A1001", "A1003", "A1003"]


def test_twenty_calls_between_two_looks_are_all_said_one_after_the_other(page: WallPage) -> None:
    page.window.show_board(a_board())
    numbers = [f"A10{n:02d}" for n in range(20)]
    calls = [a_call(at, 1, MORNING + timedelta(seconds=n)) for n, at in enumerate(numbers)]
    page.window.show_board(a_board(*reversed(calls)))
    page.settle()
    assert [row[0] for row in page.rows] == numbers[:-7:-1]
    assert page.voice.numbers == [*numbers, numbers[-1]], "the last one twice: nobody waits"


def test_a_call_that_comes_while_another_is_said_waits_for_one_round_only(
    qapp: QApplication,
) -> None:
    voice = HeldVoice()
    with wall_page(None, voice=voice) as page:
        page.open()
        first = a_call("A1001", 1, MORNING)
        page.window.show_board(a_board(first))
        page.window.show_board(a_board(a_call("A1002", 2, MORNING), first))
        voice.may_end.set()
        page.settle()
        assert voice.numbers == ["A1001", "A1002", "A1002"]


def test_calls_that_are_taken_back_or_over_are_not_said_any_more(qapp: QApplication) -> None:
    voice = HeldVoice()
    with wall_page(None, voice=voice) as page:
        page.open()
        calls = [a_call(f"A100{n}", n, MORNING + timedelta(seconds=n)) for n in (4, 3, 2, 1)]
        page.window.show_board(a_board(*calls))
        # The first is undone while it is being said, the second in time; the third is served.
        served = replace(calls[1], is_over=True)
        page.window.show_board(a_board(calls[0], served))
        voice.may_end.set()
        page.settle()
        assert voice.numbers == ["A1001", "A1004", "A1004"]


def test_a_call_undone_while_it_is_said_is_not_said_again(
    qapp: QApplication, opened: OpenDesk
) -> None:
    voice = HeldVoice()
    with wall_page(opened, voice=voice) as page:
        page.open()
        queue_up(opened, 1, 1)
        call_next(opened)
        page.window.watch.look()
        page.until(lambda: voice.numbers == ["A1001"])
        ticket = calling.counter_view(opened.desk, 1).current
        calling.undo_last_step(opened.desk, TELLER, 1, ticket.ticket_id)
        page.window.watch.look()
        page.until(lambda: page.rows == [])
        voice.may_end.set()
        page.settle()
        assert voice.numbers == ["A1001"]


def test_quiet_hours_begin_while_calls_wait_and_end_again(
    qapp: QApplication, opened: OpenDesk
) -> None:
    noon, voice = MORNING.replace(hour=12, minute=0), HeldVoice()
    with wall_page(
        opened, voice=voice, quiet="12:00-14:00", at=noon - timedelta(seconds=5)
    ) as page:
        page.open()
        first, second, third, fourth = (
            a_call(f"A100{n}", n, MORNING + timedelta(seconds=n)) for n in range(1, 5)
        )
        page.window.show_board(a_board(second, first))
        page.time.at = noon
        voice.may_end.set()
        page.settle()
        page.window.show_board(a_board(third, second, first))
        page.settle()
        assert voice.numbers == ["A1001"]
        assert not page.view.veil.is_framed
        page.time.at = noon + timedelta(hours=2)
        page.window.show_board(a_board(fourth, third, second, first))
        page.settle()
        assert voice.numbers == ["A1001", "A1004", "A1004"]


def test_nothing_is_said_in_quiet_hours(qapp: QApplication) -> None:
    with wall_page(None, quiet="00:00-00:00") as page:
        page.open()
        page.window.show_board(a_board(a_call("A1003", 3, MORNING)))
        page.settle()
        assert page.voice.said == []
        assert page.lit == ["A1003"]
        assert not page.view.veil.is_framed


@pytest.mark.parametrize("outcome", [VoiceOutcome.NO_DEVICE, VoiceOutcome.NO_CLIPS])
def test_without_sound_the_frame_goes_on_three_times_and_no_error(
    qapp: QApplication, outcome: VoiceOutcome
) -> None:
    with wall_page(None, voice=RecordingVoice(outcome)) as page:
        page.open()
        page.window.show_board(a_board(a_call("A1003", 3, MORNING)))
        page.settle()
        frames = []
        for _ in range(40):
            page.window.tick()
            frames.append(page.view.veil.is_framed)
            page.pass_time(0.1)
        changes = sum(1 for a, b in zip([False, *frames], frames, strict=False) if b and not a)
        assert changes == 3
        assert not frames[-1]
        assert page.lit == ["A1003"]
