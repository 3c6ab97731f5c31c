"""`lobby demo --network`: a branch of four desks, each its own computer as it were, and a centre.

Folders stand for computers; a line that can be cut lies between all of them and a real PostgreSQL.
The first greeter's desk is the branch's relay.
"""

import json
import os
import secrets as randomness
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lobby_app.central import administration
from lobby_app.central.embedded import SUPERUSER, EmbeddedServer
from lobby_app.central.initialising import bank_secrets, initialise
from lobby_app.config import Settings
from lobby_app.demo.branches import demo_branch
from lobby_app.demo.link import Line, LineState
from lobby_app.devices.key_file import KeyFile
from lobby_app.domain.errors import KnownError
from lobby_app.messages import Messages
from lobby_app.sync.enrolment.bundle import Bundle, wrap
from lobby_app.sync.enrolment.code import SECRET_BYTES, EnrolmentCode

_BRANCH = 1
_CODE_HOURS = 1
_STOP_S = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """One desk of the demo branch. `window`: arguments of `lobby` that open it."""

    name: str
    slot: int
    kind: str
    window: tuple[str, ...]


PLACES = (
    Place("greeter-1", 1, "greeter", ("greeter",)),
    Place("greeter-2", 2, "greeter", ("greeter",)),
    Place("counter-1", 3, "counter", ("counter", "1")),
    Place("wall", 4, "wall", ("wall",)),
)
RELAY = PLACES[0].name


@dataclass(frozen=True, slots=True)
class Ports:
    """Where they listen on the loopback: kept, because desks remember them."""

    server: int
    line: int
    relay: int


class Network:
    """Server, line and enrolled folders, ready for windows."""

    def __init__(self, folder: Path, places: tuple[Place, ...] = PLACES) -> None:
        """Prepare in `folder`, which may hold an earlier one."""
        self.folder = folder
        self.places = places
        folder.mkdir(parents=True, exist_ok=True)
        self.ports = _ports(folder / "ports.json")
        self.server = EmbeddedServer(_server_folder(folder), self.ports.server)
        self._line: Line | None = None

    @property
    def line(self) -> Line:
        """What lies between the desks and the server.

        Raises:
            KnownError: `network.port_taken`.
        """
        if self._line is None:
            try:
                self._line = Line(("127.0.0.1", self.ports.server), self.ports.line)
            except OSError as error:
                raise KnownError("network.port_taken", port=self.ports.line) from error
        return self._line

    def folder_of(self, place: Place) -> Path:
        """Return the data folder of a desk."""
        return self.folder / place.name

    def start(self) -> None:
        """Start server and line; make the bank's database and enrol whoever is not yet.

        Raises:
            KnownError: `network.*`, `central.*`, `enrolment.*`.
        """
        # A server that begins anew (its folder was cleared away) knows no desk.
        is_new = not self.server.is_initialised
        self.server.start()
        self.line.set(LineState.OPEN)
        keys = KeyFile(self.folder / "bank-keys.json")
        name = demo_branch().name.zh
        password = self.server.password
        with administration.administration(self.server.address, SUPERUSER, password) as sql:
            initialise(sql, keys, dry_run=False)
            administration.add_branch(sql, _BRANCH, name, demo_branch().timezone, dry_run=False)
            for place in self.places:
                if is_new or not self._is_enrolled(place):
                    self._enrol(sql, keys, place)

    def _is_enrolled(self, place: Place) -> bool:
        settings = self.folder_of(place) / "lobby.toml"
        return settings.exists() and "[central]" in settings.read_text(encoding="utf-8")

    def _enrol(self, sql: administration.Connection, keys: KeyFile, place: Place) -> None:
        """Do what an administrator and whoever sets up a desk do, with the real commands."""
        bank = bank_secrets(keys)
        address = f"127.0.0.1:{self.line.port}/{self.server.address.database}"
        code = EnrolmentCode(randomness.token_bytes(SECRET_BYTES))
        relay = f"127.0.0.1:{self.ports.relay}" if place.name == RELAY else None
        where = administration.Place(_BRANCH, place.slot, place.kind, relay)
        bundle = Bundle(address, "", bank.password, "", bank.token_key)
        wrapped = wrap(code, bundle)
        administration.open_enrolment(sql, where, code.lookup, wrapped, _CODE_HOURS, dry_run=False)
        folder = self.folder_of(place)
        folder.mkdir(parents=True, exist_ok=True)
        if relay is not None:
            (folder / "lobby.toml").write_text(f'[relay]\nlisten = "{relay}"\n', encoding="utf-8")
        done = subprocess.run(  # noqa: S603  # our own command
            [*lobby("enrol", folder), "--address", address, "--name", place.name],
            input=code.text + "\n", capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise KnownError("network.not_enrolled", desk=place.name, detail=done.stderr.strip())

    def stop(self) -> None:
        """Stop line and server."""
        if self._line is not None:
            self._line.close()
            self._line = None
        self.server.stop()


def lobby(command: str, folder: Path, *arguments: str) -> list[str]:
    """Return the arguments that run a command of ours on a desk of the demo."""
    start = [sys.executable, "-m", "lobby_app", command, "--demo", "--data-dir", str(folder)]
    return [*start, *arguments]


def _ports(file: Path) -> Ports:
    if file.exists():
        return Ports(**json.loads(file.read_text(encoding="ascii")))
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    kept = dict(zip(("server", "line", "relay"), ports, strict=True))
    file.write_text(json.dumps(kept), encoding="ascii")
    return Ports(**kept)


def _server_folder(folder: Path) -> Path:
    """Return where the server's files go: it runs as nobody, who may not enter root's folders."""
    if os.name == "posix" and os.geteuid() == 0:
        kept = folder / "server-folder"
        if not kept.exists():
            kept.write_text(tempfile.mkdtemp(prefix="lobby-demo-"), encoding="utf-8")
        return Path(kept.read_text(encoding="utf-8"))
    return folder / "central"


def play(settings: Settings, messages: Messages, *, has_windows: bool) -> int:
    """Run the branch until `quit` or the end of standard input."""
    # A service manager's word is worth as much as Ctrl+C: windows and server end in order.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    network = Network(settings.data_dir / "network")
    children: list[subprocess.Popen[bytes]] = []
    try:
        network.start()
        children.append(_started(lobby("relay", network.folder / RELAY)))
        for place in network.places if has_windows else ():
            command, *rest = place.window
            children.append(_started(lobby(command, network.folder_of(place), *rest)))
        sys.stdout.write(messages("network.runs", folder=network.folder) + "\n")
        _obey(network, messages)
    except KeyboardInterrupt:
        pass
    finally:
        _end(children)
        network.stop()
    return 0


def _started(arguments: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(arguments, stdin=subprocess.PIPE)  # noqa: S603  # our own command


def _end(children: list["subprocess.Popen[bytes]"]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdin is not None:
            child.stdin.close()


def _obey(network: Network, messages: Messages) -> None:
    """Read words from standard input: what the line does, or the end."""
    states: dict[str, LineState] = {state.value: state for state in LineState}
    say: Callable[[str], int] = sys.stdout.write
    say(messages("network.words", words=", ".join((*states, "quit"))) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word = line.strip().lower()
        if word == "quit":
            return
        if word in states:
            network.line.set(states[word])
            say(messages(f"network.line_{word}") + "\n")
        elif word:
            say(messages("network.words", words=", ".join((*states, "quit"))) + "\n")
        sys.stdout.flush()
