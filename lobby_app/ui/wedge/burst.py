"""Tell a reader's burst from a person's typing: pure rules over characters and times, no Qt.

A key is held back only while it may belong to a reader. Times are those of the operating system's
key events in milliseconds; they may wrap at 32 bits.
"""

import unicodedata
from dataclasses import dataclass
from statistics import median

from lobby_app.config import WedgeSettings
from lobby_app.ui.wedge.forms import (
    SENTINELS,
    SEPARATORS,
    STX,
    TERMINATORS,
    awaits_more_lines,
    has_reader_form,
    is_licence,
)

MAX_CHARACTERS = 4000
_MIN_CHARACTERS = 6
_MIN_ANNOUNCED = 3
_LENIENT = 1.4
"""How much slower than `median_ms` most keys, or the keys of a known form, may be."""
_MANY_GAPS = 12
_TYPING_PAUSE_MS = 500
_TYPING_MEMORY = 8
_CLOCK = 1 << 32


@dataclass(frozen=True, slots=True)
class Step:
    """What one key, or silence, has decided.

    Attributes:
        replay: the keys held so far were typed by a person: deliver them, then go on.
        scan: the keys held so far (and this one, if it is taken) were this scan: drop them.
        takes: this key is, or may be, the reader's: no widget may see it now.
    """

    replay: bool = False
    scan: str | None = None
    takes: bool = False


class Burst:
    """The characters that may be a reader's, and the verdict on them (devices 1.4).

    - A first key is held for `hold_ms` (`gap_ms` if it is a sentinel, STX or the prefix).
    - Keys stay held while they keep a reader's average pace, one or two hiccups forgiven, and no
      gap is longer than `gap_ms`: a person's keys are let go after two or three.
    - A scan has a terminator and at least 6 characters (3 after a prefix or sentinel). Of a short
      one the median gap is at most `median_ms` and three quarters of the gaps at most 1.4 times
      that; of a long one either is enough; what has the form of a stripe, zone or licence may be
      1.4 times as slow; what begins with STX or the prefix has to keep within `gap_ms` only.
    - The last gaps of typing just before count as well: a scan does not begin amid typing.
    - A scan without a terminator counts as typing: programme the reader's suffix.
    - Another terminator within `gap_ms` of a scan is its suffix too (CR LF sent as two Enters).
    - More than 4000 characters are handed over as they are, for the parser to refuse; what follows
      without a pause is thrown away.
    """

    def __init__(self, settings: WedgeSettings) -> None:
        self._settings = settings
        self._prefix = settings.prefix or STX
        self._most_ms = settings.median_ms * _LENIENT
        # One more than the parser takes is left when STX and prefix are gone.
        self._room = MAX_CHARACTERS + len(STX + self._prefix)
        self._text: list[str] = []
        self._gaps: list[int] = []
        self._pace_before: list[int] = []
        self._spent_ms = 0
        self._last_ms = 0
        self._is_reading = False
        self._tail: frozenset[str] | None = frozenset()

    @property
    def is_pending(self) -> bool:
        """Whether keys are held."""
        return bool(self._text)

    @property
    def is_reading(self) -> bool:
        """Whether the held keys are a reader's beyond doubt, though not complete."""
        return self._is_reading

    @property
    def patience_ms(self) -> int:
        """Return how long after the last held key the next one may come."""
        hold, gap = self._settings.hold_ms, self._settings.gap_ms
        if self._is_announced() or self._is_reading:
            return gap
        if not self._gaps:
            is_first_of_scan = self._text and self._text[0] in SENTINELS | {self._prefix[0]}
            return gap if is_first_of_scan else hold
        budget = self._most_ms * (len(self._gaps) + 1) + gap // 2 - self._spent_ms
        return int(max(self._most_ms, min(gap, budget)))

    def feed(self, character: str, at_ms: int) -> Step:
        """Judge one character key."""
        character = unicodedata.normalize("NFKC", character)
        since = (at_ms - self._last_ms) % _CLOCK
        before = Step()
        if self._text and (since > self.patience_ms or character == STX):
            before = self.end()
        now = self._added(character, since) if self._text else self._begun(character, since)
        if now.takes:
            self._last_ms = at_ms % _CLOCK
        return Step(before.replay or now.replay, before.scan or now.scan, now.takes)

    def end(self) -> Step:
        """Judge what is held when no key has followed in time; nothing is held afterwards."""
        text = "".join(self._text)
        # A terminator is only ever held where more lines were to come.
        if not TERMINATORS.isdisjoint(text) and self._is_scan(text):
            return self._scan(text, TERMINATORS)
        return self._typed()

    def clear(self) -> None:
        """Forget every character."""
        self._text.clear()
        self._gaps.clear()
        self._pace_before.clear()
        self._spent_ms = 0
        self._is_reading = False
        self._tail = frozenset()

    def _begun(self, character: str, since: int) -> Step:
        """Judge a character when nothing is held."""
        if self._tail is None or character in self._tail:
            if since <= self._settings.gap_ms:
                return Step(takes=True)
            self._tail = frozenset()
        may_begin = (
            character == self._prefix[0]
            if self._settings.prefix_only
            else (character.isprintable() and character != " ") or character == STX
        )
        if not may_begin:
            return Step()
        self._tail = frozenset()
        if since > _TYPING_PAUSE_MS:
            self._pace_before.clear()
        else:
            self._pace_before.append(since)
        self._text.append(character)
        return Step(takes=True)

    def _added(self, character: str, since: int) -> Step:
        """Judge a character that came in time after the held ones."""
        text = "".join(self._text) if character in TERMINATORS | SEPARATORS else ""
        if character in SEPARATORS and not (self._is_reading or is_licence(text)):
            return self.end()
        if self._settings.prefix_only and not self._may_be_announced(character):
            return self.end()
        self._gaps.append(since)
        self._spent_ms += since
        if len(self._text) >= self._room:
            return self._scan("".join([*self._text, character]), None)
        if character in TERMINATORS:
            return self._terminated(text + character)
        self._text.append(character)
        self._is_reading = self._is_reading or self._looks_like_reading()
        return Step(takes=True)

    def _terminated(self, text: str) -> Step:
        is_scan = self._is_scan(text)
        if (is_scan or is_licence(text)) and awaits_more_lines(text):
            self._text.append(text[-1])
            return Step(takes=True)
        if is_scan:
            return self._scan(text, TERMINATORS)
        return self._typed()

    def _typed(self) -> Step:
        """Let the held keys go, but remember their pace: a scan does not begin amid typing."""
        was_pending = self.is_pending
        pace = (self._pace_before + self._gaps)[-_TYPING_MEMORY:]
        self.clear()
        self._pace_before = pace
        return Step(replay=was_pending)

    def _scan(self, text: str, tail: frozenset[str] | None) -> Step:
        """Hand the text over and forget it; `tail` is swallowed after it (None: everything)."""
        self.clear()
        self._tail = tail
        text = text.removeprefix(STX).removeprefix(self._prefix)
        if tail is not None:
            text = text.rstrip("".join(TERMINATORS))
        return Step(scan=text, takes=True)

    def _is_scan(self, text: str) -> bool:
        """Tell whether a text with its terminator came from a reader."""
        body = text.removeprefix(STX).removeprefix(self._prefix).rstrip("".join(TERMINATORS))
        announced = self._is_announced()
        needed = _MIN_ANNOUNCED if announced or body[:1] in SENTINELS else _MIN_CHARACTERS
        if len(body) < needed:
            return False
        if announced:
            return True
        gaps = sorted(self._pace_before + self._gaps)
        middle = median(gaps)
        if has_reader_form(text):
            return middle <= self._most_ms
        is_half_fast = middle <= self._settings.median_ms
        is_most_fast = gaps[len(gaps) * 3 // 4] <= self._most_ms
        if len(gaps) < _MANY_GAPS:
            return is_half_fast and is_most_fast
        return is_half_fast or is_most_fast

    def _looks_like_reading(self) -> bool:
        if self._is_announced():
            return True
        recent = self._gaps[1 - _MIN_CHARACTERS :]
        return len(self._text) >= _MIN_CHARACTERS and median(recent) <= self._settings.median_ms

    def _is_announced(self) -> bool:
        """Tell whether the held keys begin with STX or the whole prefix."""
        start = "".join(self._text[: len(self._prefix)])
        return start == self._prefix or start[:1] == STX

    def _may_be_announced(self, character: str) -> bool:
        start = "".join(self._text[: len(self._prefix)]) + character
        return start.startswith(self._prefix) or self._prefix.startswith(start)
