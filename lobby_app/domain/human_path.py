"""The human way: which queue, which sentence, what to offer when it is long (domain 3.3)."""

from lobby_app.domain.business import Priority
from lobby_app.domain.outcome import Outcome
from lobby_app.domain.situation import ESCORTED, Situation

_CLOSED = "R62"
_BUSINESS_RULE = {
    "cash_withdrawal": "R40b",
    "cash_deposit": "R41",
    "note_exchange": "R42",
    "corporate": "R30",
    "loan": "R52",
    "inheritance": "R53",
}


def human_path(
    s: Situation,
    machines: tuple[str, ...],
    rules: tuple[str, ...] = (),
    alerts: tuple[str, ...] = (),
) -> Outcome:
    """Return the outcome that leads to a person.

    `machines`: usable self-service channels, named once as alternatives and never imposed.
    """
    limits = s.policy.thresholds
    rules = (*rules, _BUSINESS_RULE.get(s.need.code, "R48"))
    if s.is_closed:
        return Outcome(
            "appointment", "closed_today", (*rules, _CLOSED), alerts=alerts, may_remind=False
        )
    wait = s.wait(s.human_channel)
    alternatives = machines
    is_long = wait > limits.wait_amber_minutes
    if is_long:
        rules = (*rules, "R60")
        alerts = (*alerts, "queue_red" if wait > limits.wait_red_minutes else "queue_amber")
        if s.priority in (Priority.TIER, Priority.ORDINARY):
            alternatives = (*alternatives, "appointment")
    return Outcome(
        s.human_channel,
        _prompt(s, is_long=is_long),
        rules,
        alternatives=alternatives,
        alerts=alerts,
    )


def _prompt(s: Situation, *, is_long: bool) -> str:
    """Return the one sentence to say, by the precedence of domain 3.3."""
    care = s.priority is Priority.CARE
    precedence = (
        (s.must_verify, "verify_at_counter"),
        (s.scam_check, "scam_check"),
        (s.need.code == "inheritance", "condolence"),
        (s.tier in ESCORTED and not care, "escort"),
        (care, "priority_seat"),
        (s.priority is Priority.APPOINTMENT, "appointment_checked_in"),
        (is_long, "long_wait_choice"),
    )
    return next((prompt for holds, prompt in precedence if holds), "take_ticket")
