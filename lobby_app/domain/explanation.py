"""The one-line reason, made from rule ids only (domain 3.4): never the reason of a person."""

from lobby_app.domain.situation import Situation
from lobby_app.domain.text import Text

_VERIFY = "R10"
# R40b is the human path of every withdrawal; only beyond the machine's limit is that the reason.
_WITHDRAWAL, _AT_THE_COUNTER = "R40b", "R48"
# The order cut-off and the long queue are said before the customer takes a number (R55, R60).
_NOTES = ("R55", "R60")
_ORDER = (
    "R00", "R31", "R32", "R12", "R13", "R46", "R40c", "R47", "R51", "R14", "R20", "R22", "R21",
    "R61", "R11", "R54", "R44x", "R40a", "R41", "R43", "R44", "R45", "R62", "R30", "R42", "R52",
    "R53", "R40b", "R48",
)  # fmt: skip


def explain(situation: Situation, rules: tuple[str, ...]) -> Text:
    """Return the reason line: the strongest deciding rule, then what to know before queueing.

    With R10 the text is the same whatever caused the flag (反洗钱法 secrecy; domain 0.10).
    """
    reasons = situation.policy.reasons
    if _VERIFY in rules:
        return reasons[_VERIFY]
    decisive = next((rule for rule in _ORDER if rule in rules), _AT_THE_COUNTER)
    if decisive == _WITHDRAWAL and not situation.above_machine_limit:
        decisive = _AT_THE_COUNTER
    line = reasons[decisive]
    for rule in _NOTES:
        if rule in rules:
            more = reasons[rule]
            line = Text(f"{line.zh}\uff1b{more.zh}", f"{line.en}; {more.en}")
    return line
