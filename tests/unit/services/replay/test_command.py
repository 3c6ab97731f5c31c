"""`lobby replay` as it is typed: one object, two side by side, a draft, a day of the log."""

import json
from pathlib import Path

import pytest

from lobby_app.cli import run
from lobby_app.domain.ticket_steps import FinishOutcome
from lobby_app.policy.loader import load_policy
from lobby_app.services import calling
from tests.helpers.calling_desk import calling_desk, session_of, tickets_for
from tests.unit.services.replay.files import busy_month

KEYS = {"waits", "attainment", "overtaking", "abandonment", "forecast"}
FORECAST = {"mae", "naive_mae", "median_error", "within_5", "coverage_80", "width_80"}
BANK_CALLS = """\
date,wd,type,priority,arrive,vru_exit,q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server
1999-01-01,4.0,PS,2,31.0,36.0,36.0,189.0,153.0,HANG,0.0,0.0,0.0,-1
1999-01-01,4.0,PS,2,24920.0,24926.0,24926.0,24943.0,17.0,AGENT,24943.0,24997.0,54.0,18
1999-01-01,4.0,PS,0,27676.0,27686.0,0.0,0.0,0.0,AGENT,27685.0,27893.0,208.0,4
1999-01-01,4.0,NE,1,27680.0,27686.0,27686.0,27900.0,214.0,AGENT,27900.0,28093.0,193.0,4
1999-01-02,5.0,PS,1,29922.0,29931.0,0.0,0.0,0.0,AGENT,29930.0,66230.0,36291.0,15
"""


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs `lobby replay` and returns status, output and complaint."""

    def ask(*arguments: object) -> tuple[int, str, str]:
        data = ("--data-dir", str(tmp_path / "data"), "--language", "en")
        status = run(["replay", *map(str, arguments), *data])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return ask


def test_json_is_one_object_with_the_promised_keys(asked, tmp_path: Path) -> None:
    status, out, err = asked(busy_month(tmp_path, days=2), "--counters", "2", "--json")
    assert (status, err) == (0, "")
    figures = json.loads(out)
    assert figures.keys() >= KEYS
    assert figures["forecast"].keys() >= FORECAST
    assert figures["served"] + figures["abandoned"] + figures["open"] == figures["tickets"] == 320
    assert figures["days"] == 2


def test_the_figures_are_said_in_both_languages(asked, tmp_path: Path, capsys) -> None:
    month = busy_month(tmp_path, days=1)
    _, out, _ = asked(month, "--counters", "2")
    assert "Overtaking" not in out
    assert "appointment" in out
    assert "people ahead" in out
    run(["replay", str(month), "--data-dir", str(tmp_path), "--language", "zh_CN"])
    assert "爱心" in capsys.readouterr().out


def test_two_counter_plans_side_by_side(asked, tmp_path: Path) -> None:
    month = busy_month(tmp_path, days=1)
    two = ("--compare", "--counters", "2", "--counters", "3")
    both = json.loads(asked(month, *two, "--json")[1])
    assert set(both) == {"a", "b"}
    assert both["a"]["waits"]["all"]["mean"] > both["b"]["waits"]["all"]["mean"]
    alone = json.loads(asked(month, "--counters", "2", "--json")[1])
    assert both["a"] == alone
    _, out, _ = asked(month, *two)
    assert "mean A" in out
    assert "mean B" in out


def test_a_better_rule_is_written_as_a_draft_and_compared(asked, tmp_path: Path) -> None:
    month = busy_month(tmp_path, days=6, visitors=110)
    flat = _flat_policy(tmp_path)
    tuning = ("--tune", "--policy", flat, "--counters", "2", "--draft", tmp_path / "draft")
    status, out, _ = asked(month, *tuning, "--json")
    assert status == 0
    proposed = json.loads(out)
    assert proposed["draft"] == str(tmp_path / "draft")
    policy = load_policy(tmp_path / "draft")
    assert policy.version == proposed["version"]
    both = json.loads(
        asked(month, "--compare", "--policy", flat, "--policy", tmp_path / "draft",
              "--counters", "2", "--days", "2-2", "--json")[1]
    )  # fmt: skip
    assert both["b"]["policy"] == policy.version
    care = "priority:care"
    assert both["b"]["waits"][care]["mean"] < both["a"]["waits"][care]["mean"]
    assert asked(month, *tuning)[0] == 2


def _flat_policy(folder: Path) -> Path:
    """Return a policy under which care gains no faster than anybody."""
    from shutil import copytree

    from lobby_app.resources import resource

    target = Path(copytree(resource("policy"), folder / "flat"))
    path = target / "thresholds.toml"
    text = path.read_text(encoding="utf-8")
    for old in ("care = 3", "appointment = 5", "tier = 8"):
        text = text.replace(old, f"{old.split()[0]} = 15")
    path.write_text(text, encoding="utf-8")
    return target


def test_the_banks_call_file_is_read(asked, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(BANK_CALLS, encoding="utf-8")
    status, out, err = asked(path, "--json")
    assert (status, err) == (0, "")
    figures = json.loads(out)
    assert (figures["days"], figures["tickets"]) == (2, 5)
    assert {"priority:tier", "priority:ordinary", "queue:hall"} <= figures["waits"].keys()
    first = json.loads(asked(path, "--days", "1", "--json")[1])
    assert first["tickets"] == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--counters", "2", "--counters", "3"), "--compare"),
        (("--compare",), "second"),
        (("--days", "9-12"), "9-12"),
        (("--classes", "gold"), "gold"),
        (("--counters", "vip_counter*2"), "No counter serves"),
    ],
)
def test_wrong_use_is_one_sentence(asked, tmp_path: Path, arguments, words) -> None:
    status, out, err = asked(busy_month(tmp_path, days=1, visitors=3), *arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_day_of_the_event_log(asked, tmp_path: Path) -> None:
    opened = calling_desk(tmp_path / "data")
    try:
        desk, teller = opened.desk, session_of("0201")
        tickets_for(opened, 3)
        calling.open_counter(desk, teller, 1, ("cash_counter",))
        calling.call_next(desk, teller, 1)
        calling.start_service(desk, teller, 1)
        calling.finish_current(desk, teller, 1, FinishOutcome.DONE)
        day = desk.business_day()
    finally:
        opened.close()
    status, out, err = asked(day, "--demo", "--json")
    assert (status, err) == (0, "")
    figures = json.loads(out)
    assert figures["tickets"] == 3
    assert list(figures["waits"]) == ["all", "priority:ordinary", "queue:cash_counter"]
    status, _, err = asked("2001-01-01", "--demo")
    assert status == 2
    assert "2001-01-01" in err
