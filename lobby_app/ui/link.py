"""What is wrong with the exchange, in the words of a window: short ones, and the whole sentence."""

from lobby_app.domain.link import LinkStatus
from lobby_app.ui.i18n import Wording

_ONLY_OFFLINE = frozenset({"sync.no_answer"})
_SHORT = {"sync.not_enrolled": "sync_not_enrolled", "sync.too_old": "sync_too_old"}
_OTHERS = "sync_trouble"
_SKEW_MS = 60_000
"""A clock that is wrong by less is put right without a word."""
_HOURS_FROM = 120


def problem_words(link: LinkStatus, wording: Wording) -> str:
    """Return a few words about what operations have to know, empty when there is nothing."""
    if link.problem is None or link.problem in _ONLY_OFFLINE:
        return ""
    return wording(_SHORT.get(link.problem, _OTHERS))


def clock_words(link: LinkStatus, wording: Wording) -> str:
    """Return by how much this computer's clock is wrong, empty when it is not."""
    if abs(link.skew_ms) < _SKEW_MS:
        return ""
    minutes = round(abs(link.skew_ms) / 60_000)
    if minutes >= _HOURS_FROM:
        return wording("clock_off_hours", hours=round(minutes / 60))
    return wording("clock_off", minutes=minutes)


def problem_sentence(link: LinkStatus, wording: Wording) -> str:
    """Return what has happened and what to do next; empty without a problem.

    A process of another version may have said what this one has no sentence for.
    """
    key = link.problem
    return wording.messages(key) if key is not None and key in wording.messages else ""
