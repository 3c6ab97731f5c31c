"""A policy draft: the bank's policy folder once more with other numbers and a raised version."""

import re
import shutil
from pathlib import Path

from lobby_app.domain.business import Policy, Priority, Thresholds
from lobby_app.domain.errors import BugError, KnownError
from lobby_app.policy.loader import load_policy

_TARGETS, _CREDITS = "target_wait_minutes", "credit_minutes"
_VERSION = re.compile(r'^(version\s*=\s*")([^"]*)(")', re.M)


def write_draft(policy_folder: Path, target: Path, limits: Thresholds) -> Policy:
    """Copy the policy to `target`, put the numbers in, raise the version and read it back.

    Comments and everything else stay as they are; the bank publishes the folder or does not.

    Raises:
        KnownError: `replay.draft_exists`, `replay.draft_unwritable`, `policy.*`.
    """
    if target.exists():
        raise KnownError("replay.draft_exists", folder=str(target))
    try:
        target.mkdir(parents=True)
        for path in sorted(policy_folder.glob("*.toml")):
            shutil.copyfile(path, target / path.name)
        _rewrite(target / "thresholds.toml", limits)
        main = target / "policy.toml"
        text = main.read_text(encoding="utf-8")
        main.write_text(_VERSION.sub(_raised, text, count=1), encoding="utf-8")
    except OSError as error:
        raise KnownError(
            "replay.draft_unwritable", folder=str(target), detail=str(error)
        ) from error
    policy = load_policy(target)
    if policy.thresholds != limits:
        raise BugError("a draft that says other numbers than were put in")
    return policy


def changes(old: Thresholds, new: Thresholds) -> dict[str, tuple[float, float]]:
    """Return what differs, by the key of thresholds.toml: old and new minutes."""
    pairs = {
        "guard_minutes": (old.guard_minutes, new.guard_minutes),
        "ceiling_care_minutes": (old.ceiling_care_minutes, new.ceiling_care_minutes),
    }
    for table in (_TARGETS, _CREDITS):
        before, after = getattr(old, table), getattr(new, table)
        for priority in Priority:
            pair = (before.get(priority, 0.0), after.get(priority, 0.0))
            pairs[f"{table}.{priority}"] = pair
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def _raised(found: re.Match[str]) -> str:
    """Return the version line with a third number that is one higher: 2026.11 becomes 2026.11.1."""
    version = found.group(2)
    parts = version.split(".")
    last = parts[-1]
    if len(parts) > 2 and last.isdecimal():
        version = ".".join([*parts[:-1], str(int(last) + 1)])
    else:
        version = f"{version}.1"
    return f"{found.group(1)}{version}{found.group(3)}"


def _rewrite(path: Path, limits: Thresholds) -> None:
    lines, table, seen = [], "", set()
    values = {
        ("", "guard_minutes"): limits.guard_minutes,
        ("", "ceiling_care_minutes"): limits.ceiling_care_minutes,
        **{(_TARGETS, key.value): one for key, one in limits.target_wait_minutes.items()},
        **{(_CREDITS, key.value): one for key, one in limits.credit_minutes.items()},
    }
    for line in path.read_text(encoding="utf-8").splitlines():
        header = re.match(r"\s*\[([\w.]+)\]", line)
        table = header.group(1) if header else table
        entry = re.match(r"(\s*)(\w+)(\s*=\s*)([\d.]+)(.*)", line)
        if entry and (table, entry.group(2)) in values:
            seen.add((table, entry.group(2)))
            value = values[table, entry.group(2)]
            line = f"{entry.group(1)}{entry.group(2)}{entry.group(3)}{value:g}{entry.group(5)}"
        lines.append(line)
    missing = [(key, value) for (where, key), value in values.items() if (where, key) not in seen]
    if missing:
        # A policy written before there were credits, or with its targets on one line.
        lines = _with_tables(lines, limits)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _with_tables(lines: list[str], limits: Thresholds) -> list[str]:
    """Return the lines with both tables written anew at the end."""
    kept, skipping = [], False
    for line in lines:
        header = re.match(r"\s*\[([\w.]+)\]", line)
        if header:
            skipping = header.group(1) in (_TARGETS, _CREDITS)
        inline = re.match(rf"\s*({_TARGETS}|{_CREDITS})\s*=", line)
        if not skipping and not inline:
            kept.append(line)
    for name, values in ((_TARGETS, limits.target_wait_minutes), (_CREDITS, limits.credit_minutes)):
        kept += ["", f"[{name}]", *(f"{key} = {value:g}" for key, value in values.items())]
    return kept
