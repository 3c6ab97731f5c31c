"""Tuning stays within the bank's bounds, judges on other days, and its draft is a policy."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lobby_app.domain.business import Priority
from lobby_app.domain.errors import KnownError
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource
from lobby_app.services.replay.csv_days import read_csv_days
from lobby_app.services.replay.draft import changes, write_draft
from lobby_app.services.replay.plans import counters_for
from lobby_app.services.replay.tune import Tuning, tune
from tests.unit.domain.worlds import POLICY
from tests.unit.services.replay.files import busy_month

LIMITS = POLICY.thresholds
VISITORS = 110
OTHER = replace(
    LIMITS,
    target_wait_minutes={**LIMITS.target_wait_minutes, Priority.CARE: 1.4, Priority.TIER: 9.5},
    credit_minutes={Priority.CARE: 2.5, Priority.APPOINTMENT: 0.5},
    guard_minutes=17.5,
)


def tuned(folder: Path, limits=LIMITS, steps: int = 60, days: int = 8) -> Tuning:
    days_read = read_csv_days(busy_month(folder, days, VISITORS), POLICY, 1)
    source = counters_for(days_read, POLICY, "2", None)
    return tune(days_read.days, source.plan_of, limits, 3, steps=steps)


def test_the_table_is_of_days_that_were_not_tuned_on(tmp_path: Path) -> None:
    tuning = tuned(tmp_path, days=5)
    assert (tuning.tuned_on, tuning.judged_on) == (3, 2)
    assert [trade.rule for trade in tuning.table] == [
        "fcfs", "strict", "interleave", "current", "proposed",
    ]  # fmt: skip
    assert all(trade.tickets.count == 2 * VISITORS for trade in tuning.table)


def test_what_is_found_is_within_the_banks_bounds(tmp_path: Path) -> None:
    tuning = tuned(tmp_path)
    draft = write_draft(resource("policy"), tmp_path / "draft", replace(
        tuning.best, credit_minutes={Priority.CARE: 0.0, Priority.APPOINTMENT: 0.0,
                                     **tuning.best.credit_minutes}))  # fmt: skip
    targets, was = draft.thresholds.target_wait_minutes, LIMITS.target_wait_minutes
    assert targets[Priority.ORDINARY] == was[Priority.ORDINARY]
    assert targets[Priority.TIER] >= was[Priority.TIER]
    # What is posted in the hall stays as it is.
    assert draft.thresholds.ceiling_minutes == LIMITS.ceiling_minutes
    assert draft.thresholds.guard_calls == LIMITS.guard_calls


def test_a_bad_setting_is_bettered_and_a_good_one_left_alone(tmp_path: Path) -> None:
    # Care as slow as everybody, though five minutes are promised: there is much to win.
    flat = replace(LIMITS, target_wait_minutes=dict.fromkeys(LIMITS.target_wait_minutes, 15.0))
    bettered = tuned(tmp_path, flat)
    assert bettered.wins
    assert bettered.table[-1].score < bettered.table[-2].score
    unsought = tuned(tmp_path, steps=0)
    assert unsought.best == LIMITS
    assert not unsought.wins


def test_the_same_seed_finds_the_same(tmp_path: Path) -> None:
    assert tuned(tmp_path, steps=20).best == tuned(tmp_path, steps=20).best


def test_one_day_is_not_enough_to_tune(tmp_path: Path) -> None:
    with pytest.raises(KnownError) as refused:
        tuned(tmp_path, days=1)
    assert refused.value.key == "replay.tune_days"


def test_a_draft_is_the_policy_with_other_numbers_and_a_higher_version(tmp_path: Path) -> None:
    draft = write_draft(resource("policy"), tmp_path / "one", OTHER)
    assert draft.thresholds == OTHER
    assert draft.businesses == POLICY.businesses
    assert draft.version.startswith("2026.11.1+")
    again = write_draft(tmp_path / "one", tmp_path / "two", LIMITS_WITH_CREDITS)
    assert again.version.startswith("2026.11.2+")
    assert load_policy(tmp_path / "two").thresholds == LIMITS_WITH_CREDITS


LIMITS_WITH_CREDITS = replace(
    LIMITS, credit_minutes={Priority.CARE: 0.0, Priority.APPOINTMENT: 0.0}
)


def test_a_draft_keeps_comments_and_touches_nothing_else(tmp_path: Path) -> None:
    write_draft(resource("policy"), tmp_path / "draft", OTHER)
    for path in resource("policy").glob("*.toml"):
        old = path.read_text(encoding="utf-8").splitlines()
        new = (tmp_path / "draft" / path.name).read_text(encoding="utf-8").splitlines()
        changed = [line for line, before in zip(new, old, strict=True) if line != before]
        expected = {"policy.toml": 1, "thresholds.toml": 5}.get(path.name, 0)
        assert len(changed) == expected, path.name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[credit_minutes]\ncare = 0\nappointment = 0\n", ""),
        (
            "[target_wait_minutes]\ncare = 3\nappointment = 5\ntier = 8\nordinary = 15\n",
            "target_wait_minutes = { care = 3, appointment = 5, tier = 8, ordinary = 15 }\n",
        ),
    ],
)
def test_a_policy_in_another_form_makes_a_draft_as_well(tmp_path: Path, old, new) -> None:
    folder = shutil.copytree(resource("policy"), tmp_path / "policy")
    path = folder / "thresholds.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert write_draft(folder, tmp_path / "draft", OTHER).thresholds == OTHER


def test_a_draft_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "draft").mkdir()
    with pytest.raises(KnownError) as refused:
        write_draft(resource("policy"), tmp_path / "draft", OTHER)
    assert refused.value.key == "replay.draft_exists"


def test_changes_are_named_by_their_key() -> None:
    assert changes(LIMITS, OTHER) == {
        "target_wait_minutes.care": (3.0, 1.4),
        "target_wait_minutes.tier": (8.0, 9.5),
        "credit_minutes.care": (0.0, 2.5),
        "credit_minutes.appointment": (0.0, 0.5),
        "guard_minutes": (20.0, 17.5),
    }
