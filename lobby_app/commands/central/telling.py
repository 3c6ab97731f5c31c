"""`lobby central status | backup-check`: as text for people, as JSON for programs."""

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import datetime

from lobby_app.central.backup_check import BackupReport, check_backup
from lobby_app.central.reporting import WANTED_DAYS_AHEAD, CentralStatus, read_status
from lobby_app.commands.central.opening import opened
from lobby_app.config import Settings
from lobby_app.messages import Messages

_MEBIBYTE = 1024 * 1024


def status(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Tell how the centre is. Returns 0."""
    with opened(options, settings, messages) as sql:
        state = read_status(sql)
    if options.json:
        _print_json(asdict(state))
        return 0
    sys.stdout.write("\n".join(_status_lines(state, messages)) + "\n")
    return 0


def backup_check(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Verify what the database holds. Returns 1 when something is wrong."""
    with opened(options, settings, messages) as sql:
        report = check_backup(sql)
    if options.json:
        _print_json(asdict(report))
    else:
        sys.stdout.write("\n".join(_check_lines(report, messages)) + "\n")
    return 1 if report.violations else 0


def _status_lines(state: CentralStatus, messages: Messages) -> list[str]:
    lines = [
        messages(
            "central.status_server",
            server=state.server, revision=state.revision, incarnation=state.incarnation,
            megabytes=f"{state.bytes / _MEBIBYTE:,.0f}",
        ),
        messages("central.status_partitions", days=state.days_ahead),
    ]  # fmt: skip
    if state.days_ahead < WANTED_DAYS_AHEAD:
        lines.append(messages("central.status_partitions_late"))
    if state.revision != state.wanted_revision:
        lines.append(messages("central.status_migrate", wanted=state.wanted_revision))
    if state.unused_codes:
        lines.append(messages("central.status_codes", count=state.unused_codes))
    desks = defaultdict(list)
    for desk in state.desks:
        desks[desk["branch"]].append(desk)
    for branch in state.branches:
        lines.append(
            messages(
                "central.status_branch", **branch | {"imported_at": _at(branch, "imported_at")}
            )
        )
        for desk in desks[branch["branch"]]:
            key = "central.status_revoked" if desk["revoked_at"] else "central.status_desk"
            times = {n: _at(desk, n) for n in ("seen_at", "revoked_at", "last_event_at")}
            lines.append("  " + messages(key, **desk | times))
    return lines


def _at(row: dict[str, object], name: str) -> str:
    value = row[name]
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else "–"


def _check_lines(report: BackupReport, messages: Messages) -> list[str]:
    lines = [messages(one.key, **one.params) for one in report.violations]
    lines.append(messages("central.check_incarnation", incarnation=report.incarnation))
    if report.earlier:
        lines.append(messages("central.check_earlier", count=len(report.earlier)))
    key = "central.check_failed" if report.violations else "central.check_passed"
    counts = {"logs": report.logs, "events": report.events, "days": report.days_ahead}
    lines.append(messages(key, count=len(report.violations), **counts))
    return lines


def _print_json(document: dict[str, object]) -> None:
    text = json.dumps(document, ensure_ascii=False, default=lambda value: value.isoformat())
    sys.stdout.write(text + "\n")
