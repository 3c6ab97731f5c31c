"""A measured figure beside its limit, and how both are written down."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the bench.

    Attributes:
        limit: what the machine itself needs for it, measured in the same run; same unit.
        ratio: p95 ÷ limit.
        goal: what was promised, in words. met: whether the p95 keeps it.
    """

    name: str
    unit: str
    p50: float
    p95: float
    limit: float
    ratio: float
    goal: str
    met: bool


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the sample that `share` of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, -(-round(share * 100) * len(ordered) // 100) - 1)]


def against_limit(
    name: str, unit: str, samples: Sequence[float], limits: Sequence[float], most: float
) -> Figure:
    """Return a figure whose goal is a p95 of at most `most` times the limit."""
    figure = _figure(name, unit, samples, limits)
    return _judged(figure, f"p95 ≤ {most:g} × limit", figure.ratio <= most)


def against_goal(
    name: str, unit: str, samples: Sequence[float], limits: Sequence[float], most: float
) -> Figure:
    """Return a figure whose goal is a p95 of at most `most`; the limit is there to compare."""
    figure = _figure(name, unit, samples, limits)
    return _judged(figure, f"p95 ≤ {most:g} {unit}", figure.p95 <= most)


def _figure(name: str, unit: str, samples: Sequence[float], limits: Sequence[float]) -> Figure:
    limit, p95 = median(limits), percentile(samples, 0.95)
    return Figure(name, unit, median(samples), p95, limit, p95 / limit, "", met=False)


def _judged(figure: Figure, goal: str, met: bool) -> Figure:
    values = asdict(figure) | {"goal": goal, "met": met}
    return Figure(**values)


def line(figure: Figure) -> str:
    """Return a figure as one line of the printed table."""
    verdict = "met" if figure.met else "NOT MET"
    return (
        f"{figure.name:<52} p50 {figure.p50:>9.3f}  p95 {figure.p95:>9.3f}"
        f"  limit {figure.limit:>9.3f} {figure.unit:<9} ×{figure.ratio:>6.1f}"
        f"  {figure.goal}: {verdict}"
    )


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Write all figures as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
