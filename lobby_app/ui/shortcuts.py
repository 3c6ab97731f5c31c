"""Every command of the greeter's window and its key; one table, so that it can be remapped."""

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtGui import QKeySequence


class Command(StrEnum):
    """What a key can do. Digits 1-9 choose a tile and letters search: they are not commands."""

    ACT = "act"
    CLEAR = "clear"
    HELP = "help"
    HUMAN = "human"
    CARE = "care"
    CARE_KIND = "care_kind"
    AGENT = "agent"
    CHECK_IN = "check_in"
    REDIRECT = "redirect"
    SUPERVISOR = "supervisor"
    COMPLAINT = "complaint"
    BLUR = "blur"
    ANONYMOUS = "anonymous"
    LANGUAGE = "language"
    ASSISTANCE = "assistance"
    INSIST = "insist"
    UNDO = "undo"
    LOCK = "lock"
    REPRINT = "reprint"
    PREVIEW = "preview"
    PASTE = "paste"
    AMOUNT = "amount"
    BAND_1 = "band_1"
    BAND_2 = "band_2"
    BAND_3 = "band_3"
    BAND_4 = "band_4"
    THEME = "theme"
    LARGER = "larger"
    SMALLER = "smaller"


DEFAULT_KEYS: Mapping[Command, str] = {
    Command.ACT: "Return",
    Command.CLEAR: "Esc",
    Command.HELP: "F1",
    Command.HUMAN: "F2",
    Command.CARE: "F3",
    Command.CARE_KIND: "Shift+F3",
    Command.AGENT: "F4",
    Command.CHECK_IN: "F5",
    Command.REDIRECT: "F6",
    Command.SUPERVISOR: "F7",
    Command.COMPLAINT: "F8",
    Command.BLUR: "F9",
    Command.ANONYMOUS: "F10",
    Command.LANGUAGE: "F11",
    Command.ASSISTANCE: "F12",
    Command.INSIST: "Ctrl+Return",
    Command.UNDO: "Ctrl+Z",
    Command.LOCK: "Ctrl+L",
    Command.REPRINT: "Ctrl+P",
    Command.PREVIEW: "Ctrl+E",
    Command.PASTE: "Ctrl+V",
    Command.AMOUNT: "Ctrl+0",
    Command.BAND_1: "Ctrl+1",
    Command.BAND_2: "Ctrl+2",
    Command.BAND_3: "Ctrl+3",
    Command.BAND_4: "Ctrl+4",
    Command.THEME: "Ctrl+T",
    Command.LARGER: "Ctrl+=",
    Command.SMALLER: "Ctrl+-",
}

IN_PLACE = frozenset({Command.ACT, Command.CLEAR})
"""Handled where the focus is (a sheet, a field, a button) before the window sees them."""


class KeyMap:
    """Which key does what: the defaults, with some of them changed by the bank."""

    def __init__(self, changed: Mapping[Command, str] | None = None) -> None:
        self._keys = {**DEFAULT_KEYS, **(changed or {})}

    def sequence(self, command: Command) -> QKeySequence:
        """Return the key of a command for Qt."""
        return QKeySequence(self._keys[command])

    def label(self, command: Command) -> str:
        """Return the key as it is written on buttons."""
        return self._keys[command].replace("Return", "Enter")
