"""From settings to one working desk: the only place that picks adapters."""

from pathlib import Path

from lobby_app.config import Settings
from lobby_app.domain.business import Policy
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource


def open_policy(settings: Settings) -> Policy:
    """Return the bank's policy, or the one shipped with the program.

    Raises:
        KnownError: `policy.*`.
    """
    return load_policy(Path(settings.policy_dir) if settings.policy_dir else resource("policy"))
