"""Every way in which replication may be doing, and a report that says what a test wants."""

from collections.abc import Callable
from datetime import datetime, timedelta

from lobby_app.domain.replication import Link, LinkStatus


class SettableLink:
    """ports.LinkReport: says what it was last told to."""

    def __init__(self, status: LinkStatus) -> None:
        self.usual = self.status = status

    def __call__(self) -> LinkStatus:
        return self.status


def _lately(link: Link, **more: object) -> Callable[[datetime], LinkStatus]:
    return lambda now: LinkStatus(link, now - timedelta(minutes=15), **more)  # type: ignore[arg-type]


LINKS: dict[str, Callable[[datetime], LinkStatus]] = {
    "link-centre": _lately(Link.CENTRE),
    "link-relay": _lately(Link.RELAY),
    "link-offline": _lately(Link.OFFLINE),
    "link-offline-days": lambda now: LinkStatus(Link.OFFLINE, now - timedelta(days=21)),
    "link-not-enrolled": _lately(Link.OFFLINE, problem="sync.not_enrolled"),
    "link-too-old": _lately(Link.OFFLINE, problem="sync.too_old"),
    "link-trouble": _lately(Link.CENTRE, problem="sync.out_of_reach"),
    "link-clock-off": _lately(Link.CENTRE, skew_ms=-185_000),
    "link-kept-apart": _lately(Link.OFFLINE, quarantined=12, set_aside=34),
    "link-everything": _lately(
        Link.RELAY, problem="sync.broken", skew_ms=86_400_000, quarantined=120, set_aside=340
    ),
}
"""From the present moment to what the link says then."""
