"""What triage answers: one channel, why, and the human way."""

from dataclasses import dataclass

from lobby_app.domain.business import Priority
from lobby_app.domain.text import Text


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The one channel to suggest, with everything a greeter must say.

    Attributes:
        channel: channel code. queue: channel code of the queue when a ticket is due, else None.
        ticket: whether Enter prints a ticket.
        prompt: prompt code; its sentences are in the policy.
        alternatives: channel codes, best first.
        human_alternative: the human way in a channel code; equals `channel` when that is human.
        documents: document codes in the order to say them.
        alerts: alert codes for the supervisor.
        next_best_action: code or None; at most one, never a product name.
        rules: rule ids that decided, in the order they fired.
        reason: one line, both languages, made from rule ids only.
        policy_version: version of the policy that was used.
    """

    channel: str
    queue: str | None
    ticket: bool
    priority: Priority
    prompt: str
    alternatives: tuple[str, ...]
    human_alternative: str
    documents: tuple[str, ...]
    alerts: tuple[str, ...]
    next_best_action: str | None
    rules: tuple[str, ...]
    reason: Text
    policy_version: str
