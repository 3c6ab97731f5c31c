"""Entry of `lobby …`: crash handlers first, then the command line."""

import faulthandler
import os
import sys

from lobby_app.cli import run


def main() -> None:
    """Run one command and leave with its exit status."""
    faulthandler.enable()
    # Whatever is written is for this user's eyes only.
    os.umask(0o077)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
