"""The keys of the counter's panel. Letters are free here: nothing is typed."""

from collections.abc import Mapping
from enum import StrEnum


class CounterCommand(StrEnum):
    """What a key or a button does."""

    NEXT = "next"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no_show"
    PARK = "park"
    RESUME = "resume"
    TRANSFER = "transfer"
    SKIP = "skip"
    UNDO = "undo"
    SMALL = "small"
    LANGUAGE = "language"
    THEME = "theme"
    SIGN_OFF = "sign_off"


KEYS: Mapping[CounterCommand, str] = {
    CounterCommand.NEXT: "Return",
    CounterCommand.RECALL: "R",
    CounterCommand.START: "S",
    CounterCommand.FINISH: "F",
    CounterCommand.NO_SHOW: "N",
    CounterCommand.PARK: "P",
    CounterCommand.RESUME: "B",
    CounterCommand.TRANSFER: "T",
    CounterCommand.SKIP: "K",
    CounterCommand.UNDO: "Ctrl+Z",
    CounterCommand.SMALL: "F9",
    CounterCommand.LANGUAGE: "F11",
    CounterCommand.THEME: "Ctrl+T",
    CounterCommand.SIGN_OFF: "Ctrl+L",
}

STEPS = (
    CounterCommand.START,
    CounterCommand.RECALL,
    CounterCommand.NO_SHOW,
    CounterCommand.FINISH,
    CounterCommand.PARK,
    CounterCommand.TRANSFER,
    CounterCommand.SKIP,
    CounterCommand.UNDO,
)
"""The buttons below the big one, in reading order."""


def label_of(command: CounterCommand) -> str:
    """Return the key as it is written on buttons."""
    return KEYS[command].replace("Return", "Enter")
