"""Arguments of `lobby central …`. Heavy imports happen per command."""

import argparse
from collections.abc import Callable
from pathlib import Path

from lobby_app.config import Settings
from lobby_app.messages import Messages

_KINDS = ("greeter", "counter", "wall", "relay")
_HOURS = 24


def add_central_commands(
    central: argparse.ArgumentParser, shared: argparse.ArgumentParser, messages: Messages
) -> None:
    """Add the commands below `lobby central`."""
    connection = _connection_options(messages)
    commands = central.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, *, changes: bool) -> argparse.ArgumentParser:
        text = messages(f"central.help_{name.replace('-', '_')}")
        sub = commands.add_parser(name, parents=[shared, connection], help=text, description=text)
        sub.set_defaults(central_command=name)
        if changes:
            sub.add_argument("--dry-run", action="store_true", help=messages("central.dry_run"))
        else:
            sub.add_argument("--json", action="store_true", help=messages("central.json"))
        return sub

    add("init", changes=True)
    add("migrate", changes=True)
    add("renew-incarnation", changes=True)
    branch = _with_branch(add("add-branch", changes=True), messages)
    branch.add_argument("--name", required=True, help=messages("central.name"))
    branch.add_argument("--time-zone", default="Asia/Shanghai", help=messages("central.time_zone"))
    _enrolment_options(_with_branch(add("enrol-desk", changes=True), messages), messages)
    revoke = _with_branch(add("revoke-desk", changes=True), messages)
    revoke.add_argument("--slot", type=int, required=True, help=messages("central.slot"))
    _import_options(_with_branch(add("import-customers", changes=True), messages), messages)
    add("status", changes=False)
    add("backup-check", changes=False)


def run(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    """Run one of the commands; return the exit status."""
    from lobby_app.commands.central import changing, customers, telling

    commands: dict[str, Callable[[argparse.Namespace, Settings, Messages], int]] = {
        "init": changing.init,
        "migrate": changing.migrate,
        "renew-incarnation": changing.renew_incarnation,
        "add-branch": changing.add_branch,
        "enrol-desk": changing.enrol_desk,
        "revoke-desk": changing.revoke_desk,
        "import-customers": customers.import_customers,
        "status": telling.status,
        "backup-check": telling.backup_check,
    }
    return commands[options.central_command](options, settings, messages)


def _connection_options(messages: Messages) -> argparse.ArgumentParser:
    connection = argparse.ArgumentParser(add_help=False)
    connection.add_argument(
        "--database", metavar="HOST:PORT/NAME", help=messages("central.database")
    )
    connection.add_argument("--user", default="postgres", help=messages("central.user"))
    connection.add_argument(
        "--root-certificate", type=Path, metavar="FILE", help=messages("central.root_certificate")
    )
    connection.add_argument(
        "--keep-password", action="store_true", help=messages("central.keep_password")
    )
    return connection


def _with_branch(command: argparse.ArgumentParser, messages: Messages) -> argparse.ArgumentParser:
    command.add_argument("--branch", type=int, required=True, help=messages("central.branch"))
    return command


def _enrolment_options(command: argparse.ArgumentParser, messages: Messages) -> None:
    command.add_argument(
        "--slot", type=int, required=True, choices=range(1, 100), metavar="1-99",
        help=messages("central.slot"),
    )  # fmt: skip
    command.add_argument("--kind", required=True, choices=_KINDS, help=messages("central.kind"))
    command.add_argument("--relay", metavar="HOST:PORT", help=messages("central.relay"))
    command.add_argument(
        "--desk-address", metavar="HOST:PORT/NAME", help=messages("central.desk_address")
    )
    command.add_argument(
        "--desk-certificate", type=Path, metavar="FILE", help=messages("central.desk_certificate")
    )
    command.add_argument("--gateway", metavar="HTTPS://…", help=messages("central.gateway"))
    command.add_argument("--hours", type=int, default=_HOURS, help=messages("central.hours"))


def _import_options(command: argparse.ArgumentParser, messages: Messages) -> None:
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument("file", type=Path, nargs="?", help=messages("central.customers_file"))
    source.add_argument("--erase", action="store_true", help=messages("central.erase"))
    command.add_argument("--full", action="store_true", help=messages("central.full"))
