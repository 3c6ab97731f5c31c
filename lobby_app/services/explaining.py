"""One sentence why a ticket was called before another one; never a person's reason."""

from lobby_app.domain.text import Text
from lobby_app.domain.ticket_steps import CallReason
from lobby_app.messages import bilingual

_RULES = frozenset({"safety", "ceiling", "dedicated", "ratio", "reserved"})


def explain_call(number: str, reason: str) -> Text:
    """Return the sentence for a call. `reason`: `CallReason.as_text()` of its event."""
    why = CallReason.parsed(reason)
    rule = why.rule if why.rule in _RULES else "ratio"
    if rule == "ratio" and why.score is not None and why.second and why.second_score is not None:
        return bilingual(
            "calling.why_ratio_before",
            number=number,
            second=why.second,
            score=round(100 * why.score),
            second_score=round(100 * why.second_score),
        )
    if rule == "ratio" and why.score is not None and not why.second:
        rule = "alone"
    return bilingual(f"calling.why_{rule}", number=number)
