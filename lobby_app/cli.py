"""`lobby …`: arguments in, one use case or one window out. Heavy imports happen per command."""

import argparse
import json
import locale
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lobby_app import __version__
from lobby_app.commands.central.options import add_central_commands
from lobby_app.config import Settings, load_settings
from lobby_app.domain.errors import KnownError
from lobby_app.domain.text import Language
from lobby_app.messages import Messages

if TYPE_CHECKING:
    from lobby_app.services.case_files import CaseResult


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        0 done, 1 a check found differences or a printer said no, 2 wrong use or environment.
    """
    # Started without a console, or with its output closed: nobody listens, nothing is wrong.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    messages = Messages(_locale_language())
    options = _parser(messages).parse_args(arguments)
    try:
        settings = load_settings(options.data_dir, demo=options.demo)
        messages.language = options.language or settings.language or messages.language
        command: Callable[[argparse.Namespace, Settings, Messages], int] = options.command
        status = command(options, settings, messages)
        sys.stdout.flush()
        return status
    except KnownError as error:
        sys.stderr.write(f"{messages.error(error)}\n")
        return 2
    except BrokenPipeError:
        # The reader of our output went away (`lobby scan | head`): nothing left to say.
        _forget_output()
        return 0
    except OSError as error:
        # A file that cannot be used is named by whoever used it: this is our own output.
        if error.filename is not None:
            raise
        _forget_output()
        sys.stderr.write(messages("cli.output_failed", detail=error.strerror or "") + "\n")
        return 2


def _forget_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter's last flush is silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser(messages: Messages) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lobby", description=messages("cli.description"))
    parser.add_argument("--version", action="version", version=f"lobby {__version__}")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data-dir", type=Path, help=messages("cli.data_dir"))
    shared.add_argument("--demo", action="store_true", help=messages("cli.demo_flag"))
    shared.add_argument(
        "--language",
        type=Language,
        choices=list(Language),
        metavar="{zh_CN,en}",
        help=messages("cli.language"),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., int]) -> argparse.ArgumentParser:
        text = messages(f"cli.{name.replace('-', '_')}")
        sub = commands.add_parser(name, parents=[shared], help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("greeter", _greeter)
    counter = add("counter", _counter)
    counter.add_argument("number", type=int, nargs="?", help=messages("cli.counter_number"))
    wall = add("wall", _wall)
    wall.add_argument("--screen", type=int, metavar="N", help=messages("cli.screen"))
    wall.add_argument("--check-sounds", action="store_true", help=messages("cli.check_sounds"))
    add("supervisor", _supervisor)
    for name, command in (("triage", _triage), ("dispatch", _dispatch)):
        cases = add(name, command)
        cases.add_argument("file", type=Path, help=messages("cli.cases_file"))
        cases.add_argument("--check", action="store_true", help=messages("cli.check"))
    _add_replay_options(add("replay", _replay), messages)
    add("scan", _scan)
    add("printer-test", _printer_test)
    demo = add("demo", _demo)
    demo.add_argument("--cards", action="store_true", help=messages("cli.cards"))
    demo.add_argument("--output", type=Path, metavar="FILE", help=messages("cli.output"))
    demo.add_argument("--traffic", action="store_true", help=messages("cli.traffic"))
    demo.add_argument("--network", action="store_true", help=messages("cli.network"))
    demo.add_argument("--no-windows", action="store_true", help=messages("cli.no_windows"))
    demo.add_argument(
        "--day", choices=("normal", "pension"), default="normal", help=messages("cli.traffic_day")
    )
    demo.add_argument("--seed", type=int, default=1, help=messages("cli.traffic_seed"))
    demo.add_argument("--speed", type=_speed, default=10.0, help=messages("cli.traffic_speed"))
    add("forecast", _forecast)
    add("sync", _sync)
    add("relay", _relay)
    add("gateway", _gateway)
    enrol = add("enrol", _enrol)
    enrol.add_argument("--address", required=True, help=messages("cli.enrol_address"))
    enrol.add_argument("--root-certificate", type=Path, help=messages("cli.enrol_certificate"))
    enrol.add_argument("--name", help=messages("cli.enrol_name"))
    add_central_commands(add("central", _central), shared, messages)
    add("hash-pin", _hash_pin)
    return parser


def _add_replay_options(replay: argparse.ArgumentParser, messages: Messages) -> None:
    replay.add_argument("day", metavar="DAY", help=messages("cli.replay_day"))
    replay.add_argument(
        "--policy", type=Path, action="append", metavar="FOLDER", help=messages("cli.replay_policy")
    )
    replay.add_argument("--counters", action="append", help=messages("cli.replay_counters"))
    purpose = replay.add_mutually_exclusive_group()
    purpose.add_argument("--compare", action="store_true", help=messages("cli.replay_compare"))
    purpose.add_argument("--tune", action="store_true", help=messages("cli.replay_tune"))
    replay.add_argument(
        "--draft", type=Path, default=Path("policy-draft"), help=messages("cli.replay_draft")
    )
    replay.add_argument("--days", help=messages("cli.replay_days"))
    replay.add_argument("--classes", metavar="WORD=PRIORITY,…", help=messages("cli.replay_classes"))
    replay.add_argument("--json", action="store_true", help=messages("cli.replay_json"))
    replay.add_argument("--seed", type=int, default=1, help=messages("cli.replay_seed"))


def _speed(text: str) -> float:
    """Return how many times as fast a demo day runs: 0.1 to 600."""
    speed = float(text)
    if not 0.1 <= speed <= 600:
        raise argparse.ArgumentTypeError("0.1 – 600")
    return speed


def _greeter(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    with _window_libraries():
        from lobby_app.app.greeter import run_greeter
    return run_greeter(settings, messages)


def _counter(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    with _window_libraries():
        from lobby_app.app.counter import run_counter
    return run_counter(settings, messages, options.number)


def _wall(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    if options.check_sounds:
        return _check_sounds(settings, messages)
    if options.screen is not None:
        settings = replace(settings, wall=replace(settings.wall, screen=options.screen))
    with _window_libraries():
        from lobby_app.app.wall import run_wall
    return run_wall(settings)


def _check_sounds(settings: Settings, messages: Messages) -> int:
    """Name each clip of the wall's voice that is missing or cannot be used."""
    from lobby_app.devices.voice import check_clips
    from lobby_app.domain.announcement import required_clips

    folder = settings.sounds_folder
    problems = check_clips(folder)
    for clip in problems.missing:
        sys.stdout.write(messages("wall.sound_missing", clip=clip) + "\n")
    for clip in problems.unusable:
        sys.stdout.write(messages("wall.sound_unusable", clip=clip) + "\n")
    count = len(problems.missing) + len(problems.unusable)
    if count:
        sys.stdout.write(messages("wall.sounds_incomplete", count=count, folder=folder) + "\n")
        return 1
    whole = len(required_clips())
    sys.stdout.write(messages("wall.sounds_complete", count=whole, folder=folder) + "\n")
    return 0


def _supervisor(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    with _window_libraries():
        from lobby_app.app.supervisor import run_supervisor
    return run_supervisor(settings, messages)


@contextmanager
def _window_libraries() -> Iterator[None]:
    """Turn a missing display or window library into one sentence."""
    from lobby_app.display import require_display

    require_display()
    try:
        yield
    except ImportError as error:
        raise KnownError("cli.missing_library", detail=str(error)) from error


def _triage(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.policy.loader import load_policy
    from lobby_app.services.case_files import triage_file

    policy = load_policy(settings.policy_folder)
    results = triage_file(options.file, policy, check=options.check)
    return _cases(results, options.check, messages)


def _dispatch(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.policy.loader import load_policy
    from lobby_app.services.case_files import dispatch_file

    policy = load_policy(settings.policy_folder)
    results = dispatch_file(options.file, policy, check=options.check)
    return _cases(results, options.check, messages)


def _replay(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import replay

    return replay.run(options, settings, messages)


def _scan(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.services.reader_check import reader_check
    from lobby_app.services.scan_stream import describe, joined_scans

    scan = reader_check(settings.ticket_url, is_demo=settings.demo)
    if sys.stdin is None:
        return 0  # closed by whoever started us: nothing to read
    # A raw scan may hold anything a reader can send; undecodable bytes must not stop the tool.
    sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]
    for text in joined_scans(sys.stdin):
        _print_json(describe(scan(text)))
    return 0


def _printer_test(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.printers import printer_test

    return printer_test(settings, messages)


def _demo(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import demo

    settings = load_settings(options.data_dir, demo=True)
    if options.cards:
        return demo.cards(options.output or settings.data_dir / "demo-cards.pdf", messages)
    if options.traffic:
        return demo.traffic(settings, messages, options.day, options.seed, options.speed)
    if options.network:
        from lobby_app.commands import network

        return network.play(settings, messages, has_windows=not options.no_windows)
    return demo.install(settings, messages)


def _sync(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import sync

    return sync.run(settings)


def _forecast(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import forecast

    return forecast.run(settings)


def _relay(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import relay

    return relay.run(settings)


def _gateway(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import gateway

    return gateway.run(settings)


def _enrol(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands import enrol

    return enrol.run(settings, messages, options.address, options.root_certificate, options.name)


def _central(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from lobby_app.commands.central import options as central

    return central.run(options, settings, messages)


def _hash_pin(options: argparse.Namespace, settings: Settings, messages: Messages) -> int:
    from getpass import getpass

    from lobby_app.policy.branch_file import hash_pin

    is_terminal = sys.stdin.isatty()
    pin = getpass(messages("branch.pin_prompt")) if is_terminal else sys.stdin.readline()
    sys.stdout.write(hash_pin(pin.strip()) + "\n")
    return 0


def _cases(results: "Iterable[CaseResult | KnownError]", check: bool, messages: Messages) -> int:
    """Print one object a case or, with `check`, the differences; return the exit status."""
    count = wrong = broken = 0
    for result in results:
        count += 1
        if isinstance(result, KnownError):
            broken += 1
            sys.stderr.write(f"{messages.error(result)}\n")
            continue
        if not check:
            _print_json(result.document)
            continue
        wrong += bool(result.differences)
        for difference in result.differences:
            sys.stdout.write(messages("cli.difference", **asdict(difference)) + "\n")
    if check and (wrong or not broken):
        key = "cli.check_failed" if wrong else "cli.check_passed"
        sys.stdout.write(messages(key, count=count, wrong=wrong) + "\n")
    return 2 if broken else int(wrong > 0)


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _locale_language() -> Language:
    """Return English for an English locale and Chinese, the product's default, for all others."""
    name = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    if not name and sys.platform == "win32":
        # Only here: elsewhere Python takes the plain C locale for American English.
        name = locale.getlocale()[0]
    return Language.EN if (name or "").lower().startswith("en") else Language.ZH
