"""Words for people: sentences, minutes, clock times and ages in the language shown now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lobby_app.messages import Messages

if TYPE_CHECKING:
    from lobby_app.domain.slip import WaitRange
    from lobby_app.domain.text import Language, Text
    from lobby_app.services.views import ChannelOption


class Wording:
    """Makes words from values. Its language is that of the Messages it was given.

    `area`: file of this window's own sentences; what all windows share is in `window`.
    """

    def __init__(self, messages: Messages, area: str) -> None:
        self.messages = messages
        self._area = area

    @property
    def language(self) -> Language:
        """The language shown now."""
        return self.messages.language

    def __call__(self, key: str, /, **params: object) -> str:
        """Return the sentence for a key of this window, or of all windows."""
        own = f"{self._area}.{key}"
        return self.messages(own if own in self.messages else f"window.{key}", **params)

    def text(self, text: Text) -> str:
        """Return a bilingual text in the language shown now."""
        return text(self.language)

    def waiting(self, wait: WaitRange | None) -> str:
        """Return a range of minutes, short, for lists; empty when there is none."""
        if wait is None:
            return ""
        if wait.high <= 0:
            return self("wait_none")
        if wait.low == 0:
            return self("minutes_within", minutes=wait.high)
        if wait.low == wait.high:
            return self("minutes_one", minutes=wait.high)
        return self("minutes_range", low=wait.low, high=wait.high)

    def duration(self, option: ChannelOption) -> str:
        """Return how long a channel takes, for the answer line; empty when nobody can say."""
        if option.minutes is not None:
            return self("about_one", minutes=option.minutes)
        if option.wait is None:
            return ""
        if option.wait.high <= 0:
            return self("wait_none")
        if option.wait.low == 0:
            return self("within", minutes=option.wait.high)
        if option.wait.low == option.wait.high:
            return self("about_one", minutes=option.wait.high)
        return self("about_range", low=option.wait.low, high=option.wait.high)

    def channel(self, option: ChannelOption) -> str:
        """Return "channel · minutes"."""
        parts = (self.text(option.name), self.duration(option))
        return self("dot").join(part for part in parts if part)

    def ahead(self, option: ChannelOption) -> str:
        """Return "3 people ahead" or nothing."""
        if option.ahead is None:
            return ""
        return self("ahead_none") if option.ahead == 0 else self("ahead", count=option.ahead)

    def percent(self, share: float) -> str:
        """Return a share of 0 to 1 as a percentage."""
        digits = 1 if 0 < share < 0.1 else 0
        return self("percent", value=f"{100 * share:.{digits}f}")

    def clock(self, at: datetime) -> str:
        """Return hours and minutes."""
        return f"{at:%H:%M}"

    def since(self, at: datetime, now: datetime) -> str:
        """Return a moment: clock time today, day and clock time otherwise."""
        if at.date() == now.date():
            return self.clock(at)
        return self("day_and_clock", month=at.month, day=at.day, clock=self.clock(at))

    def span(self, at: datetime, now: datetime) -> str:
        """Return how long ago a moment is, in minutes or hours."""
        minutes = max(0, int((now - at).total_seconds() // 60))
        if minutes < 60:
            return self("span_minutes", count=minutes)
        if minutes < 48 * 60:
            return self("span_hours", count=minutes // 60)
        return self("span_days", count=minutes // (24 * 60))
