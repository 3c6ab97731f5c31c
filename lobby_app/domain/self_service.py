"""Which machines could do it, before anybody asks whether they should (domain 3.3)."""

from collections.abc import Callable

from lobby_app.domain.customer import Flag, Medium
from lobby_app.domain.floor import ChannelState
from lobby_app.domain.situation import Situation

CASH_RECYCLER = "cash_recycler"
SMART_TELLER = "smart_teller"
TERMINAL = "self_service_terminal"
MOBILE = "mobile_bank"


def candidates(situation: Situation) -> tuple[str, ...]:
    """Return the self-service channels that could do the business, in the catalogue's order.

    Machines that are down are still in it; `usable` leaves them out. A machine that the branch does
    not have is no candidate: nobody is told that it is out of order, no counter is asked for (R61).
    """
    s = situation
    if s.is_minor or s.need.cash_funded or s.scam_check or s.must_verify:
        return ()
    fitting = tuple(
        channel
        for channel in s.business.self_service
        if channel in (MOBILE, *s.floor.channels) and _FITS.get(channel, _independent)(s)
    )
    if s.need.agent:
        fitting = tuple(c for c in fitting if c == CASH_RECYCLER and s.need.code == "cash_deposit")
    if s.document_expired:
        fitting = tuple(c for c in fitting if c == SMART_TELLER)
    return fitting


def usable(situation: Situation, channels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the channels that are not known to be down, those known to be up first.

    The phone is the customer's own: it is up unless told otherwise (finding 15). A machine whose
    heartbeat is stale may be tried when none is known to be up (R61: "the next one up").
    """
    states = {MOBILE: ChannelState.UP, **situation.floor.channels}
    alive = [channel for channel in channels if states[channel] is not ChannelState.DOWN]
    return tuple(sorted(alive, key=lambda channel: states[channel] is not ChannelState.UP))


def _recycler(s: Situation) -> bool:
    limits = s.policy.thresholds
    limit = (
        limits.cash_recycler_withdrawal_limit
        if s.need.code == "cash_withdrawal"
        else limits.cash_recycler_deposit_limit
    )
    return (
        s.need.amount <= limit
        and s.need.amount % 100 == 0
        and s.need.currency == "CNY"
        and Medium.CARD in s.customer.media
        and s.device_skill >= 1
    )


def _mobile(s: Situation) -> bool:
    if not s.customer.mobile_active or s.device_skill < 2:
        return False
    if s.need.code == "transfer":
        return s.need.amount <= s.customer.mobile_limit
    if s.need.code == "wealth_product":
        age, risk = s.customer.age, s.need.product_risk
        return (
            risk is not None
            and risk <= 2
            and Flag.RISK_TEST_EXPIRED not in s.customer.flags
            and age is not None
            and age < s.policy.thresholds.investor_elder_age
        )
    return True


def _smart_teller(s: Situation) -> bool:
    if (
        s.need.code == "transfer"
        and s.need.amount > s.policy.thresholds.smart_teller_transfer_limit
    ):
        return False
    return s.device_skill >= 1 and Medium.ID_DOCUMENT in s.customer.media


def _terminal(s: Situation) -> bool:
    return s.device_skill >= 1 and bool(s.customer.media)


def _independent(s: Situation) -> bool:
    """A channel the bank added by configuration: for customers who need no help."""
    return s.device_skill >= 2


_FITS: dict[str, Callable[[Situation], bool]] = {
    CASH_RECYCLER: _recycler,
    MOBILE: _mobile,
    SMART_TELLER: _smart_teller,
    TERMINAL: _terminal,
}
