"""The keys of the supervisor's window. Letters are free: text is typed in sheets only."""

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence


class SupervisorCommand(StrEnum):
    """What a key or a button does. Digits 1-9 take care of an alarm: they are no commands."""

    HELP = "help"
    HALL = "hall"
    FIGURES = "figures"
    FAIRNESS = "fairness"
    OPEN = "open"
    CLOSE = "close"
    QUEUES = "queues"
    REASSIGN = "reassign"
    FINISH = "finish"
    PAUSE = "pause"
    BROADCAST = "broadcast"
    DEVICE = "device"
    CASH = "cash"
    SPLIT = "split"
    ANSWER = "answer"
    CSV = "csv"
    PDF = "pdf"
    PRINT = "print"
    SEARCH = "search"
    LANGUAGE = "language"
    THEME = "theme"
    LARGER = "larger"
    SMALLER = "smaller"
    SIGN_OFF = "sign_off"


KEYS: Mapping[SupervisorCommand, str] = {
    SupervisorCommand.HELP: "F1",
    SupervisorCommand.HALL: "F2",
    SupervisorCommand.FIGURES: "F3",
    SupervisorCommand.FAIRNESS: "F4",
    SupervisorCommand.OPEN: "O",
    SupervisorCommand.CLOSE: "C",
    SupervisorCommand.QUEUES: "Q",
    SupervisorCommand.REASSIGN: "R",
    SupervisorCommand.FINISH: "F",
    SupervisorCommand.PAUSE: "P",
    SupervisorCommand.BROADCAST: "B",
    SupervisorCommand.DEVICE: "D",
    SupervisorCommand.CASH: "S",
    SupervisorCommand.SPLIT: "F6",
    SupervisorCommand.ANSWER: "A",
    SupervisorCommand.CSV: "Ctrl+S",
    SupervisorCommand.PDF: "Ctrl+E",
    SupervisorCommand.PRINT: "Ctrl+P",
    SupervisorCommand.SEARCH: "Ctrl+F",
    SupervisorCommand.LANGUAGE: "F11",
    SupervisorCommand.THEME: "Ctrl+T",
    SupervisorCommand.LARGER: "Ctrl+=",
    SupervisorCommand.SMALLER: "Ctrl+-",
    SupervisorCommand.SIGN_OFF: "Ctrl+L",
}
PAGES = (SupervisorCommand.HALL, SupervisorCommand.FIGURES, SupervisorCommand.FAIRNESS)
ACTIONS = (
    SupervisorCommand.OPEN,
    SupervisorCommand.CLOSE,
    SupervisorCommand.QUEUES,
    SupervisorCommand.REASSIGN,
    SupervisorCommand.FINISH,
    SupervisorCommand.PAUSE,
    SupervisorCommand.BROADCAST,
    SupervisorCommand.DEVICE,
    SupervisorCommand.CASH,
)
"""The buttons below the hall, in reading order."""
REPORTS = (
    SupervisorCommand.ANSWER,
    SupervisorCommand.CSV,
    SupervisorCommand.PDF,
    SupervisorCommand.PRINT,
)
"""The buttons below the figures, in reading order."""


def command_of(event: QKeyEvent) -> SupervisorCommand | None:
    """Return the command of a key, None for every other key."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString()
    found = (command for command, key in KEYS.items() if QKeySequence(key).toString() == pressed)
    return next(found, None)
