"""Whether a window can open here, asked before Qt is: Qt itself ends the process without a word."""

import ctypes
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from lobby_app.domain.errors import KnownError


def require_display(environment: Mapping[str, str] = os.environ) -> None:
    """Return if a window can open; only Linux needs asking.

    Raises:
        KnownError: `cli.no_display`, `cli.display_refused` or `cli.missing_library`.
    """
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    name = environment.get("DISPLAY")
    if not name:
        raise KnownError("cli.no_display")
    try:
        _load_x11_plugin()
        is_answering = _answers(name)
    except OSError as error:
        raise KnownError("cli.missing_library", detail=str(error)) from error
    if not is_answering:
        raise KnownError("cli.display_refused", display=name)


def _load_x11_plugin() -> None:
    """Load what Qt is about to load: the system says which library of it is missing."""
    package = find_spec("PySide6")
    for folder in (package and package.submodule_search_locations) or ():
        plugin = Path(folder, "Qt", "plugins", "platforms", "libqxcb.so")
        if plugin.exists():
            ctypes.CDLL(str(plugin))


def _answers(display: str) -> bool:
    """Tell whether the X server of a display lets us in."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = x11.XOpenDisplay(display.encode())
    if connection:
        x11.XCloseDisplay(connection)
    return bool(connection)
