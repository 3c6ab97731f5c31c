"""A bank's branch file: the documented example works; what is wrong is named with file and key."""

import re
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from lobby_app.domain.branch import CounterPlan, Machine
from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.domain.hours import DayHours
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.policy.branch_file import hash_pin, load_branch_file
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource

DOCUMENT = Path(__file__).parents[3] / "docs" / "branch-file.md"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(resource("policy"))


@pytest.fixture
def example(tmp_path: Path) -> Path:
    blocks = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S)
    path = tmp_path / "branch.toml"
    path.write_text(blocks[1], encoding="utf-8")
    return path


def test_the_documented_example_is_a_branch(example: Path, policy: Policy) -> None:
    found = load_branch_file(example, policy)
    branch = found.branch
    assert (branch.branch_id, branch.code, branch.name.en) == (317, "HZ-317", "Hubin Branch")
    assert branch.counters[2] == CounterPlan(3, ("vip_counter",), shared=False)
    assert branch.counters[0].shared
    assert branch.counters[0].breaks == (DayHours(time(12), time(12, 45)),)
    assert branch.counters[1].breaks == ()
    assert branch.machines[0] == Machine("crs-1", "cash_recycler")
    assert (branch.has_private_banking, branch.stocks_fx_cash, branch.is_demo) == (
        False, True, False,
    )  # fmt: skip
    assert [member.number for member in found.staff] == ["1203"]
    assert PasswordHasher().verify(found.staff[0].pin_hash, "2468")


@pytest.mark.parametrize(
    ("old", "new", "error", "named"),
    [
        ("branch_id = 317", "branch_id = 0", "wrong_value", "branch_id"),
        ("branch_id = 317", "branch_no = 317", "unknown_key", "branch_no"),
        ('code = "HZ-317"', 'code = "HZ 317"', "wrong_value", "code"),
        ("Asia/Shanghai", "Asia/Shangai", "wrong_value", "timezone"),
        ("Asia/Shanghai", "Asia", "wrong_value", "timezone"),
        ("Asia/Shanghai", "../etc", "wrong_value", "timezone"),
        ("stocks_fx_cash = true", 'stocks_fx_cash = "yes"', "wrong_value", "stocks_fx_cash"),
        ('en = "Hubin Branch"', "", "wrong_value", "name.en"),
        ('en = "Hubin Branch"', 'en = "Hubin"\nfr = "x"', "unknown_key", "name.fr"),
        ("number = 2", "number = 1", "wrong_value", "counters[2].number"),
        ("number = 2", "number = 100", "wrong_value", "counters[2].number"),
        ('["cash_counter"]', '["cash_recycler"]', "wrong_value", "counters[1].queues"),
        ('["cash_counter"]', "[]", "wrong_value", "counters[1].queues"),
        ("shared = false", "dedicated = true", "unknown_key", "counters[3].dedicated"),
        ('"stm-1"', '"crs-1"', "wrong_value", "machines[2].device_id"),
        ('channel = "smart_teller"', 'channel = "mobile_bank"', "wrong_value",
         "machines[2].channel"),
        ('channel = "smart_teller"', 'channel = "robot"', "wrong_value", "machines[2].channel"),
        ('number = "1203"', 'number = "12 03"', "wrong_value", "staff[1].number"),
        ("$argon2id$v=19", "$argon2i$v=19", "wrong_value", "staff[1].pin_hash"),
        ("$argon2id$v=19", "2468$v=19", "wrong_value", "staff[1].pin_hash"),
        ("[[staff]]", "[staff]", "wrong_value", "staff"),
        ('["12:00-12:45"]', '"12:00-12:45"', "wrong_value", "counters[1].breaks"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    example: Path, policy: Policy, old: str, new: str, error: str, named: str
) -> None:
    text = example.read_text(encoding="utf-8")
    assert old in text
    example.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        load_branch_file(example, policy)
    assert caught.value.key == f"branch.{error}"
    assert caught.value.params["key"] == named
    for language in Language:
        sentence = Messages(language).error(caught.value)
        assert "branch.toml" in sentence
        assert named in sentence


def test_breaks_are_put_in_their_order(example: Path, policy: Policy) -> None:
    text = example.read_text(encoding="utf-8")
    two = '["15:00-15:10", "12:00-12:45", "12:45-13:00"]'
    example.write_text(text.replace('["12:00-12:45"]', two), encoding="utf-8")
    breaks = load_branch_file(example, policy).branch.counters[0].breaks
    assert [one.start for one in breaks] == [time(12), time(12, 45), time(15)]


@pytest.mark.parametrize(
    ("breaks", "named"),
    [
        ('["12:00"]', "12:00"),
        ('["12:00-12:60"]', "12:00-12:60"),
        ('["9:00-9:15"]', "9:00-9:15"),
        ('["12:00 - 12:45"]', "12:00 - 12:45"),
        ('["12:45-12:00"]', "12:45-12:00"),
        ('["23:30-00:15"]', "23:30-00:15"),
        ('["12:00-12:00"]', "12:00-12:00"),
        ('["12:00-12:45", "12:30-13:00"]', "12:30-13:00"),
        ('[""]', ""),
    ],
)
def test_a_break_that_is_none_is_named(
    example: Path, policy: Policy, breaks: str, named: str
) -> None:
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace('["12:00-12:45"]', breaks), encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        load_branch_file(example, policy)
    assert (caught.value.key, caught.value.params["value"]) == ("branch.wrong_break", named)
    for language in Language:
        sentence = Messages(language).error(caught.value)
        assert "branch.toml" in sentence
        assert "counters[1].breaks" in sentence
        assert named in sentence
        assert "12:00-12:45" in sentence


def test_a_queue_nobody_serves_is_refused(example: Path, policy: Policy) -> None:
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace(', "loan_desk"', ""), encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        load_branch_file(example, policy)
    assert (caught.value.key, caught.value.params["queue"]) == ("branch.unserved", "loan_desk")


def test_the_dedicated_counter_may_be_left_out(example: Path, policy: Policy) -> None:
    text = example.read_text(encoding="utf-8")
    example.write_text(text.replace('["vip_counter"]', '["cash_counter"]'), encoding="utf-8")
    assert load_branch_file(example, policy).branch.counters[2].queues == ("cash_counter",)


def test_a_branch_without_staff_is_refused(example: Path, policy: Policy) -> None:
    text = example.read_text(encoding="utf-8")
    example.write_text(text[: text.index("[[staff]]")], encoding="utf-8")
    with pytest.raises(KnownError) as caught:
        load_branch_file(example, policy)
    assert caught.value.params["key"] == "staff"


@pytest.mark.parametrize("content", [b"branch_id = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_a_sentence(
    tmp_path: Path, policy: Policy, content: bytes | None
) -> None:
    path = tmp_path / "branch.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(KnownError) as caught:
        load_branch_file(path, policy)
    assert caught.value.key == "branch.unreadable"
    assert "branch.toml" in Messages(Language.EN).error(caught.value)


@pytest.mark.parametrize("pin", ["", "123", "12a4", "1234567890123", "１２３４"])
def test_a_pin_has_four_to_twelve_digits(pin: str) -> None:
    with pytest.raises(KnownError) as caught:
        hash_pin(pin)
    assert caught.value.key == "branch.pin_form"


def test_hash_pin_reads_standard_input_and_prints_only_the_hash() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lobby_app", "hash-pin"],
        input="918273\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert PasswordHasher().verify(done.stdout.strip(), "918273")
    assert "918273" not in done.stdout + done.stderr
