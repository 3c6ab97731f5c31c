"""The bench itself: what it writes, and that its limits come from this machine in this run."""

import json
from dataclasses import fields
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.bench.endurance import growth
from tests.bench.figures import Figure, against_goal, against_limit, percentile, write
from tests.bench.store import WAITING, Customers, measure_store
from tests.bench.triage import measure_triage
from tests.bench.window import measure_window
from tests.helpers.desk_app import open_demo_desk

KEYS = ["name", "unit", "p50", "p95", "limit", "ratio", "goal", "met"]
SCANS = 4


def test_the_file_is_a_list_of_figures_with_these_keys(tmp_path: Path) -> None:
    target = tmp_path / "build" / "bench.json"
    write(target, [against_limit("a", "ms", [1.0, 2.0], [1.0], 5), measure_triage(1)])
    written = json.loads(target.read_text(encoding="utf-8"))
    assert [list(figure) for figure in written] == [KEYS, KEYS]
    assert [field.name for field in fields(Figure)] == KEYS
    assert all(type(figure["met"]) is bool for figure in written)


def test_a_goal_is_judged_by_the_95th_percentile() -> None:
    samples = [float(n) for n in range(1, 101)]
    assert percentile(samples, 0.95) == 95
    figure = against_limit("a", "ms", samples, [19.0, 18.0, 20.0], 5)
    assert (figure.p50, figure.p95, figure.limit, figure.ratio) == (50.5, 95, 19, 5)
    assert figure.met
    assert not against_limit("a", "ms", samples, [18.9], 5).met
    assert against_goal("a", "ms", samples, [1.0], 95).met
    assert not against_goal("a", "ms", samples, [1.0], 94).met


def test_limits_are_measured_in_the_same_run(tmp_path: Path) -> None:
    opened = open_demo_desk(tmp_path / "desk")
    customers = Customers(opened, 500, 2 * (SCANS + WAITING))
    runs = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        runs.append(measure_store(opened, customers, tmp_path / name, SCANS))
    opened.close()
    limits = [figure.limit for figure in runs]
    assert min(limits) > 0
    assert limits[0] != limits[1], "no two runs take the same time to the nanosecond"
    assert all(figure.ratio == figure.p95 / figure.limit for figure in runs)


def test_a_scan_is_followed_from_its_last_key_to_the_printer(
    qapp: QApplication, tmp_path: Path
) -> None:
    opened = open_demo_desk(tmp_path / "desk")
    customers = Customers(opened, 500, SCANS + WAITING)
    painted, printed = measure_window(opened, customers, tmp_path, SCANS)
    opened.close()
    assert painted.p50 > painted.limit > 0
    assert printed.p50 > printed.limit > 0


def test_growth_is_told_from_noise() -> None:
    flat = [(float(n), 150 + 0.1 * (n % 3)) for n in range(1000, 2001, 20)]
    leak = [(count, mb + count * 0.004) for count, mb in flat]
    equal = [100.0, 100.4]
    assert growth(flat, equal).met
    assert not growth(leak, equal).met
    assert round(growth(leak, equal).p50, 1) == 4.0
