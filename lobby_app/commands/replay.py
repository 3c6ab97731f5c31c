"""`lobby replay`: a past day once more, alone, beside another plan, or to tune the rule on."""

import argparse
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from lobby_app.commands.replay_text import compare_text, report_text, tuning_text
from lobby_app.config import Settings
from lobby_app.domain.branch import Branch
from lobby_app.domain.business import Policy, Priority
from lobby_app.domain.errors import KnownError
from lobby_app.messages import Messages
from lobby_app.policy.loader import load_policy
from lobby_app.services.replay.csv_days import read_csv_days
from lobby_app.services.replay.days import ReplayDays
from lobby_app.services.replay.draft import changes, write_draft
from lobby_app.services.replay.plans import CounterSource, counters_for
from lobby_app.services.replay.report import Document, report
from lobby_app.services.replay.running import choose_days, replay
from lobby_app.services.replay.tune import tune
from lobby_app.simulation.model import rule_of

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def run(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Replay the day or days and print what they show."""
    policies = [load_policy(folder) for folder in options.policy or [settings.policy_folder]]
    counters = options.counters or [None]
    _expect_sides(policies, counters, compare=options.compare)
    if options.tune and options.draft.exists():
        raise KnownError("replay.draft_exists", folder=str(options.draft))
    days, branch = _read(options, settings, policies[0])
    chosen = choose_days(days, options.days)
    sources = [counters_for(days, policies[0], lines, branch) for lines in counters]
    if not options.json:
        sys.stdout.write(_heading(days, chosen, sources[0], messages))
    if options.tune:
        _tune(options, settings, days, chosen, policies[0], sources[0], messages)
        return 0
    sides = [
        _replayed(days, chosen, policy, source, options.seed)
        for policy, source in _pairs(policies, sources)
    ]
    if options.json:
        both = dict(zip("ab", sides, strict=True)) if options.compare else sides[0]
        _print_json(both)
    elif options.compare:
        sys.stdout.write(compare_text(sides[0], sides[1], policies[0], messages))
    else:
        sys.stdout.write(report_text(sides[0], policies[0], messages))
    return 0


def _classes(text: str | None) -> dict[str, Priority]:
    """Return the bank's words for the priorities, written `2=tier,1=ordinary`."""
    classes = {}
    for item in text.split(",") if text else ():
        word, equals, code = item.rpartition("=")
        if not equals or code.strip() not in list(Priority):
            raise KnownError("replay.classes_form", text=text, allowed=", ".join(Priority))
        classes[word.strip()] = Priority(code.strip())
    return classes


def _expect_sides(policies: list[Policy], counters: list[str | None], *, compare: bool) -> None:
    """Refuse two policies without a comparison, and a comparison of one thing with itself."""
    most = max(len(policies), len(counters))
    if most > 2 or (most == 2 and not compare):
        raise KnownError("replay.too_many_sides")
    if compare and most < 2:
        raise KnownError("replay.one_side")


def _pairs(
    policies: list[Policy], sources: list[CounterSource]
) -> list[tuple[Policy, CounterSource]]:
    """Return the sides: what is told once holds for both."""
    count = max(len(policies), len(sources))
    return [(policies[min(n, len(policies) - 1)], sources[min(n, len(sources) - 1)])
            for n in range(count)]  # fmt: skip


def _read(
    options: argparse.Namespace, settings: Settings, policy: Policy
) -> tuple[ReplayDays, Branch | None]:
    path = Path(options.day)
    if _DATE.fullmatch(options.day) and not path.exists():
        return _from_log(options, settings)
    days = read_csv_days(path, policy, options.seed, _classes(options.classes))
    return days, _branch(settings, policy)


def _from_log(options: argparse.Namespace, settings: Settings) -> tuple[ReplayDays, Branch]:
    from lobby_app.assembly import open_desk
    from lobby_app.services.replay.log_days import read_log_day

    try:
        day = date.fromisoformat(options.day)
    except ValueError as error:
        raise KnownError("replay.no_such_day", day=options.day) from error
    opened = open_desk(settings)
    try:
        return read_log_day(opened.desk, day, options.seed), opened.desk.branch
    finally:
        opened.close()


def _branch(settings: Settings, policy: Policy) -> Branch | None:
    """Return the branch of this desk, where there is one."""
    if settings.branch_file:
        from lobby_app.policy.branch_file import load_branch_file

        return load_branch_file(settings.data_dir / settings.branch_file, policy).branch
    if settings.demo:
        from lobby_app.demo.branches import demo_branch

        return demo_branch()
    return None


def _heading(days: ReplayDays, chosen: range, source: CounterSource, messages: Messages) -> str:
    lines = [
        messages("replay.heading", source=days.source, days=len(chosen), all=len(days.days)),
        messages(source.origin, counters=source.text),
        *(messages(f"replay.{key}", count=count) for key, count in days.remarks.items() if count),
    ]
    return "".join(f"{line}\n" for line in lines)


def _replayed(
    days: ReplayDays, chosen: range, policy: Policy, source: CounterSource, seed: int
) -> Document:
    replayed = replay(days, chosen, source.plan_of, rule_of(policy.thresholds), seed, _progress)
    said = {"policy": policy.version, "counters": source.text, "days": len(chosen), "seed": seed}
    return {**said, **report(replayed, days.queues)}


def _progress(done: int, total: int) -> None:
    if total > 1 and sys.stderr.isatty():
        sys.stderr.write(f"\r{done} / {total}" if done < total else "\r")
        sys.stderr.flush()


def _tune(
    options: argparse.Namespace,
    settings: Settings,
    days: ReplayDays,
    chosen: range,
    policy: Policy,
    source: CounterSource,
    messages: Messages,
) -> None:
    days_chosen = days.days[chosen.start : chosen.stop]
    tuning = tune(days_chosen, source.plan_of, policy.thresholds, options.seed)
    moved = changes(policy.thresholds, tuning.best)
    draft: Policy | None = None
    if tuning.wins:
        folder = options.policy[0] if options.policy else settings.policy_folder
        draft = write_draft(folder, options.draft, tuning.best)
    if options.json:
        _print_json(
            {
                "tuned_on": tuning.tuned_on,
                "judged_on": tuning.judged_on,
                "seed": options.seed,
                "table": [trade.document() for trade in tuning.table],
                "proposal": {key: list(pair) for key, pair in moved.items()} if draft else None,
                "draft": str(options.draft) if draft else None,
                "version": draft.version if draft else None,
            }
        )
        return
    sys.stdout.write(tuning_text(tuning, moved, messages))
    if draft is not None:
        where = messages("replay.draft", folder=options.draft, version=draft.version)
        sys.stdout.write(where + "\n")


def _print_json(document: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")
