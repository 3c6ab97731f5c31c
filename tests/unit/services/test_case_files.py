"""A bank's regression test of its own policy: differences are found and named."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby_app.cli import run
from lobby_app.domain.errors import KnownError
from lobby_app.services.case_files import CaseResult, dispatch_file, triage_file
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
        ("elder_age: 60", "elder_agee: 60", "unknown_parameter"),
        ("closing: '17:00'", "closing: late", "wrong_value"),
        ("[-10, 15]", "[-10]", "wrong_value"),
        ("defaults:", "defaults: [1]\nother:", "wrong_value"),
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


@pytest.mark.parametrize(
    "content",
    [b"", b"cases: []", b"- 1", b"text", b"\0\1", b"\xff\xfe\0c", b"a: [1\nb: {", b"[" * 200_000,
     b"a" * 4_000_001, b"cases:\n- {id: 1, at: 2026-13-45}"],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_a_file_that_is_no_case_file_is_one_sentence_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "cases.yaml"
    path.write_bytes(content)
    for command in ("triage", "dispatch"):
        assert run([command, str(path), "--check", "--language", "en"]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        assert "cases.yaml" in shown.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tier: platinum", "tier: platin", "platin"),
        ("amount: 3000", "amuont: 3000", "amuont"),
        ("amount: 3000", "amount: lots", "amount: 'lots'"),
        ("amount: 3000", "amount: 3000, currency: usd", "currency: 'usd'"),
        ("code: cash_withdrawal", "code: cash_withdrawl", "code: 'cash_withdrawl'; allowed: cash"),
        ("mobile_active: false", "mobile_active: 0", "mobile_active: 0"),
        ("missing_documents: [id_document]", "missing_documents: [id]", "allowed: account_medium"),
        ("flags: [scam_signs]", "flags: scam_signs", "flags: 'scam_signs'"),
        ("wait_minutes: {cash_counter: 35}", "wait_minutes: {till: 35}", "'till'; allowed: cash_"),
        ("channels: {smart_teller: down}", "channels: {robot: down}", "'robot'; allowed: cash_"),
        ("channels: {smart_teller: down}", "channels: {smart_teller: ill}", "ill"),
        ("with: cash_counter", "with: till", "appointment.with: 'till'"),
        ("time: '17:05'", "time: noon", "time: 'noon'; allowed: HH:MM"),
        ("must_not: [refuse_counter", "must_not: [be_rude", "be_rude"),
        ("must_not: []", "must_not: refuse_service", "must_not: 'refuse_service'"),
        ("    channel: cash_recycler", "    chanel: cash_recycler", "expect: 'chanel'"),
        ("alerts: []", "alerts: none", "expect.alerts: 'none'"),
        ("input:\n", "input: [1]\n  unread:\n", "input: [1]"),
    ],
)
def test_a_bad_case_is_one_sentence_and_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    path = _changed(tmp_path, "triage.yaml", old, new)
    assert run(["triage", str(path), "--check", "--language", "en"]) == 2
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("Case TC0")
    assert said in shown.err
    assert shown.out == ""
    assert sum(isinstance(r, CaseResult) for r in triage_file(path, POLICY)) == 70


def test_without_check_expectations_are_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _changed(tmp_path, "triage.yaml", "must_not: [refuse_counter", "must_not: [be_rude")
    assert run(["triage", str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 71


def test_sets_are_compared_as_sets_and_absent_keys_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(
        "defaults: {business: {code: statement}, customer: {device_skill: 2, media: [card]},"
        " context: {date: 2026-03-10, time: 10:20, channels: {self_service_terminal: up}}}\n"
        "cases:\n"
        "- {id: 7, expect: {documents: [account_medium, id_document, id_document],"
        " rules: [whatever]}}\n"
        "- {id: quiet}\n"
        "- {id: cents, input: {business: {code: cash_deposit, amount: 49999.99},"
        " customer: {aum: 44999.99, contribution: 3}}, expect: {documents: [account_medium]}}\n",
        encoding="utf-8-sig",
    )
    results = list(triage_file(path, POLICY))
    assert [result.document["id"] for result in results] == ["7", "quiet", "cents"]
    assert [result.differences for result in results] == [(), (), ()]


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["card", "CNY", "cash_counter", "tier", "10:20", "up"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=3),
    max_leaves=6,
)  # fmt: skip
_customers = st.dictionaries(
    st.sampled_from(["known", "tier", "age", "aum", "media", "flags", "access", "preference",
                     "missing_documents", "device_skill", "odd"]), _values, max_size=2,
)  # fmt: skip
_contexts = st.dictionaries(
    st.sampled_from(["time", "date", "channels", "wait_minutes", "appointment", "offline", "odd"]),
    _values, max_size=2,
)  # fmt: skip
_wild_cases = st.fixed_dictionaries(
    {"id": st.just("X")},
    optional={
        "input": _values | st.fixed_dictionaries({}, optional={
            "customer": _customers, "context": _contexts, "business": _values}),
        "expect": _values, "must_not": _values,
        "now": _values, "waiting": _values, "history": _values, "shared": _values,
        "idle_minutes": _values,
    },
)  # fmt: skip


@settings(deadline=None)
@given(case=_wild_cases)
def test_no_case_however_odd_raises(
    case: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "wild.yaml"
    defaults = {"business": {"code": "question"}, "context": {"date": "2026-03-10", "time": "9:20"}}
    path.write_text(yaml.safe_dump({"defaults": defaults, "cases": [case]}), encoding="utf-8")
    for evaluate in (triage_file, dispatch_file):
        (result,) = evaluate(path, POLICY)
        if isinstance(result, KnownError):
            assert result.params["case"] == "X"


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


def test_a_pipe_that_takes_ascii_only_is_no_stack_trace(tmp_path: Path) -> None:
    path = _changed(tmp_path, "triage.yaml", "prompt: go_cash_recycler", "prompt: 取号")
    done = subprocess.run(
        [sys.executable, "-m", "lobby_app", "triage", str(path), "--check", "--language", "zh_CN"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.isascii()
    assert done.stdout.startswith(b"TC001")
