"""A bank's regression test of its own policy: differences are found and named."""

import json
from pathlib import Path

import pytest

from lobby_app.cli import run
from lobby_app.domain.errors import KnownError
from lobby_app.services.case_files import dispatch_file, triage_file
from tests.unit.domain.worlds import POLICY

CASES = Path(__file__).parents[2] / "cases"


def _changed(tmp_path: Path, name: str, old: str, new: str, count: int = 1) -> Path:
    text = (CASES / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("channel: cash_recycler\n    queue: null", "channel: cash_counter\n    queue: null",
         "channel"),
        ("prompt: go_cash_recycler", "prompt: take_ticket", "prompt"),
        ("ticket: false", "ticket: true", "ticket"),
        ("alternatives: [cash_counter]", "alternatives: []", "alternatives"),
        ("documents: [account_medium]", "documents: [account_medium, id_document]", "documents"),
        ("priority: ordinary", "priority: care", "priority"),
        ("must_not: []", "must_not: [offer_self_service]", "must_not"),
    ],
)  # fmt: skip
def test_a_changed_expectation_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    results = list(triage_file(_changed(tmp_path, "triage.yaml", old, new), POLICY))
    found = [d for result in results for d in result.differences]
    assert [(d.case, d.key) for d in found] == [("TC001", key)]


def test_parameters_override_the_policy(tmp_path: Path) -> None:
    path = _changed(
        tmp_path,
        "triage.yaml",
        "cash_recycler_withdrawal_limit: 20000",
        "cash_recycler_withdrawal_limit: 1000",
    )
    wrong = {d.case for r in triage_file(path, POLICY) for d in r.differences}
    assert {"TC001", "TC078"} <= wrong


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("tier: platinum", "tier: platin", "wrong_value"),
        ("amount: 3000", "amuont: 3000", "wrong_value"),
        ("time: '10:20'", "time: noon", "wrong_value"),
        ("elder_age: 60", "elder_agee: 60", "unknown_parameter"),
        ("must_not: [refuse_counter", "must_not: [be_rude", "unknown_must_not"),
        ("cases:", "case:", "no_cases"),
        ("version: 1", "version: [1", "unreadable"),
        ("- id: TC001", "- idd: TC001", "no_cases"),
    ],
)
def test_a_malformed_file_is_one_sentence(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = _changed(tmp_path, "triage.yaml", old, new)
    with pytest.raises(KnownError) as caught:
        list(triage_file(path, POLICY))
    assert caught.value.key == f"cases.{key}"


def test_a_wrong_dispatch_expectation_is_named(tmp_path: Path) -> None:
    path = _changed(tmp_path, "dispatch.yaml", "expect_call: A001", "expect_call: A002")
    found = [d for r in dispatch_file(path, POLICY) for d in r.differences]
    assert [(d.case, d.key, d.actual) for d in found] == [("DC001", "expect_call", "A001")]


def test_the_command_prints_one_object_a_case(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["triage", str(CASES / "triage.yaml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 71
    assert first["id"] == "TC001"
    assert first["channel"] == "cash_recycler"
    assert first["reason"]


def test_the_check_exits_1_and_names_the_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _changed(tmp_path, "triage.yaml", "prompt: go_cash_recycler", "prompt: take_ticket")
    assert run(["triage", str(path), "--check", "--language", "en"]) == 1
    assert "TC001: prompt should be take_ticket" in capsys.readouterr().out


def test_the_check_exits_0_when_all_agree() -> None:
    assert run(["triage", str(CASES / "triage.yaml"), "--check"]) == 0
    assert run(["dispatch", str(CASES / "dispatch.yaml"), "--check"]) == 0


def test_a_missing_file_is_one_sentence_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["triage", str(tmp_path / "none.yaml"), "--language", "en"]) == 2
    assert "none.yaml cannot be read" in capsys.readouterr().err
