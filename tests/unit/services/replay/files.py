"""CSV files made by hand, and replays of them."""

from pathlib import Path

import numpy as np

from lobby_app.services.replay.csv_days import read_csv_days
from lobby_app.services.replay.days import ReplayDays
from lobby_app.services.replay.plans import counters_for
from lobby_app.services.replay.report import report
from lobby_app.services.replay.running import Replayed, choose_days, replay
from lobby_app.simulation.model import rule_of
from tests.unit.domain.worlds import POLICY


def days_in(folder: Path, *lines: str, encoding: str = "utf-8", seed: int = 1) -> ReplayDays:
    """Write lines to a file and read them as days."""
    path = folder / "day.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return read_csv_days(path, POLICY, seed)


def replayed(days: ReplayDays, counters: str | None = None, chosen: str | None = None):
    """Replay days under the policy shipped with the program."""
    source = counters_for(days, POLICY, counters, None)
    rule = rule_of(POLICY.thresholds)
    return replay(days, choose_days(days, chosen), source.plan_of, rule, 1)


def figures(days: ReplayDays, counters: str | None = None) -> dict:
    """Return what `--json` would print of them."""
    return report(replayed(days, counters), days.queues)


def calls(one: Replayed) -> list[float]:
    """Return the minutes of the calls in the order of the file."""
    return np.round(one.outcome.called_at, 6).tolist()


def busy_month(folder: Path, days: int = 8, visitors: int = 160) -> Path:
    """Write a file of some busy days; the same every time."""
    rng = np.random.default_rng(7)
    lines = ["date,arrival,class,business,service_min,patience_min"]
    for day in range(1, days + 1):
        for minute in np.sort(rng.uniform(540, 1020, visitors)):
            kind = rng.choice(["ordinary", "ordinary", "ordinary", "tier", "care", "appointment"])
            business = rng.choice(["cash_withdrawal", "note_exchange"])
            service, patience = rng.lognormal(1.6, 0.6), rng.lognormal(3.4, 0.5)
            clock = f"{int(minute) // 60:02d}:{int(minute) % 60:02d}:{int(minute * 60) % 60:02d}"
            lines.append(
                f"2026-11-{day:02d},{clock},{kind},{business},{service:.2f},{patience:.1f}"
            )
    path = folder / "month.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
