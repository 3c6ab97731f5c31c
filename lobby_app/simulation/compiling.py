"""Compiling the inner loops, once per version of this package.

Compiled code is kept on disk, so that only the first use on a machine waits for the compiler (see
docs/adr, "numba"). It is kept in the user's cache folder, because installed packages are often
read-only; `NUMBA_CACHE_DIR` names another folder. Each version of the package's sources has a
folder of its own there: numba notices a changed function, but not a changed function that it calls.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba
import platformdirs

_FunctionT = TypeVar("_FunctionT", bound=Callable[..., object])


def cache_folder() -> Path:
    """Return where compiled code of these very sources is kept."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    named = os.environ.get("NUMBA_CACHE_DIR")
    base = Path(named) if named else platformdirs.user_cache_path("lobby") / "compiled"
    return base / digest.hexdigest()[:16]


def compiled(function: _FunctionT) -> _FunctionT:
    """Return the function as machine code that runs without holding the interpreter's lock."""
    return cast(_FunctionT, numba.njit(cache=_CAN_KEEP, nogil=True)(function))


def _use(folder: Path) -> bool:
    """Point numba at the folder; False where nothing can be written: then nothing is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    vars(numba.config)["CACHE_DIR"] = str(folder)
    return True


_CAN_KEEP = _use(cache_folder())
