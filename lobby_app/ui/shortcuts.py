"""Every command of the greeter's window and its key; one table, so that it can be remapped."""

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtGui import QKeySequence

from lobby_app.domain.errors import KnownError


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
    ENTER_NUMBER = "enter_number"
    VISIT_LANGUAGE = "visit_language"
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
    Command.ENTER_NUMBER: "Ctrl+I",
    Command.VISIT_LANGUAGE: "Ctrl+G",
    Command.AMOUNT: "Ctrl+0",
    Command.BAND_1: "Ctrl+1",
    Command.BAND_2: "Ctrl+2",
    Command.BAND_3: "Ctrl+3",
    Command.BAND_4: "Ctrl+4",
    Command.THEME: "Ctrl+T",
    Command.LARGER: "Ctrl+=",
    Command.SMALLER: "Ctrl+-",
}


class KeyMap:
    """Which key does what: the defaults, with some of them changed by the bank."""

    def __init__(self, changed: Mapping[Command, str] | None = None) -> None:
        self._keys = {**DEFAULT_KEYS, **(changed or {})}
        self._commands = {
            QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText): command
            for command, key in self._keys.items()
        }

    @classmethod
    def with_changes(cls, changed: Mapping[str, str]) -> "KeyMap":
        """Return the keys with those of the settings, command name → key.

        Raises:
            KnownError: `config.unknown_command`, or `config.wrong_key` for a key that does not
                exist or is wanted twice.
        """
        wanted: dict[Command, str] = {}
        for name, key in changed.items():
            if name not in list(Command):
                allowed = ", ".join(Command)
                raise KnownError("config.unknown_command", command=name, allowed=allowed)
            if not QKeySequence(key).toString() or QKeySequence(key).count() != 1:
                raise KnownError("config.wrong_key", command=name, key=key)
            wanted[Command(name)] = key
        made = cls(wanted)
        if len(made._commands) < len(Command):
            twice = next(c for c in wanted if made.command_for(made.sequence(c)) is not c)
            raise KnownError("config.wrong_key", command=twice.value, key=wanted[twice])
        return made

    def sequence(self, command: Command) -> QKeySequence:
        """Return the key of a command for Qt."""
        return QKeySequence(self._keys[command])

    def command_for(self, key: QKeySequence) -> Command | None:
        """Return the command a key means; the Enter of the number pad is Enter."""
        pressed = key.toString(QKeySequence.SequenceFormat.PortableText).replace("Enter", "Return")
        return self._commands.get(pressed)

    def label(self, command: Command) -> str:
        """Return the key as it is written on buttons."""
        return self._keys[command].replace("Return", "Enter")
