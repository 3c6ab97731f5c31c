"""Legal guards: what no bank may configure, checked on every load.

Sources: 商业银行法 art. 29, 33 (cash); 无障碍环境建设法 art. 39 (human handling is kept);
金发〔2024〕34号 (elders are not pushed to machines).
"""

from string import Formatter

from lobby_app.domain.business import Policy
from lobby_app.domain.errors import KnownError

_CASH = ("cash_withdrawal", "cash_deposit", "note_exchange", "bill_payment")
_PEOPLE = (
    "cash_counter", "service_counter", "vip_counter", "wealth_room", "private_banking",
    "floor_manager", "greeter", "home_visit",
)  # fmt: skip
_QUEUED = ("cash_counter", "service_counter", "vip_counter")
_NEEDED_CHANNELS = (*_PEOPLE, "appointment", "partial_cash", "transfer", "other_branch")
_NEEDED_BUSINESSES = (*_CASH, "transfer", "complaint", "question", "information_update")


def check_guards(policy: Policy) -> None:
    """Raise KnownError `policy.guard_*` or `policy.missing` when the policy breaks a duty."""
    for code in _NEEDED_CHANNELS:
        if code not in policy.channels:
            raise KnownError("policy.missing", file="channels.toml", key=code)
    for code in _PEOPLE:
        if not policy.channels[code].human:
            raise KnownError("policy.guard_human", file="channels.toml", key=f"{code}.human")
    for code in _QUEUED:
        if not policy.channels[code].queued:
            raise KnownError("policy.missing", file="channels.toml", key=f"{code}.zone")
    for code, channel in policy.channels.items():
        if channel.human and channel.self_service:
            raise KnownError(
                "policy.wrong_value",
                file="channels.toml",
                key=f"{code}.self_service",
                allowed="false",
            )
    for code in _NEEDED_BUSINESSES:
        if code not in policy.businesses:
            raise KnownError("policy.missing", file="businesses.toml", key=code)
    for code in _CASH:
        if policy.businesses[code].human != "cash_counter":
            raise KnownError("policy.guard_cash", key=f"{code}.human")
    for code, entry in policy.businesses.items():
        if policy.channels[entry.human].self_service:
            raise KnownError("policy.guard_human", file="businesses.toml", key=f"{code}.human")
    _check_placeholders(policy)


def _check_placeholders(policy: Policy) -> None:
    allowed = {"no", "k", "lo", "hi", "n", "docs", "salutation", "manager"}
    for code, text in policy.prompts.items():
        used = [
            {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
            for sentence in (text.zh, text.en)
        ]
        if used[0] != used[1] or not used[0] <= allowed:
            raise KnownError("policy.placeholders", key=code, allowed=", ".join(sorted(allowed)))
