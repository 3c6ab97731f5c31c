"""The soak's server: killed with all its children, copied, set back to a copy."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from lobby_app.central.embedded import EmbeddedServer


class SoakServer(EmbeddedServer):
    """A server to whom the worst happens."""

    def kill(self) -> None:
        """End the whole process tree with SIGKILL, as a power cut does."""
        assert self.process is not None
        first = (self.folder / "data" / "postmaster.pid").read_text(encoding="ascii")
        postmaster = int(first.splitlines()[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, children)):
            _kill(pid)
        assert self.process.stdin is not None
        # Its holder lives until it has buried the dead; a process without a grave is not dead yet.
        self.process.stdin.close()
        self.process.wait()
        self.process = None

    def copy_to(self, copy: Path) -> None:
        """Keep the files as a crash left them; the server is down."""
        shutil.rmtree(copy, ignore_errors=True)
        _copy(self.folder / "data", copy)

    def set_back(self, copy: Path) -> None:
        """Put a copy in the place of the files and recover from it: a new time line begins."""
        shutil.rmtree(self.folder / "data")
        _copy(copy, self.folder / "data")
        data = self.folder / "data"
        with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write("restore_command = 'false'\n")
        (data / "recovery.signal").touch(mode=0o644)
        (data / "postmaster.pid").unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    # Owners are kept: the server does not run as whoever runs the soak.
    subprocess.run(["cp", "-a", source, target], check=True)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
