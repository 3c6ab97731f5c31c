"""The demo's time: every window of the demo reads one note, so that all live in the same day."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

CLOCK_FILE = "demo-clock.json"


@dataclass(frozen=True, slots=True)
class DemoClock:
    """ports.Clock: began at a real moment, shows another one, runs `speed` times as fast."""

    began: datetime
    shown: datetime
    speed: float

    def now(self) -> datetime:
        """Return the demo's present time, in the branch's zone."""
        return self.shown + (datetime.now(UTC) - self.began) * self.speed

    def real_seconds_until(self, moment: datetime) -> float:
        """Return how many real seconds pass until the demo shows `moment`."""
        return (moment - self.now()).total_seconds() / self.speed


def read_clock(folder: Path, timezone: str) -> DemoClock | None:
    """Return the clock that the demo's traffic has set, None when there is none or it is over."""
    try:
        note = json.loads((folder / CLOCK_FILE).read_text(encoding="ascii"))
        began, shown = datetime.fromisoformat(note["began"]), datetime.fromisoformat(note["shown"])
        return DemoClock(began, shown.astimezone(ZoneInfo(timezone)), float(note["speed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def set_clock(folder: Path, shown: datetime, speed: float) -> DemoClock:
    """Let the demo's time begin at `shown` now."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = DemoClock(datetime.now(UTC), shown, speed)
    note = {"began": clock.began.isoformat(), "shown": shown.isoformat(), "speed": speed}
    (folder / CLOCK_FILE).write_text(json.dumps(note), encoding="ascii")
    return clock
