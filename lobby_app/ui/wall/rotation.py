"""What takes turns on the wall: still pictures, changed only while nobody is being called."""


class Rotation:
    """Which of some things is shown; `now` is a monotonic time in seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._place = 0
        self._due: float | None = None

    def place(self, count: int, now: float, *, is_held: bool) -> int:
        """Return which of `count` things to show now.

        While `is_held` nothing changes. What is due then changes afterwards at once: where calls
        are many, nothing would ever change otherwise.
        """
        if self._due is None:
            self._due = now + self._seconds
        elif now >= self._due and not is_held:
            self._due = now + self._seconds
            self._place += 1
        self._place = self._place % count if count else 0
        return self._place
