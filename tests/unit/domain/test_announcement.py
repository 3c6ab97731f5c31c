"""What is said: wording and digit rule vectors, and a queue that never overlaps or forgets."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lobby_app.domain.announcement import (
    LETTERS,
    Announcement,
    AnnouncementQueue,
    en_clips,
    required_clips,
    zh_clips,
)
from lobby_app.domain.errors import BugError

CHINESE = [
    ("A037", 3, "qing A ling san qi hao dao san hao_chuangkou banli_yewu"),
    # Three or more digits: one is yao.
    ("B118", 12, "qing B yao yao ba hao dao shi er hao_chuangkou banli_yewu"),
    ("A1042", 1, "qing A yao ling si er hao dao yi hao_chuangkou banli_yewu"),
    # Shorter: one is yi.
    ("C12", 2, "qing C yi er hao dao er hao_chuangkou banli_yewu"),
    # The counter is a number, never yao.
    ("D12001", 10, "qing D yao er ling ling yao hao dao shi hao_chuangkou banli_yewu"),
    ("E1111", 11, "qing E yao yao yao yao hao dao shi yi hao_chuangkou banli_yewu"),
    ("A2009", 20, "qing A er ling ling jiu hao dao er shi hao_chuangkou banli_yewu"),
    ("A2009", 31, "qing A er ling ling jiu hao dao san shi yi hao_chuangkou banli_yewu"),
    ("A2009", 101, "qing A er ling ling jiu hao dao yi ling yi hao_chuangkou banli_yewu"),
]
ENGLISH = [
    ("A037", 3, "ticket A zero three seven please_go_to_counter three"),
    ("B118", 12, "ticket B one one eight please_go_to_counter twelve"),
    ("A1042", 20, "ticket A one zero four two please_go_to_counter twenty"),
    ("C12", 21, "ticket C one two please_go_to_counter twenty one"),
    ("C12", 99, "ticket C one two please_go_to_counter ninety nine"),
    ("C12", 105, "ticket C one two please_go_to_counter one zero five"),
]


@pytest.mark.parametrize(("number", "counter", "said"), CHINESE)
def test_the_mandarin_sentence(number: str, counter: int, said: str) -> None:
    assert zh_clips(number, counter) == tuple(f"zh/{word}" for word in said.split())


@pytest.mark.parametrize(("number", "counter", "said"), ENGLISH)
def test_the_english_sentence(number: str, counter: int, said: str) -> None:
    assert en_clips(number, counter) == tuple(f"en/{word}" for word in said.split())


@given(
    letter=st.sampled_from(LETTERS),
    digits=st.from_regex(re.compile(r"[0-9]{1,6}", re.A), fullmatch=True),
    counter=st.integers(1, 9999),
)
def test_every_ticket_can_be_said_with_the_required_clips(
    letter: str, digits: str, counter: int
) -> None:
    call = Announcement(letter + digits, counter)
    known = set(required_clips())
    for sentence in call.sentences:
        assert set(sentence) <= known
    # Every digit of the ticket is said, singly.
    assert len(call.sentences[0][2 : 2 + len(digits)]) == len(digits)


def test_no_clip_is_needed_for_letters_that_look_like_digits() -> None:
    assert "I" not in LETTERS
    assert "O" not in LETTERS
    assert len(required_clips()) == len(set(required_clips())) == 96


class Speaking(RuleBasedStateMachine):
    """Calls come in any order while a voice says them one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = AnnouncementQueue()
        self.owed: dict[str, int] = {}
        self.turn: list[str] = []

    @rule(number=st.sampled_from(("A1001", "A1002", "B1001")), counter=st.integers(1, 3))
    def call(self, number: str, counter: int) -> None:
        self.queue = self.queue.with_call(Announcement(number, counter))
        self.owed[number] = counter
        self.turn = [other for other in self.turn if other != number] + [number]

    @precondition(lambda self: self.queue.can_begin)
    @rule()
    def begin(self) -> None:
        self.queue = self.queue.begun()
        said = self.queue.current
        # The oldest of the newest calls, to where it was called last.
        assert said == Announcement(self.turn.pop(0), self.owed.pop(said.number))

    @precondition(lambda self: self.queue.current is not None)
    @rule()
    def finish(self) -> None:
        with pytest.raises(BugError):
            self.queue.begun()
        self.queue = self.queue.done()

    @invariant()
    def nobody_is_forgotten_and_nobody_waits_twice(self) -> None:
        waiting = [call.number for call in self.queue.waiting]
        assert waiting == self.turn
        assert len(waiting) == len(set(waiting))


def test_calls_that_waited_too_long_leave_the_queue() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    queue = AnnouncementQueue()
    for minute in range(3):
        at = noon + timedelta(minutes=minute)
        queue = queue.with_call(Announcement(f"A100{minute}", 1, at))
    queue = queue.begun().since(noon + timedelta(minutes=2))
    assert [call.number for call in queue.waiting] == ["A1002"]
    assert queue.current == Announcement("A1000", 1, noon), "what is being said is not cut off"


def test_calls_that_do_not_stand_any_more_leave_the_queue() -> None:
    queue = AnnouncementQueue()
    for number in ("A1001", "A1002", "A1003"):
        queue = queue.with_call(Announcement(number, 1))
    queue = queue.begun().standing({("A1002", 4), ("A1003", 1)})
    assert queue.waiting == (Announcement("A1003", 1),)
    assert queue.current == Announcement("A1001", 1), "what is being said is not cut off"


TestSpeaking = Speaking.TestCase
