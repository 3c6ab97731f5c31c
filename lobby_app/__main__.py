"""Entry of `lobby …`: crash handlers first, then the command line."""

import faulthandler
import io
import os
import sys

from lobby_app.cli import run


def main() -> None:
    """Run one command and leave with its exit status."""
    faulthandler.enable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or pipe that cannot show a character gets its number, not a stack trace.
            stream.reconfigure(errors="backslashreplace")
    # Whatever is written is for this user's eyes only.
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
