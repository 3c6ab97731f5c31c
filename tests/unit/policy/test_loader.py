"""The bank's policy: what is refused, and that the sentence says where and what is allowed."""

import shutil
from pathlib import Path

import pytest

from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.messages import Messages
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(resource("policy"), tmp_path / "policy"))


def _edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "named"),
    [
        ("thresholds.toml", "elder_age = 60", "elder_age = 75", "wrong_value", "elder_age"),
        ("thresholds.toml", "cache_valid_days = 7", "cache_valid_days = 30", "wrong_value",
         "cache_valid_days"),
        ("thresholds.toml", 'closing = "17:00"', 'closing = "5 pm"', "wrong_value", "closing"),
        ("thresholds.toml", "ceiling_minutes = 30", "ceiling_minutes = 90", "wrong_value",
         "ceiling_minutes"),
        ("thresholds.toml", "ordinary = 15", "ordinary = 2", "wrong_value",
         "target_wait_minutes.ordinary"),
        ("thresholds.toml", "guard_calls = 2", "guard_callz = 2", "unknown_key", "guard_callz"),
        ("thresholds.toml", "[-10, 15]", "[10, -15]", "wrong_value", "appointment_window_min"),
        ("policy.toml", 'version = "2026.11"', "version = 3", "wrong_value", "version"),
        ("policy.toml", '"transfer",', '"transferr",', "wrong_value", "tiles"),
        ("policy.toml", 'zh = "按', 'zz = "按', "wrong_value", "posted_rule.zh"),
        ("tiers.toml", "minimum = 5000000", "minimum = 5", "wrong_value", "diamond.minimum"),
        ("tiers.toml", "[unknown]", "[mystery]", "missing", "unknown"),
        ("channels.toml", 'zone = "A"', 'zone = "Z"', "wrong_value", "cash_counter.zone"),
        ("channels.toml", "human = true", "humane = true", "unknown_key", "cash_counter.humane"),
        ("channels.toml", "[greeter]", "[greeter_x]", "wrong_value", "question.human"),
        ("businesses.toml", 'self_service = ["cash_recycler"]',
         'self_service = ["cash_counter"]', "wrong_value", "cash_withdrawal.self_service"),
        ("businesses.toml", 'human = "cash_counter"', 'human = "cash_recycler"', "wrong_value",
         "cash_withdrawal.human"),
        ("businesses.toml", 'human = "cash_counter"', 'human = "service_counter"', "guard_cash",
         "cash_withdrawal.human"),
        ("businesses.toml", "human_minutes = 4.5", "human_minutes = true", "wrong_value",
         "cash_withdrawal.human_minutes"),
        ("businesses.toml", "[complaint]", "[grumble]", "missing", "complaint"),
        ("prompts.toml", "About {n} min at the machine", "About a while at the machine",
         "placeholders", "go_cash_recycler"),
        ("prompts.toml", "answer_here =", "answer_there =", "missing", "answer_here"),
        ("reasons.toml", "R62 =", "R99 =", "missing", "R62"),
        ("documents.toml", "social_card =", "social_cord =", "wrong_value",
         "social_card_activation.documents"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_refused_by_name(
    folder: Path, file: str, old: str, new: str, key: str, named: str
) -> None:
    _edit(folder, file, old, new)
    with pytest.raises(KnownError) as caught:
        load_policy(folder)
    assert caught.value.key == f"policy.{key}"
    for language in Language:
        assert named in Messages(language).error(caught.value)


def test_broken_toml_names_the_line(folder: Path) -> None:
    _edit(folder, "alerts.toml", "{ zh =", "{ zh == ")
    with pytest.raises(KnownError) as caught:
        load_policy(folder)
    assert "line 1" in Messages(Language.EN).error(caught.value)


def test_a_missing_file_is_one_sentence(folder: Path) -> None:
    (folder / "zones.toml").unlink()
    with pytest.raises(KnownError) as caught:
        load_policy(folder)
    assert caught.value.key == "policy.unreadable"


def test_any_change_of_a_file_changes_the_version(folder: Path) -> None:
    before = load_policy(folder).version
    _edit(folder, "tiers.toml", "minimum = 50000\n", "minimum = 60000\n")
    assert load_policy(folder).version != before


def test_a_channel_is_added_by_configuration_alone(folder: Path) -> None:
    with (folder / "channels.toml").open("a", encoding="utf-8") as file:
        file.write('[remote_video]\nzh = "远程柜员"\nen = "Video teller"\nself_service = true\n')
    _edit(
        folder,
        "businesses.toml",
        'self_service = ["smart_teller"]',
        'self_service = ["smart_teller", "remote_video"]',
    )
    _edit(folder, "businesses.toml", "smart_teller = 10", "smart_teller = 10, remote_video = 12")
    assert "remote_video" in load_policy(folder).businesses["card_opening"].self_service


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(resource("policy"))


def test_sentences_are_short_enough_to_say(policy: Policy) -> None:
    import re

    for code, text in policy.prompts.items():
        assert len(re.sub(r"{\w+}", "", text.zh)) <= 28, code


FORBIDDEN_WORDS = (
    "没有资格",
    "系统不让",
    "可疑",
    "低价值",
    "普通客户",
    "suspicious",
    "not allowed",
)


def test_no_sentence_to_a_customer_uses_a_forbidden_word(policy: Policy) -> None:
    for table in (policy.prompts, policy.reasons, policy.next_best_actions):
        for code, text in table.items():
            for word in FORBIDDEN_WORDS:
                assert word not in text.zh, code
                assert word not in text.en.lower(), code


def test_the_posted_rule_promises_no_more_than_the_law_gives(policy: Policy) -> None:
    assert "依法" not in policy.posted_rule.zh
    assert "30分钟" in policy.posted_rule.zh
    assert "30 minutes" in policy.posted_rule.en


def test_every_business_can_be_found_by_typing(policy: Policy) -> None:
    assert all(
        entry.search and all(re_key.isascii() and re_key.islower() for re_key in entry.search)
        for entry in policy.businesses.values()
    )
