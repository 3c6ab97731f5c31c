"""Resident memory of a process, as the operating system counts it."""

import sys
from pathlib import Path

_PAGES = Path("/proc/self/statm")


def resident_mb() -> float:
    """Return the resident memory of this process now, MB; its largest so far where not Linux."""
    if _PAGES.exists():
        import os

        return int(_PAGES.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3
