"""A wall clock for child processes that a test sets; monotonic time stays real, as in a sleep."""

from pathlib import Path

_FAKETIME = "faketime/libfaketime.so.1"


class SetClock:
    """Moves the wall clock of every process that has its environment."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    def set(self, seconds: float) -> None:
        """Let the clock be this far from the computer's."""
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(f"{seconds:+.0f}", encoding="ascii")
        unfinished.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(next(Path("/usr/lib").glob(f"*/{_FAKETIME}"))),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
