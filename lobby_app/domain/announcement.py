"""What is said when a ticket is called: clips, their order, and who speaks when (devices 8)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lobby_app.domain.errors import BugError

CHIME = "chime"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Zone letters; I and O sound and look like digits and are left out."""

_ZH_DIGITS = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_ZH_LONG_ONE = "yao"
_ZH_TEN = "shi"
_ZH_PHRASES = ("qing", "hao", "dao", "hao_chuangkou", "banli_yewu")
_EN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_EN_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_PHRASES = ("ticket", "please_go_to_counter")


def zh_clips(number: str, counter: int) -> tuple[str, ...]:
    """Return the Mandarin sentence: "qing A ling san qi hao dao san hao_chuangkou banli_yewu".

    Digits are said singly; 1 is `yao` in numbers of three or more digits, as on the telephone.
    The counter is a number: 12 is `shi er`.
    """
    digits = sum(character.isdigit() for character in number)
    one = _ZH_LONG_ONE if digits >= 3 else _ZH_DIGITS[1]
    said = [one if c == "1" else _ZH_DIGITS[int(c)] if c in "0123456789" else c.upper()
            for c in number]  # fmt: skip
    return ("zh/qing", *_in("zh", said), "zh/hao", "zh/dao",
            *_in("zh", _zh_cardinal(counter)), "zh/hao_chuangkou", "zh/banli_yewu")  # fmt: skip


def en_clips(number: str, counter: int) -> tuple[str, ...]:
    """Return the English sentence: "ticket A zero three seven please_go_to_counter three"."""
    said = [_EN_DIGITS[int(c)] if c in "0123456789" else c.upper() for c in number]
    return ("en/ticket", *_in("en", said), "en/please_go_to_counter",
            *_in("en", _en_cardinal(counter)))  # fmt: skip


def _in(folder: str, names: list[str]) -> Iterator[str]:
    return (f"{folder}/{name}" for name in names)


def _zh_cardinal(number: int) -> list[str]:
    if number < 10:
        return [_ZH_DIGITS[number]]
    if number > 99:
        return [_ZH_DIGITS[int(digit)] for digit in str(number)]
    tens, ones = divmod(number, 10)
    return [
        *([_ZH_DIGITS[tens]] if tens > 1 else []),
        _ZH_TEN,
        *([_ZH_DIGITS[ones]] if ones else []),
    ]


def _en_cardinal(number: int) -> list[str]:
    if number < 10:
        return [_EN_DIGITS[number]]
    if number < 20:
        return [_EN_TEENS[number - 10]]
    if number > 99:
        return [_EN_DIGITS[int(digit)] for digit in str(number)]
    tens, ones = divmod(number, 10)
    return [_EN_TENS[tens - 2], *([_EN_DIGITS[ones]] if ones else [])]


def required_clips() -> tuple[str, ...]:
    """Return every clip that some announcement needs, chime first."""
    chinese = (*_ZH_PHRASES, *_ZH_DIGITS, _ZH_LONG_ONE, _ZH_TEN, *LETTERS)
    english = (*_EN_PHRASES, *_EN_DIGITS, *_EN_TEENS, *_EN_TENS, *LETTERS)
    return (CHIME, *_in("zh", list(chinese)), *_in("en", list(english)))


@dataclass(frozen=True, slots=True)
class Announcement:
    """One call to be said: a ticket's number as printed, and where to go.

    `asked_at`: since when it waits for its turn, None where nobody keeps time.
    """

    number: str
    counter: int
    asked_at: datetime | None = None

    @property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """The Mandarin and the English sentence, as clips."""
        return zh_clips(self.number, self.counter), en_clips(self.number, self.counter)


@dataclass(frozen=True, slots=True)
class AnnouncementQueue:
    """Calls that wait to be said, and the one that is being said: never two at once."""

    waiting: tuple[Announcement, ...] = ()
    current: Announcement | None = None

    def with_call(self, call: Announcement) -> "AnnouncementQueue":
        """Return the queue with a call at its end; an older one of the same ticket gives way.

        What is being said is not cut off: the new call follows.
        """
        others = tuple(other for other in self.waiting if other.number != call.number)
        return replace(self, waiting=(*others, call))

    def since(self, moment: datetime) -> "AnnouncementQueue":
        """Return the queue without the calls that have been waiting since before `moment`."""
        kept = (call for call in self.waiting if not call.asked_at or call.asked_at >= moment)
        return replace(self, waiting=tuple(kept))

    def standing(self, calls: Collection[tuple[str, int]]) -> "AnnouncementQueue":
        """Return the queue without the calls that do not stand any more: number and counter."""
        kept = (call for call in self.waiting if (call.number, call.counter) in calls)
        return replace(self, waiting=tuple(kept))

    @property
    def can_begin(self) -> bool:
        """Whether somebody waits and nobody is being called."""
        return self.current is None and bool(self.waiting)

    def begun(self) -> "AnnouncementQueue":
        """Return the queue with its first call being said."""
        if not self.can_begin:
            raise BugError("an announcement would overlap another one")
        return AnnouncementQueue(self.waiting[1:], self.waiting[0])

    def done(self) -> "AnnouncementQueue":
        """Return the queue after the present call was said, or could not be."""
        return replace(self, current=None)
