"""Which calls are new, and which rows are lit: rules of time without a clock of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from lobby_app.services.views import BoardCall, BoardView

LIT_S = 10.0
NEWS = timedelta(seconds=60)
"""A call that reaches the wall later than this is history: the wall slept, or a line was down."""


class Highlights:
    """Follows the board; `now` is always a monotonic time in seconds."""

    def __init__(self, lit_s: float = LIT_S) -> None:
        self._lit_s = lit_s
        self._seen: set[tuple[str, datetime]] | None = None
        self._until: dict[str, float] = {}

    def update(self, board: BoardView, now: float) -> list[BoardCall]:
        """Take in what the board shows; return the calls that are new, oldest first.

        A wall that has just started takes for new what was called within the last seconds.
        """
        calls = board.calls
        new = [call for call in calls if self._is_new(call, calls, board.at)]
        kept = {key for key in self._seen or () if key[1] >= board.at - NEWS}
        self._seen = kept | {(call.number, call.called_at) for call in calls}
        shown = {call.number for call in calls}
        self._until = {number: at for number, at in self._until.items() if number in shown}
        for call in new:
            self._until[call.number] = now + self._lit_s
        return sorted(new, key=lambda call: call.called_at)

    def _is_new(self, call: BoardCall, calls: Sequence[BoardCall], at: datetime) -> bool:
        if self._seen is None:
            return at - call.called_at < timedelta(seconds=self._lit_s)
        if (call.number, call.called_at) in self._seen:
            return False
        # An old row comes back when a newer one leaves the board: that is no call.
        return at - call.called_at < NEWS and not self._fills_a_gap(call, calls)

    def _fills_a_gap(self, call: BoardCall, calls: Sequence[BoardCall]) -> bool:
        """Tell whether a row stands below all those that were seen already."""
        seen = [c.called_at for c in calls if (c.number, c.called_at) in (self._seen or ())]
        return bool(seen) and call.called_at < min(seen)

    def lit(self, now: float) -> frozenset[str]:
        """Return the numbers whose rows are lit."""
        return frozenset(number for number, until in self._until.items() if now < until)
