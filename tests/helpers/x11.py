"""A display of its own, its monitors and a keyboard: real events, timed by the X server itself."""

import ctypes
import os
import subprocess
from ctypes import POINTER, byref, c_char_p, c_int, c_uint, c_ulong, c_void_p
from types import TracebackType

_CURRENT_TIME = 0
_REVERT_TO_PARENT = 2
_NAMED = {"\r": "Return", "\t": "Tab"}


class Display:
    """An Xvfb process with a free display number of its own choice."""

    def __init__(self) -> None:
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            [
                "Xvfb",
                "-displayfd",
                str(write_end),
                "-screen",
                "0",
                "800x600x24",
                "-nolisten",
                "tcp",
            ],
            pass_fds=[write_end],
            stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        with os.fdopen(read_end) as numbers:
            self.name = f":{numbers.readline().strip()}"

    def xrandr(self, *arguments: str) -> None:
        """Plug monitors in and out: `--setmonitor NAME W/mmxH/mm+X+Y none`, `--delmonitor NAME`."""
        subprocess.run(["xrandr", "--display", self.name, *arguments], check=True, stdout=-1)

    def __enter__(self) -> "Display":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(10)


class Windows:
    """Looks where the X server has the top-level windows of a display."""

    def __init__(self, display: str) -> None:
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._x11.XOpenDisplay.restype = c_void_p
        self._x11.XOpenDisplay.argtypes = [c_char_p]
        self._x11.XDefaultRootWindow.restype = c_ulong
        self._x11.XDefaultRootWindow.argtypes = [c_void_p]
        self._x11.XQueryTree.argtypes = [c_void_p, c_ulong] + 4 * [c_void_p]
        self._x11.XGetGeometry.argtypes = [c_void_p, c_ulong] + 7 * [c_void_p]
        self._x11.XFree.argtypes = [c_void_p]
        self._x11.XCloseDisplay.argtypes = [c_void_p]
        self._display = self._x11.XOpenDisplay(display.encode())
        assert self._display, f"no display {display}"

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)

    def places(self) -> list[tuple[int, int, int, int]]:
        """Return left, top, width and height of every window."""
        root, parent, count = c_ulong(), c_ulong(), c_uint()
        children = POINTER(c_ulong)()
        top = self._x11.XDefaultRootWindow(self._display)
        found = byref(root), byref(parent), byref(children), byref(count)
        assert self._x11.XQueryTree(self._display, top, *found)
        windows = children[: count.value]
        self._x11.XFree(children)
        return [self._place(window) for window in windows]

    def _place(self, window: int) -> tuple[int, int, int, int]:
        root, x, y = c_ulong(), c_int(), c_int()
        width, height, border, depth = c_uint(), c_uint(), c_uint(), c_uint()
        into = (byref(one) for one in (root, x, y, width, height, border, depth))
        assert self._x11.XGetGeometry(self._display, window, *into)
        return x.value, y.value, width.value, height.value


class Keyboard:
    """Presses keys through XTEST; the server waits between them, so nobody here has to sleep."""

    def __init__(self, display: str) -> None:
        self._x11 = ctypes.CDLL("libX11.so.6")
        self._test = ctypes.CDLL("libXtst.so.6")
        self._x11.XOpenDisplay.restype = c_void_p
        self._x11.XOpenDisplay.argtypes = [c_char_p]
        self._x11.XStringToKeysym.restype = c_ulong
        self._x11.XStringToKeysym.argtypes = [c_char_p]
        self._x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        self._x11.XKeysymToKeycode.argtypes = [c_void_p, c_ulong]
        self._x11.XkbKeycodeToKeysym.restype = c_ulong
        self._x11.XkbKeycodeToKeysym.argtypes = [c_void_p, c_uint, c_int, c_int]
        self._x11.XSetInputFocus.argtypes = [c_void_p, c_ulong, c_int, c_ulong]
        self._x11.XSync.argtypes = [c_void_p, c_int]
        self._x11.XCloseDisplay.argtypes = [c_void_p]
        self._test.XTestFakeKeyEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        self._display = self._x11.XOpenDisplay(display.encode())
        assert self._display, f"no display {display}"

    def close(self) -> None:
        self._x11.XCloseDisplay(self._display)

    def focus(self, window: int) -> None:
        """Give a window the keyboard: there is no window manager to do it."""
        self._x11.XSetInputFocus(self._display, window, _REVERT_TO_PARENT, _CURRENT_TIME)
        self._x11.XSync(self._display, 0)

    def tap(self, name: str, after_ms: int = 0, held_ms: int = 0) -> None:
        """Press and release the key of a keysym name, e.g. F9 or Caps_Lock."""
        code = self._x11.XKeysymToKeycode(self._display, self._keysym(name))
        self._key(code, True, after_ms)
        self._key(code, False, held_ms)
        self._x11.XSync(self._display, 0)

    def type(self, text: str, gap_ms: int) -> None:
        """Send a text as a reader does: one key down and up at a time, Shift or Ctrl around it."""
        for character in text:
            code, modifier = self._code(character)
            if modifier:
                self._key(modifier, True, 0)
            self._key(code, True, gap_ms)
            self._key(code, False, 0)
            if modifier:
                self._key(modifier, False, 0)
        self._x11.XSync(self._display, 0)

    def roll(self, text: str, gap_ms: int) -> None:
        """Send unshifted keys as fast fingers do: each is pressed before the last is released."""
        codes = [self._code(character)[0] for character in text]
        for code, last in zip(codes, [0, *codes], strict=False):
            self._key(code, True, gap_ms)
            if last:
                self._key(last, False, 2)
        self._key(codes[-1], False, 2)
        self._x11.XSync(self._display, 0)

    def _code(self, character: str) -> tuple[int, int]:
        """Return the key of a character and the modifier key that it needs, or 0."""
        if character in _NAMED:
            return self._x11.XKeysymToKeycode(self._display, self._keysym(_NAMED[character])), 0
        if character < " ":
            letter = chr(ord(character) + 64).lower()
            control = self._x11.XKeysymToKeycode(self._display, self._keysym("Control_L"))
            return self._code(letter)[0], control
        code = self._x11.XKeysymToKeycode(self._display, ord(character))
        assert code, f"no key for {character!r}"
        if self._x11.XkbKeycodeToKeysym(self._display, code, 0, 0) == ord(character):
            return code, 0
        return code, self._x11.XKeysymToKeycode(self._display, self._keysym("Shift_L"))

    def _keysym(self, name: str) -> int:
        return int(self._x11.XStringToKeysym(name.encode()))

    def _key(self, code: int, is_down: bool, after_ms: int) -> None:
        self._test.XTestFakeKeyEvent(self._display, code, int(is_down), after_ms)
