"""`lobby relay` and its like as the processes they are."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lobby_app.devices.key_file import KeyFile
from lobby_app.sync.peer.certificate import (
    Identity,
    client_context,
    new_identity,
    store_identity,
)
from lobby_app.sync.peer.client import HttpsTransport
from lobby_app.sync.peer.roster import RosterFile, read_roster
from tests.helpers.postgres import free_port
from tests.peer.network import PATIENCE_S, listed, refusal, roster_of, until

ROOT = Path(__file__).parents[2]


def start(command: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Start `lobby <command>` on a demo folder; it ends with its standard input."""
    return subprocess.Popen(
        [sys.executable, "-m", "lobby_app", command, "--data-dir", str(folder), "--demo"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "LANG": "en"},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@dataclass
class RelayProcess:
    """A relay's folder, and the process that serves it at present."""

    folder: Path
    identity: Identity
    address: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self, asker: Identity) -> None:
        """Start it and wait until it answers `asker`."""
        self.process = start("relay", self.folder)
        line = self.line(asker)
        until(lambda: refusal(lambda: line.call("heads", {})) == "")
        line.close()

    def line(self, who: Identity) -> HttpsTransport:
        context = client_context(who, self.identity.certificate_pem)
        return HttpsTransport(self.address, context, timeout_s=PATIENCE_S)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.communicate()

    def stop(self) -> tuple[int, str]:
        """End it in order; return status and what it said."""
        assert self.process is not None
        _, said = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said.decode()


@contextlib.contextmanager
def relay_folder(folder: Path, *askers: Identity) -> Iterator[RelayProcess]:
    """Enrol a desk as the relay of `askers`, in a folder of its own."""
    folder.mkdir()
    address = f"127.0.0.1:{free_port()}"
    (folder / "lobby.toml").write_text(f'[relay]\nlisten = "{address}"\n', encoding="utf-8")
    identity = new_identity("relay")
    store_identity(KeyFile(folder / "demo-keys.json"), identity)
    desks = [listed(slot, who) for slot, who in enumerate(askers, start=2)]
    RosterFile(folder / "roster.json").save(read_roster(roster_of(*desks)))
    relay = RelayProcess(folder, identity, address)
    try:
        yield relay
    finally:
        if relay.process is not None and relay.process.poll() is None:
            relay.kill()
